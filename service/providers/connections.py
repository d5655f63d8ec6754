"""The connections to one provider, kept open between calls.

Each is a client of its own with a pool of one. httpcore's pool walks through all its connections, for each of them,
several times a call: with 64 calls in flight it took 14 ms of CPU a call, where this takes 1 or 2.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

import httpx

IDLE_SECONDS = 30.0
"""How long a connection is kept that nobody uses."""

ONE = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=IDLE_SECONDS)


class Connections:
    """Lends clients that `make` makes; the one used last is lent first, so that the others can go."""

    def __init__(self, make: Callable[[], httpx.AsyncClient]) -> None:
        self._make = make
        self._idle: deque[tuple[float, httpx.AsyncClient]] = deque()
        self._lent: set[httpx.AsyncClient] = set()

    def take(self) -> httpx.AsyncClient:
        """A client for one call; `give` it back."""
        client = self._idle.pop()[1] if self._idle else self._make()
        self._lent.add(client)
        return client

    async def give(self, client: httpx.AsyncClient, *, reusable: bool) -> None:
        """Takes a client back, and closes those that have been idle for too long.

        One whose call broke off is not `reusable`: httpcore may hold its one place for ever when a call is cancelled.
        """
        if client not in self._lent:
            return  # closed in the meantime
        self._lent.discard(client)
        if not reusable:
            await client.aclose()
            return
        self._idle.append((time.monotonic(), client))
        while self._idle and self._idle[0][0] < time.monotonic() - IDLE_SECONDS:
            await self._idle.popleft()[1].aclose()

    async def aclose(self) -> None:
        """Closes every connection, those in use too."""
        clients = [*self._lent, *(client for _, client in self._idle)]
        self._lent.clear()
        self._idle.clear()
        for client in clients:
            await client.aclose()
