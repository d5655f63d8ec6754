"""Tasks as GraphQL types: subtasks, attempts, models and sources."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import strawberry

from service.api.graphql.connections import Connection, connection, paged
from service.api.graphql.context import Info
from service.api.graphql.messages import LazyConversation, Message, Prompt, Response
from service.api.graphql.nodes import Node
from service.api.graphql.scalars import JSON, DateTime, camel_keys, values
from service.api.graphql.sources import Source, source
from service.api.graphql.usage import Metrics, metrics
from service.conversations.events import cursor_at
from service.conversations.listings import ATTEMPTS, DEPENDENCIES, SOURCES, SUBTASKS
from service.cursors import PageRequest
from service.errors import ErrorCode
from service.records import AttemptStatus, SubtaskStatus, TaskStatus
from service.tasks.kept_settings import parse_settings, parse_tools

if TYPE_CHECKING:
    from service.api.graphql.models import Model

LazyModel = Annotated["Model", strawberry.lazy("service.api.graphql.models")]


@strawberry.type(description="How far a task is: how many of its subtasks are in which state.")
class TaskProgress:
    """How far a task is."""

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


@strawberry.type(description="One call to a provider, whatever came of it.")
class Attempt(Node):
    """One call to a provider."""

    created_at: DateTime
    number: int
    attempt_status: AttemptStatus
    error: str | None
    error_code: ErrorCode | None
    started_at: DateTime | None
    finished_at: DateTime | None
    queue_ms: float | None = strawberry.field(
        description="From when it could have been made, or from the end of the one before, to the call."
    )
    latency_ms: float | None
    time_to_first_token_ms: float | None
    input_tokens: int | None
    output_tokens: int | None
    cached_tokens: int | None
    cost_usd: float | None = strawberry.field(description="Null where the price is not known.")
    usage_estimated: bool = strawberry.field(description="Whether the tokens were counted here, not by the provider.")
    row: strawberry.Private[dict[str, Any]]

    @strawberry.field
    def model(self) -> LazyModel | None:
        """The model that was called."""
        from service.api.graphql.models import known_model

        return known_model(self.row["model"]) if self.row["model"] else None

    @strawberry.field
    async def response(self, info: Info) -> Response | None:
        """The response that it yielded."""
        return await info.context.load.message(self.row["responseId"])

    @strawberry.field
    async def saw(self, info: Info) -> Message | None:
        """The oldest message that was sent along word for word."""
        return await info.context.load.message(self.row["sawId"])

    @strawberry.field
    async def subtask(self, info: Info) -> Subtask:
        """The subtask that it is for."""
        return await info.context.load.subtasks.load(self.row["subtaskId"])


@strawberry.type(description="One piece of a task: one prompt and its answer.")
class Subtask(Node):
    """One piece of a task."""

    created_at: DateTime
    index: int
    title: str
    subtask_status: SubtaskStatus
    error: str | None
    error_code: ErrorCode | None
    started_at: DateTime | None
    finished_at: DateTime | None
    row: strawberry.Private[dict[str, Any]]

    @strawberry.field
    async def task(self, info: Info) -> Task:
        """The task that it is a piece of."""
        return await info.context.load.tasks.load(self.row["taskId"])

    @strawberry.field
    async def prompt(self, info: Info) -> Prompt | None:
        """What was asked; null before it was."""
        return await info.context.load.message(self.row["promptId"])

    @strawberry.field
    async def response(self, info: Info) -> Response | None:
        """The accepted answer; null before there is one."""
        return await info.context.load.message(self.row["responseId"])

    @paged
    async def attempts(self, info: Info, page: PageRequest) -> Connection[Attempt]:
        """The calls that were made for it, in order."""
        return connection(await info.context.load.rows(ATTEMPTS, self.id, page, info), attempt)

    @strawberry.field
    async def metrics(self, info: Info) -> Metrics:
        """What its calls took and cost."""
        return metrics(await info.context.load.metrics.load(self.id) or {}, self.started_at, self.finished_at)

    @paged
    async def depends_on(self, info: Info, page: PageRequest) -> Connection[Subtask]:
        """The subtasks that had to end before it."""
        return await info.context.load.linked(DEPENDENCIES, info.context.load.subtasks, self.id, page, info)


@strawberry.type(description="A job over a conversation.")
class Task(Node):
    """A job over a conversation."""

    created_at: DateTime
    type: str = strawberry.field(description="The task type whose template it follows.")
    strategy: str
    task_status: TaskStatus
    title: str
    error: str | None = strawberry.field(description="Why it failed, where it did.")
    error_code: ErrorCode | None = strawberry.field(description="The kind of that.")
    note: str | None = strawberry.field(description="What a reader of the answer should know.")
    started_at: DateTime | None
    finished_at: DateTime | None
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
    async def config(self, info: Info) -> JSON:
        """How it is run: every setting as it was decided."""
        kept = await self._kept(info)
        return camel_keys(asdict(parse_settings(kept["settings"], parse_tools(kept["tools"]))))

    @strawberry.field
    async def plan(self, info: Info) -> JSON | None:
        """The plan that it follows, where its strategy is DYNAMIC; null until there is one."""
        text, _ = await info.context.load.found("read_followed", self.id, (None, None))
        return None if text is None else orjson.loads(text)

    @strawberry.field
    async def followed(self, info: Info) -> str | None:
        """The name of the kept plan that it follows."""
        _, name = await info.context.load.found("read_followed", self.id, (None, None))
        return name

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
    async def progress(self, info: Info) -> TaskProgress:
        """How far it is."""
        counts = await info.context.load.found("read_task_progress", self.id, ())
        return TaskProgress(counts=dict(counts))

    @strawberry.field
    async def metrics(self, info: Info) -> Metrics:
        """What its calls took and cost."""
        return metrics(await info.context.load.metrics.load(self.id) or {}, self.started_at, self.finished_at)

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


def attempt(row: dict[str, Any]) -> Attempt:
    """An attempt of its row."""
    return Attempt(
        id=row["id"],
        created_at=row["createdAt"],
        number=row["number"],
        attempt_status=AttemptStatus(row["status"]),
        error=row["error"],
        error_code=ErrorCode.of(row["errorCode"]),
        started_at=row["startedAt"],
        finished_at=row["finishedAt"],
        queue_ms=row["queueMs"],
        latency_ms=row["latencyMs"],
        time_to_first_token_ms=row["timeToFirstTokenMs"],
        input_tokens=row["inputTokens"],
        output_tokens=row["outputTokens"],
        cached_tokens=row["cachedTokens"],
        cost_usd=row["costUsd"],
        usage_estimated=bool(row["usageEstimated"]),
        row=row,
    )


def subtask(row: dict[str, Any]) -> Subtask:
    """A subtask of its row."""
    return Subtask(
        id=row["id"],
        created_at=row["createdAt"],
        index=row["index"],
        title=row["title"],
        subtask_status=SubtaskStatus(row["status"]),
        error=row["error"],
        error_code=ErrorCode.of(row["errorCode"]),
        started_at=row["startedAt"],
        finished_at=row["finishedAt"],
        row=row,
    )


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
