"""Long work is done in slices, and others have their turn between them."""

from __future__ import annotations

import asyncio
import time

from service.api.graphql.pace import SLICE_SECONDS, begin_share, pace


async def work(seconds: float, order: list[str], name: str) -> None:
    """Work for so long, in steps of a tenth of a slice."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        begun = time.monotonic()
        while time.monotonic() - begun < SLICE_SECONDS / 10:
            pass
        order.append(name)
        if pace().is_spent:
            await pace().turn()


async def test_others_have_their_turn_while_many_work() -> None:
    """Whoever does little is not held up by ten who do much."""
    order: list[str] = []
    working = [asyncio.create_task(work(0.05, order, str(number))) for number in range(10)]
    await asyncio.sleep(0)
    for _ in range(20):
        await asyncio.sleep(0)
    # Twenty turns of the loop, and none of the ten has come to its end.
    assert not any(task.done() for task in working)
    await asyncio.gather(*working)


async def test_all_who_work_have_their_share() -> None:
    """Each goes on before the first has ended."""
    order: list[str] = []
    await asyncio.gather(*(work(0.02, order, str(number)) for number in range(5)))
    last = order[::-1].index("0")
    assert {"0", "1", "2", "3", "4"} == set(order[: len(order) - last])


async def test_who_is_cancelled_while_it_waits_holds_nobody_up() -> None:
    """The others go on."""
    order: list[str] = []
    tasks = [asyncio.create_task(work(0.02, order, str(number))) for number in range(4)]
    await asyncio.sleep(0.005)
    tasks[1].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert tasks[0].done()
    assert tasks[3].exception() is None


async def test_who_has_had_little_does_not_wait_for_all_that_others_wait_for() -> None:
    """A large operation waits at a thousand places; a small one that comes later is done long before it."""
    order: list[str] = []

    async def step() -> None:
        if pace().is_spent:
            await pace().turn()
        await work(0.0002, order, "large")

    async def large() -> None:
        begin_share()
        await asyncio.gather(*(step() for _ in range(1000)))

    async def small() -> None:
        begin_share()
        for _ in range(3):
            await work(0.0002, order, "small")

    working = asyncio.create_task(large())
    while order.count("large") < 20:
        await asyncio.sleep(0)
    await small()
    assert order.count("large") < 500
    assert not working.done()
    await working
