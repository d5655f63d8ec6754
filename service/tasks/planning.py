"""Planning a task: its state is loaded, its strategy asked, and what the strategy wants is written.

Owns the way from what a strategy says to subtasks in the graph; how a task ends is `finishing`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from service.conversations.titles import TITLE_CHARACTERS
from service.errors import AntiphonError
from service.graph.store import Store, SubtaskState
from service.models.registry import Models
from service.records import Span, SubtaskStatus, TaskStatus, derived_id, subtask_id
from service.strategies import plan
from service.strategies.interface import Ask, Asks, DoneSubtask, Finish, Plan, Read, SourceText, TaskState
from service.strategies.none import KEY
from service.tasks.documents import keep_documents
from service.tasks.finishing import Finisher, Look
from service.tasks.formers import Formers
from service.tasks.kept_settings import format_row
from service.tasks.material import Material, TaskWork
from service.tasks.orchestration import Wave
from service.tasks.prompts import answer_room, material_room, render_frame
from service.tasks.reusing import Reusing

GOAL_CHARACTERS = 200
SCHEMA_MODE = "json_schema"
ReadAnswers = Callable[[Sequence[str]], Awaitable[list[dict[str, Any]]]]
"""Reads the accepted answers of subtasks by their ids, see `Store.read_answers`."""
Keep = Callable[[TaskWork, str], Awaitable[None]]
"""Writes where the sides of a merge disagree, in the name of the process that holds its task."""


class Planner:
    """The plan step of the orchestration."""

    def __init__(
        self,
        store: Store,
        models: Models,
        material: Material,
        finisher: Finisher,
        keep_conflicts: Keep,
        reusing: Reusing,
        formers: Formers,
    ) -> None:
        self._store = store
        self._models = models
        self._material = material
        self._finisher = finisher
        self._keep_conflicts = keep_conflicts
        self._reusing = reusing
        self._formers = formers

    async def plan(self, task_id: str, holder: str, halted: AntiphonError | None = None) -> Wave | None:
        """Ask the strategy what is next and write it: a wave of subtasks, or the task's answer.

        `halted` says why nothing new may be asked. None: the task is over, or not `holder`'s any more.
        """
        task = await self._material.task(task_id)
        retries = await self._store.advance_task(task.conversation_id, task_id, TaskStatus.PLANNING, holder)
        if retries is None:
            return None
        if task.documents_left:
            await keep_documents(self._store, task)
        look = Look(await self._store.read_subtask_states(task_id), retries, halted)
        said = await self.ask(task, look, self._store.read_answers)
        if isinstance(said, Finish):
            await self._finisher.finish(task, holder, look, said)
            return None
        if said.plan is not None and task.plan is None:
            await self._follow(task, said.plan, holder)
        if task.settings.reconcile and any(ask.key == KEY for ask in said.asks):
            # What it is asked with: where its sides disagree.
            await self._keep_conflicts(task, holder)
        reused = await self._write(task, said, look.states, holder)
        # Whoever holds it by now has planned it, too, and runs it.
        if await self._store.advance_task(task.conversation_id, task_id, TaskStatus.RUNNING, holder) is None:
            return None
        return _wave(task, said, look.states, reused)

    async def ask(self, task: TaskWork, look: Look, read: ReadAnswers) -> Asks | Finish:
        """What the strategy says, which is asked again with the answers that it wants to read."""
        answers: dict[str, str] = {}
        while isinstance(said := await self._ask_once(task, look, answers), Read):
            ids = {subtask_id(task.id, key): key for key in said.keys if key not in answers}
            rows = await read(list(ids))
            answers |= dict.fromkeys(said.keys, "") | {ids[row["subtaskId"]]: row["text"] for row in rows}
        return said

    async def _ask_once(self, task: TaskWork, look: Look, answers: Mapping[str, str]) -> Plan:
        model = self._models.find(task.settings.model)
        texts = await asyncio.gather(*(self._material.source_text(it["sourceId"]) for it in task.sources.values()))
        former = await self._formers.of(task)
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
                subtasks=tuple(DoneSubtask(one.key, one.status, one.tokens, one.code, one.sha) for one in look.states),
                room=material_room(task.settings, model, count(frame)),
                answer_room=answer_room(task.settings, model),
                count=count,
                instruction=task.instruction,
                answers=answers,
                plan=task.plan,
                former=former.texts,
                roles=self._models.roles(),
                models=self._models.names(),
                retries=look.retries,
                halted=str(look.halted) if look.halted else None,
            )
            return plan(task.strategy, state)

        return await asyncio.to_thread(ask)

    async def _write(self, task: TaskWork, asks: Asks, states: list[SubtaskState], holder: str) -> set[str]:
        """Write what is new of these; the ids of those that took an answer that was there."""
        rows = self.rows(task, asks, {state.key for state in states})
        ended = {state.id for state in states if state.status.is_final}
        there = await self.reusable(task, rows, ended, self._store.read_answers)
        return await self._store.plan_subtasks(task.conversation_id, task.id, rows, holder, there)

    def rows(self, task: TaskWork, asks: Asks, known: set[str]) -> list[dict[str, Any]]:
        """What is written of those of these asks whose keys are not known yet."""
        new = [ask for ask in asks.asks if ask.key not in known]
        return [subtask_row(task, self._resolved(task, ask), len(known) + i) for i, ask in enumerate(new)]

    async def reusable(
        self,
        task: TaskWork,
        rows: list[dict[str, Any]],
        ended: set[str],
        read: ReadAnswers,
        *,
        anywhere: bool = False,
    ) -> list[dict[str, Any]]:
        """Which of these subtasks take an answer that is there, as far as what they need has ended: rows of
        `reuse_answers`, see `Reusing.answers_for`."""
        if not task.settings.reuse:
            return []
        known = (await self._formers.of(task)).known
        ready = [row for row in rows if all(needed["id"] in ended for needed in row["dependsOn"])]
        same = {row["id"]: known[row["identity"]] for row in ready if row["identity"] in known}
        ready = [row for row in ready if row["id"] not in same]
        needed = {one["id"] for row in ready for one in row["dependsOn"] if one["place"] is not None}
        answers = {answer["subtaskId"]: answer for answer in await read(list(needed))}
        found = await self._reusing.answers_for(task, [work_of(row, answers) for row in ready], anywhere=anywhere)
        return [*found, *({"subtaskId": id_, **answer} for id_, answer in same.items())]

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
        self._material.follow(task.id, plan)


def subtask_row(task: TaskWork, ask: Ask, index: int) -> dict[str, Any]:
    """A subtask as it is written, the task's `index`th."""
    places: dict[str, int | None] = {key: place for place, key in enumerate(dict.fromkeys(ask.uses))}
    needs = places | {key: None for key in ask.depends_on if key not in places}
    return {
        "id": subtask_id(task.id, ask.key),
        "key": ask.key,
        "index": index,
        "title": ask.title,
        "kind": ask.kind,
        "spans": [_span_row(task, place, span) for place, span in enumerate(ask.spans)],
        "part": ask.part,
        "parts": ask.parts,
        "identity": ask.identity,
        "brief": ask.brief or None,
        "item": ask.item,
        "model": ask.model,
        **format_row(ask.response_format),
        "dependsOn": [{"id": subtask_id(task.id, key), "place": place} for key, place in needs.items()],
        "replaces": subtask_id(task.id, ask.replaces) if ask.replaces is not None else None,
        "status": SubtaskStatus.PENDING if needs else SubtaskStatus.READY,
    }


def _span_row(task: TaskWork, place: int, span: Span) -> dict[str, Any]:
    reading = task.sources[span.source_id]
    said = {"start": span.start, "end": span.end, "label": span.label or None}
    return {"index": place, "reading": reading["index"], "sourceId": reading["sourceId"], **said}


def work_of(row: dict[str, Any], answers: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """A subtask that is not written yet as the runner needs it: see `Store.load_subtask_work`."""
    placed = sorted((one["place"], one["id"]) for one in row["dependsOn"] if one["place"] is not None)
    said = [answers[id_] for _, id_ in placed if id_ in answers]
    spans = [[span["reading"], span["start"], span["end"], span["label"]] for span in row["spans"]]
    return row | {"spans": spans, "answers": said}


def _wave(task: TaskWork, asks: Asks, states: list[SubtaskState], reused: set[str]) -> Wave:
    ended = {state.id: state.status for state in states if state.status.is_final}
    ended |= dict.fromkeys(reused, SubtaskStatus.SUCCEEDED)
    waiting: dict[str, tuple[str, ...]] = {}
    for ask in asks.asks:
        id_ = subtask_id(task.id, ask.key)
        if id_ not in ended:
            keys = dict.fromkeys((*ask.uses, *ask.depends_on))
            waiting[id_] = tuple(subtask_id(task.id, key) for key in keys)
    # Twice as many as may call at once: while one calls, another is composed or written.
    return Wave(waiting, ended, 2 * task.settings.max_parallel)
