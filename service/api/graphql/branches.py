"""Branches as GraphQL types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from service.api.graphql.context import Info
from service.api.graphql.messages import Message
from service.api.graphql.nodes import Node
from service.api.graphql.scalars import DateTime
from service.graph.store import main_branch

if TYPE_CHECKING:
    from service.api.graphql.conversations import Conversation

LazyConversation = Annotated["Conversation", strawberry.lazy("service.api.graphql.conversations")]


@strawberry.type
class Branch(Node):
    """A named pointer into a conversation, as in git."""

    created_at: DateTime
    """When it was made."""

    name: str
    """What it is called: `main` where the conversation begins."""

    is_default: bool
    """Whether it is meant where none is named."""

    last_activity_at: DateTime
    """When its newest message was written, or it was made, renamed or moved, whichever was last."""

    depth: int
    """How many messages are above its newest one; 0, too, while the conversation is empty."""

    head_id: strawberry.Private[str | None]
    row: strawberry.Private[dict[str, Any]]

    @strawberry.field
    async def head(self, info: Info) -> Message | None:
        """Its newest message; null while the conversation is empty."""
        return await info.context.load.message(self.head_id)

    @strawberry.field
    async def own_messages(self, info: Info) -> int | None:
        """How many messages only this branch reaches; null where 20,000 messages were looked at and it is not known."""
        return (await info.context.load.shares.load(self._key)).own

    @strawberry.field
    async def cost_usd(self, info: Info) -> float | None:
        """What the tasks cost whose answers only this branch reaches, as far as is known; null as for `ownMessages`."""
        share = await info.context.load.shares.load(self._key)
        if share.own is None:
            return None
        costs = [cost for cost in await info.context.load.answer_costs.load_many(share.answers) if cost is not None]
        return sum(costs) if costs or not share.answers else None

    @strawberry.field
    async def forked_at(self, info: Info) -> Message | None:
        """The newest message that it has in common with the default branch, of which it may be the head.

        Null for the default branch, where they have none in common, and where it is too far up, as for `ownMessages`.
        """
        return await info.context.load.message((await info.context.load.shares.load(self._key)).forked_at)

    @property
    def _key(self) -> tuple[str, str]:
        return self.row["conversationId"], self.id

    @strawberry.field
    async def conversation(self, info: Info) -> LazyConversation:
        """The conversation that it points into."""
        return await info.context.load.conversations.load(self.row["conversationId"])


def branch(row: dict[str, Any]) -> Branch:
    """A branch of its row."""
    head: dict[str, Any] = row["head"] or {"id": None, "depth": 0, "at": None}
    times = (row["createdAt"], row["updatedAt"], head["at"])
    return Branch(
        id=row["id"],
        created_at=row["createdAt"],
        name=row["name"],
        is_default=row["id"] == (row["defaultBranchId"] or main_branch(row["conversationId"])),
        last_activity_at=max(time for time in times if time is not None),
        depth=head["depth"],
        head_id=head["id"],
        row=row,
    )
