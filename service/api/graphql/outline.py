"""The outline of a conversation as GraphQL types: a flat tree of which every field is at hand."""

from __future__ import annotations

from typing import Any

import strawberry

from service.api.graphql.connections import Connection, connection
from service.api.graphql.context import Info
from service.conversations.outline import MOST_OUTLINED, OUTLINE_PAGE
from service.cursors import page_request
from service.records import ResponseStatus, Role

_ROLES: dict[str | None, Role] = {None: Role.ASSISTANT, **{role.value: role for role in Role}}
_STATUSES: dict[str | None, ResponseStatus | None] = {None: None, **{status.value: status for status in ResponseStatus}}


@strawberry.type
class OutlineMessage:
    """A message in an outline: where it stands, and nothing of what it says."""

    message_id: strawberry.ID
    """The id of the message, which `node` finds."""

    title: str
    """Short and human."""

    role: Role
    """Who speaks."""

    depth: int
    """How many messages the longest way to the beginning has."""

    seq: int
    """Its number: later ones were written later."""

    response_status: ResponseStatus | None
    """Of a response, how whole it is."""

    parent_ids: list[strawberry.ID]
    """What it continues from or responds to; several where branches were merged."""

    child_count: int
    """How many messages continue from it or respond to it."""

    branch_ids: list[strawberry.ID]
    """The branches whose newest message it is."""


@strawberry.type
class OutlineConnection(Connection[OutlineMessage]):
    """A page of an outline."""

    conversation_id: strawberry.Private[str]

    @strawberry.field
    async def total_count(self, info: Info) -> int:
        """How many messages the whole outline has."""
        return (await info.context.backend.outline.counts(info.context.caller, self.conversation_id))[0]

    @strawberry.field
    async def other_branches_count(self, info: Info) -> int:
        """How many of them are not on the path of the default branch: what a list of that one does not show."""
        return (await info.context.backend.outline.counts(info.context.caller, self.conversation_id))[1]


async def outline(
    info: Info,
    conversation_id: strawberry.ID,
    first: int | None = OUTLINE_PAGE,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    up_to: int | None = None,
) -> OutlineConnection | None:
    """The whole tree of a conversation's chat, flat and without texts, in the order in which it was written.

    What is written while it is read comes at its end. Messages of subtasks are no part of the chat.

    Args:
        first: At most so many, from the beginning or after `after`: 1,000 at the most, and 500 where this is null.
        last: At most so many, the newest, or those before `before`; then `first` does not count.
        up_to: Only messages with this number (`seq`) or a lower one.
    """
    wanted = None if last is not None else OUTLINE_PAGE if first is None else first
    page = page_request(MOST_OUTLINED, wanted, after, last, before)
    found = await info.context.backend.outline.page(info.context.caller, conversation_id, page, up_to)
    info.context.count(len(found.rows))
    shown = connection(found, outline_message)
    return OutlineConnection(page_info=shown.page_info, edges=shown.edges, conversation_id=conversation_id)


def outline_message(row: dict[str, Any]) -> OutlineMessage:
    """A message of its row."""
    return OutlineMessage(
        message_id=row["id"],
        title=row["title"],
        role=_ROLES[row["role"]],
        depth=row["depth"],
        seq=row["seq"],
        response_status=_STATUSES[row["status"]],
        parent_ids=row["parentIds"],
        child_count=row["childCount"],
        branch_ids=row["branchIds"],
    )
