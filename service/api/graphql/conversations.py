"""Conversations as GraphQL types: branches, tasks and the summary."""

from __future__ import annotations

from typing import Any

import orjson
import strawberry

from service.api.graphql.branches import Branch, branch
from service.api.graphql.connections import Connection, connection, connection_of, paged
from service.api.graphql.context import Info
from service.api.graphql.messages import Message, message
from service.api.graphql.models import Model, model_of_id
from service.api.graphql.nodes import Node
from service.api.graphql.past import PastConversation, PointInTimeInput, past_conversation
from service.api.graphql.scalars import JSON, BigInt, DateTime, values
from service.api.graphql.summaries import AskedOnce, Summary
from service.api.graphql.tasks import Task
from service.api.graphql.usage import known_cost
from service.api.graphql.versions import Document, document
from service.conversations.events import cursor_at
from service.conversations.listings import BRANCHES, CONVERSATION_TASKS, DOCUMENTS, PINNED, ROOTS, SUMMARIES
from service.cursors import PageRequest
from service.errors import NotFound
from service.graph.store import main_branch
from service.records import SummaryKind, TaskStatus


@strawberry.type
class TaskCount:
    """How many tasks are in a state."""

    status: TaskStatus
    """The state."""

    count: int
    """How many tasks are in it."""


@strawberry.type
class ConversationStatistics:
    """What a conversation holds and what it cost."""

    messages: int
    """All messages."""

    prompts: int
    """Messages that were sent."""

    responses: int
    """Messages that came back."""

    attempts: int
    """Calls to providers."""

    input_tokens: BigInt
    """Tokens that were read."""

    output_tokens: BigInt
    """Tokens that were written."""

    cached_tokens: BigInt
    """The part of `inputTokens` that the provider had in its cache."""

    cost_usd: float | None
    """Of the calls with a known cost; null where there are only others."""

    unpriced_attempts: int
    """Calls whose cost is not known, or not in whole."""

    models: list[Model]
    """The models that were called."""

    tasks: list[TaskCount]
    """How many tasks are in which state."""


@strawberry.type
class ConversationSummary:
    """A conversation in short."""

    statistics: ConversationStatistics
    """What it holds and what it cost."""

    asked: strawberry.Private[AskedOnce]

    @strawberry.field
    async def text(self, info: Info) -> str | None:
        """A summary in words, where one was made: the newest that `summarizeConversation` made of the branch."""
        found = await self.asked.summary(info)
        return None if found is None else await found.whole_text(info)

    @strawberry.field
    async def in_words(self, info: Info) -> Summary | None:
        """The same, with what it covers and what it claims."""
        return await self.asked.summary(info)


@strawberry.type
class Conversation(Node):
    """One conversation."""

    created_at: DateTime
    """When it was made."""

    updated_at: DateTime
    """When something was last written into it."""

    title: str
    """Short and human."""

    keep_days: float | None
    """After so many days without anything new it is deleted for good; null where `storage.keep_days` says that."""

    kept_metadata: strawberry.Private[str | None]
    default_branch_id: strawberry.Private[str]
    seq: strawberry.Private[int | None] = None

    @strawberry.field
    async def events_cursor(self, info: Info) -> str:
        """Follow it from here: with `conversationEvents(after: …)`, nothing falls between this answer and that."""
        seq = self.seq if self.seq is not None else (await info.context.load.conversations.load(self.id)).seq
        return cursor_at(seq)

    @strawberry.field
    def metadata(self) -> JSON | None:
        """What its maker attached to it."""
        return orjson.loads(self.kept_metadata) if self.kept_metadata else None

    @strawberry.field
    async def default_branch(self, info: Info) -> Branch | None:
        """The branch that is meant where none is named: `main` until another one is chosen."""
        return await info.context.load.branches.load(self.default_branch_id)

    @strawberry.field
    async def system_prompt(self, info: Info) -> Message | None:
        """What the model is told before all else; null where it has none."""
        return await info.context.load.message(await info.context.load.found("read_system_prompts", self.id))

    @paged
    async def branches(self, info: Info, page: PageRequest) -> Connection[Branch]:
        """Its branches, oldest first; the first is `main`."""
        return connection(await info.context.load.rows(BRANCHES, self.id, page, info), branch)

    @paged
    async def messages(self, info: Info, page: PageRequest, branch: strawberry.ID | None = None) -> Connection[Message]:
        """The path of a branch, oldest first: a chat opens with `last`, and goes on with `before`.

        Where branches were merged, each message comes once. Cursors are those of `history` with ANCESTORS.

        Args:
            branch: The id of a branch of this conversation; its default branch where it is left out.
        """
        found = await info.context.load.path((self.id, branch or self.default_branch_id), page, info)
        if found is None:
            raise NotFound("There is no such branch in this conversation.", field="branch")
        return connection(found, message)

    @paged
    async def roots(self, info: Info, page: PageRequest) -> Connection[Message]:
        """The messages that it begins with, oldest first; several where the first prompt was asked otherwise."""
        return await info.context.load.linked(ROOTS, info.context.load.messages, self.id, page, info)

    @strawberry.field
    async def as_of(self, info: Info, point: PointInTimeInput) -> PastConversation:
        """It as it stood at a moment, or when a message was its newest one.

        Args:
            point: When.
        """
        return await past_conversation(info, self.id, self.default_branch_id, point)

    @paged
    async def pinned_messages(self, info: Info, page: PageRequest) -> Connection[Message]:
        """Its pinned messages, on whatever branch, oldest first."""
        return await info.context.load.linked(PINNED, info.context.load.messages, self.id, page, info)

    @paged
    async def tasks(self, info: Info, page: PageRequest, status: list[TaskStatus] | None = None) -> Connection[Task]:
        """Its tasks, newest first."""
        found = await info.context.load.rows(CONVERSATION_TASKS, self.id, page, info, status=values(status))
        return await info.context.load.task_list(found)

    @paged
    async def documents(self, info: Info, page: PageRequest) -> Connection[Document]:
        """What has a name in it and versions: the files that its tasks read."""
        return connection(await info.context.load.rows(DOCUMENTS, self.id, page, info), document)

    @paged
    async def summaries(
        self, info: Info, page: PageRequest, kind: SummaryKind = SummaryKind.ASKED
    ) -> Connection[Summary]:
        """Its summaries, newest first.

        Args:
            kind: Those that somebody asked for, or those that the service made by itself.
        """
        found = await info.context.load.rows(SUMMARIES, self.id, page, info, kind=kind.value)
        return connection_of(found, await info.context.load.summaries.load_many([row["id"] for row in found.rows]))

    @strawberry.field
    async def summary(self, info: Info, branch: strawberry.ID | None = None) -> ConversationSummary:
        """What it holds and what it cost, and what of it was summarized.

        Args:
            branch: whose summary in words, by its id; the default branch's where it is left out.
        """
        row = await info.context.load.statistics.load(self.id)
        return ConversationSummary(
            statistics=statistics(row), asked=AskedOnce(self.id, branch or self.default_branch_id)
        )


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
        cost_usd=known_cost(row["costUsd"], row["priced"], row["unpriced"] + row["open"]),
        unpriced_attempts=row["unpriced"],
        models=[model_of_id(id) for id in sorted(row["models"])],
        tasks=[TaskCount(status=TaskStatus(status), count=count) for status, count in sorted(row["tasks"])],
    )


def conversation(row: dict[str, Any]) -> Conversation:
    """A conversation of its row."""
    return Conversation(
        id=row["id"],
        created_at=row["createdAt"],
        updated_at=row["updatedAt"],
        title=row["title"],
        keep_days=row["keepDays"],
        kept_metadata=row["metadata"],
        default_branch_id=row["defaultBranchId"] or main_branch(row["id"]),
        seq=row.get("seq"),
    )
