"""Two answers side by side over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.test_turn_operations import begun, finished
from tests.support.front import Service, operation


async def test_two_answers_are_compared(service: Service) -> None:
    """Their texts by words, their models and what they took."""
    sent = [await begun(service, f"The {what} house stands.") for what in ("old", "new")]
    answers = [(await finished(service, it["task"]["id"]))["answer"]["id"] for it in sent]
    found: dict[str, Any] = (await service.ask("CompareResponses", a=answers[0], b=answers[1]))["compareResponses"]
    assert [(change["kind"], change["text"]) for change in found["changes"]] == [
        ("SAME", "The "),
        ("REMOVED", "old "),
        ("ADDED", "new "),
        ("SAME", "house stands."),
    ]
    assert [found["a"]["id"], found["b"]["id"]] == answers
    assert (found["comparedBy"], found["sameModel"], found["outputTokens"]) == ("WORDS", True, 0)


@pytest.mark.parametrize("field", ["a", "b"])
async def test_what_is_no_response_of_the_caller_is_not_found(service: Service, field: str) -> None:
    """A prompt is none, and what is not there is none; the field is named."""
    sent = await begun(service)
    task = await finished(service, sent["task"]["id"])
    for other in ("nothing", task["prompt"]["id"]):
        ids = {"a": task["answer"]["id"], "b": task["answer"]["id"]} | {field: other}
        error = await service.error(operation("CompareResponses"), **ids)
        assert (error["code"], error["field"]) == ("NOT_FOUND", field)
