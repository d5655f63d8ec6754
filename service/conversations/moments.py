"""What several who follow the same thing read at the same time, read once for all of them.

Owns how long an answer is shared, and how often it is read anew. Knows nothing of what is read.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

SHARED_SECONDS = 1.0
"""After this an answer is read anew: whoever is that late is told how things are then."""
REST_SECONDS = 0.05
"""How long from one look at how things are to the next, where many events ask for one."""
MOST_LOOKS = 1_000
"""Things whose last look is remembered."""
_T = TypeVar("_T")


class Moment:
    """The answers that were read since a moment: whoever asks for what was not there before it may have them."""

    def __init__(self) -> None:
        self._answers: OrderedDict[Hashable, tuple[float, asyncio.Task[Any]]] = OrderedDict()

    async def once(self, what: Hashable, read: Callable[[], Awaitable[_T]]) -> _T:
        """The answer of `read`, or the one that somebody else got or waits for."""
        since, reading = self._answers.get(what, (0.0, None))
        if reading is None or time.monotonic() - since > SHARED_SECONDS:
            reading = asyncio.create_task(_call(read))
            self._forget()
            self._answers[what] = time.monotonic(), reading
            self._answers.move_to_end(what)
            reading.add_done_callback(_look_at_error)
        # Most who ask come when it is there.
        return reading.result() if reading.done() else await asyncio.shield(reading)

    def _forget(self) -> None:
        """Let go of what is shared no more."""
        while self._answers and time.monotonic() - next(iter(self._answers.values()))[0] > SHARED_SECONDS:
            self._answers.popitem(last=False)


class Looks:
    """Looks at how things are: each is for all who need one that is no older, and there is a rest between two.

    So a thousand events that come one after the other have it counted twenty times a second, not a thousand times.
    """

    def __init__(self) -> None:
        self._things: OrderedDict[Hashable, _Thing] = OrderedDict()

    async def look(self, what: Hashable, since: float, read: Callable[[], Awaitable[_T]]) -> _T:
        """The answer of a `read` that began at `since` (s, monotonic) or later."""
        thing = self._things.setdefault(what, _Thing())
        self._things.move_to_end(what)
        if len(self._things) > MOST_LOOKS:
            self._things.popitem(last=False)
        if thing.begun < since or thing.has_failed:
            return await asyncio.shield(thing.next(read))
        return await asyncio.shield(thing.last)


class _Thing:
    """What is looked at: the last look, and the next one where somebody waits for it."""

    def __init__(self) -> None:
        self.begun = float("-inf")
        self.last: asyncio.Task[Any]
        self._next: asyncio.Task[Any] | None = None

    @property
    def has_failed(self) -> bool:
        """Whether the last look found nothing out."""
        return self.last.done() and (self.last.cancelled() or self.last.exception() is not None)

    def next(self, read: Callable[[], Awaitable[Any]]) -> asyncio.Task[Any]:
        """The next look, which begins as soon as the last one is over and there was a rest."""
        if self._next is None:
            self._next = asyncio.create_task(self._look(self._next_moment(), read))
            self._next.add_done_callback(_look_at_error)
        return self._next

    def _next_moment(self) -> float:
        return max(0.0, self.begun + REST_SECONDS - time.monotonic())

    async def _look(self, rest: float, read: Callable[[], Awaitable[_T]]) -> _T:
        if rest:
            await asyncio.sleep(rest)
        if self.begun > float("-inf") and not self.last.done():
            await asyncio.wait([self.last])
        me = asyncio.current_task()
        assert me is not None
        self.begun, self.last, self._next = time.monotonic(), me, None
        return await read()


async def _call(read: Callable[[], Awaitable[_T]]) -> _T:
    return await read()


def _look_at_error(reading: asyncio.Task[Any]) -> None:
    # Those who wait for it are told; where nobody does any more, nobody needs to be.
    if not reading.cancelled():
        reading.exception()
