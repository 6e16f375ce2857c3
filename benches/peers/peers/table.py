"""The measured rates as CSV and Markdown."""

import csv
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from statistics import median

from .processes import Contestant
from .workloads import WORKLOADS


@dataclass
class Row:
    """A contestant's rates on one workload: that of its fastest round, and the median over rounds."""

    workload: str
    who: str
    value: float
    median: float
    unit: str
    ratio_to_ours: float | None
    gflops: float | None
    answer: float
    rounds: int
    versions: str


def rows(workload: str, contestants: list[Contestant]) -> list[Row]:
    """One row per contestant, ours first."""
    rates = [[round.units / round.seconds for round in contestant.rounds] for contestant in contestants]
    ours = next((max(rate) for one, rate in zip(contestants, rates) if one.name == "Thalweg"), None)
    flops = WORKLOADS[workload].flops()
    return [
        Row(
            workload,
            contestant.name,
            max(rate),
            median(rate),
            WORKLOADS[workload].unit,
            max(rate) / ours if ours else None,
            max(rate) * flops / 1e9 if flops else None,
            contestant.rounds[-1].answer,
            len(rate),
            contestant.versions,
        )
        for contestant, rate in zip(contestants, rates)
    ]


def text(value: object) -> str:
    """A cell: numbers to four digits."""
    if isinstance(value, float):
        return f"{value:.0f}" if abs(value) >= 1e4 else f"{value:.4g}"
    return "" if value is None else str(value)


def write(folder: Path, table: list[Row], heading: str) -> None:
    """Writes `peers.csv` and `peers.md`."""
    folder.mkdir(parents=True, exist_ok=True)
    names = [field.name for field in fields(Row)]
    with (folder / "peers.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([text(cell) for cell in astuple(row)] for row in table)
    lines = [heading, "", f"| {' | '.join(names)} |", f"|{'---|' * len(names)}"]
    lines += [f"| {' | '.join(text(cell) for cell in astuple(row))} |" for row in table]
    (folder / "peers.md").write_text("\n".join(lines) + "\n")
