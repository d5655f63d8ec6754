"""Summaries as GraphQL types: what is asked for, and what there is of a conversation in words."""

from __future__ import annotations

import asyncio
from typing import Any

import strawberry

from service.api.graphql.context import Info
from service.api.graphql.messages import Message
from service.api.graphql.scalars import DateTime
from service.api.graphql.settings import TaskConfigInput
from service.api.graphql.tasks import Task, awaited_id
from service.records import SummaryLength
from service.tasks.asked_summaries import NewSummary


@strawberry.input
class SummarizeConversationInput:
    """What is to be summarized: a branch, or what leads to a message."""

    conversation_id: strawberry.ID
    """The conversation's id."""

    branch: strawberry.ID | None = None
    """The branch, by its id; the default branch where it is left out."""

    from_message_id: strawberry.ID | None = None
    """The first message that goes in; the beginning where it is left out."""

    to_message_id: strawberry.ID | None = None
    """The last message that goes in; the branch's newest where it is left out."""

    length: SummaryLength = SummaryLength.MEDIUM
    """How long it is to be."""

    max_tokens: int | None = None
    """The same in tokens, 16 to 32000: it stands over `length`."""

    instruction: str | None = None
    """What matters to you: a question, an audience, a form."""

    config: TaskConfigInput | None = None
    """How it is asked: a model, a role, a budget."""

    idempotency_key: str | None = None
    """The same key makes the same summary: sending it twice is safe."""

    def record(self) -> NewSummary:
        """As the use case takes it."""
        return NewSummary(
            conversation_id=self.conversation_id,
            branch_id=self.branch,
            from_id=self.from_message_id,
            to_id=self.to_message_id,
            length=self.length,
            max_tokens=self.max_tokens,
            instruction=self.instruction,
            config=(self.config or TaskConfigInput()).record(),
            idempotency_key=self.idempotency_key,
        )


@strawberry.type
class SummarizeConversationPayload:
    """A summary that is being made."""

    task: Task | None
    """The task that makes it. When it has succeeded, `Conversation.summary` has the text."""

    @strawberry.field
    def answer_id(self) -> strawberry.ID | None:
        """The id of the response that will hold the text."""
        return None if self.task is None else awaited_id(self.task)


@strawberry.type
class SummaryInWords:
    """The newest summary that somebody asked for of a branch."""

    row: strawberry.Private[dict[str, Any]]

    @strawberry.field
    def text(self) -> str:
        """What it says."""
        return self.row["content"]

    @strawberry.field
    def created_at(self) -> DateTime:
        """When it was made."""
        return DateTime(self.row["createdAt"])

    @strawberry.field
    def messages(self) -> int:
        """How many messages it covers."""
        return self.row["messages"]

    @strawberry.field
    async def up_to(self, info: Info) -> Message | None:
        """The newest message that it covers."""
        return await info.context.load.message(self.row["upTo"])

    @strawberry.field
    def since(self) -> int:
        """How many messages of the branch came after that."""
        return self.row["since"]


class AskedOnce:
    """The newest asked summary of a branch, read once, when somebody wants it."""

    def __init__(self, conversation_id: str, branch_id: str) -> None:
        self._where = conversation_id, branch_id
        self._found: asyncio.Future[dict[str, Any] | None] | None = None

    async def row(self, info: Info) -> dict[str, Any] | None:
        """Its row; None where there is none."""
        if self._found is None:
            reading = info.context.backend.reader.read_asked_summary(info.context.caller, *self._where)
            self._found = asyncio.ensure_future(reading)
        return await self._found
