"""Conversations as GraphQL types: branches, tasks and the summary."""

from __future__ import annotations

from typing import Any

import orjson
import strawberry

from service.api.graphql.connections import Connection, list_connection
from service.api.graphql.context import Info
from service.api.graphql.messages import Message
from service.api.graphql.models import Model, model_of_id
from service.api.graphql.nodes import Node
from service.api.graphql.scalars import JSON, BigInt, DateTime
from service.api.graphql.tasks import Task, task
from service.conversations.catalog import task_cursor
from service.records import TaskStatus


@strawberry.type(description="A named pointer into a conversation, as in git.")
class Branch(Node):
    """A named pointer into a conversation."""

    created_at: DateTime
    name: str
    row: strawberry.Private[dict[str, Any]]

    @strawberry.field
    async def head(self, info: Info) -> Message | None:
        """Its newest message; null while the conversation is empty."""
        return await info.context.load.message(self.row["headId"])

    @strawberry.field
    async def conversation(self, info: Info) -> Conversation:
        """The conversation that it points into."""
        return await info.context.load.conversations.load(self.row["conversationId"])


@strawberry.type(description="How many tasks are in a state.")
class TaskCount:
    """How many tasks are in a state."""

    status: TaskStatus
    count: int


@strawberry.type(description="What a conversation holds and what it cost.")
class ConversationStatistics:
    """What a conversation holds and what it cost."""

    messages: int
    prompts: int
    responses: int
    attempts: int
    input_tokens: BigInt
    output_tokens: BigInt
    cached_tokens: BigInt
    cost_usd: float = strawberry.field(description="Of the calls whose price is known.")
    unpriced_attempts: int = strawberry.field(description="Calls whose price is not known.")
    models: list[Model]
    tasks: list[TaskCount]


@strawberry.type(description="A conversation in short.")
class ConversationSummary:
    """A conversation in short."""

    statistics: ConversationStatistics
    text: str | None = strawberry.field(default=None, description="A summary in words, where one was made.")


@strawberry.type(description="One conversation.")
class Conversation(Node):
    """One conversation."""

    created_at: DateTime
    updated_at: DateTime
    title: str
    kept_metadata: strawberry.Private[str | None]

    @strawberry.field
    def metadata(self) -> JSON | None:
        """What its maker attached to it."""
        return orjson.loads(self.kept_metadata) if self.kept_metadata else None

    @strawberry.field
    async def branches(self, info: Info, first: int = 50) -> list[Branch]:
        """Its branches, oldest first; the first is `main`."""
        rows = await info.context.load.listed("read_conversation_branches", self.id, info, first=first)
        return [branch(row) for row in rows]

    @strawberry.field
    async def tasks(
        self, info: Info, first: int = 20, after: str | None = None, status: list[TaskStatus] | None = None
    ) -> Connection[Task]:
        """Its tasks, newest first."""
        page = await info.context.load.task_pages(self.id, first, after, status, info)
        return list_connection(page, task, task_cursor)

    @strawberry.field
    async def summary(self, info: Info) -> ConversationSummary:
        """What it holds and what it cost."""
        row = await info.context.load.statistics.load(self.id)
        return ConversationSummary(statistics=statistics(row))


def statistics(row: dict[str, Any]) -> ConversationStatistics:
    """A conversation's statistics of their row."""
    return ConversationStatistics(
        messages=row["messages"],
        prompts=row["prompts"],
        responses=row["messages"] - row["prompts"],
        attempts=row["attempts"],
        input_tokens=row["inputTokens"],
        output_tokens=row["outputTokens"],
        cached_tokens=row["cachedTokens"],
        cost_usd=row["costUsd"],
        unpriced_attempts=row["unpriced"],
        models=[model_of_id(id) for id in sorted(row["models"])],
        tasks=[TaskCount(status=TaskStatus(status), count=count) for status, count in sorted(row["tasks"])],
    )


def branch(row: dict[str, Any]) -> Branch:
    """A branch of its row."""
    return Branch(id=row["id"], created_at=row["createdAt"], name=row["name"], row=row)


def conversation(row: dict[str, Any]) -> Conversation:
    """A conversation of its row."""
    return Conversation(
        id=row["id"],
        created_at=row["createdAt"],
        updated_at=row["updatedAt"],
        title=row["title"],
        kept_metadata=row["metadata"],
    )
