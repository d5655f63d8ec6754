"""What mutations answer with: the nodes that they made or changed, and the edges that put them into a client's lists.

Owns which list an edge is for. Reads only what an operation asks for, and writes nothing.
"""

from __future__ import annotations

from typing import Any

import strawberry

from service.api.graphql.connections import Edge, one_edge
from service.api.graphql.context import Info
from service.api.graphql.conversations import Conversation
from service.api.graphql.links import Link
from service.api.graphql.messages import Message
from service.api.graphql.strategies import Strategy
from service.api.graphql.tasks import Task, awaited_id
from service.conversations.catalog import conversation_cursor, task_cursor
from service.conversations.history import message_cursor
from service.conversations.listings import LINKS
from service.tasks.strategy_places import saved_cursor


@strawberry.type
class CreateConversationPayload:
    """A new conversation."""

    conversation: Conversation | None
    """The conversation."""

    @strawberry.field
    def conversation_edge(self) -> Edge[Conversation] | None:
        """The conversation, for the lists `conversations`, in either order."""
        return _conversation_edge(self.conversation)


@strawberry.type
class CreateTaskPayload:
    """A new task."""

    task: Task | None
    """The task."""

    @strawberry.field
    def task_edge(self) -> Edge[Task] | None:
        """The task, for the lists `tasks`."""
        return None if self.task is None else one_edge(self.task, task_cursor(self.task.row))

    @strawberry.field
    async def conversation(self, info: Info) -> Conversation | None:
        """The conversation that it is in, which may be new."""
        return await _conversation(info, self.task)

    @strawberry.field
    async def conversation_edge(self, info: Info) -> Edge[Conversation] | None:
        """The conversation, for the lists `conversations`, in either order."""
        return _conversation_edge(await _conversation(info, self.task))

    @strawberry.field
    async def prompt_edge(self, info: Info) -> Edge[Message] | None:
        """The task's prompt, for the conversation's messages."""
        prompt = None if self.task is None else await info.context.load.message(self.task.row["promptId"])
        return None if prompt is None else one_edge(prompt, message_cursor({"depth": prompt.depth, "id": prompt.id}))

    @strawberry.field
    def answer_id(self) -> strawberry.ID | None:
        """The id that the answer will have; null where the task makes none of its subtasks' answers."""
        return None if self.task is None else awaited_id(self.task)


@strawberry.type
class SendPromptPayload(CreateTaskPayload):
    """A new task of one prompt."""


@strawberry.type
class MergeBranchesPayload(CreateTaskPayload):
    """A new task whose prompt continues several branches."""


@strawberry.type
class RenameConversationPayload:
    """A conversation with another title."""

    conversation: Conversation | None
    """The conversation, as it is now."""


@strawberry.type
class SetKeepDaysPayload:
    """A conversation that is kept for another time."""

    conversation: Conversation | None
    """The conversation, as it is now."""


@strawberry.type
class PinMessagePayload:
    """A message that was pinned or let go."""

    message: Message | None
    """The message, as it is now."""


@strawberry.type
class LinkMessagesPayload:
    """What was said of two messages."""

    link: Link | None
    """The link; null where it was deleted meanwhile."""

    @strawberry.field
    def link_edge(self) -> Edge[Link] | None:
        """The link, for the lists `links` of both messages."""
        return None if self.link is None else one_edge(self.link, LINKS.order.cursor({"id": self.link.id}))


@strawberry.type
class UnlinkMessagesPayload:
    """A link that is gone."""

    deleted_id: strawberry.ID
    """The id that it had."""

    ends: strawberry.Private[tuple[str, str]]

    @strawberry.field(name="from")
    async def from_message(self, info: Info) -> Message | None:
        """The message that it began at."""
        return await info.context.load.message(self.ends[0])

    @strawberry.field(name="to")
    async def to_message(self, info: Info) -> Message | None:
        """The message that it led to."""
        return await info.context.load.message(self.ends[1])


@strawberry.type
class CancelTaskPayload:
    """A task that was cancelled, or had ended before."""

    task: Task | None
    """The task, as it is now."""


@strawberry.type
class RetryTaskPayload:
    """A task that runs again."""

    task: Task | None
    """The task, as it is now."""

    @strawberry.field
    def answer_id(self) -> strawberry.ID | None:
        """The id that the new answer will have."""
        return None if self.task is None else awaited_id(self.task)


@strawberry.type
class SaveStrategyPayload:
    """A plan that is kept."""

    strategy: Strategy | None
    """The plan in its newest version."""

    @strawberry.field
    def strategy_edge(self) -> Edge[Strategy] | None:
        """The strategy, for the list `strategies`, in which it takes the place of the version before it."""
        saved = self.strategy
        if saved is None or saved.saved_at is None:
            return None
        return one_edge(saved, saved_cursor(saved.id, saved.saved_at))


async def _conversation(info: Info, task: Task | None) -> Any:
    return None if task is None else await info.context.load.conversations.load(task.row["conversationId"])


def _conversation_edge(node: Conversation | None) -> Edge[Conversation] | None:
    if node is None:
        return None
    return one_edge(node, conversation_cursor({"id": node.id, "updatedAt": node.updated_at}))
