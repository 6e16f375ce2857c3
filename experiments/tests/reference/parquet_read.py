"""Reads a folder of tables as Parquet with pyarrow, polars, pandas and DuckDB, and compares every cell with the tables as CSV.

    pip install pyarrow polars pandas duckdb
    thalweg export RESULTS --parquet --out FOLDER       (a build with --features parquet)
    python parquet_read.py RESULTS FOLDER
"""

import pathlib
import re
import sys

import duckdb
import pandas
import polars
import pyarrow.parquet

results, folder = map(pathlib.Path, sys.argv[1:])
noted = re.search(r'^id = "(.*)"$', (results / "manifest.toml").read_text(), re.MULTILINE).group(1)
for path in sorted(folder.glob("*.parquet")):
    table = results / f"{path.stem}.csv"
    file = pyarrow.parquet.ParquetFile(path)
    assert file.metadata.metadata[b"thalweg.id"].decode() == noted, path
    # All cells as text, so that nothing is guessed.
    meant = polars.read_csv(table, infer_schema_length=0)
    typed = polars.read_parquet(path)
    assert typed.columns == meant.columns and typed.shape == meant.shape, path
    for name in typed.columns:
        assert typed[name].equals(meant[name].cast(typed[name].dtype), null_equal=True), f"{path}: {name}"
    for rows in [pandas.read_parquet(path), duckdb.sql(f"FROM '{path}'").df(), file.read().to_pandas()]:
        assert list(rows.columns) == typed.columns and len(rows) == len(typed), path
        for name in typed.columns:
            assert rows[name].isna().sum() == typed[name].null_count() + (
                typed[name].is_nan().sum() if typed[name].dtype.is_float() else 0
            ), f"{path}: {name}"
    print(f"{path.name}: {len(typed)} rows, {len(typed.columns)} columns, equal by polars, as many by the others")
