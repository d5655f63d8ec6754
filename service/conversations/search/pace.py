"""Giving way: what is done in the background rests while many wait for what they write, or one for a file."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

MANY = 8
"""Callers who wait for their writes: so many are there at once where the machine is at its bounds."""
REST = 5.0
"""Times as long as a piece took is rested after it. So the background has a sixth of the time."""
MOST_SECONDS = 5.0
LOOK_SECONDS = 0.05


class Pace:
    """How fast the background may be. `callers` says how many wait now; `is_in_the_way` whether it rests however few
    they are."""

    def __init__(self, callers: Callable[[], int], is_in_the_way: Callable[[], bool] = lambda: False) -> None:
        self._callers = callers
        self._is_in_the_way = is_in_the_way

    @asynccontextmanager
    async def piece(self) -> AsyncGenerator[None]:
        """Do a piece of work within, then rest, as long as it is in somebody's way."""
        began = time.monotonic()
        yield
        rest = min(REST * (time.monotonic() - began), MOST_SECONDS)
        for _ in range(math.ceil(rest / LOOK_SECONDS)):
            if self._callers() <= MANY and not self._is_in_the_way():
                return
            await asyncio.sleep(LOOK_SECONDS)
