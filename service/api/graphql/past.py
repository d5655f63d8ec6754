"""A conversation as it stood, as GraphQL types. They have no ids: a client's cache would take them for what is now."""

from __future__ import annotations

from typing import Any

import strawberry
from strawberry import UNSET

from service.api.graphql.choices import chosen
from service.api.graphql.connections import Connection, connection, paged
from service.api.graphql.context import Info
from service.api.graphql.messages import Message, message
from service.api.graphql.scalars import DateTime
from service.conversations.history import Walk
from service.conversations.listings import ROOTS
from service.conversations.past import Past, number_at
from service.cursors import PageRequest
from service.errors import NotFound


@strawberry.input(one_of=True)
class PointInTimeInput:
    """When."""

    moment: DateTime | None = UNSET
    """At this time."""

    message_id: strawberry.ID | None = UNSET
    """When this message of the conversation was the newest one."""


@strawberry.type
class PastBranch:
    """A branch as it stood."""

    branch_id: strawberry.ID
    """Its id, also where it was deleted since."""

    name: str
    """What it was called."""

    head_id: strawberry.Private[str | None]

    @strawberry.field
    async def head(self, info: Info) -> Message | None:
        """Its newest message then; null where it had none, or where that was deleted since."""
        return await info.context.load.message(self.head_id)


@strawberry.type
class PastConversation:
    """A conversation as it stood: what was written since is not in it. What was deleted since is gone here, too."""

    conversation_id: strawberry.ID
    """The id of the conversation."""

    branch_id: strawberry.Private[str]
    past: strawberry.Private[Past]

    @paged
    async def branches(self, info: Info, page: PageRequest) -> Connection[PastBranch]:
        """The branches that it had, oldest first."""
        info.context.count(page.limit)
        return connection(await self.past.branches(page), past_branch)

    @paged
    async def roots(self, info: Info, page: PageRequest) -> Connection[Message]:
        """The messages that it began with, oldest first."""
        load = info.context.load
        return await load.linked(ROOTS, load.messages, self.conversation_id, page, info, upto=self.past.seq)

    @paged
    async def messages(self, info: Info, page: PageRequest, branch: strawberry.ID | None = None) -> Connection[Message]:
        """The path of a branch, oldest first.

        Args:
            branch: The id of a branch that it had; the branch that is the default one now where it is left out.
        """
        info.context.count(page.limit)
        head = await self.past.head(branch or self.branch_id)
        if head is None:
            return Connection.empty()
        history, walk = info.context.backend.history, Walk(message_id=head)
        return connection((await history.page(info.context.caller, walk, page.turned())).turned(), message)


def past_branch(row: dict[str, Any]) -> PastBranch:
    """A branch of its row."""
    return PastBranch(branch_id=row["id"], name=row["name"], head_id=row["headId"])


async def past_conversation(info: Info, id: str, branch_id: str, point: PointInTimeInput) -> PastConversation:
    """A conversation as it stood. Raises `NotFound` for a message that is not in it."""
    reader, owner = info.context.backend.reader, info.context.caller
    if (moment := chosen(point.moment)) is not None:
        seq = await number_at(reader, owner, id, moment)
    else:
        message_id = chosen(point.message_id) or ""
        numbers = await reader.read_message_numbers(owner, [message_id])
        if message_id not in numbers or numbers[message_id]["conversationId"] != id:
            raise NotFound("There is no such message in this conversation.", field="point.messageId")
        seq = numbers[message_id]["seq"]
    past = Past(reader, owner, id, seq, moment)
    return PastConversation(conversation_id=strawberry.ID(id), branch_id=branch_id, past=past)
