"""What is said below an answer: how the task ended, notes, and how to go on."""

from __future__ import annotations

from typing import Any

from service.commands.ending import end_lines

CUT = {"content": "x", "finishReason": "LENGTH"}


def task(status: str, **more: Any) -> dict[str, Any]:
    """A task of three subtasks, as `Task.graphql` reads it."""
    return {
        "id": "T",
        "taskStatus": status,
        "error": None,
        "errorCode": None,
        "note": None,
        "answer": {"content": "x", "finishReason": "STOP"},
        "progress": {"succeeded": 3, "total": 3},
        "subtasks": {"edges": []},
    } | more


def test_of_a_task_that_succeeded_nothing_is_said_but_its_note() -> None:
    """As that only beginnings and ends were read."""
    assert list(end_lines(task("SUCCEEDED"))) == []
    assert list(end_lines(task("SUCCEEDED", note="Beginnings and ends."))) == ["note: Beginnings and ends."]


def test_a_partial_task_says_why_what_is_missing_and_how_to_go_on() -> None:
    """The reason once, also where the note begins with it."""
    more = {"error": "Used up.", "errorCode": "BUDGET_EXCEEDED", "note": "Used up. Of 3 subtasks: 2 cancelled."}
    assert list(end_lines(task("PARTIAL", **more, progress={"succeeded": 1, "total": 3}))) == [
        "PARTIAL: Used up.",
        "note: Of 3 subtasks: 2 cancelled.",
        "to go on: antiphon retry T --budget-tokens N",
    ]


def test_answers_that_were_cut_are_told() -> None:
    """With the option that bounds them."""
    (one,) = end_lines(task("SUCCEEDED", answer=CUT))
    assert one.startswith("note: The answer was cut off")
    (two,) = end_lines(task("SUCCEEDED", subtasks={"edges": [{"node": {"response": CUT}}] * 2}))
    assert two.startswith("note: 2 answers were cut off")
