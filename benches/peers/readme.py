"""Puts the rates of results/bench/peers.csv into the guide's page on speed, between its two marks; `--check` only says whether they are there."""

import argparse
import csv
import re
import sys
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "experiments/guide/speed.md"
MARKS = ("<!-- peers -->\n", "<!-- end of peers -->\n")

ISAS = {"v4": "AVX-512", "v3": "AVX2, to which all are held", "best": "The best instruction set"}
LABELS = {
    "w1": "W1: 2-16-1, 100 steps of Adam",
    "w2": "W2: 2-64-64-1, 200 steps of momentum",
    "w3": "W3: 64-128-64-10, 20 epochs of Adam",
    "w4": "W4: 784-512-256-10, 60,000 images",
    "w5": "W5: boundary of trainability",
    "w6-rosenbrock": "W6: Rosenbrock, 65,536 starts",
    "w6-beale": "W6: Beale",
    "w6-rastrigin": "W6: Rastrigin",
}
#: Large products, for which operations are worth counting.
COUNTED = ("w2", "w3", "w4")

Rows = list[dict[str, str]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; end with 1 if the page has other numbers")
    check = parser.parse_args().check
    with (ROOT / "results/bench/peers.csv").open() as file:
        tables = generated(list(csv.DictReader(file)))
    old = PAGE.read_text()
    before, rest = old.split(MARKS[0])
    new = before + MARKS[0] + tables + MARKS[1] + rest.split(MARKS[1])[1]
    if check:
        print("the guide has the numbers of peers.csv" if new == old else f"run {Path(__file__).relative_to(ROOT)}")
        return int(new != old)
    PAGE.write_text(new)
    return 0


def generated(rows: Rows) -> str:
    """A table for each instruction set, a line for each workload and place."""
    lines = []
    for isa, of_isa in groupby(rows, key=lambda row: row["isa"]):
        lines += ["", f"{ISAS[isa]}:", "", "| workload | Thalweg | JAX | PyTorch | NumPy |", "|---|---|---|---|---|"]
        for _, together in groupby(of_isa, key=lambda row: (row["workload"], row["on"])):
            lines += measured(list(together))
    return "\n".join([*lines, "", ""])


def measured(rows: Rows) -> list[str]:
    """What ran in one place, and our whole command beside the same peers."""
    first = rows[0]
    label = LABELS[first["workload"]]
    if first["on"] != "1 core":
        label = label.split(":")[0] + ", " + re.sub(r"(\d+) processes", r"a process on each of \1 cores", first["on"])
    of = lambda who: [row for row in rows if row["who"].startswith(who)]
    peers = [jax(of("JAX")), best(of("PyTorch")), best(of("NumPy"))]
    lines = []
    for ours, named in (("Thalweg", label), ("Thalweg, whole command", f"{label}, from start to prompt")):
        for row in (row for row in rows if row["who"] == ours):
            counted = f", {float(row['gflops']):.0f} GFLOP/s" if row["workload"] in COUNTED else ""
            rate = f"{number(row)} {row['unit']}{counted}"
            lines.append(f"| {' | '.join([named, rate, *peers])} |")
    return lines


def jax(rows: Rows) -> str:
    """Both ways, where there are two."""
    ways = {row["who"]: number(row) for row in rows}
    if "JAX, tuned" in ways and "JAX, idiomatic" in ways:
        return f"{ways['JAX, tuned']} tuned by hand, {ways['JAX, idiomatic']} `vmap`"
    return best(rows)


def best(rows: Rows) -> str:
    """The fastest way of a peer."""
    return number(max(rows, key=lambda row: float(row["value"]))) if rows else ""


def in_millions(row: dict[str, str]) -> bool:
    return row["unit"] == "point-steps/s"


def number(row: dict[str, str]) -> str:
    """A rate to three digits, or to the whole number."""
    value = float(row["value"]) / (1e6 if in_millions(row) else 1)
    return (f"{value:,.0f}" if value >= 100 else f"{value:#.3g}") + (" M" if in_millions(row) else "")


if __name__ == "__main__":
    sys.exit(main())
