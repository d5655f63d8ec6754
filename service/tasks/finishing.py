"""The end of a task: how it ended, from the last states of its subtasks, and its answer, from theirs.

Asks no strategy what is next; that is `planning`.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from service.answers.claims import Claim, claims_text, read_claims
from service.conversations.titles import title_of
from service.errors import AntiphonError, InvalidAnswer, InvalidInput, NotFound
from service.graph.patience import patiently
from service.graph.store import Store, SubtaskState
from service.records import (
    Aggregation,
    OnFailure,
    ResponseStatus,
    StrategyName,
    SubtaskStatus,
    SummaryForm,
    TaskStatus,
    answer_id,
    derived_id,
    subtask_id,
)
from service.strategies.aggregation import Answer, combine
from service.strategies.interface import Finish
from service.strategies.none import CONFLICTS_KEY
from service.tasks.material import Material, TaskWork


@dataclass(frozen=True, slots=True)
class Look:
    """What changes while a task runs: its subtasks, how often it was retried, why nothing new may be asked."""

    states: list[SubtaskState]
    retries: int
    halted: AntiphonError | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A task's last state; `failures` are the subtasks that did not succeed."""

    status: TaskStatus
    error: str | None = None
    code: str | None = None
    failures: tuple[SubtaskState, ...] = ()


class Finisher:
    """Writes how a task ended, once, in the name of the process that holds it."""

    def __init__(self, store: Store, material: Material) -> None:
        self._store = store
        self._material = material

    async def finish(self, task: TaskWork, holder: str, look: Look, finish: Finish) -> None:
        """Make the answer that the strategy wants, and end the task as its subtasks ended."""
        outcome = outcome_of(task, look, finish)
        answer, made_of = None, list[str]()
        try:
            if outcome.status is not TaskStatus.FAILED:
                answer, made_of = await self._answer(task, finish, look.retries)
        except InvalidInput as invalid:
            outcome = Outcome(TaskStatus.FAILED, str(invalid), invalid.code)
        if answer is not None:
            answer |= _wholeness(outcome, finish)
        row = end_row(task.id, holder, outcome) | {"note": finish.note, "answer": answer, "madeOf": made_of}
        if task.summary is None or outcome.status is not TaskStatus.SUCCEEDED:
            await self._store.finish_task(task.conversation_id, row)
        else:
            kept = await self._summary_row(task, look, answer)
            await self._store.finish_summary(task.conversation_id, row, kept, task.leaves)

    async def _summary_row(self, task: TaskWork, look: Look, answer: dict[str, Any] | None) -> dict[str, Any]:
        """What is written of the summary that a task has made. Claims are kept as such, and as a text for people."""
        id_, claims = derived_id(task.id, "summary"), list[Claim]()
        if task.summary_form is SummaryForm.STRUCTURED and answer is not None:
            (said,) = await self._store.read_answers([state.id for state in look.states])
            claims = read_claims(said["text"])
        return {
            "taskId": task.id,
            "summaryId": id_,
            "tokens": sum(one.tokens for one in look.states),
            "content": claims_text(claims) if claims else None,
            "claims": [_claim_row(id_, index, claim) for index, claim in enumerate(claims)],
        }

    async def abandon(self, task_id: str, holder: str, error: AntiphonError) -> None:
        """End a task that cannot go on as FAILED, with the reason. One that was deleted is over already."""
        try:
            task = await patiently(lambda: self._material.task(task_id))
        except NotFound:
            return
        row = end_row(task_id, holder, Outcome(TaskStatus.FAILED, str(error), error.code))
        await patiently(lambda: self._store.finish_task(task.conversation_id, row))

    async def _answer(self, task: TaskWork, finish: Finish, retries: int) -> tuple[dict[str, Any] | None, list[str]]:
        if not finish.keys or (finish.aggregation is Aggregation.NONE and task.strategy != StrategyName.NONE):
            return None, []
        found_first = [CONFLICTS_KEY] if task.settings.reconcile else []
        answers = await self._store.read_answers([subtask_id(task.id, key) for key in (*finish.keys, *found_first)])
        made_of = [answer["id"] for answer in answers]
        if task.strategy == StrategyName.NONE:
            # The subtask asked the task's own prompt, so its response is the task's answer.
            return ({"id": made_of[0], "content": None, "title": None} if made_of else None), made_of[1:]
        headings = {subtask_id(task.id, key): text for key, text in zip(finish.keys, finish.headings, strict=False)}
        parts = [Answer(one["title"], one["text"], headings.get(one["subtaskId"], "")) for one in answers]
        text = await asyncio.to_thread(combine, finish.aggregation, parts)
        return {
            "id": answer_id(task.id, task.strategy, retries),
            "content": text,
            "title": title_of(text) or "(empty)",
        }, made_of


def outcome_of(task: TaskWork, look: Look, finish: Finish) -> Outcome:
    """How a task ends whose strategy says that it is over. What others were asked in place of does not count."""
    replaced = set(finish.replaced)
    states = [state for state in look.states if state.key not in replaced]
    failures = tuple(one for one in states if one.status is not SubtaskStatus.SUCCEEDED)
    if look.halted:
        return Outcome(TaskStatus.PARTIAL, str(look.halted), look.halted.code, failures)
    if finish.error is not None:
        return Outcome(TaskStatus.FAILED, finish.error, InvalidAnswer.code)
    if not failures:
        return Outcome(TaskStatus.SUCCEEDED)
    any_failed = any(one.status is SubtaskStatus.FAILED for one in failures)
    stopped = any_failed and task.settings.on_failure is OnFailure.FAIL_FAST
    status = TaskStatus.PARTIAL if finish.keys and not stopped else TaskStatus.FAILED
    first = next((one for one in failures if one.error), failures[0])
    count = f"{len(failures)} of {len(states)} subtasks did not succeed."
    named = f"{count} “{first.title}”: {first.error or first.status.lower()}"
    error = named if len(states) > 1 else first.error or count
    return Outcome(status, error, first.code, failures)


def _wholeness(outcome: Outcome, finish: Finish) -> dict[str, Any]:
    """How whole an answer is, and what a reader of one that is not should know."""
    status = ResponseStatus.COMPLETE if outcome.status is TaskStatus.SUCCEEDED else ResponseStatus.PARTIAL
    return {"status": status.value, "note": outcome.error or finish.note}


def _claim_row(summary_id: str, index: int, claim: Claim) -> dict[str, Any]:
    """What is written of a claim; its places are those of what the summary covers."""
    said = {"kind": claim.kind.value, "index": index, "text": claim.text, "places": list(claim.places)}
    return {"id": derived_id(summary_id, "claim", index), **said}


def end_row(task_id: str, holder: str, outcome: Outcome) -> dict[str, Any]:
    """The row of a task's end, without an answer."""
    return {
        "taskId": task_id,
        "leaseOwner": holder,
        "status": outcome.status.value,
        "error": outcome.error,
        "code": outcome.code,
        "note": None,
        "answer": None,
        "madeOf": [],
    }
