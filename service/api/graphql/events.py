"""Events as GraphQL types: what happened, and what is read beside it only when it is asked for."""

from __future__ import annotations

from typing import Any

import strawberry

from service.api.graphql.branches import Branch
from service.api.graphql.changes import CHANGES, Changed, changed
from service.api.graphql.connections import Edge, one_edge
from service.api.graphql.context import Info
from service.api.graphql.event import Event
from service.api.graphql.messages import Message, message
from service.api.graphql.subtasks import Subtask
from service.api.graphql.tasks import Task
from service.conversations.events import Happening, event_cursor
from service.conversations.history import message_cursor
from service.errors import ErrorCode
from service.records import SubtaskStatus, TaskStatus


@strawberry.type
class MessageAdded(Event):
    """A new message."""

    message_edge: Edge[Message]
    """The message, for the conversation's messages."""

    @strawberry.field
    async def branches(self, info: Info) -> list[Branch]:
        """The branches on whose path it is now, or will be when its task ends.

        Empty for what is not of the chat: the prompts and answers of subtasks, and calls that did not give the answer.
        """
        return await info.context.load.message_branches.load(self.message_edge.node.id)

    @strawberry.field
    async def task(self, info: Info) -> Task | None:
        """The task that it was written for."""
        return await self._load_task(info)

    @strawberry.field
    async def subtask(self, info: Info) -> Subtask | None:
        """The subtask that it was written for; null for a message of the chat itself."""
        return await _load(info.context.load.subtasks, (await self._origin(info)).get("subtaskId"))

    @strawberry.field
    async def idempotency_key(self, info: Info) -> str | None:
        """The `idempotencyKey` of the request that caused it."""
        return (await self._origin(info)).get("key") or _key_of(await self._load_task(info))

    async def _load_task(self, info: Info) -> Task | None:
        return await _load(info.context.load.tasks, (await self._origin(info)).get("taskId"))

    async def _origin(self, info: Info) -> dict[str, Any]:
        return await info.context.load.origins.load(self.message_edge.node.id) or {}


@strawberry.type
class TaskChanged(Event):
    """A new state of a task."""

    task_id: strawberry.ID
    """The id of the task."""

    task_status: TaskStatus
    """Its new state."""

    error: str | None
    """Why it failed, where it did."""

    error_code: ErrorCode | None
    """The code of that."""

    @strawberry.field
    async def task(self, info: Info) -> Task | None:
        """The task, as it is now; null where it was deleted meanwhile."""
        return await info.context.load.tasks.load(self.task_id)

    @strawberry.field
    async def idempotency_key(self, info: Info) -> str | None:
        """The `idempotencyKey` of the request that made the task."""
        return _key_of(await info.context.load.tasks.load(self.task_id))


@strawberry.type
class SubtaskChanged(Event):
    """A new state of a subtask, or a further attempt at it."""

    task_id: strawberry.ID
    """The id of the task."""

    subtask_id: strawberry.ID
    """The id of the subtask."""

    subtask_status: SubtaskStatus
    """Its new state."""

    attempt: int | None
    """The number of the attempt that began, if one did."""

    error: str | None
    """Why it failed, where it did."""

    error_code: ErrorCode | None
    """The code of that."""

    @strawberry.field
    async def task(self, info: Info) -> Task | None:
        """The task, as it is now; null where it was deleted meanwhile."""
        return await info.context.load.tasks.load(self.task_id)

    @strawberry.field
    async def subtask(self, info: Info) -> Subtask | None:
        """The subtask, as it is now; null where it was deleted meanwhile."""
        return await info.context.load.subtasks.load(self.subtask_id)


EVENTS = [MessageAdded, TaskChanged, SubtaskChanged, *CHANGES]


def event(happening: Happening) -> MessageAdded | TaskChanged | SubtaskChanged | Changed:
    """An event of what was read."""
    row = happening.row
    common: dict[str, Any] = {
        "cursor": event_cursor(row),
        "created_at": row["createdAt"],
        "conversation_id": row["conversationId"],
    }
    if "kind" in row:
        return MessageAdded(**common, message_edge=one_edge(message(row), message_cursor(row)))
    if "action" in row:
        return changed(row, common)
    common |= {"task_id": row["taskId"], "error": row["error"], "error_code": ErrorCode.of(row["errorCode"])}
    if row["type"] == "TASK":
        return TaskChanged(**common, task_status=TaskStatus(row["status"]))
    status = SubtaskStatus(row["status"])
    return SubtaskChanged(**common, subtask_id=row["subtaskId"], subtask_status=status, attempt=row["attempt"])


def _key_of(task: Task | None) -> str | None:
    return None if task is None else task.row["idempotencyKey"]


async def _load(loader: Any, id: str | None) -> Any:
    return None if id is None else await loader.load(id)
