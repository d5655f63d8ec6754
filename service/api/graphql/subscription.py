"""What can be watched."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from enum import Enum
from typing import Any

import strawberry

from service.api.graphql.context import Info
from service.api.graphql.messages import Message, message
from service.api.graphql.scalars import DateTime
from service.api.graphql.tasks import Subtask, Task
from service.conversations.events import event_cursor
from service.records import SubtaskStatus, TaskStatus


@strawberry.enum(description="What a task event is about.")
class TaskEventType(Enum):
    """What a task event is about."""

    TASK = "TASK"
    SUBTASK = "SUBTASK"


@strawberry.type(description="A change of a task or of one of its subtasks.")
class TaskEvent:
    """A change of a task or of one of its subtasks."""

    cursor: str = strawberry.field(description="Go on after this event with `after: cursor`.")
    type: TaskEventType
    created_at: DateTime
    task_status: TaskStatus | None = strawberry.field(description="The task's new state; null for a subtask's event.")
    subtask_status: SubtaskStatus | None = strawberry.field(description="The subtask's new state.")
    attempt: int | None = strawberry.field(description="The number of the attempt that began, if one did.")
    error: str | None
    task_id: strawberry.ID
    subtask_id: strawberry.ID | None

    @strawberry.field
    async def task(self, info: Info) -> Task | None:
        """The task, as it is now."""
        return await info.context.load.tasks.load(self.task_id)

    @strawberry.field
    async def subtask(self, info: Info) -> Subtask | None:
        """The subtask, as it is now."""
        return await info.context.load.subtasks.load(self.subtask_id) if self.subtask_id else None


@strawberry.enum(description="What a conversation event is about.")
class ConversationEventType(Enum):
    """What a conversation event is about."""

    MESSAGE = "MESSAGE"
    TASK = "TASK"


@strawberry.type(description="A new message in a conversation, or a new state of one of its tasks.")
class ConversationEvent:
    """A new message in a conversation, or a new state of one of its tasks."""

    cursor: str = strawberry.field(description="Go on after this event with `after: cursor`.")
    type: ConversationEventType
    created_at: DateTime
    message: Message | None = strawberry.field(description="The new message.")
    task_event: TaskEvent | None = strawberry.field(description="The task's change.")


@strawberry.type(description="A piece of a response, as it is generated.")
class ResponseDelta:
    """A piece of a response."""

    subtask_id: strawberry.ID
    response_id: strawberry.ID = strawberry.field(description="The response's id, once it is written.")
    position: int = strawberry.field(description="How many characters of the response come before it.")
    text: str
    done: bool = strawberry.field(description="Whether it is the last piece of this response.")
    lagged: bool = strawberry.field(
        description="Whether what comes after `position` was dropped, because the subscriber was too far behind: the "
        "response (`node`) has it once it is written."
    )


@strawberry.type
class Subscription:
    """What can be watched. A client that comes back with its last cursor misses nothing and gets nothing twice."""

    @strawberry.subscription
    async def task_events(
        self, info: Info, task_id: strawberry.ID, after: str | None = None
    ) -> AsyncGenerator[TaskEvent, None]:
        """A task's changes from its beginning, or after a cursor; completes after the last one."""
        events = info.context.backend.events.task_events(info.context.caller, task_id, after)
        async with aclosing(events):  # pyright: ignore[reportArgumentType]
            async for row in events:
                info.context.forget()
                yield _task_event(row)

    @strawberry.subscription
    async def conversation_events(
        self, info: Info, conversation_id: strawberry.ID, after: str | None = None
    ) -> AsyncGenerator[ConversationEvent, None]:
        """A conversation's new messages and its tasks' changes, from now on or after a cursor; does not complete."""
        events = info.context.backend.events.conversation_events(info.context.caller, conversation_id, after)
        async with aclosing(events):  # pyright: ignore[reportArgumentType]
            async for row in events:
                info.context.forget()
                yield _conversation_event(row)

    @strawberry.subscription
    async def response_deltas(self, info: Info, task_id: strawberry.ID) -> AsyncGenerator[ResponseDelta, None]:
        """The text of a task's responses as it is generated: first the text so far; completes with the task."""
        events, caller = info.context.backend.events, info.context.caller
        if await events.is_over(caller, task_id):
            return
        deltas = info.context.backend.deltas.follow(task_id, lambda: events.is_over(caller, task_id))
        async with aclosing(deltas):  # pyright: ignore[reportArgumentType]
            async for delta in deltas:
                yield ResponseDelta(
                    subtask_id=strawberry.ID(delta.subtask_id),
                    response_id=strawberry.ID(delta.response_id),
                    position=delta.position,
                    text=delta.text,
                    done=delta.done,
                    lagged=delta.lagged,
                )


def _task_event(row: dict[str, Any]) -> TaskEvent:
    kind = TaskEventType(row["type"])
    return TaskEvent(
        cursor=event_cursor(row),
        type=kind,
        created_at=row["createdAt"],
        task_status=TaskStatus(row["status"]) if kind is TaskEventType.TASK else None,
        subtask_status=SubtaskStatus(row["status"]) if kind is TaskEventType.SUBTASK else None,
        attempt=row["attempt"],
        error=row["error"],
        task_id=row["taskId"],
        subtask_id=row["subtaskId"],
    )


def _conversation_event(row: dict[str, Any]) -> ConversationEvent:
    is_message = "kind" in row
    return ConversationEvent(
        cursor=event_cursor(row),
        type=ConversationEventType.MESSAGE if is_message else ConversationEventType.TASK,
        created_at=row["createdAt"],
        message=message(row) if is_message else None,
        task_event=None if is_message else _task_event(row),
    )
