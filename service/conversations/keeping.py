"""How long conversations are kept: those to which nothing was added for so many days are deleted for good.

Owns when is looked for them. A conversation may have days of its own; if not, its owner's count, then those of all.
Without any days nothing is deleted.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from service.clock import now_ms
from service.conversations.deleting import Deleting, Deletion
from service.conversations.sweeping import sweep_on
from service.errors import NotFound
from service.graph.erasures import Erasures

SWEEP_SECONDS = 3600.0
DAY_MS = 86_400_000
BY = "storage.keep_days"
BY_ITSELF = "conversation.keepDays"


class Keeping:
    """Deletes what is too old, owner by owner."""

    def __init__(
        self, erasures: Erasures, deleting: Deleting, days: float | None, days_of: Mapping[str, float | None]
    ) -> None:
        self._erasures = erasures
        self._deleting = deleting
        self._days = days
        self._days_of = days_of

    async def run(self) -> None:
        """Look again and again."""
        await sweep_on("Deleting old conversations", self.sweep, SWEEP_SECONDS)

    async def sweep(self) -> int:
        """Delete what is too old; how many conversations that were."""
        deleted = await self._delete(self._expired)
        if self._days is not None or self._days_of:
            deleted += await self._sweep_owners()
        return deleted

    async def _sweep_owners(self) -> int:
        deleted, after = 0, ""
        while owner := await self._erasures.read_next_owner(after):
            after, days = owner, self._days_of.get(owner, self._days)
            if days is not None:
                deleted += await self._delete(self._idle(owner, now_ms() - round(days * DAY_MS)))
        return deleted

    async def _expired(self) -> list[Deletion]:
        rows = await self._erasures.read_expired_conversations(now_ms())
        return [
            Deletion(row["ownerId"], row["id"], by=BY_ITSELF, idle_since=row["before"], keep_days=row["keepDays"])
            for row in rows
        ]

    def _idle(self, owner: str, before: int) -> Callable[[], Awaitable[list[Deletion]]]:
        async def find() -> list[Deletion]:
            ids = await self._erasures.read_idle_conversations(owner, before)
            return [Deletion(owner, id, by=BY, idle_since=before) for id in ids]

        return find

    async def _delete(self, find: Callable[[], Awaitable[list[Deletion]]]) -> int:
        """Delete what is found, until nothing is, or nothing of it could be."""
        deleted, gone = 0, -1
        while deleted != gone and (found := await find()):
            gone = deleted
            for what in found:
                try:
                    await self._deleting.delete_conversation(what)
                    deleted += 1
                except NotFound:
                    # Somebody has gone on with it, set other days, or deleted it.
                    continue
        return deleted
