"""What mutations of turns answer with: the messages and tasks that they made."""

from __future__ import annotations

import strawberry

from service.api.graphql.connections import Edge, one_edge
from service.api.graphql.context import Info
from service.api.graphql.conversations import Branch, Conversation
from service.api.graphql.messages import Message
from service.api.graphql.tasks import Task, awaited_id
from service.conversations.history import message_cursor


@strawberry.type
class ReviseMessagePayload:
    """A message in place of another."""

    message: Message | None
    """The new message."""

    task: Task | None
    """The task that answers it; null where nothing was asked."""

    branch: Branch | None
    """The branch that was made at it."""

    @strawberry.field
    def message_edge(self) -> Edge[Message] | None:
        """The new message, for the conversation's messages."""
        new = self.message
        return None if new is None else one_edge(new, message_cursor({"depth": new.depth, "id": new.id}))

    @strawberry.field
    def answer_id(self) -> strawberry.ID | None:
        """The id that its answer will have; null where nothing was asked."""
        return None if self.task is None else awaited_id(self.task)


@strawberry.type
class SetSystemPromptPayload:
    """A conversation with another system prompt."""

    conversation: Conversation | None
    """The conversation, as it is now."""


@strawberry.type
class RegeneratePayload:
    """Further answers to a prompt, each of a task of its own."""

    tasks: list[Task]
    """The tasks, in the order of the models."""

    @strawberry.field
    def answer_ids(self) -> list[strawberry.ID | None]:
        """The ids that the answers will have."""
        return [awaited_id(task) for task in self.tasks]

    @strawberry.field
    async def prompt(self, info: Info) -> Message | None:
        """The prompt that is asked again."""
        return await info.context.load.message(self.tasks[0].row["promptId"]) if self.tasks else None


@strawberry.type
class ReplayPayload:
    """What was sent once, sent again."""

    task: Task | None
    """The task, whose answer stands beside the first one."""

    @strawberry.field
    def answer_id(self) -> strawberry.ID | None:
        """The id that its answer will have."""
        return None if self.task is None else awaited_id(self.task)
