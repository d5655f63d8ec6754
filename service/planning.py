"""Planning a task: its state is loaded, its strategy asked, and what the strategy wants is written.

Owns the way from a strategy's answer to subtasks, and from finished subtasks to the task's answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from service.errors import AntiphonError, InvalidAnswer, InvalidInput, NotFound
from service.graph.patience import patiently
from service.graph.store import Store, SubtaskState, span_rows
from service.models import Models
from service.orchestration import Wave
from service.prompts import Prompts, TaskWork, answer_room, material_room, render_frame
from service.records import (
    Aggregation,
    Ask,
    Asks,
    DoneSubtask,
    Finish,
    OnFailure,
    Plan,
    Read,
    SourceText,
    StrategyName,
    SubtaskStatus,
    TaskState,
    TaskStatus,
    derived_id,
)
from service.strategies import plan
from service.strategies.aggregation import Answer, combine
from service.task_settings import format_json

TITLE_CHARACTERS = 60
GOAL_CHARACTERS = 200
SCHEMA_MODE = "json_schema"

MOST_FAILURES = 100
"""How many of the subtasks that did not succeed an answer names."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """A task's last state; `failures` are the subtasks that did not succeed."""

    status: TaskStatus
    error: str | None = None
    code: str | None = None
    failures: tuple[SubtaskState, ...] = ()


@dataclass(frozen=True, slots=True)
class _Run:
    """Whose run of a task this is, and how often the task was retried."""

    holder: str
    retries: int


@dataclass(frozen=True, slots=True)
class _Look:
    """What changes while a task runs: its subtasks, how often it was retried, why nothing new may be asked."""

    states: list[SubtaskState]
    retries: int
    halted: AntiphonError | None


class Planner:
    """The plan step of the orchestration."""

    def __init__(self, store: Store, models: Models, prompts: Prompts) -> None:
        self._store = store
        self._models = models
        self._prompts = prompts

    async def plan(self, task_id: str, holder: str, halted: AntiphonError | None = None) -> Wave | None:
        """Ask the strategy what is next and write it: a wave of subtasks, or the task's answer.

        `halted` says why nothing new may be asked. None: the task is over, or not `holder`'s any more.
        """
        task = await self._prompts.task(task_id)
        retries = await self._store.advance_task(task.conversation_id, task_id, TaskStatus.PLANNING, holder)
        if retries is None:
            return None
        states = await self._store.read_subtask_states(task_id)
        said = await self._ask(task, _Look(states, retries, halted))
        if isinstance(said, Finish):
            replaced = set(said.replaced)
            wanted = [state for state in states if state.key not in replaced]
            outcome = _halted(wanted, halted) if halted else _outcome(task, wanted, said)
            await self._finish(task, _Run(holder, retries), outcome, said)
            return None
        if said.plan is not None and task.plan is None:
            await self._follow(task, said.plan, holder)
        await self._write(task, said, {state.key for state in states})
        await self._store.advance_task(task.conversation_id, task_id, TaskStatus.RUNNING, holder)
        return _wave(task, said, states)

    async def _finish(self, task: TaskWork, run: _Run, outcome: _Outcome, finish: Finish) -> None:
        answer, made_of = None, list[str]()
        try:
            if outcome.status is not TaskStatus.FAILED:
                answer, made_of = await self._answer(task, finish, run.retries)
        except InvalidInput as invalid:
            outcome = _Outcome(TaskStatus.FAILED, str(invalid), invalid.code)
        if answer is not None:
            answer["metadata"] = _metadata(outcome, finish)
        row = _end_row(task.id, run.holder, outcome) | {"note": finish.note, "answer": answer, "madeOf": made_of}
        await self._store.finish_task(task.conversation_id, row)

    async def abandon(self, task_id: str, holder: str, error: AntiphonError) -> None:
        """End a task that cannot go on as FAILED, with the reason. One that was deleted is over already."""
        try:
            task = await patiently(lambda: self._prompts.task(task_id))
        except NotFound:
            return
        row = _end_row(task_id, holder, _Outcome(TaskStatus.FAILED, str(error), error.code))
        await patiently(lambda: self._store.finish_task(task.conversation_id, row))

    async def _ask(self, task: TaskWork, look: _Look) -> Asks | Finish:
        """What the strategy says, which is asked again with the answers that it wants to read."""
        answers: dict[str, str] = {}
        while isinstance(said := await self._ask_once(task, look, answers), Read):
            ids = {subtask_id(task.id, key): key for key in said.keys if key not in answers}
            rows = await self._store.read_answers(list(ids))
            answers |= dict.fromkeys(said.keys, "") | {ids[row["subtaskId"]]: row["text"] for row in rows}
        return said

    async def _ask_once(self, task: TaskWork, look: _Look, answers: Mapping[str, str]) -> Plan:
        model = self._models.find(task.settings.model)
        texts = await asyncio.gather(*map(self._prompts.source_text, task.sources))
        sources = tuple(
            SourceText(source["id"], source["name"], source["mediaType"], text)
            for source, text in zip(task.sources.values(), texts, strict=True)
        )

        def ask() -> Plan:
            # In a thread: cutting a large text takes seconds, and a tokenizer may be asked over HTTP.
            count = self._models.counter(model)
            frame = render_frame(task.part_template, task.instruction, (source.name for source in sources))
            state = TaskState(
                task_id=task.id,
                settings=task.settings,
                sources=sources,
                subtasks=tuple(DoneSubtask(one.key, one.status, one.tokens, one.code) for one in look.states),
                room=material_room(task.settings, model, count(frame)),
                answer_room=answer_room(task.settings, model),
                count=count,
                instruction=task.instruction,
                answers=answers,
                plan=task.plan,
                roles=self._models.roles(),
                models=self._models.names(),
                retries=look.retries,
                halted=str(look.halted) if look.halted else None,
            )
            return plan(task.strategy, state)

        return await asyncio.to_thread(ask)

    async def _write(self, task: TaskWork, asks: Asks, known: set[str]) -> None:
        new = [ask for ask in asks.asks if ask.key not in known]
        rows = [_subtask_row(task.id, self._resolved(task, ask), len(known) + i) for i, ask in enumerate(new)]
        await self._store.plan_subtasks(task.id, rows)

    def _resolved(self, task: TaskWork, ask: Ask) -> Ask:
        """The ask with a model in place of its role; a plan's schema is for models that have a mode for it only."""
        name = ask.model or (self._models.roles().get(ask.role) if ask.role else None)
        model = self._models.find(name) if name else None
        if ask.kind == "plan" and SCHEMA_MODE not in (model or self._models.find(task.settings.model)).features:
            ask = replace(ask, response_format=None)
        return replace(ask, model=model.key if model else None)

    async def _follow(self, task: TaskWork, plan: str, holder: str) -> None:
        """Keep the plan that a model made: with the task, which follows it from now on, and under a name."""
        goal = " ".join(task.goal.split())
        row = {
            "taskId": task.id,
            "leaseOwner": holder,
            "strategyId": derived_id(task.id, "strategy"),
            "name": f"{goal[:TITLE_CHARACTERS].rstrip()} ({task.id[-6:]})",
            "description": f"Made by {task.settings.model} for: {goal[:GOAL_CHARACTERS]}",
            "plan": plan,
        }
        await self._store.keep_plan(task.conversation_id, row)
        self._prompts.follow(task.id, plan)

    async def _answer(self, task: TaskWork, finish: Finish, retries: int) -> tuple[dict[str, Any] | None, list[str]]:
        if not finish.keys or (finish.aggregation is Aggregation.NONE and task.strategy != StrategyName.NONE):
            return None, []
        answers = await self._store.read_answers([subtask_id(task.id, key) for key in finish.keys])
        made_of = [answer["id"] for answer in answers]
        if task.strategy == StrategyName.NONE:
            # The subtask asked the task's own prompt, so its response is the task's answer.
            return ({"id": made_of[0], "content": None, "title": None} if made_of else None), []
        text = await asyncio.to_thread(
            combine, finish.aggregation, [Answer(answer["title"], answer["text"]) for answer in answers]
        )
        title = " ".join(text[: TITLE_CHARACTERS * 2].split())[:TITLE_CHARACTERS]
        # What a retry comes to is another answer beside the first.
        id_ = derived_id(task.id, "answer", *([retries] if retries else []))
        return {"id": id_, "content": text, "title": title or "(empty)"}, made_of


def subtask_id(task_id: str, key: str) -> str:
    """The id of the subtask with that key."""
    return derived_id(task_id, "subtask", key)


def _subtask_row(task_id: str, ask: Ask, index: int) -> dict[str, Any]:
    uses = [subtask_id(task_id, key) for key in ask.uses]
    depends_on = list(dict.fromkeys([*uses, *(subtask_id(task_id, key) for key in ask.depends_on)]))
    return {
        "taskId": task_id,
        "id": subtask_id(task_id, ask.key),
        "key": ask.key,
        "index": index,
        "title": ask.title,
        "kind": ask.kind,
        "spans": span_rows(ask.spans),
        "part": ask.part,
        "parts": ask.parts,
        "uses": uses,
        "brief": ask.brief or None,
        "item": ask.item,
        "model": ask.model,
        "responseFormat": format_json(ask.response_format),
        "dependsOn": depends_on,
        "replaces": subtask_id(task_id, ask.replaces) if ask.replaces is not None else None,
        "status": SubtaskStatus.PENDING if depends_on else SubtaskStatus.READY,
    }


def _wave(task: TaskWork, asks: Asks, states: list[SubtaskState]) -> Wave:
    ended = {state.id: state.status for state in states if state.status.is_final}
    waiting: dict[str, tuple[str, ...]] = {}
    for ask in asks.asks:
        id_ = subtask_id(task.id, ask.key)
        if id_ not in ended:
            keys = dict.fromkeys((*ask.uses, *ask.depends_on))
            waiting[id_] = tuple(subtask_id(task.id, key) for key in keys)
    # Twice as many as may call at once: while one calls, another is composed or written.
    workers = 2 * task.settings.max_parallel
    return Wave(waiting, ended, workers, task.settings.on_failure is OnFailure.FAIL_FAST)


def _outcome(task: TaskWork, states: list[SubtaskState], finish: Finish) -> _Outcome:
    if finish.error is not None:
        return _Outcome(TaskStatus.FAILED, finish.error, InvalidAnswer.code)
    failures = _failures(states)
    if not failures:
        return _Outcome(TaskStatus.SUCCEEDED)
    any_failed = any(one.status is SubtaskStatus.FAILED for one in failures)
    stopped = any_failed and task.settings.on_failure is OnFailure.FAIL_FAST
    status = TaskStatus.PARTIAL if finish.keys and not stopped else TaskStatus.FAILED
    first = next((one for one in failures if one.error), failures[0])
    count = f"{len(failures)} of {len(states)} subtasks did not succeed."
    error = f"{count} {first.error or ''}".strip() if len(states) > 1 else first.error or count
    return _Outcome(status, error, first.code, failures)


def _halted(states: list[SubtaskState], why: AntiphonError) -> _Outcome:
    return _Outcome(TaskStatus.PARTIAL, str(why), why.code, _failures(states))


def _failures(states: list[SubtaskState]) -> tuple[SubtaskState, ...]:
    return tuple(one for one in states if one.status is not SubtaskStatus.SUCCEEDED)


def _metadata(outcome: _Outcome, finish: Finish) -> str | None:
    """What a reader of an answer that is not whole should know, as JSON; None where it is whole."""
    if not outcome.failures and not finish.note:
        return None
    said = {
        "status": outcome.status.value,
        "error": outcome.error,
        "code": outcome.code,
        "note": finish.note,
        "failed": len(outcome.failures),
        "failures": [
            {"subtaskId": one.id, "title": one.title, "status": one.status.value, "error": one.error, "code": one.code}
            for one in outcome.failures[:MOST_FAILURES]
        ],
    }
    return orjson.dumps(said).decode()


def _end_row(task_id: str, holder: str, outcome: _Outcome) -> dict[str, Any]:
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
