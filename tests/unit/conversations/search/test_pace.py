"""What is done in the background rests while many wait, and only then."""

from __future__ import annotations

import asyncio
from unittest.mock import patch

from service.conversations.search import pace as module
from service.conversations.search.pace import LOOK_SECONDS, MANY, MOST_SECONDS, REST, Pace


class Clock:
    """Time that passes where somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        """The time."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Time passes."""
        self.now += seconds


async def rested(took: float, callers: list[int]) -> float:
    """The seconds that are rested after a piece; `callers` are there, one look after the other, then none."""
    clock = Clock()
    with patch.object(module, "time", clock), patch.object(asyncio, "sleep", clock.sleep):
        async with Pace(lambda: callers.pop(0) if callers else 0).piece():
            clock.now += took
    return clock.now - took


async def test_it_rests_as_long_as_many_wait() -> None:
    """Not with few callers; until they are gone; and not for ever."""
    assert await rested(1.0, [MANY] * 1000) == 0
    assert 0 < await rested(1.0, [MANY + 1] * 3) < 1
    assert abs(await rested(0.1, [MANY + 1] * 1000) - REST * 0.1) < 2 * LOOK_SECONDS
    assert abs(await rested(100.0, [MANY + 1] * 1000) - MOST_SECONDS) < 2 * LOOK_SECONDS


async def test_it_rests_while_it_is_in_somebodys_way() -> None:
    """However few wait; and not for ever."""
    clock, there = Clock(), [True] * 3
    with patch.object(module, "time", clock), patch.object(asyncio, "sleep", clock.sleep):
        async with Pace(int, lambda: bool(there and there.pop())).piece():
            clock.now += 1.0
        assert abs(clock.now - 1.0 - 3 * LOOK_SECONDS) < LOOK_SECONDS / 2
        async with Pace(int, lambda: True).piece():
            clock.now += 0.1
    assert abs(clock.now - 1.1 - 3 * LOOK_SECONDS - REST * 0.1) < 2 * LOOK_SECONDS
