"""A game of forgetting: canaries are planted, some are deleted by calls of all kinds while the service is killed.

`scripts/soak --what erasure` plays it with a thousand canaries or more, and compacts the graph in the end. All that is
drawn comes from the seed. What must hold is in `Forgetting.faults`.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from service.commands.client import Client
from service.commands.serving import find_running
from service.errors import GraphUnavailable, ServiceError
from service.folders import cache_folder
from service.graph.checks import run_checks
from service.graph.database import Connection, Database
from service.graph.local import LocalSettings, start
from service.graph.local.compacting import compact
from service.graph.local.home import home_at, read_password, read_state
from service.graph.local.process import end_servers
from service.graph.local.readiness import address_of
from tests.support.canaries import WORD, Fate, Obedient, Planted
from tests.support.scripted_provider import ScriptedProvider
from tests.support.service_process import ServiceProcess
from tests.support.services import cypher, provider, quiet_port

LESS = ["-XX:TieredStopAtLevel=1"]
SIZE = LocalSettings(heap="384m", page_cache="64m", brief=True)
AT_ONCE = 3
CONVERSATIONS, KILLS = 13, 8
PATIENCE_SECONDS = 240
TEXTS = """
CALL () {
  MATCH (n) RETURN properties(n) AS said, labels(n)[0] AS what
  UNION ALL
  MATCH ()-[r]->() RETURN properties(r) AS said, type(r) AS what
}
UNWIND keys(said) AS key
WITH what, key, said[key] AS value WHERE value IS :: STRING OR value IS :: LIST<STRING NOT NULL>
UNWIND CASE WHEN value IS :: STRING THEN [value] ELSE value END AS text
WITH what, key, text WHERE text CONTAINS 'zq'
RETURN what + '.' + key AS place, text
"""
UNREAD = """
UNWIND $ids AS id
MATCH (c:Conversation {id: id}) WHERE NOT EXISTS { MATCH (p:Passage) WHERE p.conversationId = c.id }
RETURN count(c) AS count
"""
_HEX = re.compile(rb"[0-9a-f]{32,}")
_END = 32
"""Of a word, so much is looked for in files: an index of words writes a common beginning once."""


@dataclass
class Forgotten:
    """What came of a game."""

    planted: int = 0
    gone: int = 0
    calls: Counter[str] = field(default_factory=Counter[str])
    kills: int = 0
    faults: list[str] = field(default_factory=list[str])
    on_disk: tuple[int, int] | None = None
    """How many of those that are gone were in a file before the graph was compacted, and after."""
    seconds: float = 0.0

    def line(self) -> str:
        """All of it in a few lines."""
        calls = ", ".join(f"{count} × {name}" for name, count in self.calls.items())
        disk = "not looked at" if self.on_disk is None else f"{self.on_disk[0]}, compacted {self.on_disk[1]}"
        said = "; ".join(self.faults) or "all as it must be"
        return (
            f"{self.planted} canaries, {self.gone} deleted, {self.kills} kills, {self.seconds:.0f} s\n"
            f"deleted: {calls}\nof the deleted, in files: {disk}\n{said}"
        )


class Forgetting:
    """A service with a Neo4j of its own, the conversations that are planted, and what is deleted of them."""

    def __init__(self, folder: Path, url: str, seed: int, connection: Connection | None = None) -> None:
        self.chance = random.Random(seed)
        self.owner, self.leaving = f"stays-{folder.name}-{seed}", f"leaves-{folder.name}-{seed}"
        keys = {owner: owner for owner in (self.owner, self.leaving)}
        embedded = {"heap": "384m", "page_cache": "64m", "java_options": LESS}
        embedded |= {"bolt_port": quiet_port(), "http_port": quiet_port()}
        storage = {"neo4j": {"embedded": embedded}}
        said = provider(f"{url}/v1") | {"server": {"api_keys": keys}, "storage": storage}
        self.service = ServiceProcess(connection, folder, said, self.owner)
        self._connection = connection
        self.home = home_at(folder / "neo4j")
        self.told = Forgotten()
        self.kept: set[str] = set()
        self.gone: set[str] = set()
        self._planted: list[Planted] = []
        self._receipts: list[tuple[str, str, Any]] = []

    @asynccontextmanager
    async def client(self, owner: str) -> AsyncGenerator[Client]:
        """A client of an owner's."""
        running = find_running(self.service.folder)
        if running is None:
            raise ServiceError("The service is not there.")
        async with Client(running.url, owner) as client:
            yield client

    @asynccontextmanager
    async def graph(self) -> AsyncGenerator[Database]:
        """The graph, while its server runs."""
        database = Database(self._connection or self._own())
        try:
            yield database
        finally:
            await database.close()

    def _own(self) -> Connection:
        state, password = read_state(self.home), read_password(self.home)
        assert state is not None
        address = address_of(state.ports, password or "")
        return Connection(address.bolt, address.username, address.password)

    async def plant(self, conversations: int) -> None:
        """Write so many conversations, and those of an owner that leaves."""
        async with self.graph() as database, self.client(self.owner) as one, self.client(self.leaving) as other:
            owners = [(one, self.owner)] * conversations + [(other, self.leaving)]
            self._planted = [
                Planted(client, database, owner, random.Random(f"{self.chance.random()}")) for client, owner in owners
            ]
            gate = asyncio.Semaphore(AT_ONCE)

            async def plant(planted: Planted) -> None:
                async with gate:
                    await planted.plant()

            await asyncio.gather(*map(plant, self._planted))
            for one, other in pairwise(self._planted[:-1]):
                await one.link(other)
            for planted in (self._planted[0], self._planted[-1]):
                await planted.plant_owned()
            async with asyncio.timeout(PATIENCE_SECONDS):
                # Of the others passages are made while they are deleted.
                ids = [one.id for one in self._planted]
                while (await cypher(database, UNREAD, ids=ids))[0]["count"]:
                    await asyncio.sleep(0.1)
            there = await words_of(database)
        planted = {word for one in self._planted for word in one.goes}
        self.told.planted = len(planted)
        never = sorted(planted - there.keys())
        self.told.faults += [f"{len(never)} were never there, such as {never[:3]}"] if never else []

    def draw(self, planted: Planted) -> list[Fate]:
        """What is deleted of a conversation, in which order."""
        if planted.owner == self.leaving:
            return [Fate.OWNER]
        drawn = self.chance.random()
        if drawn < 0.5:
            return [Fate.WHOLE] if drawn < 0.3 else []
        parts = [self.chance.choice([Fate.BELOW, Fate.JOIN]), self.chance.choice([Fate.SOURCE, Fate.DOCUMENT])]
        parts += [Fate.SIDE, Fate.PLAN]
        return self.chance.sample(parts, self.chance.randint(1, len(parts)))

    async def delete(self, kills: int, drawn: Sequence[Sequence[Fate]] | None = None) -> None:
        """Delete what is drawn, one call after the other; the service is killed so many times in between."""
        fates = drawn or [self.draw(planted) for planted in self._planted]
        wishes = [(one, fate) for one, many in zip(self._planted, fates, strict=True) for fate in many]
        alone = {id(one) for one, many in zip(self._planted, fates, strict=True) if len(many) == 1}
        self.chance.shuffle(wishes)
        killed = set(self.chance.sample(range(len(wishes)), min(kills, len(wishes))))
        for number, (planted, fate) in enumerate(wishes):
            self.gone |= {word for word, goes in planted.goes.items() if fate in goes}
            self.told.calls[fate.name] += 1
            kill = asyncio.create_task(self._kill()) if number in killed else None
            await self._delete(planted, fate, f"delete-{number}", counts=id(planted) in alone)
            if kill:
                await kill
                await self._ready()
        self.kept = {word for one in self._planted for word in one.goes} - self.gone
        self.told.gone = len(self.gone)
        await self._done()

    async def _kill(self) -> None:
        await asyncio.sleep(self.chance.uniform(0, 0.4))
        await self.service.kill()
        self.told.kills += 1

    async def _ready(self) -> None:
        if self.service.process is None or self.service.process.poll() is not None:
            await self.service.start()

    async def _delete(self, planted: Planted, fate: Fate, key: str, *, counts: bool) -> None:
        operation, wish = planted.calls.get(fate, ("DeleteOwner", {"ownerId": planted.owner}))
        expected: Any = None
        while True:
            with suppress(ServiceError, GraphUnavailable):
                async with self.client(planted.owner) as client:
                    if expected is None:
                        dry = await client.execute(operation, input=wish | {"dryRun": True})
                        expected = dry["erasable"]["counts"]
                    receipt = (await client.execute(operation, input=wish | {"idempotencyKey": key}))["erasure"]
                self._receipts.append((planted.owner, receipt["id"], expected if counts else None))
                return
            await self._ready()

    async def _done(self) -> None:
        for owner, id, expected in self._receipts:
            async with asyncio.timeout(PATIENCE_SECONDS), self.client(owner) as client:
                while (receipt := await client.execute("Erasure", id=id))["erasureStatus"] != "DONE":
                    await asyncio.sleep(0.05)
            if expected is not None and _numbers(expected) != _numbers(receipt["counts"]):
                self.told.faults.append(f"{receipt['erasureKind']}: {expected} was foreseen, {receipt['counts']} went")

    async def look(self, database: Database) -> None:
        """What is in the graph now: none of what is gone, and all else."""
        there = await words_of(database)
        left = {f"{word} in {place}" for word in self.gone for place in there.get(word, ())}
        missing = [word for word in self.kept if word not in there]
        self.told.faults += [f"{len(left)} are left, such as {sorted(left)[:5]}"] if left else []
        self.told.faults += [f"{len(missing)} are missing, such as {missing[:5]}"] if missing else []

    async def leave(self, database: Database) -> None:
        """Let nothing be left of it for others who use the graph."""
        for owner in (self.owner, self.leaving):
            async with self.client(owner) as client:
                receipt = (await client.execute("DeleteOwner", input={"ownerId": owner}))["erasure"]
            self._receipts = [(owner, receipt["id"], None)]
            await self._done()
        left = await words_of(database)
        here = (self.gone | self.kept) & left.keys()
        self.told.faults += [f"{len(here)} are left in the end, such as {sorted(here)[:3]}"] if here else []

    async def checks(self, database: Database) -> None:
        """What `antiphon check` finds."""
        self.told.faults += [
            f"{found.name}: {list(found.ids)[:3]} {found.error or ''}"
            async for found in run_checks(database)
            # The summaries of summaries are written by hand, with their texts alone.
            if (found.is_broken and "summary" not in found.name) or found.error
        ]

    async def compact(self) -> None:
        """Stop all, compact the graph, and look into every file; then into the graph again."""
        await self.service.terminate()
        await end_servers(self.home, timeout=10)
        before = words_in_files(self.home.folder.parent)
        await compact(self.home.folder, cache_folder(), settings=SIZE)
        after = words_in_files(self.home.folder.parent)
        ends = {word[-_END:].encode(): word for word in self.gone}
        self.told.on_disk = len(ends.keys() & before.keys()), len(ends.keys() & after.keys())
        self.told.faults += [f"{ends[end]} is in {sorted(after[end])}" for end in ends.keys() & after.keys()][:5]
        server = await start(self.home.folder, cache_folder(), settings=SIZE)
        database = Database(Connection(server.address.bolt, server.address.username, server.address.password))
        try:
            await self.look(database)
        finally:
            await database.close()
            await server.stop()


def _numbers(counts: Sequence[Any]) -> dict[str, int]:
    # Changes are what others did, too.
    return {it["label"]: it["count"] for it in counts if it["label"] != "changes"}


async def words_of(database: Database) -> dict[str, set[str]]:
    """The canaries in the graph, and where each is."""
    found: dict[str, set[str]] = {}
    for row in await cypher(database, TEXTS):
        for word in WORD.findall(row["text"]):
            found.setdefault(word, set()).add(row["place"])
    return found


def words_in_files(folder: Path) -> dict[bytes, set[str]]:
    """The ends of canaries in any file of a folder, and in which."""
    found: dict[bytes, set[str]] = {}
    for file in folder.rglob("*"):
        if file.is_file():
            for run in _HEX.findall(file.read_bytes()):
                for start in range(len(run) - _END + 1):
                    found.setdefault(run[start : start + _END], set()).add(file.name)
    return found


@asynccontextmanager
async def forgetting(folder: Path, seed: int, connection: Connection | None = None) -> AsyncGenerator[Forgetting]:
    """A game on a folder of its own, with a Neo4j of its own if there is none; all is ended in the end."""
    async with ScriptedProvider(Obedient()) as heard:
        game = Forgetting(folder, heard.url, seed, connection)
        try:
            await game.service.start()
            yield game
        finally:
            await game.service.kill()
            if connection is None:
                await end_servers(game.home, timeout=10)


async def play_forgetting(folder: Path, seed: int, conversations: int, kills: int) -> Forgotten:
    """A whole game: planted, deleted with kills in between, looked at, compacted, looked at again."""
    began = time.monotonic()
    async with forgetting(folder, seed) as game:
        await game.plant(conversations)
        print(f"seed {seed}: {game.told.planted} planted after {time.monotonic() - began:.0f} s", flush=True)
        await game.delete(kills)
        async with game.graph() as database:
            await game.look(database)
            await game.checks(database)
        await game.compact()
    game.told.seconds = time.monotonic() - began
    return game.told


async def play_forgettings(folder: Path, seeds: Sequence[int]) -> bool:
    """A whole game of a thousand canaries for each seed; whether something was wrong."""
    wrong = False
    for seed in seeds:
        told = await play_forgetting(folder / str(seed), seed, CONVERSATIONS, KILLS)
        print(told.line(), flush=True)
        wrong = wrong or bool(told.faults)
    return wrong
