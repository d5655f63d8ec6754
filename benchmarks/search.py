"""Search over many messages of many owners: how long the first page takes, and how long the indexes take to be made.

Run as `python -m benchmarks.search --messages 1000000 --owners 1000`. Texts are drawn from 60,000 words as they are
spread in real texts (Zipf); vectors are drawn around topics. `--vectors` says how many of the passages have one.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any

import psutil

from benchmarks.bench import figure, load, run
from service.clock import now_ms
from service.config import load_config
from service.conversations.search.filters import Question, SearchFilter, SearchMode
from service.conversations.search.keys import conversation_key, day_key, day_of, kind_key, owner_key
from service.cursors import PageRequest
from service.folders import cache_folder
from service.graph.database import Connection, Database
from service.graph.local import LocalSettings, start
from service.graph.migrations import migrate
from service.graph.searches import Searches
from service.providers.embeddings import LOCAL_DIMENSIONS, LOCAL_NAME
from service.records import new_id
from service.services import wire

STATEMENT = (Path(__file__).parent / "statements" / "create_searched_turns.cypher").read_text(encoding="utf-8")
MODEL = f"{LOCAL_NAME}#{LOCAL_DIMENSIONS}"
VOCABULARY, TOPICS, TURNS_AT_ONCE, QUESTIONS = 60_000, 400, 500, 200
_SYLLABLES = [a + b for a in "bcdfghjklmnprstvwz" for b in ("a", "e", "i", "o", "u", "ar", "en", "il", "os")]


class World:
    """Words, topics and owners, drawn by a seed."""

    def __init__(self, seed: int, owners: int) -> None:
        self.draw = random.Random(seed)
        self.words = list(dict.fromkeys(self._word() for _ in range(2 * VOCABULARY)))[:VOCABULARY]
        self._weights = list(accumulate(1 / rank for rank in range(1, len(self.words) + 1)))
        self.topics = [self._unit([self.draw.gauss(0, 1) for _ in range(LOCAL_DIMENSIONS)]) for _ in range(TOPICS)]
        self.owners = [f"owner-{number}" for number in range(owners)]

    def text(self, words: int) -> str:
        """A text of so many words."""
        return " ".join(self.draw.choices(self.words, cum_weights=self._weights, k=words))

    def near(self, topic: int) -> list[float]:
        """A vector near a topic."""
        return self._unit([x + self.draw.gauss(0, 0.04) for x in self.topics[topic]])

    def _word(self) -> str:
        return "".join(self.draw.choices(_SYLLABLES, k=self.draw.choice((1, 2, 2, 3, 3, 4))))

    @staticmethod
    def _unit(vector: list[float]) -> list[float]:
        length = math.sqrt(sum(x * x for x in vector))
        return [x / length for x in vector]


def turns(world: World, messages: int, vectors: int) -> Iterator[dict[str, Any]]:
    """Rows of turns; the first of their passages have vectors."""
    now = now_ms()
    for number in range(messages // 2):
        owner = world.owners[number % len(world.owners)]
        conversation, at = new_id(), now - world.draw.randrange(365) * 86_400_000
        topic = world.draw.randrange(TOPICS) if 2 * number < vectors else None
        yield {
            "conversationId": conversation, "ownerId": owner, "at": at, "embeddedAs": MODEL,
            "asked": said(world, owner, conversation, "USER", at, topic, 14),
            "answer": said(world, owner, conversation, "ASSISTANT", at, topic, 60),
        }  # fmt: skip


def said(
    world: World, owner: str, conversation: str, kind: str, at: int, topic: int | None, words: int
) -> dict[str, Any]:
    """A message with its passage."""
    text, day = world.text(words), day_of(at)
    keys = " ".join((owner_key(owner), kind_key(kind), day_key(day), conversation_key(conversation)))
    passage = {"id": new_id(), "kind": kind, "day": day, "end": len(text), "keys": keys, "terms": text}
    vector = None if topic is None else world.near(topic)
    return {"id": new_id(), "title": text[:40], "content": text, "passage": {**passage, "vector": vector}}


async def fill(database: Database, world: World, messages: int, vectors: int) -> None:
    """Write all messages, two transactions at a time."""
    rows: list[dict[str, Any]] = []
    under_way: set[asyncio.Task[Any]] = set()
    for row in turns(world, messages, vectors):
        rows.append(row)
        if len(rows) == TURNS_AT_ONCE:
            if len(under_way) >= 2:
                _, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
            under_way.add(asyncio.create_task(database.execute(STATEMENT, bounded=False, rows=rows)))
            rows = []
    await database.execute(STATEMENT, bounded=False, rows=rows)
    await asyncio.gather(*under_way)


async def made(database: Database, what: str, work: Any) -> None:
    """How long an index takes to be made."""
    began = time.monotonic()
    await work
    await database.execute("CALL db.awaitIndexes(36000)", bounded=False)
    figure(f"search: {what} made", time.monotonic() - began, "s", load=load())


def size(folder: Path) -> float:
    """A folder on the disk, in MB."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


async def measure(services: Any, world: World, mode: SearchMode, **wanted: Any) -> None:
    """The first page, of owners and questions in turn."""
    took: list[float] = []
    for number in range(QUESTIONS):
        owner = world.draw.choice(world.owners)
        question = Question(world.text(world.draw.choice((1, 2, 3, 8))), mode, SearchFilter(**wanted))
        began = time.perf_counter()
        await services.backend.search.search(owner, question, PageRequest(10))
        if number >= QUESTIONS // 10:
            took.append((time.perf_counter() - began) * 1000)
    took.sort()
    p95 = took[int(len(took) * 0.95)]
    name = f"search: {mode.value}{' within days' if wanted else ''}, p95"
    figure(name, p95, "ms", median=round(statistics.median(took), 1), worst=round(took[-1], 1), load=load())


async def main(messages: int, owners: int, vectors: int, keep: str | None) -> None:
    """Build and measure."""
    folder = Path(keep or tempfile.mkdtemp(prefix="antiphon-benchmark-"))
    is_new = not (folder / "neo4j").exists()
    server = await start(folder / "neo4j", cache_folder(), settings=LocalSettings(heap="1500m", page_cache="1g"))
    connection = Connection(server.address.bolt, server.address.username, server.address.password)
    database, world = Database(connection), World(7, owners)
    await migrate(database)
    searches = Searches(database)
    if is_new:
        for index in ("passage_words", "passage_vectors_a"):
            await database.execute(f"DROP INDEX {index}")
        began = time.monotonic()
        await fill(database, world, messages, vectors)
        figure("search: messages written", messages / (time.monotonic() - began), "messages/s", load=load())
        before = size(folder)
        await made(database, f"words of {messages:,} passages", searches.create_words("standard-no-stop-words"))
        words = size(folder)
        figure("search: words on the disk", words - before, "MB")
        await made(database, f"{vectors:,} vectors", searches.create_vectors("A", LOCAL_DIMENSIONS))
        figure("search: vectors on the disk, beside the store", size(folder) - words, "MB")
        await searches.keep_slot("A", MODEL, LOCAL_DIMENSIONS, is_current=True)
    with tempfile.TemporaryDirectory() as data:
        services = wire(load_config(None, {"ANTIPHON_DATA_DIR": data}), connection)
        await services.open(brief=True)
        await services.vectors.fill(services.vectors.embedder)  # pyright: ignore[reportArgumentType]
        for mode in SearchMode:
            await measure(services, world, mode)
        await measure(services, world, SearchMode.HYBRID, since=now_ms() - 90 * 86_400_000)
        await services.close()
    figure("search: Neo4j's memory", _resident(server), "MB")
    await database.close()
    await server.stop()


def _resident(server: Any) -> float:
    java = [
        it
        for it in psutil.process_iter(["cmdline", "memory_info"])
        if "Neo4jCommunity" in " ".join(it.info["cmdline"] or ()) and it.ppid() == os.getpid()
    ]
    return max((it.info["memory_info"].rss / 1e6 for it in java), default=0.0)


if __name__ == "__main__":
    said_of = argparse.ArgumentParser(description=__doc__)
    said_of.add_argument("--messages", type=int, default=100_000)
    said_of.add_argument("--owners", type=int, default=100)
    said_of.add_argument("--vectors", type=int)
    said_of.add_argument("--keep", help="a folder for the graph; a graph that is there is searched as it is")
    given = said_of.parse_args()
    run(main(given.messages, given.owners, given.messages if given.vectors is None else given.vectors, given.keep))
