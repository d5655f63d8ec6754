"""What happens in a task or a conversation, after a cursor, from the graph: nothing is missed or comes twice.

A reader asks for pages as it can take them, so a slow one costs nobody anything. Signals of this process only
make it look earlier than its poll. Sequence numbers are given out under the conversation's lock, so their order is
the order of commits. Knows nothing of GraphQL.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any

from service.cursors import decode_number, encode_cursor
from service.errors import GraphUnavailable, NotFound
from service.graph.reader import Reader
from service.records import TaskStatus
from service.signals import Listener, Signals

Row = dict[str, Any]

PAGE = 200
POLL_SECONDS = 1.0
_KIND = "e"


def event_cursor(row: Row) -> str:
    """The cursor of an event."""
    return encode_cursor(_KIND, row["seq"])


class Events:
    """Subscriptions' source."""

    def __init__(self, reader: Reader, signals: Signals) -> None:
        self._reader = reader
        self._signals = signals

    async def is_over(self, owner: str, task_id: str) -> bool:
        """Whether a task is finished. Raises `NotFound` for one that is not the owner's."""
        return TaskStatus((await self._task(owner, task_id))["status"]).is_final

    async def task_events(self, owner: str, task_id: str, after: str | None = None) -> AsyncIterator[Row]:
        """A task's events after a cursor, from its beginning without one; ends after the task's last.

        Raises `NotFound` for a task that is not the owner's, `InvalidInput` for a bad cursor.
        """
        seq = decode_number(_KIND, after, -1)
        task = await self._task(owner, task_id)
        over = TaskStatus(task["status"]).is_final
        with self._signals.listen(task["conversationId"]) as ear:
            while True:
                read = partial(self._reader.read_task_events, owner, task_id, after=seq, limit=PAGE)
                rows = await _patiently(read, ear)
                for row in rows:
                    yield row
                    seq = row["seq"]
                    if row["type"] == "TASK":
                        # A task that is retried is PENDING again after its last state.
                        over = TaskStatus(row["status"]).is_final
                if over and not rows:
                    # Only what is read after the task was seen to be over is all that there is.
                    return
                if not rows:
                    await ear.wait(POLL_SECONDS)

    async def conversation_events(
        self, owner: str, conversation_id: str, after: str | None = None
    ) -> AsyncIterator[Row]:
        """New messages and tasks' own events after a cursor, from now on without one; ends with the conversation.

        A row of a message has a `kind`. Raises `NotFound`, `InvalidInput` as `task_events` does.
        """
        with self._signals.listen(conversation_id) as ear:
            head = await self._reader.read_conversation_head(owner, conversation_id)
            if head is None:
                raise NotFound("There is no such conversation.", field="conversationId")
            seq = decode_number(_KIND, after, head)
            while head is not None:
                if head <= seq:
                    await ear.wait(POLL_SECONDS)
                    head = await _patiently(partial(self._reader.read_conversation_head, owner, conversation_id), ear)
                    continue
                rows = await _patiently(partial(self._page, owner, conversation_id, seq, head), ear)
                for row in rows:
                    yield row
                seq = rows[-1]["seq"] if len(rows) == PAGE else head

    async def _task(self, owner: str, task_id: str) -> Row:
        task = await self._reader.read_task_head(owner, task_id)
        if task is None:
            raise NotFound("There is no such task.", field="taskId")
        return task

    async def _page(self, owner: str, conversation_id: str, after: int, upto: int) -> list[Row]:
        messages, events = await self._reader.read_conversation_events(
            owner, conversation_id, after=after, upto=upto, limit=PAGE
        )
        # Each list is cut at PAGE, so only the first PAGE of both are sure to have nothing between them.
        return sorted([*messages, *events], key=lambda row: row["seq"])[:PAGE]


async def _patiently(read: Callable[[], Awaitable[Any]], ear: Listener) -> Any:
    """Read, however long Neo4j is away: a subscription goes on by itself when it is back."""
    while True:
        try:
            return await read()
        except GraphUnavailable:
            await ear.wait(POLL_SECONDS)
