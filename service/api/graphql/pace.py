"""How long work may hold the event loop: what is long is done in slices, and others have their turn between them.

One pace a loop: whatever is long shares its slices, so that ten large operations hold others up no more than one does.
Who has had the fewest turns is next, so that a small operation does not wait for all that large ones wait for.
Knows nothing of what is done.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Sequence
from contextvars import ContextVar
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

SLICE_SECONDS = 0.002
"""How long work goes on before others have their turn."""
PAUSE_SECONDS = 0.001
"""How long it waits then, where it has gone on for a while: small requests come to their end meanwhile."""
SLICES_AT_ONCE = 5
"""Slices with no more between them than one turn of the loop: a page that somebody waits for is done by then."""
QUIET_SECONDS = 0.05
"""After so long without any work, the next begins at once."""
AT_ONCE = 32
"""What is awaited is begun so many at a time before others have their turn."""
_T = TypeVar("_T")


class Share:
    """What one operation has had of the loop: how many turns."""

    __slots__ = ("turns",)

    def __init__(self) -> None:
        self.turns = 0


_share: ContextVar[Share | None] = ContextVar("share", default=None)


def begin_share() -> Share:
    """Begin an operation: what is done for it from here on, and in the tasks that it begins, is one share."""
    share = Share()
    _share.set(share)
    return share


class Pace:
    """The slices of one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._end = 0.0
        self._slices = 0
        self._waiting: dict[Share, deque[asyncio.Future[None]]] = {}
        self._is_due = False

    @property
    def is_spent(self) -> bool:
        """Whether work must wait for its turn."""
        return time.monotonic() >= self._end

    async def turn(self) -> None:
        """Go on, or wait for the next slice."""
        now = time.monotonic()
        if now < self._end:
            return
        if not self._waiting and now - self._end > QUIET_SECONDS:
            self._slices, self._end = 1, now + SLICE_SECONDS
            return
        turn = self._loop.create_future()
        self._waiting.setdefault(_share.get() or begin_share(), deque()).append(turn)
        if not self._is_due:
            self._is_due = True
            self._later()
        await turn

    def _later(self) -> None:
        if self._slices < SLICES_AT_ONCE:
            self._loop.call_soon(self._begin)
        else:
            self._loop.call_later(PAUSE_SECONDS, self._begin)

    def _begin(self) -> None:
        now = time.monotonic()
        self._slices = self._slices + 1 if now - self._end < QUIET_SECONDS else 1
        self._end = now + SLICE_SECONDS
        self._next()

    def _next(self) -> None:
        """Let those who wait go on, one after the other, until the slice is over."""
        if not self._waiting:
            self._is_due = False
            return
        if self.is_spent:
            return self._later()
        share = min(self._waiting, key=_turns)
        waiting = self._waiting[share]
        turn = waiting.popleft()
        if not waiting:
            del self._waiting[share]
        # Who waited may have been cancelled.
        if not turn.done():
            share.turns += 1
            turn.set_result(None)
        # What it does first comes before this.
        self._loop.call_soon(self._next)
        return None


def _turns(share: Share) -> int:
    return share.turns


_paces: WeakKeyDictionary[asyncio.AbstractEventLoop, Pace] = WeakKeyDictionary()


def pace() -> Pace:
    """The pace of the running loop."""
    loop = asyncio.get_running_loop()
    found = _paces.get(loop)
    if found is None:
        found = _paces[loop] = Pace(loop)
    return found


async def gather_in_slices(values: Sequence[Awaitable[Any]]) -> list[Any]:
    """What is awaited, all at the same time, but begun a few at a time. Where one fails, the others are cancelled."""
    futures: list[asyncio.Future[Any]] = []
    try:
        for start in range(0, len(values), AT_ONCE):
            futures += map(asyncio.ensure_future, values[start : start + AT_ONCE])
            if start + AT_ONCE < len(values):
                await asyncio.sleep(0)
        return await asyncio.gather(*futures)
    except BaseException:
        futures += map(asyncio.ensure_future, values[len(futures) :])
        for future in futures:
            future.cancel()
        await asyncio.gather(*futures, return_exceptions=True)
        raise
    finally:
        # What was raised knows this frame.
        futures.clear()
