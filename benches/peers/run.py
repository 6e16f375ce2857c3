"""Runs Thalweg and its peers in alternation on the same cores, checks that their answers agree, and writes tables of their
rates, one for each instruction set."""

import argparse
import math
import os
import platform
import sys
from collections.abc import Iterator
from pathlib import Path

from peers.processes import Contestant, Failed, Ours, Theirs, Together, python_for
from peers.registry import PEERS
from peers.setting import ISAS, NAMES, PLACES, PLACES_OF, Setting, native
from peers.table import Row, place, rows, write
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
    if not options.thalweg.exists():
        print(f"{options.thalweg} is not there: cargo build --release -p thalweg", file=sys.stderr)
        return 2
    table: list[Row] = []
    complaints: list[str] = []
    for isa in options.isa:
        for workload in options.workloads:
            contestants = enter(workload, isa, options, complaints)
            for number in range(options.rounds):
                for contestant in list(contestants):
                    try:
                        contestant.start()
                        contestant.finish()
                    except Failed as failure:
                        complaints.append(f"{workload}: {contestant.name}: {failure}")
                        contestants.remove(contestant)
                print(f"{workload}, {NAMES[isa]}: round {number + 1} of {options.rounds}", file=sys.stderr)
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
    parser.add_argument(
        "--isa", nargs="+", choices=ISAS, default=native(), help="instruction sets that all are held to [default: %(default)s]"
    )
    parser.add_argument(
        "--on",
        nargs="+",
        choices=PLACES,
        help="one core, two threads on two cores, a process on each of all cores at the same time [default: one; for w1 all "
        "of these, for w4 one and two]",
    )
    cores = sorted(os.sched_getaffinity(0))
    parser.add_argument("--cores", nargs="+", type=int, default=cores, help="the cores to use [default: all]")
    parser.add_argument("--rounds", type=int, default=7, help="of each contestant, in turn [default: 7]")
    parser.add_argument("--quick", action="store_true", help="little work and one round: shows that all of it runs")
    parser.add_argument("--torch-python", help="the interpreter that has PyTorch, if it is another one")
    parser.add_argument("--thalweg", type=Path, default=ROOT / "target/release/thalweg", help="our program")
    parser.add_argument("--out", type=Path, default=ROOT / "results/bench", help="the folder for the table")
    options = parser.parse_args()
    if options.quick:
        options.rounds = 1
    return options


def enter(workload: str, isa: str, options: argparse.Namespace, complaints: list[str]) -> list[Contestant]:
    """The contestants that can take part, everywhere that they are to run; the others are named."""
    contestants: list[Contestant] = []
    for where in options.on or PLACES_OF.get(workload, PLACES[:1]):
        if where != "one" and len(options.cores) == 1:
            print(f"{workload}: there is but one core", file=sys.stderr)
            continue
        for candidate in candidates(workload, isa, where, options):
            try:
                candidate.get_ready()
                contestants.append(candidate)
                print(f"{workload}, {NAMES[isa]}: {candidate.name} is ready on {place(candidate)}", file=sys.stderr)
            except Failed as failure:
                candidate.close()
                if candidate.peer is None:
                    print(f"{workload}: Thalweg is left out: {failure}", file=sys.stderr)
                else:
                    complaints.append(f"{workload}: {candidate.name}: {failure}")
    return contestants


def candidates(workload: str, isa: str, where: str, options: argparse.Namespace) -> Iterator[Contestant]:
    """Ours and the peers, in one place. A peer's process starts when its turn comes."""
    makers = [lambda setting: Ours(workload, options.thalweg, options.quick, setting)]
    if workload == "w4":
        makers.append(lambda setting: Ours(workload, options.thalweg, options.quick, setting, whole=True))
    # Products as small as those of the others are not worth a second thread; Thalweg gives each thread runs of its own.
    peers = PEERS if where != "two" or workload == "w4" else []
    for peer in (peer for peer in peers if peer.workload == workload):
        python = python_for(peer, options.torch_python)
        makers.append(lambda setting, peer=peer, python=python: Theirs(peer, python, options.quick, setting))
    for make in makers:
        if where == "all":
            yield Together([make(Setting(isa, (core,))) for core in options.cores])
        else:
            yield make(Setting(isa, tuple(options.cores[: 1 + PLACES.index(where)])))


def disagreements(workload: str, contestants: list[Contestant]) -> list[str]:
    """The answers that are too far from those of the first peer."""
    contestants = [contestant for contestant in contestants if contestant.rounds]
    theirs = [contestant for contestant in contestants if contestant.peer]
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


def allowed(workload: str, contestant: Contestant, reference: Contestant) -> float:
    if isinstance(WORKLOADS[workload], Landscape):
        return LANDSCAPE
    if isinstance(WORKLOADS[workload], Boundary):
        return SHARE
    if contestant.peer is None or contestant.peer.module == "sklearn_training":
        return SAMPLED
    return SAME if contestant.units == reference.units else SAMPLED


def heading(options: argparse.Namespace) -> str:
    """Where and how it was measured."""
    said = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in cpuinfo())}
    model = said.get("model name", platform.machine())
    if "cpu family" in said:
        # On cloud machines the name alone does not tell the generation.
        model += f" (family {said['cpu family']}, model {said['model']})"
    rounds = f"{options.rounds} round{'s' if options.rounds > 1 else ''}"
    quick = ", quick: not a measurement" if options.quick else ""
    cores = f"{len(options.cores)} core{'s' if len(options.cores) > 1 else ''}"
    return f"{cores} of {model}, {rounds} in turn; `value` is of the fastest round{quick}."


def cpuinfo() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.exists() else []


if __name__ == "__main__":
    sys.exit(main())
