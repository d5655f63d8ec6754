"""Bells for those who follow all of an owner's conversations: they ring when one of them changed, whoever wrote it.

Owns when the graph is looked at: one look for all owners that somebody follows, soon after this process has written,
and every second for what others write. Knows nothing of what changed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress

from service.errors import AntiphonError
from service.graph.changes import ChangeReads
from service.signals import ANYTHING, Signals

POLL_SECONDS = 1.0
APART_SECONDS = 0.1
"""So long is waited for more that is written, before the graph is looked at."""
OWNERS_AT_ONCE = 500

_log = logging.getLogger(__name__)


class Bell:
    """One owner's bell. `since` is the moment of the newest change that it rang for (ms, the graph's clock)."""

    def __init__(self, since: int) -> None:
        self.since = since
        self.listeners = 0
        self._rung = asyncio.Event()

    def ring(self, at: int) -> None:
        """Something changed."""
        self.since = max(self.since, at)
        self._rung.set()
        self._rung = asyncio.Event()

    def next(self) -> asyncio.Event:
        """What is set the next time that it rings."""
        return self._rung


class Bells:
    """The bells of the owners whose conversations somebody follows."""

    def __init__(self, reads: ChangeReads, signals: Signals) -> None:
        self._reads = reads
        self._signals = signals
        self._bells: dict[str, Bell] = {}
        self._looking: asyncio.Task[None] | None = None

    @contextmanager
    def listen(self, owner: str, since: int) -> Generator[Bell]:
        """An owner's bell, for as long as it is listened to. It rings for what changes after `since`."""
        bell = self._bells.setdefault(owner, Bell(since))
        bell.since = min(bell.since, since)
        bell.listeners += 1
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_on(), name="antiphon-bells")
        try:
            yield bell
        finally:
            bell.listeners -= 1
            if not bell.listeners and self._bells.get(owner) is bell:
                del self._bells[owner]
            if not self._bells:
                self._looking.cancel()

    async def _look_on(self) -> None:
        with self._signals.listen(ANYTHING) as ear:
            while True:
                await ear.wait(POLL_SECONDS)
                await asyncio.sleep(APART_SECONDS)
                try:
                    await self._look()
                except AntiphonError as error:
                    _log.debug("Changes of conversations were not looked for; it is tried again: %s", error)
                    await asyncio.sleep(POLL_SECONDS)

    async def _look(self) -> None:
        known = {owner: bell.since for owner, bell in self._bells.items()}
        owners = list(known)
        for start in range(0, len(owners), OWNERS_AT_ONCE):
            some = {owner: known[owner] for owner in owners[start : start + OWNERS_AT_ONCE]}
            self._ring(await self._reads.read_changed_owners(some))

    def _ring(self, found: Mapping[str, int]) -> None:
        for owner, at in found.items():
            if bell := self._bells.get(owner):
                bell.ring(at)


async def rung(event: asyncio.Event, seconds: float) -> None:
    """Wait until a bell rings, so long at most."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
