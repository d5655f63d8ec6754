"""Subtasks as GraphQL types, and the calls that were made for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from service.api.graphql.connections import Connection, connection, paged
from service.api.graphql.context import Info
from service.api.graphql.messages import Message, Prompt, Response
from service.api.graphql.nodes import Node
from service.api.graphql.scalars import DateTime
from service.api.graphql.sent import AttemptContext, attempt_context
from service.api.graphql.usage import Metrics, metrics
from service.conversations.listings import ATTEMPTS, DEPENDENCIES
from service.cursors import PageRequest
from service.errors import ErrorCode
from service.records import AttemptStatus, SubtaskStatus

if TYPE_CHECKING:
    from service.api.graphql.models import Model
    from service.api.graphql.tasks import Task

LazyModel = Annotated["Model", strawberry.lazy("service.api.graphql.models")]
LazyTask = Annotated["Task", strawberry.lazy("service.api.graphql.tasks")]


@strawberry.type
class Attempt(Node):
    """One call to a provider, whatever came of it."""

    created_at: DateTime
    """When it was written down."""

    number: int
    """1 for the first call of its subtask."""

    attempt_status: AttemptStatus
    """What came of it."""

    error: str | None
    """Why it failed, where it did."""

    error_code: ErrorCode | None
    """What kind of failure that was."""

    started_at: DateTime | None
    """When the call was made."""

    finished_at: DateTime | None
    """When it ended."""

    queue_ms: float | None
    """From when it could have been made, or from the end of the one before, to the call."""

    latency_ms: float | None
    """From the call to its end."""

    time_to_first_token_ms: float | None
    """From the call to the first piece of its answer."""

    input_tokens: int | None
    """Tokens that were read."""

    output_tokens: int | None
    """Tokens that were written."""

    cached_tokens: int | None
    """The part of `inputTokens` that the provider had in its cache."""

    cache_write_tokens: int | None
    """The part of `inputTokens` that the provider wrote to its cache."""

    cost_usd: float | None
    """Null where it is not known: the price is not, or the call was cut before anything was said of it."""

    usage_estimated: bool
    """Whether tokens were counted here, not by the provider; with no `outputTokens`, nobody knows their number."""

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
    async def context(self, info: Info) -> AttemptContext | None:
        """What it was sent, made again from the graph, and whether that is byte for byte what was sent."""
        sent = await info.context.backend.rebuilding.context_of(info.context.caller, self.id)
        return None if sent is None else attempt_context(sent)

    @strawberry.field
    async def subtask(self, info: Info) -> Subtask:
        """The subtask that it is for."""
        return await info.context.load.subtasks.load(self.row["subtaskId"])


@strawberry.type
class Subtask(Node):
    """One piece of a task: one prompt and its answer."""

    created_at: DateTime
    """When it was planned."""

    index: int
    """Its place in the task, from 0."""

    title: str
    """Short and human."""

    subtask_status: SubtaskStatus
    """Its state."""

    error: str | None
    """Why it failed, where it did."""

    error_code: ErrorCode | None
    """What kind of failure that was."""

    started_at: DateTime | None
    """When its first call was made."""

    finished_at: DateTime | None
    """When it ended."""

    row: strawberry.Private[dict[str, Any]]

    @strawberry.field
    async def task(self, info: Info) -> LazyTask:
        """The task that it is a piece of."""
        return await info.context.load.tasks.load(self.row["taskId"])

    @strawberry.field
    async def prompt(self, info: Info) -> Prompt | None:
        """What was asked; null before it was."""
        return await info.context.load.message(self.row["promptId"])

    @strawberry.field
    async def response(self, info: Info) -> Response | None:
        """The accepted answer; null before there is one."""
        return await info.context.load.message(self.row["responseId"] or self.row["reusedId"])

    @strawberry.field
    def reused(self) -> bool:
        """Whether its answer was there already, so that nobody was asked."""
        return self.row["reusedId"] is not None

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
        cache_write_tokens=row["cacheWriteTokens"],
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
