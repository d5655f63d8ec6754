"""Summaries as GraphQL types: what is asked for, and what there is of a conversation in fewer words."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import strawberry

from service.api.graphql.context import Info
from service.api.graphql.messages import LazyConversation, Message
from service.api.graphql.nodes import Node
from service.api.graphql.scalars import BigInt, DateTime
from service.api.graphql.settings import TaskConfigInput
from service.api.graphql.staleness import StaleReason, stale, stale_because
from service.api.graphql.tasks import Task, awaited_id
from service.records import ClaimKind, SummaryForm, SummaryKind, SummaryLength
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

    form: SummaryForm = SummaryForm.TEXT
    """As a text, or as claims with the messages that say them."""

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
            form=self.form,
            config=(self.config or TaskConfigInput()).record(),
            idempotency_key=self.idempotency_key,
        )


@strawberry.type
class SummarizeConversationPayload:
    """A summary that is being made."""

    task: Task | None
    """The task that makes it. When it has succeeded, it has `madeSummary`, and so has the conversation."""

    @strawberry.field
    def answer_id(self) -> strawberry.ID | None:
        """The id of the response that will hold the text."""
        return None if self.task is None else awaited_id(self.task)


@strawberry.type
class Claim:
    """What a structured summary says, and where that was said."""

    kind: ClaimKind
    """What it is."""

    text: str
    """What it says."""

    row: strawberry.Private[dict[str, Any]]

    @strawberry.field
    async def messages(self, info: Info) -> list[Message]:
        """The messages that say it, oldest first."""
        return await _there(info, info.context.load.messages, self.row["messages"])

    @strawberry.field
    async def summaries(self, info: Info) -> list[Summary]:
        """The summaries that say it: of messages that did not fit into the window of the model any more."""
        return await _there(info, info.context.load.summaries, self.row["summaries"])


@strawberry.type
class Summary(Node):
    """What a model made of messages, in fewer words."""

    created_at: DateTime
    """When it was made."""

    summary_kind: SummaryKind
    """Why it was made."""

    level: int
    """1 where it is made of messages, 2 of summaries of level 1, and so on."""

    message_count: int
    """How many messages it covers."""

    tokens: int
    """The tokens that the model wrote."""

    covered_tokens: BigInt
    """The tokens of what it was made of."""

    branch_name: str | None
    """Of what is left of a branch that was deleted (`deleteBranch(summarize: true)`): the branch's name."""

    row: strawberry.Private[dict[str, Any]]
    since: int | None = None
    """How many messages of the branch came after it; null where it was not asked of a branch."""

    async def whole_text(self, info: Info) -> str:
        """Its text, which is read by itself where it is long."""
        content = self.row["content"]
        if content is None:
            return await info.context.load.summary_texts.load((self.id, self.row["length"]))
        return content

    @strawberry.field
    async def text(self, info: Info) -> str:
        """What it says; of one that was asked for as claims, these as a list for people."""
        return await self.whole_text(info)

    @strawberry.field(name="from")
    async def from_message(self, info: Info) -> Message | None:
        """The oldest message that it covers."""
        return await info.context.load.message(self.row["fromId"])

    @strawberry.field
    async def up_to(self, info: Info) -> Message | None:
        """The newest message that it covers."""
        return await info.context.load.message(self.row["upToId"])

    @strawberry.field
    async def made_by(self, info: Info) -> Task | None:
        """The task that made it."""
        id = self.row["taskId"]
        return None if id is None else await info.context.load.tasks.load(id)

    @strawberry.field
    async def conversation(self, info: Info) -> LazyConversation:
        """The conversation that it is of."""
        return await info.context.load.conversations.load(self.row["conversationId"])

    @strawberry.field
    async def stale(self, info: Info) -> bool:
        """Whether something that it summarizes is not the newest any more, or was corrected."""
        return await stale(info, ("summary", self.id))

    @strawberry.field
    async def stale_because(self, info: Info) -> list[StaleReason]:
        """What it rests on that is not the newest any more: 100 reasons at most."""
        return await stale_because(info, ("summary", self.id))

    @strawberry.field
    async def claims(self, info: Info, kind: ClaimKind | None = None) -> list[Claim]:
        """What it claims, where it was asked for as STRUCTURED; else nothing.

        Args:
            kind: Only claims of this kind.
        """
        rows = await info.context.load.found("read_claims", self.id, ())
        wanted = [row for row in rows if kind is None or row["kind"] == kind]
        info.context.count(len(wanted))
        return [Claim(kind=ClaimKind(row["kind"]), text=row["text"], row=row) for row in wanted]


def summary(row: dict[str, Any]) -> Summary:
    """A summary of its row."""
    return Summary(
        id=row["id"],
        created_at=row["createdAt"],
        summary_kind=SummaryKind(row["kind"]),
        level=row["level"],
        message_count=row["messages"],
        tokens=row["tokens"],
        covered_tokens=row["coveredTokens"],
        branch_name=row["branchName"],
        row=row,
    )


class AskedOnce:
    """The newest asked summary of a branch, read once, when somebody wants it."""

    def __init__(self, conversation_id: str, branch_id: str) -> None:
        self._where = conversation_id, branch_id
        self._found: asyncio.Future[Summary | None] | None = None

    async def summary(self, info: Info) -> Summary | None:
        """It; None where there is none."""
        if self._found is None:
            self._found = asyncio.ensure_future(self._read(info))
        return await self._found

    async def _read(self, info: Info) -> Summary | None:
        row = await info.context.backend.reader.read_asked_summary(info.context.caller, *self._where)
        found: Summary | None = None if row is None else await info.context.load.summaries.load(row["id"])
        return None if row is None or found is None else replace(found, since=row["since"])


async def _there(info: Info, nodes: Any, ids: list[str]) -> list[Any]:
    """The nodes of these ids that are there."""
    info.context.count(len(ids))
    return [node for node in await nodes.load_many(ids) if node is not None]
