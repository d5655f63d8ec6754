"""Turns of heavy operations: how many at once, in whose order, and that nobody is waited for without end."""

from __future__ import annotations

import asyncio

from service.api.graphql.turns import CostTurns, Turns


async def held(turns: Turns, owner: str, begun: list[str], end: asyncio.Event, name: str | None = None) -> None:
    """Have a turn until the end."""
    async with turns.turn(owner):
        begun.append(name or owner)
        await end.wait()


async def settled() -> None:
    """Let everybody go on as far as they can."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_no_more_than_so_many_have_a_turn_at_once() -> None:
    """The third waits until one of two has ended."""
    turns, begun, ends = Turns(2), list[str](), [asyncio.Event() for _ in range(3)]
    tasks = [asyncio.create_task(held(turns, "one", begun, end, str(n))) for n, end in enumerate(ends)]
    await settled()
    assert begun == ["0", "1"]
    ends[1].set()
    await settled()
    assert begun == ["0", "1", "2"]
    for end in ends:
        end.set()
    await asyncio.gather(*tasks)


async def test_owners_come_one_after_the_other() -> None:
    """Who asks for one turn waits for one turn of who asks for many."""
    turns, begun, end = Turns(1), list[str](), asyncio.Event()
    end.set()
    async with turns.turn("greedy"):
        tasks = [asyncio.create_task(held(turns, "greedy", begun, end)) for _ in range(3)]
        await settled()
        tasks.append(asyncio.create_task(held(turns, "modest", begun, end)))
        await settled()
    await asyncio.gather(*tasks)
    assert begun == ["greedy", "modest", "greedy", "greedy"]


async def test_who_is_cancelled_while_waiting_takes_no_turn() -> None:
    """Also where the turn was just given."""
    turns, begun, end = Turns(1), list[str](), asyncio.Event()
    end.set()
    async with turns.turn("one"):
        waiting = [asyncio.create_task(held(turns, "one", begun, end)) for _ in range(2)]
        await settled()
        waiting[0].cancel()
    waiting[1].cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    async with asyncio.timeout(5), turns.turn("one"):
        assert begun == []


async def test_one_that_takes_long_is_not_waited_for() -> None:
    """It stands aside, and its turn comes back when it ends."""
    turns, begun, end = Turns(1, patience=0.0, aside=1), list[str](), asyncio.Event()
    tasks = [asyncio.create_task(held(turns, "one", begun, end, str(n))) for n in range(3)]
    async with asyncio.timeout(5):
        while begun != ["0", "1"]:
            await asyncio.sleep(0.001)
        end.set()
        await asyncio.gather(*tasks)
        async with turns.turn("one"):
            assert begun == ["0", "1", "2"]


async def test_a_page_does_not_wait_for_what_is_a_hundred_pages() -> None:
    """What costs about the same waits for each other."""
    turns = CostTurns()
    async with asyncio.timeout(5), turns.turn("one", 400_000), turns.turn("one", 50_000), turns.turn("one", 1000):
        second = asyncio.create_task(_pass(turns, 400_000))
        await settled()
        assert not second.done()
    await second


async def _pass(turns: CostTurns, cost: int) -> None:
    async with turns.turn("one", cost):
        return
