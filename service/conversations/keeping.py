"""How long conversations are kept: those to which nothing was added for `storage.keep_days` are deleted for good.

Owns when is looked for them. An owner may have days of its own. Without any days nothing is deleted.
"""

from __future__ import annotations

from collections.abc import Mapping

from service.clock import now_ms
from service.conversations.deleting import Deleting, Deletion
from service.conversations.sweeping import sweep_on
from service.errors import NotFound
from service.graph.erasures import Erasures

SWEEP_SECONDS = 3600.0
DAY_MS = 86_400_000
BY = "storage.keep_days"


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
        if self._days is not None or self._days_of:
            await sweep_on("Deleting old conversations", self.sweep, SWEEP_SECONDS)

    async def sweep(self) -> int:
        """Delete what is too old; how many conversations that were."""
        deleted, after = 0, ""
        while owner := await self._erasures.read_next_owner(after):
            after, days = owner, self._days_of.get(owner, self._days)
            if days is not None:
                deleted += await self._delete(owner, now_ms() - round(days * DAY_MS))
        return deleted

    async def _delete(self, owner: str, before: int) -> int:
        deleted = 0
        while ids := await self._erasures.read_owned_conversations(owner, before):
            gone = deleted
            for id in ids:
                try:
                    await self._deleting.delete_conversation(Deletion(owner, id, by=BY, idle_since=before))
                    deleted += 1
                except NotFound:
                    # Somebody has gone on with it, or deleted it.
                    continue
            if deleted == gone:
                break
        return deleted
