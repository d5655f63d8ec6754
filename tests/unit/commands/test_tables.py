"""Rows as files: nothing in a cell runs anywhere, and types are those that the service says."""

from __future__ import annotations

import csv
import io
import json
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.cli import main
from service.commands.analytics import FORMATS
from service.commands.completing import analyses
from service.commands.tables import Table, written

NASTY = '=1+1\n\x1b[31mred\x1b[0m <b>"x"</b>\tMATCH (n) DETACH DELETE n'
TYPES = ["STRING", "INTEGER", "FLOAT", "BOOLEAN", "DATE", "DATETIME", "LIST"]
NAMES = ["text", "number", "share", "yes", "day", "at", "many"]
FULL = [NASTY, -(2**40), -0.5, True, "2026-01-31", "2026-01-31T12:00:00.250Z", ["=a", "b\n"]]
TABLE = Table(NAMES, TYPES, [FULL, [None] * 7])


def read_csv(table: Table) -> list[list[str]]:
    """The cells of a CSV file."""
    return list(csv.reader(io.StringIO(written(table, "csv").decode(), newline="")))


def test_csv_has_numbers_as_they_are_and_texts_that_run_nowhere() -> None:
    """A negative number is a number."""
    names, cells, nothing = read_csv(TABLE)
    assert names == NAMES
    many = json.dumps(FULL[6])
    assert cells == [f"'{NASTY}", str(-(2**40)), "-0.5", "true", "2026-01-31", "2026-01-31T12:00:00.250Z", many]
    assert nothing == [""] * 7


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@A1", "\t=1", "\r=1", "\n=1", " =1", "\ufeff=1", "＝1"])
def test_a_text_that_a_spreadsheet_would_run_is_quoted(text: str) -> None:
    """Also behind what it does not show."""
    assert read_csv(Table(["x"], ["STRING"], [[text]]))[1] == [f"'{text}"]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30))
def test_csv_keeps_every_other_text(text: str) -> None:
    """Word for word, but for the mark."""
    ((_,), (cell, _)) = read_csv(Table(["x"], ["STRING", "INTEGER"], [[text, 1]]))
    assert cell in (text, f"'{text}")


def test_json_has_a_row_an_object() -> None:
    """And types as they are."""
    assert json.loads(written(TABLE, "json")) == [dict(zip(NAMES, row, strict=True)) for row in TABLE.rows]


@pytest.mark.parametrize("rows", [TABLE.rows, [[None] * 7], []])
def test_columns_have_the_types_that_are_said(rows: list[list[Any]]) -> None:
    """Whatever is in them: a column without a value is no column of another type."""
    table = Table(NAMES, TYPES, rows)
    parquet: Any = import_module("pyarrow.parquet").read_table(io.BytesIO(written(table, "parquet")))
    arrow: Any = import_module("pyarrow").ipc.open_file(written(table, "arrow")).read_all()
    wanted = ["string", "int64", "double", "bool", "date32[day]", "timestamp[ms, tz=UTC]", "list<element: string>"]
    assert [str(kind) for kind in parquet.schema.types] == wanted
    assert [str(kind).replace("item", "element") for kind in arrow.schema.types] == wanted
    assert parquet.num_rows == arrow.num_rows == len(rows)
    if rows == TABLE.rows:
        assert arrow.to_pylist() == parquet.to_pylist()
        assert arrow.to_pylist()[0]["text"] == NASTY


def test_a_cell_for_people_is_one_line_without_commands() -> None:
    """To the terminal, or to the table."""
    (cells, nothing) = TABLE.cells()
    assert "\n" not in "".join(cells)
    assert "\x1b" not in "".join(cells)
    assert cells[1:4] == [str(-(2**40)), "-0.5", "true"]
    assert nothing == [""] * 7
    lines = written(TABLE, "table").decode().splitlines()
    assert len(lines) == 3
    assert "\x1b" not in "".join(lines)


def test_formats_and_names_are_completed() -> None:
    """From what begins them."""
    assert analyses("spend_by_") == ["spend_by_day", "spend_by_model", "spend_by_strategy"]
    assert all(written(Table([], [], []), form) is not None for form in FORMATS)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["dead_ends", "-p", "days"], "NAME=VALUE"),
        (["dead_ends", "-p", "=7"], "NAME=VALUE"),
        (["dead_ends", "--format", "xlsx"], "parquet or arrow"),
        (["--describe"], "No analysis is named"),
        (["--param", "days=7"], "No analysis is named"),
    ],
)
def test_wrong_use_is_told_before_anything_is_asked(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With what is right."""
    assert main(["analytics", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_a_statement_is_printed_for_neo4j_browser(capsys: pytest.CaptureFixture[str]) -> None:
    """Its parameters first."""
    assert main(["analytics", "dead_ends", "--cypher"]) == 0
    assert capsys.readouterr().out.startswith(":params {ownerId: 'local', days: 30, limit: 100}\n\n// The longest")
