"""Changes of all conversations of an owner: whoever writes them, however late it is committed, none is missed."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest

from service.conversations import news
from service.conversations.bells import Bells
from service.conversations.news import News, Place
from service.errors import InvalidInput, Lagged
from service.graph.changes import ChangeReads
from service.graph.database import Connection, Database
from service.graph.queries import Query
from service.graph.store import Store
from service.graph.writer import Writer
from service.records import new_id
from service.signals import Signals
from tests.support.services import cypher

OVERLAP = 20.0
SEQS = "MATCH (c:Conversation {ownerId: $owner}) RETURN c.id AS id, c.lastSeq AS seq"
CHANGE = """CYPHER 25
MATCH (c:Conversation {id: $id}) SET c.lastSeq = c.lastSeq + 1, c.changedAt = datetime({epochMillis: timestamp()})"""


class Process:
    """What one process of the service has for this."""

    def __init__(self, database: Database, **bounds: Any) -> None:
        signals = Signals()
        self.reads = Counting(database)
        self.store = Store(database, Writer(database), signals)
        self.news = News(self.reads, Bells(self.reads, signals), OVERLAP, **bounds)

    async def create(self, owner: str) -> str:
        """A new conversation."""
        row: dict[str, Any] = {"conversationId": new_id(), "ownerId": owner, "title": "t", "metadata": None}
        await self.store.create_conversation(row | {"idempotencyKey": None, "requestHash": "h"})
        return row["conversationId"]

    async def write(self, owner: str, conversation: str) -> None:
        """One more message."""
        row = {"ownerId": owner, "conversationId": conversation, "id": new_id(), "kind": "Prompt"}
        await self.store.append_message(row | {"properties": {"role": "USER", "content": "c", "title": "t"}})


class Counting(ChangeReads):
    """Counts the pages that are read."""

    pages = 0

    async def read_changed_conversations(self, *args: Any, **more: Any) -> Any:
        """A page."""
        self.pages += 1
        return await super().read_changed_conversations(*args, **more)


@pytest.fixture
async def processes(connection: Connection, database: Database) -> AsyncIterator[tuple[Process, Process]]:
    """Two processes of the service on one graph."""
    other = Database(connection)
    yield Process(database), Process(other)
    await other.close()


async def follow(process: Process, owner: str, told: dict[str, int], after: str, most: int = 1 << 30) -> str:
    """Note what is told, until so many were; the cursor of the last."""
    async with aclosing(process.news.changed(owner, after)) as stream:  # pyright: ignore[reportArgumentType]
        async for row in stream:
            told[row["id"]] = max(row["seq"], told.get(row["id"], -1))
            after, most = row["cursor"], most - 1
            if not most:
                break
    return after


async def until_all(database: Database, owner: str, told: dict[str, int]) -> None:
    """Wait until the newest number of each conversation was told."""
    async with asyncio.timeout(60):
        while told != {row["id"]: row["seq"] for row in await cypher(database, SEQS, owner=owner)}:
            await asyncio.sleep(0.2)


async def test_nothing_is_missed_of_two_processes(
    processes: tuple[Process, Process], database: Database, owner: str
) -> None:
    """Random writers on both; one reader stays, the other comes back again and again with its last cursor."""
    dice, (here, there) = random.Random(7), processes
    stays: dict[str, int] = {}
    returns: dict[str, int] = {}
    after = await here.news.now(owner)

    async def come_back() -> None:
        place = after
        while True:
            place = await follow(dice.choice(processes), owner, returns, place, most=dice.randint(1, 30))
            await asyncio.sleep(dice.random() * 0.3)

    async def write(process: Process) -> None:
        own = [await process.create(owner) for _ in range(15)]
        for _ in range(60):
            await process.write(owner, dice.choice(own))
            await asyncio.sleep(dice.random() * 0.02)

    readers = [asyncio.create_task(follow(there, owner, stays, after)), asyncio.create_task(come_back())]
    await asyncio.gather(*(write(process) for process in (here, here, there, there)))
    await until_all(database, owner, stays)
    await until_all(database, owner, returns)
    for reader in readers:
        reader.cancel()
    assert len(stays) == len(returns) == 60


async def test_what_is_committed_late_is_told(
    processes: tuple[Process, Process], database: Database, owner: str
) -> None:
    """Its mark is older than all that was told meanwhile; whoever stayed and whoever comes back are both told."""
    here, there = processes
    late, other = await here.create(owner), await there.create(owner)
    stays: dict[str, int] = {}
    reader = asyncio.create_task(follow(there, owner, stays, await here.news.now(owner)))
    await until_all(database, owner, stays)
    change = Query("test", "A test's.", CHANGE, frozenset({"id"}), True)
    async with database.holding(change, id=late):
        await asyncio.sleep(news.SOON_MS / 1000 + 0.5)
        for _ in range(5):
            await there.write(owner, other)
        async with asyncio.timeout(30):
            while stays.get(other) != 5:
                await asyncio.sleep(0.1)
        assert stays[late] == 0
        cursor = await here.news.now(owner)
    await until_all(database, owner, stays)
    reader.cancel()
    returns: dict[str, int] = {}
    await follow(here, owner, returns, cursor, most=2)
    assert returns == {late: 1, other: 5}


async def test_many_that_change_at_once_come_in_pages(database: Database, owner: str) -> None:
    """A thousand, each once; then nothing is read as long as nothing is written."""
    process = Process(database)
    after = await process.news.now(owner)
    await asyncio.gather(*(process.create(owner) for _ in range(1_000)))
    told: dict[str, int] = {}
    await follow(process, owner, told, after, most=1_000)
    assert len(told) == 1_000
    assert process.reads.pages <= 3 + 1_000 // news.PAGE


async def test_who_follows_more_than_can_be_told_is_told_so(database: Database, owner: str) -> None:
    """What to do then is said; another owner's conversations are never told."""
    process = Process(database, most=3)
    after = await process.news.now(owner)
    await asyncio.gather(*(process.create(owner) for _ in range(5)), *(process.create(f"{owner}-b") for _ in range(2)))
    told: dict[str, int] = {}
    with pytest.raises(Lagged, match="conversationsCursor"):
        await follow(process, owner, told, after)
    assert len(told) == 3
    others: dict[str, int] = {}
    await follow(process, f"{owner}-b", others, after, most=2)
    assert not told.keys() & others.keys()


async def test_a_cursor_that_is_none_is_refused(database: Database, owner: str) -> None:
    """One of another list, and one from after the graph's clock was set back."""
    process = Process(database)
    later = await process.reads.read_clock(owner) + 3_600_000
    for cursor in ("x", Place(later, later).cursor(), Place(0, -1).cursor(), Place(1 << 62, 0).cursor()):
        with pytest.raises(InvalidInput) as refused:
            await follow(process, owner, {}, cursor, most=1)
        assert refused.value.field == "after"
