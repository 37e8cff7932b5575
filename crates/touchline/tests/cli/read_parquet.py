"""Reads every Parquet file of a folder with pyarrow, pandas and DuckDB and compares it with the SQLite database it came from:
types, row counts and every value. Prints the row counts by table. Arguments: folder, database.
"""

import json
import sqlite3
import sys
from datetime import date
from pathlib import Path

import duckdb
import pandas
import pyarrow
import pyarrow.parquet

INSTANTS = {"at", "as_of", "kickoff", "kickoff_start", "kickoff_end"}
# As SQLite declares a column, what the three call it.
TYPES = {
    "instant": (pyarrow.timestamp("us", tz="UTC"), "datetime64[us, UTC]", "TIMESTAMP WITH TIME ZONE"),
    "date": (pyarrow.date32(), "object", "DATE"),
    "INTEGER": (pyarrow.int64(), "int64", "BIGINT"),
    "REAL": (pyarrow.float64(), "float64", "DOUBLE"),
    "TEXT": (pyarrow.string(), None, "VARCHAR"),
    "BLOB": (pyarrow.binary(), "object", "BLOB"),
}


def kind(name, declared):
    if declared == "INTEGER" and (name.endswith("_at") or name in INSTANTS):
        return "instant"
    if declared == "TEXT" and (name == "date" or name.endswith(("_date", "_on"))):
        return "date"
    return declared


def plain(value, what):
    """A value of SQLite as pyarrow has it."""
    if value is None:
        return None
    return date.fromisoformat(value) if what == "date" else value


def check_table(path, database):
    table = path.stem
    columns = list(database.execute(f'PRAGMA table_info("{table}")'))
    names = [name for _, name, *_ in columns]
    kinds = [kind(name, declared) for _, name, declared, *_ in columns]
    read = pyarrow.parquet.read_table(path)
    assert read.column_names == names, (table, read.column_names, names)
    for (_, name, _, not_null, _, key), what in zip(columns, kinds):
        field = read.schema.field(name)
        assert field.type == TYPES[what][0], (table, name, field.type)
        assert field.nullable == (not not_null and not key), (table, name, "nullable", field.nullable)
    key = ", ".join(f'"{name}"' for _, name, *_, place in sorted(columns, key=lambda c: c[5]) if place)
    rows = database.execute(f'SELECT * FROM "{table}" ORDER BY {key}').fetchall()
    assert read.num_rows == len(rows), (table, read.num_rows, len(rows))
    for index, (name, what) in enumerate(zip(names, kinds)):
        column = read.column(name)
        values = column.cast(pyarrow.int64()).to_pylist() if what == "instant" else column.to_pylist()
        assert values == [plain(row[index], what) for row in rows], (table, name)
    frame = pandas.read_parquet(path)
    assert len(frame) == len(rows), (table, len(frame))
    for name, what in zip(names, kinds):
        expected, found = TYPES[what][1], str(frame[name].dtype)
        # pandas has no missing whole number: such a column is of floats there.
        has_gaps = what == "INTEGER" and frame[name].isna().any()
        assert expected is None or has_gaps or found == expected, (table, name, found)
    described = duckdb.sql(f"DESCRIBE SELECT * FROM read_parquet('{path}')").fetchall()
    assert [(name, type_) for name, type_, *_ in described] == [
        (name, TYPES[what][2]) for name, what in zip(names, kinds)
    ], (table, described)
    for name, what in zip(names, kinds):
        if what in ("INTEGER", "instant"):
            value = f'epoch_us("{name}")' if what == "instant" else f'"{name}"'
            sums = f"SELECT COUNT(*), CAST(SUM({value}) AS VARCHAR) FROM read_parquet('{path}')"
            found = duckdb.sql(sums).fetchall()[0]
            total = sum(row[names.index(name)] or 0 for row in rows)
            assert found[0] == len(rows) and int(found[1] or 0) == total, (table, name, found, total)
    return len(rows)


# A joined relation has so many rows as its table, and the sums that SQL finds.
JOINED = {
    "matches": ("SELECT COUNT(*), (SELECT SUM(full_time_home) FROM result) FROM fixture", "score_home"),
    "forecasts": ("SELECT COUNT(*), SUM(training_matches) FROM forecast", "training_matches"),
    "odds": ("SELECT COUNT(*), SUM(price_micros) / 1e6 FROM quote", "price"),
    "bets": ("SELECT COUNT(*), SUM(stake_minor) FROM bet", "stake_minor"),
}


def check_joined(path, database):
    sql, column = JOINED[path.stem]
    rows, total = database.execute(sql).fetchone()
    read = pyarrow.parquet.read_table(path)
    frame = pandas.read_parquet(path)
    counted, summed = duckdb.sql(f'SELECT COUNT(*), SUM("{column}") FROM read_parquet(\'{path}\')').fetchall()[0]
    assert read.num_rows == len(frame) == counted == rows, (path.stem, read.num_rows, len(frame), counted, rows)
    for name, found in [("pandas", frame[column].sum()), ("duckdb", summed)]:
        assert abs(float(found) - float(total)) < 1e-6 * abs(float(total)), (path.stem, name, found, total)
    assert read.schema.field("date").type == pyarrow.date32()
    assert read.schema.field("kickoff").type == pyarrow.timestamp("us", tz="UTC")
    assert read.schema.field("home").type == pyarrow.string()
    return rows


def main():
    folder, database = Path(sys.argv[1]), sqlite3.connect(f"file:{sys.argv[2]}?mode=ro", uri=True)
    files = sorted(folder.glob("*.parquet"))
    counts = {
        path.stem: (check_joined if path.stem in JOINED else check_table)(path, database) for path in files
    }
    print(json.dumps(counts))


main()
