"""What several who follow the same thing read at the same time, read once for all of them.

Owns how long an answer is shared. Knows nothing of what is read.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

SHARED_SECONDS = 1.0
"""After this an answer is read anew: whoever is that late is told how things are then."""
_T = TypeVar("_T")


class Moment:
    """The answers that were read since a moment: whoever asks for what was not there before it may have them."""

    def __init__(self) -> None:
        self._answers: dict[Hashable, tuple[float, asyncio.Task[Any]]] = {}

    async def once(self, what: Hashable, read: Callable[[], Awaitable[_T]]) -> _T:
        """The answer of `read`, or the one that somebody else got or waits for."""
        since, reading = self._answers.get(what, (0.0, None))
        if reading is None or time.monotonic() - since > SHARED_SECONDS:
            reading = asyncio.create_task(_call(read))
            self._answers[what] = time.monotonic(), reading
            reading.add_done_callback(_look_at_error)
        return await asyncio.shield(reading)


async def _call(read: Callable[[], Awaitable[_T]]) -> _T:
    return await read()


def _look_at_error(reading: asyncio.Task[Any]) -> None:
    # Those who wait for it are told; where nobody does any more, nobody needs to be.
    if not reading.cancelled():
        reading.exception()
