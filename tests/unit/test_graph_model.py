"""`docs/graph-model.md` is what `cypher/graph.yaml` and the migrations say, and names what the statements name."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from service.resources import resource
from tests.support import graph_picture
from tests.support.graph_model import PAGE, PICTURE, edges, labels, page, picture, rules


def statements() -> str:
    """Every stored statement, without its comments and texts in quotation marks."""
    files = resource("cypher", "queries").rglob("*.cypher")
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    return re.sub(r"//.*|'[^'\n]*'", "", text)


def test_page_is_up_to_date() -> None:
    """Run scripts/graph-model where it is not."""
    assert PAGE.read_text(encoding="utf-8") == page()
    assert PICTURE.read_text(encoding="utf-8") == picture()


def test_picture_has_a_place_for_every_label() -> None:
    """A new one must be shown, or be left out with a word why; and no arrow is made up."""
    named = [*graph_picture.PLACES, *(name for names in graph_picture.LEFT_OUT.values() for name in names)]
    assert sorted([*named, "Message"]) == sorted(labels())
    grown = labels() | {"Newcomer": labels()["Task"]}
    with pytest.raises(AssertionError, match="Newcomer"):
        graph_picture.picture(grown, edges())
    with pytest.raises(AssertionError, match=r"no \(:Branch\)-\[:HEAD\]"):
        graph_picture.picture(labels(), [one for one in edges() if one.type != "HEAD"])


def test_picture_is_one_file_that_loads_nothing() -> None:
    """It has a size of its own, and no box lies over another."""
    root = ElementTree.fromstring(picture())
    assert {"width", "height", "viewBox", "role", "aria-label"} <= root.attrib.keys()
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)|<script|@import|url\((?!#)", picture())
    places = list(graph_picture.PLACES.values())
    near = [(a, b) for a in places for b in places if a != b and abs(a.x - b.x) < 130 and abs(a.y - b.y) < 50]
    assert near == []


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
