"""How long events of tasks that have ended are kept: who followed a task has them, and the graph what came of it.

Owns when they go, and what was written of tasks that never came to be. Who asks later for the events of such a task
is told its last state, see `events.py`.
"""

from __future__ import annotations

from service.clock import now_ms
from service.conversations.sweeping import sweep_on
from service.graph.store import Store

SWEEP_SECONDS = 600.0
HOUR_MS = 3_600_000


class Retention:
    """Deletes events, a piece at a time, of tasks that ended longer ago than `hours`."""

    def __init__(self, store: Store, hours: float) -> None:
        self._store = store
        self._hours = hours

    async def run(self) -> None:
        """Sweep again and again. Two services that do so at once are in each other's way at worst for one sweep."""
        await sweep_on("Deleting the events of old tasks", self._sweep_all, SWEEP_SECONDS)

    async def _sweep_all(self) -> None:
        await self.sweep()
        await self._store.delete_old_drafts()

    async def sweep(self) -> int:
        """Delete what is old; how many events that were."""
        before, deleted = now_ms() - round(self._hours * HOUR_MS), 0
        while more := await self._store.delete_old_events(before):
            deleted += more
        return deleted
