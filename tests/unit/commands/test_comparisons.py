"""Two responses side by side: the marks of words, and what the lines say."""

from __future__ import annotations

from typing import Any

from service.commands.comparisons import changed_pieces, comparison_lines

Json = dict[str, Any]

CONTEXT: Json = {
    **{"identical": False, "sameCount": 3, "changed": ["m4"], "changedCount": 1},
    **{"onlyInA": ["m5", "m6"], "onlyInACount": 14, "onlyInB": [], "onlyInBCount": 0},
}
FOUND: Json = {
    **{"changes": [{"kind": "SAME", "text": "It is "}, {"kind": "REMOVED", "text": "blue"}], "comparedBy": "WORDS"},
    **{"context": CONTEXT, "sameModel": False, "inputTokens": -12, "outputTokens": None},
    **{"latencyMs": 350.0, "costUsd": 0.00002},
}


def test_words_are_marked_as_git_marks_them() -> None:
    """Also without colors."""
    added = [*FOUND["changes"], {"kind": "ADDED", "text": "green"}, {"kind": "SAME", "text": ""}]
    assert "".join(text for text, _ in changed_pieces(added)) == "It is [-blue-]{+green+}"


def test_each_difference_has_a_line() -> None:
    """Messages by what the person calls them; what is not known is said so."""
    assert list(comparison_lines(FOUND, {"m4": "4"})) == [
        "text: compared by words",
        "context: 3 messages as they were; changed: 4; left out: m5, m6 and 12 more",
        "model: another one",
        "tokens: -12 read, not known written",
        "time: +0.3 s",
        "cost: +0.00002 USD",
    ]


def test_what_is_the_same_is_told_so() -> None:
    """Also where the context is gone."""
    same = FOUND | {"changes": [], "context": CONTEXT | {"identical": True}, "sameModel": True, "costUsd": 0.0}
    told = list(comparison_lines(same, {}))
    assert told[:3] == ["text: the same", "context: the same, byte for byte (3 messages)", "model: the same"]
    assert told[-1] == "cost: +0 USD"
    assert "cannot be made again" in list(comparison_lines(same | {"context": None}, {}))[1]
