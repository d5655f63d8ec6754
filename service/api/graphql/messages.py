"""Messages as GraphQL types: prompts, responses, and the edges between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import orjson
import strawberry

from service.api.graphql.annotations import Annotation, annotation
from service.api.graphql.connections import Connection, connection, paged
from service.api.graphql.context import Info
from service.api.graphql.links import Link, link
from service.api.graphql.merge_conflicts import MergeConflict, conflicts_of
from service.api.graphql.nodes import PLAIN, Node
from service.api.graphql.scalars import JSON, DateTime
from service.api.graphql.sources import Source
from service.api.graphql.staleness import StaleReason, stale, stale_because
from service.conversations.listings import (
    ABOUT,
    ANNOTATIONS,
    CHILDREN,
    LINKS,
    PARENTS,
    REPLAYS,
    SIBLINGS,
    SYNTHESIZED,
    USED,
)
from service.cursors import PageRequest
from service.records import FinishReason, ResponseStatus, Role

if TYPE_CHECKING:
    from service.api.graphql.conversations import Conversation
    from service.api.graphql.subtasks import Attempt

LazyConversation = Annotated["Conversation", strawberry.lazy("service.api.graphql.conversations")]
LazyAttempt = Annotated["Attempt", strawberry.lazy("service.api.graphql.subtasks")]


@strawberry.type
class ImportedMessage:
    """What a message was where it was imported from."""

    foreign_id: str
    """Its id there."""

    model: str | None
    """The model that said it, as it was called there."""

    metadata: JSON | None
    """What it had there besides its text, such as the names of its attachments."""


@strawberry.interface
class Message(Node):
    """What was said: a prompt or a response. `depth` orders a path."""

    created_at: DateTime
    """When it was written down."""

    title: str
    """Short and human."""

    depth: int
    """How many messages the longest way to the beginning has."""

    role: Role
    """Who speaks."""

    conversation_id: strawberry.ID
    """The id of the conversation that it is in."""

    pinned: bool
    """Whether it always goes into the context, however far back it is."""

    row: strawberry.Private[dict[str, Any]]

    @property
    def short_content(self) -> str | None:
        """Its text, unless it is long and is to be read by itself."""
        return self.row["content"]

    @strawberry.field(metadata={PLAIN: "short_content"})
    async def content(self, info: Info) -> str:
        """Its text."""
        content = self.row["content"]
        return await info.context.load.contents.load((self.id, self.row["length"])) if content is None else content

    @strawberry.field
    async def conversation(self, info: Info) -> LazyConversation:
        """The conversation that it is in."""
        return await info.context.load.conversations.load(self.conversation_id)

    @strawberry.field
    async def revises(self, info: Info) -> Message | None:
        """The message beside it in place of which a person wrote it; null where it is nobody's revision."""
        return await info.context.load.message(await info.context.load.found("read_revised", self.id))

    @strawberry.field
    async def imported(self, info: Info) -> ImportedMessage | None:
        """What it was where it was imported from; null for a message that was written here."""
        found = await info.context.load.found("read_imported", self.id)
        if found is None:
            return None
        metadata = orjson.loads(found["foreign"]) if found["foreign"] else None
        return ImportedMessage(foreign_id=found["foreignId"], model=found["model"], metadata=metadata)

    @paged
    async def parents(self, info: Info, page: PageRequest) -> Connection[Message]:
        """What it continues from or responds to; several where branches were merged."""
        return await info.context.load.linked(PARENTS, info.context.load.messages, self.id, page, info)

    @paged
    async def children(self, info: Info, page: PageRequest) -> Connection[Message]:
        """What continues from it or responds to it; several where it was forked or regenerated."""
        return await info.context.load.linked(CHILDREN, info.context.load.messages, self.id, page, info)

    @paged
    async def siblings(self, info: Info, page: PageRequest) -> Connection[Message]:
        """The messages between which one chooses here, in the order in which they were written, itself among them.

        They are of the same kind, prompts or responses, and come after the same messages; of a first message, all first
        messages. What was written for subtasks is none of them, nor an answer that was refused or made again.
        """
        return await info.context.load.linked(SIBLINGS, info.context.load.messages, self.id, page, info)

    @strawberry.field
    async def sibling_index(self, info: Info) -> int:
        """Its place in `siblings`, from 0: the 1 of "2/3" is before it."""
        return (await info.context.load.sibling_places.load(self.id))[0]

    @strawberry.field
    async def sibling_count(self, info: Info) -> int:
        """How many `siblings` has, itself among them; of very many, 20,000 are counted."""
        return (await info.context.load.sibling_places.load(self.id))[1]

    @strawberry.field
    async def seq(self, info: Info) -> int:
        """Its number in the conversation: later ones were written later. `message` finds it by that."""
        return (await info.context.load.numbers.load(self.id))["seq"]

    @paged
    async def links(self, info: Info, page: PageRequest, kind: str | None = None) -> Connection[Link]:
        """What was said of it and of other messages, from it and to it, oldest first.

        Args:
            kind: Only links of this kind.
        """
        return connection(await info.context.load.rows(LINKS, self.id, page, info, kind=kind), link)

    @paged
    async def annotations(self, info: Info, page: PageRequest) -> Connection[Annotation]:
        """What people think of it, oldest first: one of each annotator."""
        return connection(await info.context.load.rows(ANNOTATIONS, self.id, page, info), annotation)


@strawberry.type
class About:
    """The part of a source that a prompt is about; `start` and `end` in characters."""

    start: int
    """Where it begins, in characters from 0."""

    end: int
    """Where it ends: the first character after it."""

    source_id: strawberry.Private[str]

    @strawberry.field
    async def source(self, info: Info) -> Source:
        """The source."""
        return await info.context.load.sources.load(self.source_id)


@strawberry.type
class ToolCall:
    """A model's wish to call a tool."""

    tool_call_id: str
    """The provider's own: what `toolResults` name it by."""

    name: str
    """The name of the tool."""

    arguments: str
    """JSON as the model wrote it, which may be wrong."""


@strawberry.type
class Prompt(Message):
    """What was sent."""

    tool_call_id: str | None
    """The tool call that it is the result of (role TOOL)."""

    tool_name: str | None
    """The tool that it is a result of (role TOOL)."""

    is_error: bool | None
    """Whether that tool failed."""

    @paged
    async def uses(self, info: Info, page: PageRequest) -> Connection[Response]:
        """The earlier responses that were put into it."""
        return await info.context.load.linked(USED, info.context.load.messages, self.id, page, info)

    @strawberry.field
    async def decomposes(self, info: Info) -> Prompt | None:
        """The task's prompt that it is a piece of; null for a task's own."""
        return await info.context.load.message(await info.context.load.found("read_decomposed", self.id))

    @strawberry.field
    async def merge_conflicts(self, info: Info) -> list[MergeConflict]:
        """Where the branches disagree that it merges, once that was found; empty where `reconcile` did not ask it."""
        return await conflicts_of(info, self.id)

    @paged
    async def about(self, info: Info, page: PageRequest) -> Connection[About]:
        """The parts of sources that it is about."""
        return connection(await info.context.load.rows(ABOUT, self.id, page, info), about)


@strawberry.type
class Response(Message):
    """What came back."""

    response_status: ResponseStatus
    """How whole it is."""

    finish_reason: FinishReason | None
    """Why the model stopped; null for an answer that was put together."""

    note: str | None
    """Why it is not whole, where it is not."""

    @strawberry.field
    async def reasoning(self, info: Info) -> str | None:
        """What the model thought before it answered, as far as its server shows it; it is no part of `content`."""
        return await info.context.load.found("read_reasoning", self.id)

    @strawberry.field
    async def tool_calls(self, info: Info) -> list[ToolCall]:
        """The calls of tools that the model wants the client to make."""
        return [_tool_call(call) for call in await info.context.load.found("read_tool_calls", self.id, ())]

    @paged
    async def synthesizes(self, info: Info, page: PageRequest) -> Connection[Response]:
        """The responses that it was made of."""
        return await info.context.load.linked(SYNTHESIZED, info.context.load.messages, self.id, page, info)

    @strawberry.field
    async def replays(self, info: Info) -> Response | None:
        """The response whose context was sent again for this one; null where it is no replay."""
        return await info.context.load.message(await info.context.load.found("read_replay_origins", self.id))

    @paged
    async def replayed_by(self, info: Info, page: PageRequest) -> Connection[Response]:
        """The responses for which its context was sent again."""
        return await info.context.load.linked(REPLAYS, info.context.load.messages, self.id, page, info)

    @strawberry.field
    async def stale(self, info: Info) -> bool:
        """Whether it rests, through any depth, on something that is not the newest any more: see `staleBecause`."""
        return await stale(info, ("message", self.id))

    @strawberry.field
    async def stale_because(self, info: Info) -> list[StaleReason]:
        """What it rests on that is not the newest any more: 100 reasons at most."""
        return await stale_because(info, ("message", self.id))

    @strawberry.field
    async def attempt(self, info: Info) -> LazyAttempt | None:
        """The call to a provider that yielded it; null for an answer that was put together."""
        return await info.context.load.response_attempts.load(self.id)


def about(row: dict[str, Any]) -> About:
    """A part of a source of its row."""
    return About(source_id=row["sourceId"], start=row["start"], end=row["end"])


def message(row: dict[str, Any]) -> Prompt | Response:
    """A message of its row."""
    if row["kind"] == "Prompt":
        return Prompt(
            id=row["id"],
            created_at=row["createdAt"],
            title=row["title"],
            row=row,
            depth=row["depth"],
            role=Role(row["role"] or "USER"),
            conversation_id=row["conversationId"],
            pinned=row["pinned"],
            tool_call_id=row["toolCallId"],
            tool_name=row["toolName"],
            is_error=row["isError"],
        )
    return Response(
        id=row["id"],
        created_at=row["createdAt"],
        title=row["title"],
        row=row,
        depth=row["depth"],
        role=Role.ASSISTANT,
        conversation_id=row["conversationId"],
        pinned=row["pinned"],
        response_status=ResponseStatus(row["status"] or "COMPLETE"),
        finish_reason=FinishReason.of(row["finishReason"]),
        note=row["note"],
    )


def _tool_call(row: dict[str, Any]) -> ToolCall:
    return ToolCall(tool_call_id=row["toolCallId"], name=row["name"], arguments=row["arguments"])
