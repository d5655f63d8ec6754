"""Lanes: bounds of a batch, one batch a key, and that who is slow holds up nobody else."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import GraphEnded, GraphError, GraphFull, GraphUnavailable
from service.graph.gather import Waiting
from service.graph.lanes import LaneBounds, Lanes

BOUNDS = LaneBounds(items=4, weight=10, patience=0.01, aside=2)
HEAVY = 20


@dataclass(frozen=True)
class Item:
    """Something under a key."""

    key: str
    weight: int = 1
    number: int = 0


Batch = list[Waiting[Item, int]]


class Work:
    """Settles items with their numbers; a key that is in `locked` is waited for until `free`."""

    def __init__(self, *locked: str) -> None:
        self.locked = set(locked)
        self.free = asyncio.Event()
        self.batches: list[list[Item]] = []
        self.now: Counter[str] = Counter()
        self.met: set[str] = set()

    async def __call__(self, batch: Batch) -> None:
        """Work on a batch."""
        items = [item for item, _ in batch]
        self.batches.append(items)
        keys = {item.key for item in items}
        self.met |= {key for key in keys if self.now[key]}
        self.now.update(keys)
        await asyncio.sleep(0.001)
        if keys & self.locked:
            await self.free.wait()
        self.now.subtract(keys)
        for item, done in batch:
            if not done.done():
                done.set_result(item.number)


def lanes(work: Work, ordinary: int = 1) -> Lanes[Item, int]:
    """Lanes with small bounds."""
    return Lanes(work, BOUNDS, ordinary=ordinary, heavy=HEAVY)


ITEMS = st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from([1, 3, 9, 15, 20, 50])), max_size=30)


@given(ITEMS, st.integers(1, 3))
def test_every_item_is_done_within_the_bounds_and_no_key_twice_at_once(
    drawn: list[tuple[str, int]], ordinary: int
) -> None:
    """Whatever comes in whatever order; a batch is too heavy only where it is one item."""

    async def play() -> Work:
        work = Work()
        all_lanes = lanes(work, ordinary)
        items = [Item(key, weight, number) for number, (key, weight) in enumerate(drawn)]
        results = await asyncio.gather(*(all_lanes.put(item, ord(item.key)) for item in items))
        assert results == list(range(len(items)))
        await all_lanes.close()
        return work

    work = asyncio.run(play())
    assert work.met == set()
    assert sum(map(len, work.batches)) == len(drawn)
    for batch in work.batches:
        assert len(batch) <= BOUNDS.items
        assert len(batch) == 1 or sum(item.weight for item in batch) <= BOUNDS.weight
    order: dict[str, list[int]] = {}
    for batch in work.batches:
        for item in batch:
            order.setdefault(item.key, []).append(item.number)
    heavy = {key for key, weight in drawn if weight >= HEAVY}
    assert all(numbers == sorted(numbers) for key, numbers in order.items() if key not in heavy)


async def test_who_is_slow_holds_up_its_own_key_alone() -> None:
    """The lane goes on beside a batch that takes long; what has the same key waits for it."""
    work = Work("a")
    all_lanes = lanes(work)
    slow, later = all_lanes.put(Item("a", number=1), 0), all_lanes.put(Item("b", number=2), 0)
    await asyncio.sleep(0.005)
    same, other = all_lanes.put(Item("a", number=3), 0), all_lanes.put(Item("c", number=4), 0)
    assert await asyncio.wait_for(other, 5) == 4
    assert not slow.done()
    assert not same.done()
    work.free.set()
    assert [await slow, await later, await same] == [1, 2, 3]
    assert work.met == set()


async def test_heavy_items_go_one_by_one_and_light_ones_pass_them() -> None:
    """Nobody waits for them who has another key; what comes after them under their key does."""
    work = Work("big", "bigger")
    all_lanes = lanes(work)
    heavy = [all_lanes.put(Item("big", HEAVY), 0), all_lanes.put(Item("bigger", HEAVY), 0)]
    after = all_lanes.put(Item("bigger", number=7), 0)
    assert await asyncio.wait_for(all_lanes.put(Item("small", number=5), 0), 5) == 5
    assert [item.key for batch in work.batches for item in batch] == ["big", "small"]
    work.free.set()
    assert await asyncio.gather(*heavy, after) == [0, 0, 7]


async def test_what_was_ended_is_done_a_key_after_the_other() -> None:
    """One of them waits for a lock that somebody else holds; the others do not fail with it."""
    calls: list[list[str]] = []
    free = asyncio.Event()

    async def work(batch: Batch) -> None:
        calls.append([item.key for item, _ in batch])
        if len(batch) > 1:
            raise GraphEnded("ended")
        if batch[0][0].key == "held":
            await free.wait()
        batch[0][1].set_result(1)

    all_lanes: Lanes[Item, int] = Lanes(work, BOUNDS, ordinary=1, heavy=HEAVY)
    held, *others = [all_lanes.put(Item(key), 0) for key in ("held", "b", "c")]
    assert await asyncio.wait_for(asyncio.gather(*others), 5) == [1, 1]
    again = all_lanes.put(Item("b"), 0)
    assert await asyncio.wait_for(again, 5) == 1
    assert not held.done()
    free.set()
    assert await held == 1
    await all_lanes.close()
    assert calls[0] == ["held", "b", "c"]


async def test_one_that_is_ended_alone_fails_alone() -> None:
    """Its caller knows what to do: it is safe to write it again."""

    async def work(batch: Batch) -> None:
        if batch[0][0].key == "held":
            raise GraphEnded("ended")
        batch[0][1].set_result(1)

    all_lanes: Lanes[Item, int] = Lanes(work, LaneBounds(1, 10), ordinary=1, heavy=HEAVY)
    held, other = all_lanes.put(Item("held"), 0), all_lanes.put(Item("b"), 0)
    with pytest.raises(GraphEnded):
        await held
    assert await other == 1


async def test_cancelled_caller_takes_its_item_back() -> None:
    """What nobody waits for any more is not begun; a key that is under way stays held all the same."""
    work = Work("a")
    all_lanes = lanes(work)
    under_way = all_lanes.put(Item("a"), 0)
    await asyncio.sleep(0.005)
    waiting, other = all_lanes.put(Item("b", number=1), 0), all_lanes.put(Item("a", number=2), 0)
    under_way.cancel()
    waiting.cancel()
    await asyncio.sleep(0.02)
    work.free.set()
    assert await other == 2
    await all_lanes.close()
    assert [item.number for batch in work.batches for item in batch] == [0, 2]
    assert work.met == set()


async def test_those_who_wait_are_told_that_the_graph_is_away() -> None:
    """At once, each with an error of its own; what comes later is tried again."""
    calls = 0

    async def away(batch: Batch) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise GraphUnavailable("away")
        batch[0][1].set_result(7)

    all_lanes: Lanes[Item, int] = Lanes(away, LaneBounds(1, 10), ordinary=1, heavy=HEAVY)
    errors = await asyncio.gather(*(all_lanes.put(Item(f"{i}"), 0) for i in range(5)), return_exceptions=True)
    assert [type(error) for error in errors] == [GraphUnavailable] * 5
    assert len(set(map(id, errors))) == 5
    assert (await all_lanes.put(Item("x"), 0), calls) == (7, 2)


async def test_errors_keep_their_remedy_and_mistakes_are_errors() -> None:
    """Those who wait hear what to do; a mistake in the work is no silence."""

    async def broken(batch: Batch) -> None:
        if batch[0][0].key == "full":
            raise GraphFull("too much", remedy="less")
        if batch[0][0].key == "wrong":
            raise ZeroDivisionError("oh")

    all_lanes: Lanes[Item, int] = Lanes(broken, LaneBounds(1, 10), ordinary=1, heavy=HEAVY)
    full, wrong, forgotten = [all_lanes.put(Item(key), 0) for key in ("full", "wrong", "forgotten")]
    with pytest.raises(GraphFull) as refused:
        await full
    assert (refused.value.remedy, refused.value.retryable) == ("less", False)
    with pytest.raises(GraphError, match="ZeroDivisionError: oh"):
        await wrong
    with pytest.raises(asyncio.CancelledError):
        await forgotten


async def test_whoever_gives_up_closing_does_not_cut_the_work() -> None:
    """A close with a time limit leaves what is under way to its end."""
    work = Work("a")
    all_lanes = lanes(work)
    under_way = all_lanes.put(Item("a", number=4), 0)
    await asyncio.sleep(0.005)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(all_lanes.close(), 0.01)
    work.free.set()
    await all_lanes.close()
    assert await under_way == 4
