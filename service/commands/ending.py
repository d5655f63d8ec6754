"""What a person should know of a task that has ended, below its answer: how it ended, notes, and how to go on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from service.commands.client import nodes_of
from service.commands.options import in_commands
from service.commands.terminal import say
from service.errors import BudgetExceeded
from service.records import FinishReason, TaskStatus

Json = dict[str, Any]

_RETRIED = (TaskStatus.PARTIAL, TaskStatus.FAILED)


def say_end(task: Json) -> None:
    """Say it on standard error, a line each; nothing of a task that simply succeeded."""
    for line in end_lines(task):
        say(in_commands(line))


def end_lines(task: Json) -> Iterator[str]:
    """How a task ended where it did not succeed, what is noted of its answer, and the command that goes on."""
    status = TaskStatus(task["taskStatus"])
    reason, note = task["error"], task["note"]
    if status is not TaskStatus.SUCCEEDED:
        yield status + (f": {reason or note}" if reason or note else "")
        note = note if reason else None
    if note and note not in (reason or ""):
        yield f"note: {_without(reason, note)}"
    cut = _cut(task)
    if cut:
        which = "The answer was" if cut == 1 else f"{cut} answers were"
        yield f"note: {which} cut off at the most tokens that one may have. See --max-output-tokens."
    if status in _RETRIED and _some_answered(task):
        more = " --budget-tokens N" if task["errorCode"] == BudgetExceeded.code else ""
        yield f"to go on: antiphon retry {task['id']}{more}"


def _without(reason: str | None, note: str) -> str:
    """A note without the reason that it begins with."""
    return note.removeprefix(reason or "").strip() or note


def _cut(task: Json) -> int:
    """How many answers ended at their most tokens; of many subtasks those that are shown are counted."""
    answers = [it["response"] for it in nodes_of(task["subtasks"])] or [task["answer"]]
    return sum(bool(answer) and answer.get("finishReason") == FinishReason.LENGTH for answer in answers)


def _some_answered(task: Json) -> bool:
    return 0 < task["progress"]["succeeded"] < task["progress"]["total"]
