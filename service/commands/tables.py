"""Rows as files: CSV, JSON, Parquet, Arrow, and plain text.

Owns what a cell becomes in each. A text in a CSV file never begins as a formula: spreadsheets would run it. Types of
columns are those that the service says, never guessed from what is in them. Knows no command.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from importlib import import_module
from typing import Any, cast

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, with the names and the types of the columns, as `AnalysisValueType` has them."""

    names: list[str]
    types: list[str]
    rows: list[list[Any]]

    def cells(self) -> list[list[str]]:
        """The cells for people: each on one line, and not too long."""
        return [[_shown(cell) for cell in row] for row in self.rows]


def written(table: Table, form: str) -> bytes:
    """The bytes of a file in that form: `table`, `csv`, `json`, `parquet` or `arrow`."""
    match form:
        case "csv":
            return _csv(table).encode(errors="replace")
        case "json":
            named = [dict(zip(table.names, row, strict=True)) for row in table.rows]
            return (json.dumps(named, ensure_ascii=False, indent=1) + "\n").encode(errors="replace")
        case "parquet" | "arrow":
            return _columnar(table, form)
        case _:
            return _plain(table).encode(errors="replace")


def _shown(cell: Any) -> str:
    from service.commands.terminal import shorten

    if isinstance(cell, float):
        return f"{cell:,.6g}" if abs(cell) < 1 else f"{cell:,.4f}".rstrip("0").rstrip(".")
    if isinstance(cell, list):
        return shorten(", ".join(map(str, cast("list[Any]", cell))), _MOST_SHOWN)
    return "" if cell is None else shorten(_word(cell), _MOST_SHOWN)


def _word(cell: Any) -> str:
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


def _plain(table: Table) -> str:
    lines = [table.names, *table.cells()]
    widths = [max(len(line[number]) for line in lines) for number in range(len(table.names))]
    padded = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)
    return "".join(f"{line.rstrip()}\n" for line in padded)


def _csv(table: Table) -> str:
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(table.names)
    writer.writerows([_csv_cell(cell) for cell in row] for row in table.rows)
    return file.getvalue()


def _csv_cell(cell: Any) -> Any:
    """Numbers as they are; lists as JSON; a text that a spreadsheet would run has a quotation mark before it."""
    if cell is None:
        return ""
    if isinstance(cell, bool) or not isinstance(cell, str | list | dict):
        return _word(cell)
    text = cell if isinstance(cell, str) else json.dumps(cell, ensure_ascii=False)
    return f"'{text}" if text.lstrip(" \u00a0\ufeff\u200b").startswith(_FORMULA) else text


def _columnar(table: Table, form: str) -> bytes:
    # It has no types, and takes a quarter of a second to import.
    pa: Any = import_module("pyarrow")
    schema = pa.schema([(name, _arrow_type(kind)) for name, kind in zip(table.names, table.types, strict=True)])
    cells = [[_arrow_cell(row[number], kind) for row in table.rows] for number, kind in enumerate(table.types)]
    made = pa.table([pa.array(column, field.type) for column, field in zip(cells, schema, strict=True)], schema=schema)
    sink = pa.BufferOutputStream()
    if form == "parquet":
        import_module("pyarrow.parquet").write_table(made, sink)
    else:
        with pa.ipc.new_file(sink, schema) as writer:
            writer.write_table(made)
    return sink.getvalue().to_pybytes()


def _arrow_type(kind: str) -> Any:
    pa: Any = import_module("pyarrow")
    return {
        "INTEGER": pa.int64(),
        "FLOAT": pa.float64(),
        "BOOLEAN": pa.bool_(),
        "DATE": pa.date32(),
        "DATETIME": pa.timestamp("ms", tz="UTC"),
        "LIST": pa.list_(pa.string()),
    }.get(kind, pa.string())


def _arrow_cell(cell: Any, kind: str) -> Any:
    from datetime import date, datetime

    if cell is None:
        return None
    match kind:
        case "DATE":
            return date.fromisoformat(cell)
        case "DATETIME":
            return datetime.fromisoformat(cell)
        case "FLOAT":
            return float(cell)
        case "STRING":
            return str(cell).encode(errors="replace").decode()
        case _:
            return cell
