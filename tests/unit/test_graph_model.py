"""`docs/graph-model.md` is what `cypher/graph.yaml` and the migrations say, and names what the statements name."""

from __future__ import annotations

import re

from service.resources import resource
from tests.support.graph_model import PAGE, edges, labels, page, rules


def statements() -> str:
    """Every stored statement, without its comments and texts in quotation marks."""
    files = resource("cypher", "queries").rglob("*.cypher")
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    return re.sub(r"//.*|'[^'\n]*'", "", text)


def test_page_is_up_to_date() -> None:
    """Run scripts/graph-model where it is not."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_page_has_every_label_that_a_statement_names() -> None:
    """And no other."""
    assert set(re.findall(r"[:|&!]([A-Z][a-z]\w*)\b", statements())) == set(labels())


def test_page_has_every_relationship_that_a_statement_names() -> None:
    """And no other."""
    named = re.findall(r"\[\w*:([A-Z_|]+)", statements())
    assert {name for names in named for name in names.split("|")} == {one.type for one in edges()}


def test_rules_are_of_the_last_migration() -> None:
    """What a migration dropped is gone, what it made again is there once."""
    assert "strategy_name" not in rules()
    assert rules()["source_text"].is_unique
