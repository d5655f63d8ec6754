"""What tasks are made of while they run: each task as it was asked for, and the texts of its sources.

Read once and kept within a bound, for those who plan, compose and end.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from service.chat import ChatMessage, Tool
from service.conversations.context.spoken import chat_message
from service.errors import NotFound
from service.graph.store import Store
from service.records import TEXT_FORMAT, ResponseFormat, SummaryForm, SummaryKind, derived_id
from service.strategies.interface import TaskSettings
from service.strategies.templates import render_part
from service.tasks.kept_settings import parse_format, parse_settings, parse_tools
from service.tasks.replayed import Replayed, parse_replayed
from service.tasks.sources import reading_id

SOURCE_CHARACTERS = 64_000_000
PROMPT_CHARACTERS = 64_000_000


@dataclass(frozen=True, slots=True)
class TaskWork:
    """What does not change while a task runs."""

    id: str
    conversation_id: str
    owner_id: str
    strategy: str
    settings: TaskSettings
    instruction: str
    part_template: str
    reduce_template: str
    plan: str | None
    prompt_id: str
    prompt: str
    asked: ChatMessage
    summary: SummaryKind | None
    """Of a task that summarizes: why."""
    covered_tokens: int | None
    """And the tokens of what it covers."""
    sources: dict[str, dict[str, Any]]
    """What it reads, by the name in spans: `{id, index, name, mediaType, length, sourceId}`."""
    summary_form: SummaryForm = SummaryForm.TEXT
    leaves: dict[str, Any] | None = None
    """The branch that is deleted once the summary is written: `{ownerId, branchId, causeKey}`."""
    refreshes: str | None = None
    """The task whose job it does over newer versions."""
    documents_left: bool = False
    """Whether its process died before what it reads was kept as documents."""
    replayed: Replayed | None = None
    """The call whose context it sends again, and what it changes of that."""

    @property
    def goal(self) -> str:
        """What is to be done, in the words of the task type where it has its own."""
        text = render_part(self.part_template, instruction=self.instruction, input="", source_name="")
        return text.strip() or self.prompt


def models_of(task: TaskWork, work: Mapping[str, Any]) -> tuple[str, ...]:
    """The models that a subtask may ask by name, first to last."""
    return tuple(dict.fromkeys((work["model"] or task.settings.model, *task.settings.fallback_models)))


def form_of(task: TaskWork, work: Mapping[str, Any]) -> ResponseFormat:
    """What a subtask's answer must be."""
    if (own := parse_format(work)) is not None:
        return own
    return task.settings.response_format if work["kind"] not in ("plan", "step") else TEXT_FORMAT


def tools_of(task: TaskWork, work: Mapping[str, Any]) -> tuple[Tool, ...]:
    """The tools that the model may call."""
    return task.settings.tools if work["kind"] == "direct" else ()


class Material:
    """The tasks that run here, and their sources' texts."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._tasks: OrderedDict[str, TaskWork] = OrderedDict()
        self._texts: OrderedDict[str, str] = OrderedDict()
        self._characters = 0
        self._prompt_characters = 0

    async def task(self, task_id: str) -> TaskWork:
        """The task, read once; `NotFound` where it was deleted."""
        task = self._tasks.get(task_id)
        if task is None:
            row = await self._store.read_task_work(task_id)
            if row is None:
                raise NotFound(f"There is no task {task_id}.")
            self.keep(task := task_work(row))
        return task

    def keep(self, task: TaskWork) -> None:
        """Keep a task that will run here, while there is room for its prompt."""
        self.forget(task.id)
        self._tasks[task.id] = task
        self._prompt_characters += len(task.prompt)
        while len(self._tasks) > 1 and self._prompt_characters > PROMPT_CHARACTERS:
            self._prompt_characters -= len(self._tasks.popitem(last=False)[1].prompt)

    def follow(self, task_id: str, plan: str) -> None:
        """Note the plan that a task follows from now on."""
        if (task := self._tasks.get(task_id)) is not None:
            self._tasks[task_id] = replace(task, plan=plan)

    def forget(self, task_id: str) -> None:
        """Let go of a task that is not run here any more, and of its sources' texts."""
        task = self._tasks.pop(task_id, None)
        if task is None:
            return
        self._prompt_characters -= len(task.prompt)
        for reading in task.sources.values():
            self._characters -= len(self._texts.pop(reading["sourceId"], ""))

    def lend(self, texts: Mapping[str, str]) -> None:
        """Keep texts that are not in the graph, by what they are called, while there is room for them."""
        for name, text in texts.items():
            self._keep(name, text)

    async def source_text(self, source_id: str) -> str:
        """A source's text, kept while there is room for it."""
        text = self._texts.get(source_id)
        if text is None:
            text = await self._store.load_source_text(source_id)
            self._keep(source_id, text)
        return text

    def _keep(self, source_id: str, text: str) -> None:
        self._characters += len(text) - len(self._texts.pop(source_id, ""))
        self._texts[source_id] = text
        while len(self._texts) > 1 and self._characters > SOURCE_CHARACTERS:
            self._characters -= len(self._texts.popitem(last=False)[1])


def prompt_id_of(row: Mapping[str, Any]) -> str:
    """The id of the prompt of a task or a subtask: of the one that is written, which may have come under another id, or
    of the one that will be."""
    return row.get("promptId") or derived_id(row["id"], "prompt")


def task_work(row: dict[str, Any]) -> TaskWork:
    """A task of the row that was read of it, or that it is written with."""
    readings = [{**reading, "id": reading_id(row["id"], reading["index"])} for reading in row["sources"]]
    instruction = row.get("instruction")
    return TaskWork(
        id=row["id"],
        conversation_id=row["conversationId"],
        owner_id=row["ownerId"],
        strategy=row["strategy"],
        settings=parse_settings(row, parse_tools(row["tools"])),
        instruction=row["content"] if instruction is None else instruction,
        part_template=row["template"]["instruction"],
        reduce_template=row["template"].get("reduce") or "",
        plan=row.get("plan"),
        prompt_id=prompt_id_of(row),
        prompt=row["content"],
        asked=chat_message(row),
        summary=SummaryKind(row["summaryKind"]) if row.get("summaryKind") else None,
        covered_tokens=row.get("coveredTokens"),
        sources={reading["id"]: reading for reading in readings},
        leaves=_leaves(row),
        refreshes=row.get("refreshes"),
        documents_left=bool(row.get("documentsLeft")),
        summary_form=SummaryForm(row.get("summaryForm") or SummaryForm.TEXT),
        replayed=parse_replayed(row),
    )


def _leaves(row: dict[str, Any]) -> dict[str, Any] | None:
    if (branch := row.get("deletesBranch")) is None:
        return None
    return {"ownerId": row["ownerId"], "branchId": branch, "causeKey": row.get("idempotencyKey")}
