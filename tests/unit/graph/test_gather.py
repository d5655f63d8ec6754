"""Gathering: batches, what a cancelled caller takes back, and that nobody waits for ever."""

from __future__ import annotations

import asyncio

import pytest

from service.errors import GraphError, GraphUnavailable
from service.graph.gather import Gatherer

Batch = list[int]


class Work:
    """Doubles numbers, a batch at a time, as soon as `go` is set; `batches` are those that it was given."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.batches: list[list[int]] = []

    async def __call__(self, batch: Batch) -> Batch:
        """Work on a batch."""
        self.batches.append(batch)
        await self.go.wait()
        return [2 * item for item in batch]


async def put(gatherer: Gatherer[int, int], item: int) -> int:
    """Put and wait."""
    return await gatherer.put(item)


async def test_what_comes_meanwhile_goes_together() -> None:
    """One batch at a time, of the largest size at most."""
    work = Work()
    gatherer = Gatherer(work, most=3)
    first = asyncio.create_task(put(gatherer, 0))
    await asyncio.sleep(0.01)
    rest = [asyncio.create_task(put(gatherer, i)) for i in range(1, 6)]
    await asyncio.sleep(0.01)
    work.go.set()
    assert await asyncio.gather(first, *rest) == [0, 2, 4, 6, 8, 10]
    assert work.batches == [[0], [1, 2, 3], [4, 5]]


async def test_cancelled_caller_takes_its_item_back() -> None:
    """What nobody waits for any more is not begun; what is under way goes on."""
    work = Work()
    gatherer = Gatherer(work, most=3)
    under_way = asyncio.create_task(put(gatherer, 0))
    await asyncio.sleep(0.01)
    waiting, other = asyncio.create_task(put(gatherer, 1)), asyncio.create_task(put(gatherer, 2))
    await asyncio.sleep(0.01)
    under_way.cancel()
    waiting.cancel()
    work.go.set()
    assert await other == 4
    assert work.batches == [[0], [2]]


async def test_work_that_raises_fails_its_batch_and_goes_on() -> None:
    """A mistake in the work is an error for those who wait, not silence, and the next batch is worked on."""

    async def broken(batch: Batch) -> Batch:
        if batch[0] == 0:
            raise ZeroDivisionError("oh")
        return [7]

    gatherer = Gatherer(broken, most=1)
    with pytest.raises(GraphError, match="ZeroDivisionError: oh"):
        await gatherer.put(0)
    assert await gatherer.put(1) == 7


async def test_those_who_wait_are_told_that_the_graph_is_away() -> None:
    """At once, each with an error of its own; what comes later is tried again."""
    calls = 0

    async def away(batch: Batch) -> Batch:
        nonlocal calls
        calls += 1
        await asyncio.sleep(0.01)
        if calls == 1:
            raise GraphUnavailable("away")
        return [7]

    gatherer = Gatherer(away, most=1)
    errors = await asyncio.gather(*(put(gatherer, i) for i in range(5)), return_exceptions=True)
    assert [type(error) for error in errors] == [GraphUnavailable] * 5
    assert len(set(map(id, errors))) == 5
    assert (await gatherer.put(1), calls) == (7, 2)
