"""Reads every committed table with pandas, polars and DuckDB, each with its defaults, and checks the types of the columns.

    pip install pandas polars duckdb
    python tables_read.py

What the columns hold is told by their cells, looked at one by one. Only three things are known to differ, and are counted: a column
that is empty (text to polars and DuckDB, real to pandas), a column whose first hundred rows are empty, which is where polars
stops to look (text, unless infer_schema_length=None), and integers beside empty cells (real to pandas).
"""

import csv
import pathlib
import re
import sys
import warnings
from collections import Counter

import duckdb
import pandas
import polars

RESULTS = pathlib.Path(__file__).parents[3] / "results"
REAL = re.compile(r"-?(\d+\.\d*(e-?\d+)?|\d+e-?\d+|inf)|NaN")
WHOLE = re.compile(r"-?\d+")


def meant(cells):
    there = [cell for cell in cells if cell]
    if not there:
        return "nothing"
    for name, form in [("whole", WHOLE), ("real", REAL)]:
        if all(form.fullmatch(cell) for cell in there):
            return name
    return "text"


def by_pandas(path):
    names = {"i": "whole", "u": "whole", "f": "real"}
    return [names.get(kind.kind, "text") for kind in pandas.read_csv(path).dtypes]


def by_polars(path):
    kinds = polars.read_csv(path).dtypes
    return ["whole" if kind.is_integer() else "real" if kind.is_float() else "text" for kind in kinds]


def by_duckdb(path):
    kinds = [str(kind) for kind in duckdb.read_csv(str(path)).types]
    return ["whole" if kind == "BIGINT" else "real" if kind == "DOUBLE" else "text" for kind in kinds]


def main():
    warnings.simplefilter("error")
    # Of long tables pandas guesses types in parts, and warns of texts that begin late; it reads them as they are.
    warnings.simplefilter("ignore", pandas.errors.DtypeWarning)
    paths = sorted(RESULTS.rglob("*.csv"))
    wrong, known, columns = [], Counter(), 0
    for path in paths:
        with path.open(newline="") as file:
            header, *rows = csv.reader(file)
        cells = list(zip(*rows)) or [()] * len(header)
        columns += len(header)
        for reader in (by_pandas, by_polars, by_duckdb):
            for name, column, read in zip(header, cells, reader(path), strict=True):
                expected = meant(column)
                if read == expected:
                    continue
                if expected == "nothing":
                    known["an empty column"] += 1
                elif reader is by_pandas and expected == "whole" and "" in column and read == "real":
                    known["integers beside empty cells, by pandas"] += 1
                elif reader is by_polars and not any(column[:100]) and read == "text":
                    known["empty in the first hundred rows, by polars"] += 1
                else:
                    wrong.append(f"{path.relative_to(RESULTS)}: {name}: {expected}, {reader.__name__}: {read}")
    versions = f"pandas {pandas.__version__}, polars {polars.__version__}, DuckDB {duckdb.__version__}"
    print(f"{len(paths)} tables, {columns} columns read, {versions}: {len(wrong)} misread; {dict(known)}")
    sys.exit("\n".join(wrong) or None)


if __name__ == "__main__":
    main()
