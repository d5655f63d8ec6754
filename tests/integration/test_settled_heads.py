"""Events while a conversation is written to as fast as can be: no number is passed before all below it is there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest

from service.conversations.events import Events, cursor_at
from service.conversations.heads import Heads
from service.graph.database import Connection, Database
from service.graph.reader import Reader, Rows
from service.graph.store import Store
from service.graph.writer import Writer
from service.records import new_id
from service.services import Services
from service.signals import Signals
from tests.support.services import file_task, run_task, running

MESSAGES = 800
AT_ONCE = 4
READERS = 4


@pytest.fixture(scope="module")
async def services(connection: Connection, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Services]:
    """A service over the echo model."""
    async with running(connection, tmp_path_factory.mktemp("heads")) as services:
        yield services


@pytest.fixture
async def conversation(database: Database, owner: str) -> str:
    """A conversation without messages."""
    row: dict[str, Any] = {"conversationId": new_id(), "ownerId": owner, "title": "t", "metadata": None}
    row |= {"idempotencyKey": None, "requestHash": "h"}
    await Store(database, Writer(database), Signals()).create_conversation(row)
    return row["conversationId"]


async def write(database: Database, owner: str, conversation: str) -> None:
    """Numbered messages, as another process writes them."""
    store = Store(database, Writer(database), Signals())

    async def some(first: int) -> None:
        for number in range(first, MESSAGES, AT_ONCE):
            properties = {"role": "USER", "content": str(number), "title": "t"}
            row = {"ownerId": owner, "conversationId": conversation, "id": new_id(), "kind": "Prompt"}
            await store.append_message(row | {"properties": properties})

    await asyncio.gather(*map(some, range(AT_ONCE)))


async def read(events: Events, owner: str, conversation: str) -> list[int]:
    """The numbers of all messages, as they come."""
    found: list[int] = []
    stream = events.conversation_events(owner, conversation, cursor_at(-1))
    async with asyncio.timeout(100), aclosing(stream):  # pyright: ignore[reportArgumentType]
        async for event in stream:
            found.append(int(event.row["content"]))
            if len(found) == MESSAGES:
                break
    return found


@asynccontextmanager
async def ringing(signals: Signals, conversation: str) -> AsyncIterator[None]:
    """Readers look as often as they can meanwhile."""

    async def ring() -> None:
        while True:
            signals.notify(conversation)
            await asyncio.sleep(0.0005)

    task = asyncio.create_task(ring())
    yield
    task.cancel()


async def test_nothing_is_missed_while_much_is_written(database: Database, owner: str, conversation: str) -> None:
    """Each message comes to each reader, once, in the same order."""
    reader, signals = Reader(database), Signals()
    async with ringing(signals, conversation):
        readers = [read(Events(reader, Heads(reader, signals)), owner, conversation) for _ in range(READERS)]
        *found, _ = await asyncio.gather(*readers, write(database, owner, conversation))
    assert sorted(found[0]) == list(range(MESSAGES))
    assert found == [found[0]] * READERS


class Counting(Reader):
    """Counts the pages that are read."""

    pages = 0

    async def read_task_events(self, owner: str, task_id: str, *, after: int, upto: int, limit: int) -> Rows:
        """A page of a task's events."""
        self.pages += 1
        return await super().read_task_events(owner, task_id, after=after, upto=upto, limit=limit)


async def test_those_who_are_equally_far_read_together(services: Services, database: Database, owner: str) -> None:
    """Fifty who begin at once read a page between them, and each gets all of it."""
    task_id = await run_task(services, database, owner, file_task(30))
    reader = Counting(database)
    events = Events(reader, Heads(reader, Signals()))
    streams = [events.task_events(owner, task_id) for _ in range(50)]
    first = await asyncio.gather(*(anext(stream) for stream in streams))
    rest = await asyncio.gather(*(_all(stream) for stream in streams))
    assert reader.pages == 1
    assert len({tuple(seqs) for seqs in rest}) == len({event.row["seq"] for event in first}) == 1
    assert len(rest[0]) >= 2 * 30


async def _all(stream: AsyncIterator[Any]) -> list[int]:
    return [event.row["seq"] async for event in stream]
