"""Turns over HTTP: where a prompt goes, and what becomes of what is said in its place."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.support.front import Service, operation


async def begun(service: Service, content: str = "Who?") -> dict[str, Any]:
    """What sending a first prompt gives."""
    return (await service.ask("SendPrompt", input={"content": content}))["sendPrompt"]


async def finished(service: Service, task_id: str) -> dict[str, Any]:
    """The task, once it is over."""
    async with asyncio.timeout(60):
        while (task := (await service.ask("Task", id=task_id))["task"])["finishedAt"] is None:
            await asyncio.sleep(0.05)
    return task


async def test_a_branch_that_has_moved_is_a_conflict(service: Service) -> None:
    """The error has its code, its field and a remedy; so has one of a branch that is not there."""
    conversation = (await begun(service))["task"]["conversation"]["id"]
    cases: list[tuple[dict[str, Any], str, str]] = [
        ({"expectedHead": {"empty": True}}, "CONFLICT", "input.expectedHead"),
        ({"expectedHead": {"messageId": "x"}}, "CONFLICT", "input.expectedHead"),
        ({"expectedHead": {"empty": False}}, "INVALID_INPUT", "input.expectedHead.empty"),
        ({"branch": "x"}, "NOT_FOUND", "input.branch"),
    ]
    for place, code, field in cases:
        new = {"content": "And?", "conversationId": conversation} | place
        error = await service.error(operation("SendPrompt"), input=new)
        assert (error["code"], error["field"]) == (code, field)
        assert code == "NOT_FOUND" or error["remedy"]


async def test_the_id_of_an_answer_is_known_before_it(service: Service) -> None:
    """The task says it until it has ended, and then has the answer."""
    sent = await begun(service)
    assert sent["task"]["pendingAnswerId"] in (sent["answerId"], None)
    task = await finished(service, sent["task"]["id"])
    assert (task["answer"]["id"], task["pendingAnswerId"]) == (sent["answerId"], None)
