"""Appending messages with all their relationships, each caller waiting for its commit; against the bare driver."""

from __future__ import annotations

import asyncio
import statistics
import time
from typing import Any

from benchmarks.bench import figure, graph, run
from service.graph.database import Database
from service.graph.store import Store
from service.graph.writer import Writer
from service.records import new_id
from service.signals import Signals

APPENDERS = 256
MESSAGES_EACH = 80
ROUNDS = 6
SINGLE_MESSAGES = 300
TEXT = "A message of the usual length: a sentence or two, a hundred characters and more, as people write them."
# The smallest honest transaction: one node with an id, the same text, committed before the next begins.
BARE = "CREATE (n:Bare {id: $id, content: $content})"


async def open_conversations(store: Store) -> list[str]:
    """A conversation for each appender."""
    ids = [new_id() for _ in range(APPENDERS)]
    row = {"ownerId": "benchmark", "title": "t", "metadata": None, "idempotencyKey": None, "requestHash": ""}
    await asyncio.gather(*(store.create_conversation({**row, "conversationId": id_}) for id_ in ids))
    return ids


async def append(store: Store, conversation_id: str, count: int) -> list[float]:
    """Append prompts and responses in turn, each after the last is committed; the seconds of each."""
    seconds: list[float] = []
    for number in range(count):
        began = time.perf_counter()
        row: dict[str, Any] = {
            "ownerId": "benchmark",
            "conversationId": conversation_id,
            "id": new_id(),
            "kind": "Response" if number % 2 else "Prompt",
            "properties": {"content": TEXT, "title": TEXT[:60], "role": "USER"},
        }
        assert await store.append_message(row)
        seconds.append(time.perf_counter() - began)
    return seconds


async def many(store: Store, conversations: list[str]) -> tuple[float, float]:
    """Messages a second of all appenders at once, and the median wait in ms."""
    began = time.perf_counter()
    waits = await asyncio.gather(*(append(store, id_, MESSAGES_EACH) for id_ in conversations))
    rate = APPENDERS * MESSAGES_EACH / (time.perf_counter() - began)
    return rate, statistics.median(wait for appender in waits for wait in appender) * 1000


async def bare(database: Database, count: int) -> list[float]:
    """The driver alone: one managed transaction after the other; the seconds of each."""
    seconds: list[float] = []
    async with database.driver.session() as session:
        for _ in range(count):
            began = time.perf_counter()

            async def work(tx: Any) -> None:
                await (await tx.run(BARE, id=new_id(), content=TEXT)).consume()

            await session.execute_write(work)
            seconds.append(time.perf_counter() - began)
    return seconds


async def main() -> None:
    """Warm up, then measure: the median of the rounds."""
    async with graph() as database:
        store = Store(database, Writer(database), Signals())
        conversations = await open_conversations(store)
        rounds = [await many(store, conversations) for _ in range(ROUNDS + 3)][3:]
        figure("append_256", statistics.median(rate for rate, _ in rounds), "messages/s")
        figure("append_256_wait", statistics.median(wait for _, wait in rounds), "ms p50")
        ours: list[float] = []
        theirs: list[float] = []
        for _ in range(SINGLE_MESSAGES // 20):
            ours += await append(store, conversations[0], 20)
            theirs += await bare(database, 20)
        alone, driver = statistics.median(ours) * 1000, statistics.median(theirs) * 1000
        figure("append_1_wait", alone, "ms p50", ratio=round(alone / driver, 3), against="bare driver, one transaction")


if __name__ == "__main__":
    run(main())
