"""Frozen services: two on one graph, one of them is stopped (SIGSTOP) longer than its lease and goes on (SIGCONT).

`scripts/soak --what frozen --runs 10` plays ten rounds. What must hold: the other takes the task over, its own task
does not suffer, nobody ends what is not its own, and no more is asked twice than was in flight at the time.
"""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from service.app import connection_of
from service.folders import cache_folder
from service.graph.database import Connection, Database
from service.graph.local import LocalSettings, start
from service.records import new_id
from tests.support.books import faults_of, read_books
from tests.support.service_process import ServiceProcess
from tests.support.services import cypher, finished, provider
from tests.support.slow_provider import SlowProvider

OWNER = "frozen"
CALL_SECONDS = 0.3
LEASE_SECONDS = 4.0
ITEMS = 40
AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class FrozenRound:
    """Frozen after so many seconds of its task, for so many."""

    seed: int
    delay: float
    seconds: float


def draw_frozen(seed: int) -> FrozenRound:
    """The round of a seed."""
    chance = random.Random(seed)
    return FrozenRound(seed, chance.uniform(0, 2.0), LEASE_SECONDS + chance.uniform(0.5, 6.0))


@dataclass(slots=True)
class FrozenTold:
    """What came of a round: faults, calls beyond one each, and those in flight when it was frozen."""

    round: FrozenRound
    faults: list[str]
    again: int
    in_flight: int
    taken_over: bool
    slowest: float

    def line(self) -> str:
        """One line about it."""
        over = "taken over" if self.taken_over else "not taken over"
        said = "; ".join(self.faults) or "balanced"
        return (
            f"seed {self.round.seed}: frozen at {self.round.delay:.2f} s for {self.round.seconds:.1f} s, {over}, "
            f"{self.again} calls again of {self.in_flight} in flight, the slowest write {self.slowest:.2f} s: {said}"
        )


class Pair:
    """Two services on one graph, and their provider."""

    def __init__(self, database: Database, seen: SlowProvider, services: tuple[ServiceProcess, ServiceProcess]) -> None:
        self.database = database
        self.seen = seen
        self.victim, self.other = services

    async def play(self, drawn: FrozenRound) -> FrozenTold:
        """A task in each; one of them is frozen."""
        items = [f"{drawn.seed}/{i}: {new_id()}" for i in range(ITEMS)]
        task = await self.victim.create_file_task(items, AT_ONCE)
        beside = await self.other.create_file_task([f"beside {item}" for item in items], AT_ONCE)
        before = Counter(self.seen.prompts)
        assert self.victim.process is not None
        await asyncio.sleep(drawn.delay)
        holder = await self._holder(task)
        self.victim.process.send_signal(signal.SIGSTOP)
        in_flight = self.seen.open
        slowest = await self._write_for(drawn.seconds)
        now = await self._holder(task)
        self.victim.process.send_signal(signal.SIGCONT)
        faults = [
            f"{name}: {fault}" for name, id_ in (("its", task), ("other", beside)) for fault in await self._end(id_)
        ]
        asked = Counter(self.seen.prompts) - before
        again = sum(count - 1 for count in asked.values())
        if again > AT_ONCE:
            faults.append(f"{again - AT_ONCE} calls were made again that were not in flight")
        return FrozenTold(drawn, faults, again, in_flight, holder != now, slowest)

    async def _end(self, task_id: str) -> list[str]:
        await finished(self.database, task_id)
        await asyncio.sleep(1)
        books = await read_books(self.database, task_id)
        cut = books.outcomes()["CANCELLED"]
        said = [f"{cut} attempts are CANCELLED, and nobody cancelled the task"] if cut else []
        if books.task["status"] != "SUCCEEDED":
            said.append(f"the task is {books.task['status']}")
        return faults_of(books) + said

    async def _write_for(self, seconds: float) -> float:
        """Small writes through the other, one after the other; how long the slowest took."""
        ends, slowest = time.monotonic() + seconds, 0.0
        async with self.other.client() as client:
            while time.monotonic() < ends:
                began = time.monotonic()
                await client.execute("CreateConversation", input={"title": "small"})
                slowest = max(slowest, time.monotonic() - began)
                await asyncio.sleep(0.05)
        return slowest

    async def _holder(self, task_id: str) -> str | None:
        rows = await cypher(self.database, "MATCH (t:Task {id: $id}) RETURN t.leaseOwner AS holder", id=task_id)
        return rows[0]["holder"]


@asynccontextmanager
async def pair(connection: Connection, folder: Path) -> AsyncIterator[Pair]:
    """Two services over a graph."""
    seen = SlowProvider(CALL_SECONDS)
    server = await asyncio.start_server(seen.serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    settings = provider(url) | {"executor": {"lease_seconds": LEASE_SECONDS}}
    async with AsyncExitStack() as stack:
        stack.callback(server.close)
        services = [ServiceProcess(connection, folder / name, settings, OWNER) for name in ("one", "two")]
        for service in services:
            await stack.enter_async_context(service)
        database = Database(connection)
        stack.push_async_callback(database.close)
        yield Pair(database, seen, (services[0], services[1]))


async def play_frozen(folder: Path, rounds: list[FrozenRound]) -> list[FrozenTold]:
    """All rounds, on a graph of their own."""
    server = await start(
        folder / "neo4j", cache_folder(), settings=LocalSettings(heap="384m", page_cache="64m", brief=True)
    )
    told: list[FrozenTold] = []
    try:
        async with pair(connection_of(server), folder) as both:
            for drawn in rounds:
                told.append(await both.play(drawn))
                print(told[-1].line(), flush=True)
    finally:
        await server.stop()
    return told
