"""Runs Thalweg and its peers in alternation on one core, checks that their answers agree, and writes a table of their rates."""

import argparse
import math
import os
import platform
import sys
from pathlib import Path

from peers.processes import Contestant, Failed, Ours, Theirs, python_for
from peers.registry import PEERS
from peers.table import Row, rows, write
from peers.workloads import WORKLOADS, Boundary, Landscape

ROOT = Path(__file__).resolve().parents[2]

#: How far answers may be apart: relative, except for the share of pixels that converge, which is absolute.
#: Peers train on the same numbers; scikit-learn and Thalweg have initial weights and an order of examples of their own,
#: and so a sample of the same distribution. Landscapes are the same for all, up to rounding.
SAME = 0.03
SAMPLED = 0.2
SHARE = 0.1
LANDSCAPE = 1e-3


def main() -> int:
    options = parse()
    os.sched_setaffinity(0, {options.core})
    if not options.thalweg.exists():
        print(f"{options.thalweg} is not there: cargo build --release -p thalweg", file=sys.stderr)
        return 2
    table: list[Row] = []
    complaints: list[str] = []
    for workload in options.workloads:
        contestants = enter(workload, options, complaints)
        for number in range(options.rounds):
            for contestant in list(contestants):
                try:
                    contestant.round()
                except Failed as failure:
                    complaints.append(f"{workload}: {contestant.name}: {failure}")
                    contestants.remove(contestant)
            print(f"{workload}: round {number + 1} of {options.rounds}", file=sys.stderr)
        for contestant in contestants:
            contestant.close()
        complaints += disagreements(workload, contestants)
        table += rows(workload, contestants)
        # Whatever happens later, measurements are kept.
        write(options.out, table, heading(options))
    print((options.out / "peers.md").read_text(), end="")
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    return 1 if complaints else 0


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workloads", nargs="+", choices=WORKLOADS, default=list(WORKLOADS), help="all by default")
    parser.add_argument("--rounds", type=int, default=7, help="of each contestant, in turn [default: 7]")
    parser.add_argument("--core", type=int, default=0, help="the core for all of them [default: 0]")
    parser.add_argument("--quick", action="store_true", help="little work and one round: shows that all of it runs")
    parser.add_argument("--torch-python", help="the interpreter that has PyTorch, if it is another one")
    parser.add_argument("--thalweg", type=Path, default=ROOT / "target/release/thalweg", help="our program")
    parser.add_argument("--out", type=Path, default=ROOT / "results/bench", help="the folder for the table")
    options = parser.parse_args()
    if options.quick:
        options.rounds = 1
    return options


def enter(workload: str, options: argparse.Namespace, complaints: list[str]) -> list[Contestant]:
    """The contestants that can take part; the others are named."""
    contestants: list[Contestant] = []
    try:
        contestants.append(Ours(workload, options.thalweg, options.quick))
    except Failed as failure:
        print(f"{workload}: Thalweg is left out: {failure}", file=sys.stderr)
    for peer in (peer for peer in PEERS if peer.workload == workload):
        try:
            contestants.append(Theirs(peer, python_for(peer, options.torch_python), options.quick))
            print(f"{workload}: {peer.name} is ready", file=sys.stderr)
        except Failed as failure:
            complaints.append(f"{workload}: {peer.name}: {failure}")
    return contestants


def disagreements(workload: str, contestants: list[Contestant]) -> list[str]:
    """The answers that are too far from those of the first peer."""
    theirs = [contestant for contestant in contestants if isinstance(contestant, Theirs)]
    if not theirs:
        return []
    found = []
    reference = theirs[0].rounds[-1].answer
    for contestant in contestants:
        answer = contestant.rounds[-1].answer
        tolerance = allowed(workload, contestant, theirs[0])
        if not math.isfinite(answer) or abs(answer - reference) > tolerance * scale(workload, reference):
            found.append(f"{workload}: {contestant.name} answers {answer}, and {theirs[0].name} {reference}")
    return found


def scale(workload: str, reference: float) -> float:
    """The scale of which tolerances are shares."""
    return 1.0 if isinstance(WORKLOADS[workload], Boundary) else abs(reference)


def allowed(workload: str, contestant: Contestant, reference: Theirs) -> float:
    if isinstance(WORKLOADS[workload], Landscape):
        return LANDSCAPE
    if isinstance(WORKLOADS[workload], Boundary):
        return SHARE
    if not isinstance(contestant, Theirs) or contestant.peer.module == "sklearn_training":
        return SAMPLED
    return SAME if contestant.units == reference.units else SAMPLED


def heading(options: argparse.Namespace) -> str:
    """Where and how it was measured."""
    model = next((line.split(":")[1].strip() for line in cpuinfo() if line.startswith("model name")), platform.machine())
    rounds = f"{options.rounds} round{'s' if options.rounds > 1 else ''}"
    quick = ", quick: not a measurement" if options.quick else ""
    return f"One core of {model}, {rounds} in turn; `value` is of the fastest round{quick}."


def cpuinfo() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.exists() else []


if __name__ == "__main__":
    sys.exit(main())
