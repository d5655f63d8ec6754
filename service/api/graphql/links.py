"""Links between messages as GraphQL types, and what is said of messages by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from service.api.graphql.context import Info
from service.api.graphql.nodes import Node
from service.api.graphql.scalars import DateTime
from service.conversations.marks import NewLink

if TYPE_CHECKING:
    from service.api.graphql.messages import Message

LazyMessage = Annotated["Message", strawberry.lazy("service.api.graphql.messages")]


@strawberry.type
class Link(Node):
    """What somebody said of two messages: that one corrects the other, supports it, …"""

    created_at: DateTime
    """When it was made."""

    kind: str
    """What the one is to the other: `corrects`, `supports`, `contradicts`, `see`, or words of the caller's own."""

    note: str | None
    """More about it."""

    from_id: strawberry.ID
    """The id of the message that it begins at: the one that corrects, supports, …"""

    to_id: strawberry.ID
    """The id of the message that it leads to: the one that is corrected, supported, …"""

    @strawberry.field(name="from")
    async def from_message(self, info: Info) -> LazyMessage | None:
        """The message that it begins at."""
        return await info.context.load.messages.load(self.from_id)

    @strawberry.field(name="to")
    async def to_message(self, info: Info) -> LazyMessage | None:
        """The message that it leads to."""
        return await info.context.load.messages.load(self.to_id)


def link(row: dict[str, Any]) -> Link:
    """A link of its row."""
    ends = {"from_id": strawberry.ID(row["fromId"]), "to_id": strawberry.ID(row["toId"])}
    return Link(id=row["id"], created_at=row["createdAt"], kind=row["kind"], note=row["note"], **ends)


@strawberry.input
class PinMessageInput:
    """A message to be pinned, or to be let go."""

    message_id: strawberry.ID
    """The message's id."""

    pinned: bool = True
    """Whether it is pinned from now on."""

    idempotency_key: str | None = None
    """The same key does it once: sending it twice is safe."""


@strawberry.input
class LinkMessagesInput:
    """What one message is to another. The same link again is the one that is there, with the new note."""

    from_: strawberry.ID = strawberry.field(name="from")
    """The id of the message that it begins at: the one that corrects, supports, …"""

    to: strawberry.ID
    """The id of the message that it leads to, in this conversation or in another of the caller's."""

    kind: str
    """`corrects`, `supports`, `contradicts`, `see`, or words of one's own: 50 characters at most."""

    note: str | None = None
    """More about it: 2,000 characters at most."""

    idempotency_key: str | None = None
    """The same key does it once: sending it twice is safe."""

    def record(self) -> NewLink:
        """As the use case takes it."""
        return NewLink(self.from_, self.to, self.kind, self.note, self.idempotency_key)


@strawberry.input
class UnlinkMessagesInput:
    """A link to be deleted."""

    link_id: strawberry.ID
    """The link's id."""

    idempotency_key: str | None = None
    """The same key does it once: sending it twice is safe."""
