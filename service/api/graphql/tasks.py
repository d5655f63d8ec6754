"""Tasks as GraphQL types: what is to be done, how, how far it is, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import orjson
import strawberry

from service.api.graphql.connections import Connection, connection, paged
from service.api.graphql.context import Info
from service.api.graphql.merge_conflicts import MergeConflict, conflicts_of
from service.api.graphql.messages import LazyConversation, Prompt, Response
from service.api.graphql.nodes import Node
from service.api.graphql.plans import Plan, plan
from service.api.graphql.scalars import DateTime, values
from service.api.graphql.sources import Source, source
from service.api.graphql.staleness import StaleReason, stale, stale_because
from service.api.graphql.subtasks import Subtask, subtask
from service.api.graphql.task_config import TaskConfig, task_config
from service.api.graphql.usage import Metrics, Saved, metrics, saved
from service.conversations.events import cursor_at
from service.conversations.listings import SOURCES, SUBTASKS
from service.cursors import PageRequest
from service.errors import ErrorCode
from service.records import Aggregation, StrategyName, SubtaskStatus, TaskStatus, answer_id
from service.tasks.kept_settings import parse_settings, parse_tools

if TYPE_CHECKING:
    from service.api.graphql.strategies import Strategy
    from service.api.graphql.summaries import Summary

LazySummary = Annotated["Summary", strawberry.lazy("service.api.graphql.summaries")]
LazyStrategy = Annotated["Strategy", strawberry.lazy("service.api.graphql.strategies")]


@strawberry.type
class TaskProgress:
    """How far a task is: how many of its subtasks are in which state."""

    counts: strawberry.Private[dict[str, int]]

    @strawberry.field
    def total(self) -> int:
        """All subtasks that are planned so far."""
        return sum(self.counts.values())

    @strawberry.field
    def done(self) -> int:
        """Those that have their last state."""
        return sum(count for status, count in self.counts.items() if SubtaskStatus(status).is_final)

    @strawberry.field
    def running(self) -> int:
        """Those at work."""
        return self.counts.get("RUNNING", 0)

    @strawberry.field
    def succeeded(self) -> int:
        """Those with an answer."""
        return self.counts.get("SUCCEEDED", 0)

    @strawberry.field
    def failed(self) -> int:
        """Those that failed."""
        return self.counts.get("FAILED", 0)

    @strawberry.field
    def cancelled(self) -> int:
        """Those that were cancelled."""
        return self.counts.get("CANCELLED", 0)

    @strawberry.field
    def skipped(self) -> int:
        """Those that were not run because of another."""
        return self.counts.get("SKIPPED", 0)


@strawberry.type
class Task(Node):
    """A job over a conversation."""

    created_at: DateTime
    """When it was made."""

    type: str
    """The task type whose template it follows."""

    strategy: str
    """The name of the strategy that decomposes it."""

    task_status: TaskStatus
    """Its state."""

    title: str
    """Short and human."""

    error: str | None
    """Why it failed, where it did."""

    error_code: ErrorCode | None
    """The kind of that."""

    note: str | None
    """What a reader of the answer should know."""

    started_at: DateTime | None
    """When it was begun."""

    finished_at: DateTime | None
    """When it ended."""

    row: strawberry.Private[dict[str, Any]]

    @strawberry.field
    async def events_cursor(self, info: Info) -> str:
        """Follow it from here: with `taskEvents(after: …)`, nothing falls between this answer and that."""
        row = self.row if "seq" in self.row else (await info.context.load.tasks.load(self.id)).row
        return cursor_at(row["seq"], row["finishedAt"] if TaskStatus(row["status"]).is_final else None)

    @strawberry.field
    async def instruction(self, info: Info) -> str:
        """What the caller asked for; empty where the task type says it all."""
        return (await self._kept(info))["instruction"]

    @strawberry.field
    async def config(self, info: Info) -> TaskConfig:
        """How it is run: every setting as it was decided."""
        kept = await self._kept(info)
        return task_config(parse_settings(kept["settings"], parse_tools(kept["tools"])))

    @strawberry.field
    async def plan(self, info: Info) -> Plan | None:
        """The plan that it follows, where its strategy is DYNAMIC; null until there is one."""
        text, _ = await info.context.load.found("read_followed", self.id, (None, None))
        return None if text is None else plan(orjson.loads(text))

    @strawberry.field
    async def followed(self, info: Info) -> LazyStrategy | None:
        """The kept plan that it follows, in the version that it began with."""
        _, id = await info.context.load.found("read_followed", self.id, (None, None))
        return None if id is None else await info.context.load.strategies.load(id)

    @strawberry.field
    async def conversation(self, info: Info) -> LazyConversation:
        """The conversation that it is in."""
        return await info.context.load.conversations.load(self.row["conversationId"])

    @strawberry.field
    async def prompt(self, info: Info) -> Prompt | None:
        """What was asked."""
        return await info.context.load.message(self.row["promptId"])

    @strawberry.field
    async def answer(self, info: Info) -> Response | None:
        """What came of it; null before it is finished."""
        return await info.context.load.message(self.row["answerId"])

    @strawberry.field
    async def made_summary(self, info: Info) -> LazySummary | None:
        """The summary that it has made, where it was to make one."""
        id = await info.context.load.found("read_task_summaries", self.id)
        return None if id is None else await info.context.load.summaries.load(id)

    @strawberry.field
    async def merge_conflicts(self, info: Info) -> list[MergeConflict]:
        """Where the branches disagree that its prompt merges, once that was found; see `Prompt.mergeConflicts`."""
        return await conflicts_of(info, self.row["promptId"])

    @strawberry.field
    async def pending_answer_id(self, info: Info) -> strawberry.ID | None:
        """The id that its answer will have, known as soon as the task is; null once it has ended, and where it makes
        none of its subtasks' answers."""
        if self.task_status.is_final:
            return None
        # Rows of lists say less.
        return awaited_id(self if "aggregation" in self.row else await info.context.load.tasks.load(self.id))

    @strawberry.field
    async def progress(self, info: Info) -> TaskProgress:
        """How far it is."""
        counts = await info.context.load.found("read_task_progress", self.id, ())
        return TaskProgress(counts=dict(counts))

    @strawberry.field
    async def metrics(self, info: Info) -> Metrics:
        """What its calls took and cost."""
        return metrics(await info.context.load.metrics.load(self.id) or {}, self.started_at, self.finished_at)

    @strawberry.field
    async def stale(self, info: Info) -> bool:
        """Whether what it read is not the newest any more, or what its answer rests on was corrected."""
        return await stale(info, ("task", self.id))

    @strawberry.field
    async def stale_because(self, info: Info) -> list[StaleReason]:
        """What it rests on that is not the newest any more: 100 reasons at most."""
        return await stale_because(info, ("task", self.id))

    @strawberry.field
    async def refreshes(self, info: Info) -> Task | None:
        """The task whose job it does over newer versions; null where it refreshes none."""
        return await _task(info, (await info.context.load.found("read_refreshes", self.id, {})).get("former"))

    @strawberry.field
    async def refreshed_by(self, info: Info) -> Task | None:
        """The newest task that does its job over newer versions; null where there is none."""
        return await _task(info, (await info.context.load.found("read_refreshes", self.id, {})).get("next"))

    @strawberry.field
    async def saved(self, info: Info) -> Saved:
        """What it did not ask, because the answer was there: see `reuse` and `refreshTask`."""
        return saved(await info.context.load.found("read_task_saved", self.id) or {})

    @paged
    async def sources(self, info: Info, page: PageRequest) -> Connection[Source]:
        """What it reads, in order."""
        return connection(await info.context.load.rows(SOURCES, self.id, page, info), source)

    @paged
    async def subtasks(
        self, info: Info, page: PageRequest, status: list[SubtaskStatus] | None = None
    ) -> Connection[Subtask]:
        """Its pieces, in order."""
        found = await info.context.load.rows(SUBTASKS, self.id, page, info, status=values(status))
        return connection(found, subtask)

    async def _kept(self, info: Info) -> dict[str, Any]:
        return await info.context.load.found("read_task_settings", self.id)


async def _task(info: Info, id: str | None) -> Task | None:
    return None if id is None else await info.context.load.tasks.load(id)


def awaited_id(task: Task) -> strawberry.ID | None:
    """The id that the answer of a task will have, or has; None where it makes none."""
    if task.row["aggregation"] == Aggregation.NONE and task.strategy != StrategyName.NONE:
        return None
    return strawberry.ID(answer_id(task.id, task.strategy, task.row["retries"]))


def task(row: dict[str, Any]) -> Task:
    """A task of its row."""
    return Task(
        id=row["id"],
        created_at=row["createdAt"],
        type=row["type"],
        strategy=row["strategy"],
        task_status=TaskStatus(row["status"]),
        title=row["title"],
        error=row["error"],
        error_code=ErrorCode.of(row["errorCode"]),
        note=row["note"],
        started_at=row["startedAt"],
        finished_at=row["finishedAt"],
        row=row,
    )
