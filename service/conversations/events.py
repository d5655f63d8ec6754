"""What happens in a task or a conversation, after a cursor, from the graph: nothing is missed or comes twice.

A reader asks for pages as it can take them, so a slow one costs nobody anything; those who are equally far read a page
together. Sequence numbers are given out under the conversation's lock, so their order is the order of commits, and
`heads.py` says up to which number all is there. Knows nothing of GraphQL.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

from service.conversations.heads import Heads, until_there
from service.conversations.moments import Moment
from service.cursors import damaged_cursor, decode_cursor, encode_cursor
from service.errors import InvalidInput, NotFound
from service.graph.reader import Reader
from service.records import TaskStatus

Row = dict[str, Any]

PAGE = 200
_KIND = "e"
_BEGINNING = -1


class EventPage:
    """Events that are read together, oldest first, and what is read beside them. A row of a message has a `kind`."""

    def __init__(self, read: Callable[[], Awaitable[list[Row]]], what: str) -> None:
        self.what = what
        """The id of the task or the conversation whose events they are."""
        self._rows: asyncio.Future[list[Row]] = asyncio.ensure_future(until_there(read))
        self._rows.add_done_callback(self._note_time)
        self.moment = Moment()
        self.since = time.monotonic()
        """When it was read (s, monotonic): what is read beside it is no older."""

    def _note_time(self, _: object) -> None:
        self.since = time.monotonic()

    async def rows(self) -> list[Row]:
        """The events; whoever waits first does not take them from the others when it leaves."""
        return await asyncio.shield(self._rows)

    @property
    def messages(self) -> list[str]:
        """The ids of the new messages."""
        return [row["id"] for row in self._rows.result() if "kind" in row]


@dataclass(frozen=True, slots=True)
class Happening:
    """One event: its row, and the page that it came with."""

    row: Row
    page: EventPage | None


def event_cursor(row: Row) -> str:
    """The cursor of an event. A task's last state is told by it even when the task's events are gone."""
    return cursor_at(row["seq"], row["createdAt"] if _ends_task(row) else None)


def cursor_at(seq: int, ended: int | None = None) -> str:
    """The cursor of who knows all up to `seq`, and of a task its end at the time `ended`."""
    return encode_cursor(_KIND, seq) if ended is None else encode_cursor(_KIND, seq, ended)


def event_number(cursor: str) -> int:
    """The sequence number in a cursor. Raises `InvalidInput` for one that we did not make."""
    return _place(cursor)[0]


class Events:
    """Subscriptions' source."""

    def __init__(self, reader: Reader, heads: Heads) -> None:
        self._reader = reader
        self._heads = heads
        self._pages: WeakValueDictionary[tuple[Any, ...], EventPage] = WeakValueDictionary()

    async def task_events(self, owner: str, task_id: str, after: str | None = None) -> AsyncIterator[Happening]:
        """A task's events after a cursor, from its beginning without one; ends after the task's last.

        Of a task whose events are kept no more, its last state. Raises `NotFound` for a task that is not the owner's,
        `InvalidInput` for a bad cursor.
        """
        seq, known_end = _place(after)
        task = await self._reader.read_task_head(owner, task_id)
        if task is None:
            raise NotFound("There is no such task.", field="taskId")
        over, told = TaskStatus(task["status"]).is_final, False
        upto = await until_there(partial(self._heads.read, owner, task["conversationId"]))
        _check_place(seq, upto)
        with self._heads.watch(owner, task["conversationId"]) as head:
            while upto is not None:
                page = self._page(self._task_rows, (owner, task_id, seq, upto))
                rows = await page.rows()
                for row in rows:
                    # A task that is retried is PENDING again after its last state.
                    over = over if row["type"] != "TASK" else TaskStatus(row["status"]).is_final
                    yield Happening(row | {"conversationId": task["conversationId"]}, page)
                told = told or bool(rows)
                if len(rows) == PAGE:
                    seq = rows[-1]["seq"]
                elif over:
                    break
                else:
                    seq = max(seq, upto)
                    upto = await head.beyond(seq)
        if over and upto is not None and not told and known_end != task["finishedAt"]:
            async for last in self._last_state(owner, task_id, task, upto):
                yield last

    async def _last_state(self, owner: str, task_id: str, task: Row, upto: int) -> AsyncIterator[Happening]:
        """What is told of a task of which no event is left."""
        if not await self._reader.read_task_events(owner, task_id, after=_BEGINNING, upto=upto, limit=1):
            last = {"type": "TASK", "taskId": task_id, "seq": upto, "createdAt": task["finishedAt"]}
            yield Happening(task | last, None)

    async def now(self, owner: str, conversation_id: str) -> str:
        """The cursor of who knows all that happened in a conversation up to now. Raises `NotFound`."""
        return cursor_at(await self._head(owner, conversation_id))

    async def conversation_events(self, owner: str, conversation_id: str, after: str) -> AsyncIterator[Happening]:
        """New messages and tasks' own events after a cursor; ends with the conversation.

        Of a task that ended after the cursor and whose events are kept no more, its last state. Raises `NotFound`,
        `InvalidInput` as `task_events` does.
        """
        seq, _ = _place(after)
        _check_place(seq, await self._head(owner, conversation_id))
        with self._heads.watch(owner, conversation_id) as head:
            while (upto := await head.beyond(seq)) is not None:
                page = self._page(self._conversation_rows, (owner, conversation_id, seq, upto))
                rows = await page.rows()
                for row in rows:
                    yield Happening(row | {"conversationId": conversation_id}, page)
                seq = rows[-1]["seq"] if len(rows) == PAGE else upto

    async def _head(self, owner: str, conversation_id: str) -> int:
        upto = await self._heads.read(owner, conversation_id)
        if upto is None:
            raise NotFound("There is no such conversation.", field="conversationId")
        return upto

    def _page(self, read: Callable[..., Awaitable[list[Row]]], what: tuple[str, str, int, int]) -> EventPage:
        """A page, which others may have at hand or read just now."""
        page = self._pages.get(what)
        if page is None:
            page = self._pages[what] = EventPage(partial(read, *what), what[1])
        return page

    async def _task_rows(self, owner: str, task_id: str, after: int, upto: int) -> list[Row]:
        if after >= upto:
            return []
        return await self._reader.read_task_events(owner, task_id, after=after, upto=upto, limit=PAGE)

    async def _conversation_rows(self, owner: str, conversation_id: str, after: int, upto: int) -> list[Row]:
        messages, events = await self._reader.read_conversation_events(
            owner, conversation_id, after=after, upto=upto, limit=PAGE
        )
        # Each list is cut at PAGE, so only the first PAGE of both are sure to have nothing between them.
        return sorted([*messages, *events], key=lambda row: row["seq"])[:PAGE]


def _ends_task(row: Row) -> bool:
    return row.get("type") == "TASK" and TaskStatus(row["status"]).is_final


def _check_place(seq: int, head: int | None) -> None:
    """Raises `InvalidInput` for a place that is not reached yet: who waits there misses all that comes before it."""
    if head is not None and seq > head:
        raise InvalidInput(
            "This cursor is ahead of all that has happened here: it is of another conversation, or the graph was "
            "replaced by an older copy.",
            field="after",
            remedy="Read what you show again, and go on from its eventsCursor.",
        )


def _place(cursor: str | None) -> tuple[int, int | None]:
    """The number in a cursor and the end of the task that it tells; the beginning without a cursor."""
    if cursor is None:
        return _BEGINNING, None
    parts = decode_cursor(_KIND, cursor)
    if len(parts) not in (1, 2) or any(type(part) is not int or not -(2**63) <= part < 2**63 for part in parts):
        raise damaged_cursor()
    return parts[0], parts[1] if len(parts) == 2 else None
