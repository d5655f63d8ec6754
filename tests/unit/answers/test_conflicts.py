"""Conflicts of merges: what a model may answer, what is refused, and what the links between messages say of them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from service.answers.conflicts import (
    CONFLICTS_FORMAT,
    MOST_CONFLICTS,
    Conflict,
    Position,
    conflicts_fault,
    read_conflicts,
)
from service.answers.formats import check_answer
from service.conversations.conflicts import MergeConflict, SideSays, merge_conflicts

SIDES = {"m1": {1}, "m2": {2}, "m3": {2, 3}}
GOOD: dict[str, Any] = {
    "claim": "Which\n port?",
    "sides": [
        {"side": 2, "says": " It is 9000.", "messages": ["[M2]", "m3", "m2"]},
        {"side": 1, "says": "It is 8000.", "messages": ["m1"]},
    ],
}


def with_side(number: int, *labels: str) -> dict[str, Any]:
    """The good conflict with another second side."""
    return GOOD | {"sides": [GOOD["sides"][1], {"side": number, "says": "No.", "messages": list(labels)}]}


def test_conflicts_are_read_side_by_side() -> None:
    """Sides in their order, labels as they are meant and once each, every text on one line."""
    text = json.dumps({"conflicts": [GOOD]})
    assert check_answer(text, CONFLICTS_FORMAT) is None
    assert conflicts_fault(text, SIDES) is None
    sides = (Position(1, "It is 8000.", ("m1",)), Position(2, "It is 9000.", ("m2", "m3")))
    assert read_conflicts(text) == [Conflict("Which port?", sides)]
    assert read_conflicts('```json\n{"conflicts": []}\n```') == []


@pytest.mark.parametrize(
    ("conflict", "fault"),
    [
        (with_side(2, "m9"), "names m9, and there is no message with that label"),
        (with_side(2, "no label"), "names no label, and there is no message"),
        (with_side(3, "m2"), "side 3 names m2, which is not on that side"),
        (with_side(2), "side 2 names 0 messages"),
        (with_side(1, "m1"), "has evidence on 1 side"),
        (GOOD | {"sides": []}, "has evidence on 0 side"),
        (GOOD | {"sides": [*GOOD["sides"], {"side": 3, "says": "x", "messages": ["m3"]}]}, "m3 on two sides"),
        (GOOD | {"sides": [*GOOD["sides"], GOOD["sides"][0]]}, "names a side twice"),
        (GOOD | {"claim": " "}, "claim has 0 characters"),
        (GOOD | {"claim": "x" * 1001}, "claim has 1001 characters"),
    ],
)
def test_what_has_no_evidence_is_refused(conflict: dict[str, Any], fault: str) -> None:
    """In words that the model can be told."""
    said = conflicts_fault(json.dumps({"conflicts": [GOOD, conflict]}), SIDES)
    assert said is not None
    assert fault in said
    assert "conflicts[1]" in said


def test_too_many_conflicts_are_refused() -> None:
    """And how many there may be."""
    said = conflicts_fault(json.dumps({"conflicts": [GOOD] * (MOST_CONFLICTS + 1)}), SIDES)
    assert said is not None
    assert f"may have {MOST_CONFLICTS}" in said


def test_links_become_conflicts_again() -> None:
    """Each message once on its side, in the order of conflicts and sides; a side without a name has none."""
    one = {"conflict": 0, "note": "Which port?", "fromSide": 1, "fromSays": "8000.", "toSide": 2, "toSays": "9000."}
    two = {"conflict": 1, "note": "Who?", "fromSide": 2, "fromSays": "Ann.", "toSide": 3, "toSays": "Bo."}
    links = [two | {"fromId": "b", "toId": "c"}, one | {"fromId": "a", "toId": "b"}, one | {"fromId": "a", "toId": "x"}]
    assert merge_conflicts({"names": ["left", "right"], "links": links}) == [
        MergeConflict("Which port?", [SideSays("left", "8000.", ["a"]), SideSays("right", "9000.", ["b", "x"])]),
        MergeConflict("Who?", [SideSays("right", "Ann.", ["b"]), SideSays("", "Bo.", ["c"])]),
    ]
    assert merge_conflicts(None) == []
