"""Tasks that wait for others before their prompt is asked: when each is looked at again, and given its place.

Owns how often is looked: soon after a task ended here, and else now and then for what other processes do. All that wait
look at the same moment, so that they are read together. What waits is in the graph, so nothing is lost with a process.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from service.graph.patience import patiently
from service.graph.store import Store

SOON_SECONDS = (0.01, 0.03, 0.1, 0.2)
"""After a task ended here: what was received of it may be written a moment later."""
LOOK_SECONDS = 0.5


class Waiting:
    """The tasks of this process that wait."""

    def __init__(self, store: Store, holder: str) -> None:
        self._store = store
        self._holder = holder
        self._count = 0
        self._soon: list[float] = []
        self._ended = asyncio.Event()
        self._look = asyncio.Event()
        self._ticking: asyncio.Task[None] | None = None

    async def waits(self, task_id: str) -> bool:
        """Whether a task is not asked yet."""
        row = await patiently(lambda: self._store.read_waiting(task_id))
        return row is not None and row["state"] != "PLACED"

    async def turn(self, task_id: str) -> None:
        """Wait until it is this task's turn, and it has its prompt."""
        self._count += 1
        if self._ticking is None:
            self._ticking = asyncio.create_task(self._tick(), name="antiphon-waiting")
        try:
            while not await self._is_placed(task_id):
                await self._look.wait()
        finally:
            self._count -= 1
            if not self._count:
                self._ticking.cancel()
                self._ticking = None

    def ended(self) -> None:
        """A task ended here: perhaps another waited for it."""
        self._soon = list(SOON_SECONDS)
        self._ended.set()

    async def _is_placed(self, task_id: str) -> bool:
        row = await patiently(lambda: self._store.read_waiting(task_id))
        if row is None or row["state"] == "PLACED":
            return True
        if row["state"] == "WAITS":
            return False
        place = self._store.place_task
        return await patiently(lambda: place(row["conversationId"], task_id, self._holder))

    async def _tick(self) -> None:
        while True:
            self._ended.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), self._soon.pop(0) if self._soon else LOOK_SECONDS)
            look, self._look = self._look, asyncio.Event()
            look.set()
