"""What is typed into the shell is cut where Neo4j would cut it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from service.commands.statements import Reader
from service.graph.values import show_value

PIECES = (
    "RETURN 1",
    "'a;b'",
    '"it\'s;"',
    "`n;`",
    "// a; comment\n",
    "/* a;\n\n b */",
    "\n",
    " ",
    "'\\';'",
    "1 / 2",
    ":x",
)


def read(lines: Iterable[str]) -> list[tuple[str, int]]:
    """The texts and the lines where they begin."""
    reader = Reader()
    found = [typed for line in lines for typed in reader.read(line)]
    return [(typed.text, typed.line) for typed in [*found, *reader.finish()]]


def test_statements_end_with_a_semicolon() -> None:
    """They may have many lines, and stand in one."""
    lines = ["", "MATCH (n)", "RETURN n;", "RETURN 1; RETURN 2 ;", "RETURN 3", ":exit"]
    assert read(lines) == [("MATCH (n)\nRETURN n", 2), ("RETURN 1", 4), ("RETURN 2", 4), ("RETURN 3\n:exit", 5)]


def test_a_line_that_was_broken_off_drops_what_stood_before_it() -> None:
    """As in any shell."""
    reader = Reader()
    assert list(reader.read("MATCH")) == []
    assert reader.waits
    reader.drop()
    assert [typed.text for typed in reader.read("RETURN 1;")] == ["RETURN 1"]


def test_commands_stand_where_a_statement_could_begin() -> None:
    """Also below a comment. With CRLF ends of lines too."""
    assert read(["// first", ":param x => ';'", "RETURN 1;\r", ":exit\r"]) == [
        (":param x => ';'", 2),
        ("RETURN 1", 3),
        (":exit", 4),
    ]


def test_semicolons_in_quotes_and_comments_end_nothing() -> None:
    """And comments alone are no statement."""
    assert read(["// one; two", "RETURN 'a;' AS a, `b;` // c;", "/* ;", "; */ ;", "// the end;"]) == [
        ("// one; two\nRETURN 'a;' AS a, `b;` // c;\n/* ;\n; */", 1)
    ]


@given(st.lists(st.lists(st.sampled_from(PIECES), min_size=1, max_size=6), max_size=5))
def test_what_is_joined_by_semicolons_is_cut_at_them_again(pieces: list[list[str]]) -> None:
    """Whatever stands in quotes and comments, and wherever the lines end."""
    texts = ["RETURN " + " ".join(of) for of in pieces]
    whole = "".join(f"{text}\n;\n" for text in texts)
    assert [text for text, _ in read(whole.split("\n"))] == [text.strip() for text in texts]


def test_values_of_the_graph_are_shown_as_json() -> None:
    """Texts as they are, what JSON has no word for as Neo4j writes it."""
    assert show_value("a") == "a"
    assert show_value({"b": [1, None]}) == '{"b": [1, null]}'
    assert show_value(Path("c")) == '"c"'
