"""What can be watched."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

import strawberry

from service.api.graphql.context import Info
from service.api.graphql.conversations import Conversation, conversation
from service.api.graphql.event import Event
from service.api.graphql.events import event
from service.conversations.deltas import Delta
from service.records import FinishReason, ResponseStatus


@strawberry.type
class ResponseDelta:
    """A piece of a response."""

    subtask_id: strawberry.ID
    """The id of the subtask that it is generated for."""

    attempt: int
    """The number of the attempt at the subtask. Another attempt begins again at position 0."""

    response_id: strawberry.ID
    """The id that the response will have if it is accepted."""

    position: int
    """How many characters of the response come before it."""

    text: str
    """The piece."""

    done: bool
    """Whether it is the last piece of this response."""

    response_status: ResponseStatus | None
    """How whole the response is; null before it is done. PARTIAL where it broke off, FAILED where it cannot be used
    or there is none."""

    finish_reason: FinishReason | None
    """Why the model stopped; null before it is done."""

    lagged: bool
    """Whether what comes after `position` was dropped, because the subscriber was too far behind: the response
    (`node`) has it once it is written."""


@strawberry.type
class ChangedConversation:
    """A conversation in which something happened, or one that was deleted."""

    conversation: Conversation | None
    """The conversation, as it is now; null where it was deleted."""

    deleted_id: strawberry.ID | None
    """The id of a conversation that was deleted; null otherwise."""

    seq: int
    """The number of the newest message or event in it: you have all of it where you know that one."""

    cursor: str
    """Where to come back to."""


@strawberry.type
class Subscription:
    """What can be watched. A client that comes back with its last cursor misses nothing and gets nothing twice."""

    @strawberry.subscription
    async def task_events(
        self, info: Info, task_id: strawberry.ID, after: str | None = None
    ) -> AsyncGenerator[Event, None]:
        """A task's changes from its beginning, or after a cursor; completes after the last one.

        Of a task that ended so long ago that its changes are kept no more, one with its last state.
        """
        context = info.context
        context.stream.after = context.stream.after or after
        events = context.backend.events.task_events(context.caller, task_id, context.stream.after)
        async with aclosing(events):  # pyright: ignore[reportArgumentType]
            async for happening in events:
                found = event(happening)
                context.begin_event(found.cursor, happening.page)
                yield found

    @strawberry.subscription
    async def conversation_events(
        self, info: Info, conversation_id: strawberry.ID, after: str | None = None
    ) -> AsyncGenerator[Event, None]:
        """A conversation's new messages, its tasks' changes and its own, from now on or after a cursor; does not
        complete.

        The changes of its subtasks are in `taskEvents`.
        """
        context, source = info.context, info.context.backend.events
        # From now on is a place, too: who is cut off before the first event comes back to it.
        context.stream.after = context.stream.after or after or await source.now(context.caller, conversation_id)
        events = source.conversation_events(context.caller, conversation_id, context.stream.after)
        async with aclosing(events):  # pyright: ignore[reportArgumentType]
            async for happening in events:
                found = event(happening)
                context.begin_event(found.cursor, happening.page)
                yield found

    @strawberry.subscription
    async def conversations_changed(
        self, info: Info, after: str | None = None
    ) -> AsyncGenerator[ChangedConversation, None]:
        """Which of all your conversations changed, from now on or after a cursor; does not complete.

        What happened in one is in `conversationEvents`. Each is told with its newest state, at least once: what changed
        in the last minute before the cursor may be told again.
        """
        context, source = info.context, info.context.backend.news
        context.stream.after = context.stream.after or after or await source.now(context.caller)
        changed = source.changed(context.caller, context.stream.after)
        async with aclosing(changed):  # pyright: ignore[reportArgumentType]
            async for row in changed:
                context.begin_event(row["cursor"], None)
                is_deleted = row["isDeleted"]
                found = None if is_deleted else conversation({key: it for key, it in row.items() if key != "seq"})
                yield ChangedConversation(
                    conversation=found,
                    deleted_id=strawberry.ID(row["id"]) if is_deleted else None,
                    seq=row["seq"],
                    cursor=row["cursor"],
                )

    @strawberry.subscription
    async def response_deltas(self, info: Info, task_id: strawberry.ID) -> AsyncGenerator[ResponseDelta, None]:
        """The text of a task's responses while it runs; completes with the task.

        First each text so far, then its pieces as they are generated. A response that another process of the service
        generates comes as one piece, when it is written.
        """
        deltas = info.context.backend.responses.follow(info.context.caller, task_id)
        async with aclosing(deltas):  # pyright: ignore[reportArgumentType]
            async for delta in deltas:
                yield _response_delta(delta)


def _response_delta(delta: Delta) -> ResponseDelta:
    live = delta.live
    return ResponseDelta(
        subtask_id=strawberry.ID(live.subtask_id),
        attempt=live.attempt,
        response_id=strawberry.ID(live.id),
        position=delta.position,
        text=delta.text,
        done=delta.done,
        response_status=live.status if delta.done else None,
        finish_reason=FinishReason.of(live.finish_reason) if delta.done else None,
        lagged=delta.lagged,
    )
