"""The measured rates as CSV and Markdown."""

import csv
from dataclasses import astuple, dataclass, fields
from itertools import groupby
from pathlib import Path
from statistics import median

from .processes import Contestant, Together
from .setting import NAMES
from .workloads import WORKLOADS


@dataclass
class Row:
    """A contestant's rates on one workload: that of its fastest round, and the median over rounds."""

    isa: str
    workload: str
    on: str
    who: str
    value: float
    median: float
    unit: str
    ratio_to_ours: float | None
    ratio_to_one_core: float | None
    gflops: float | None
    answer: float
    rounds: int
    versions: str


def rows(workload: str, contestants: list[Contestant]) -> list[Row]:
    """One row per contestant that did a round, in their order."""
    contestants = [contestant for contestant in contestants if contestant.rounds]
    rates = {(place(one), one.name): [round.rate for round in one.rounds] for one in contestants}
    flops = WORKLOADS[workload].flops()
    table = []
    for one in contestants:
        rate = rates[place(one), one.name]
        ratio = lambda where, who: max(rate) / max(rates[where, who]) if (where, who) in rates else None
        table.append(
            Row(
                one.setting.isa,
                workload,
                place(one),
                one.name,
                max(rate),
                median(rate),
                WORKLOADS[workload].unit,
                ratio(place(one), "Thalweg"),
                ratio("1 core", one.name) if len(one.setting.cores) > 1 else None,
                max(rate) * flops / 1e9 if flops else None,
                one.rounds[-1].answer,
                len(rate),
                one.versions,
            )
        )
    return table


def place(contestant: Contestant) -> str:
    """Where it runs, as tables call it."""
    count = len(contestant.setting.cores)
    if isinstance(contestant, Together):
        return f"{count} processes"
    return "1 core" if count == 1 else f"{count} threads"


def text(value: object) -> str:
    """A cell: numbers to four digits."""
    if isinstance(value, float):
        return f"{value:.0f}" if abs(value) >= 1e4 else f"{value:.4g}"
    return "" if value is None else str(value)


def cell(value: object) -> str:
    """A cell of the CSV: real numbers always have a point or an exponent, so that readers know their columns."""
    digits = text(value)
    return digits + ".0" if isinstance(value, float) and digits.lstrip("-").isdigit() else digits


def write(folder: Path, table: list[Row], heading: str) -> None:
    """Writes `peers.csv`, and `peers.md` with a table for each instruction set."""
    folder.mkdir(parents=True, exist_ok=True)
    names = [field.name for field in fields(Row)]
    with (folder / "peers.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([cell(value) for value in astuple(row)] for row in table)
    lines = [heading]
    for isa, of_isa in groupby(table, key=lambda row: row.isa):
        lines += ["", f"## {NAMES[isa]}", "", f"| {' | '.join(names[1:])} |", f"|{'---|' * len(names[1:])}"]
        lines += [f"| {' | '.join(text(cell) for cell in astuple(row)[1:])} |" for row in of_isa]
    (folder / "peers.md").write_text("\n".join(lines) + "\n")
