"""Turns of heavy operations: few are executed at once, and owners come one after the other.

What is heavy shares the event loop and Neo4j with all that is light: eight at once would slow them down eight times as
much as one, and be done no sooner. Knows nothing of what is executed.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

PATIENCE_SECONDS = 2.0
"""After so long others do not wait for one any more: it may wait for a lock of Neo4j's."""
ASIDE = 2
"""So many go on beside the others then."""
LIGHT = 500
"""Fields that an operation may cost and not wait for a turn; see `costs.py`."""
LONG_BODY = 256 * 1024
"""Bytes that a request may have and not wait for a turn."""


class Turns:
    """Who has a turn, and who waits for one. Safe to share between coroutines of one event loop."""

    def __init__(self, at_once: int, *, patience: float = PATIENCE_SECONDS, aside: int = ASIDE) -> None:
        self._free, self._aside, self._patience = at_once, aside, patience
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}

    @asynccontextmanager
    async def turn(self, owner: str) -> AsyncGenerator[None]:
        """A turn for the body, as soon as it is this owner's."""
        await self._take(owner)
        loop = asyncio.get_running_loop()
        stood_aside: list[bool] = []
        late = loop.call_later(self._patience, self._stand_aside, stood_aside)
        try:
            yield
        finally:
            late.cancel()
            if stood_aside:
                self._aside += 1
            else:
                self._give()

    async def _take(self, owner: str) -> None:
        if self._free:
            self._free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(owner, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():
                self._give()
            raise

    def _stand_aside(self, stood_aside: list[bool]) -> None:
        if self._aside:
            self._aside -= 1
            stood_aside.append(True)
            self._give()

    def _give(self) -> None:
        """Give a turn to the owner who comes next, or keep it."""
        while self._waiting:
            owner, turns = next(iter(self._waiting.items()))
            turn = turns.popleft()
            # To the end of the row.
            del self._waiting[owner]
            if turns:
                self._waiting[owner] = turns
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1


class CostTurns:
    """Turns of operations by what they may cost: pages wait for a few pages, and not for what is a hundred pages."""

    def __init__(self) -> None:
        self._classes = [(10_000, Turns(2)), (100_000, Turns(2)), (math.inf, Turns(1))]

    def turn(self, owner: str, cost: int) -> AbstractAsyncContextManager[None]:
        """A turn for an operation of this cost."""
        return next(turns for most, turns in self._classes if cost <= most).turn(owner)
