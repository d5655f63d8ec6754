"""A long conversation is deleted for good: how fast, and how long another writer waits meanwhile.

Run as `python -m benchmarks.erasure`, with `--messages` for other lengths. Another owner appends messages all the time,
before the deletion and while it goes on: what it waits longest in both is compared.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Callable
from typing import Any

from benchmarks.bench import figure, load, run, service
from benchmarks.generate import Wish, fill
from service.conversations.catalog import NewConversation
from service.conversations.deleting import Deletion
from service.records import new_id
from service.services import Services

LENGTHS = [100_000]
QUIET_SECONDS = 10.0
PAUSE_SECONDS = 0.005


async def main(lengths: list[int]) -> None:
    """One conversation of each length is deleted."""
    async with service({"defaults": {"model": "echo/echo"}, "logging": {"level": "WARNING"}}) as services:
        for length in lengths:
            await measure(services, length)


async def measure(services: Services, length: int) -> None:
    """Print one JSON line a figure."""
    (filled,) = await fill(services.database, Wish(messages=length, tokens=50, owner="local", seed=length))
    deleting, database = services.backend.deleting, services.database
    other = await services.backend.conversations.create_conversation("other", NewConversation())
    until = time.monotonic() + QUIET_SECONDS
    quiet = await waits(services, other, lambda: time.monotonic() > until)
    counted = time.perf_counter()
    await deleting.count_conversation("local", filled.id)
    counted = time.perf_counter() - counted
    begun = time.perf_counter()
    receipt = await deleting.delete_conversation(Deletion("local", filled.id))
    hidden = time.perf_counter() - begun
    ended = asyncio.create_task(_ended(services, receipt))
    busy = await waits(services, other, ended.done)
    took = await ended - begun
    about: dict[str, Any] = {"messages": length, "load": load()}
    figure("dry run", counted * 1000, "ms", **about)
    figure("until nobody finds it", hidden * 1000, "ms", **about)
    figure("until nothing is left", took, "s", **about)
    figure("deleted a second", length / took, "messages", **about)
    for name, some in (("while nothing is deleted", quiet), ("while it is deleted", busy)):
        figure(f"an append waits at worst {name}", max(some) * 1000, "ms", count=len(some), **about)
        figure(f"an append waits (p99) {name}", sorted(some)[int(len(some) * 0.99)] * 1000, "ms", **about)
    assert not await database.execute("MATCH (m:Message {conversationId: $id}) RETURN m LIMIT 1", id=filled.id)


async def _ended(services: Services, receipt: str) -> float:
    while True:
        row = await services.backend.deleting.read_erasure("local", receipt)
        if row and row["status"] == "DONE":
            return time.perf_counter()
        await asyncio.sleep(0.05)


async def waits(services: Services, conversation_id: str, done: Callable[[], bool]) -> list[float]:
    """How long each append of another owner took, one after the other, until it is done (s)."""
    found: list[float] = []
    while not done():
        begun = time.perf_counter()
        message = {"role": "USER", "content": "A message.", "title": "A message."}
        row = {"id": new_id(), "conversationId": conversation_id, "ownerId": "other", "branchId": None}
        assert await services.store.append_message({**row, "kind": "Prompt", "properties": message})
        found.append(time.perf_counter() - begun)
        await asyncio.sleep(PAUSE_SECONDS)
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, nargs="+", default=LENGTHS)
    run(main(parser.parse_args().messages))
