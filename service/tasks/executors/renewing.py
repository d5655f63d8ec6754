"""Renewing leases beside the event loop: in a thread of its own, with a connection of its own.

A lease must not lapse because this process answers somebody: then another takes its tasks over, and what is under way
is asked and paid for twice. Knows nothing of what is run.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Collection, Coroutine
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from typing import Any, Protocol

from service.errors import GraphUnavailable

TURNS_A_LEASE = 3
"""How often a lease is renewed before it would lapse."""
STOP_SECONDS = 5.0
_log = logging.getLogger(__name__)


class Renewals(Protocol):
    """Who renews: see `graph/leases.py`."""

    async def renew_leases(self, owner: str, ids: list[str], *, seconds: float) -> set[str]:
        """The ids of those that are still the owner's and unfinished."""
        ...


OpenRenewals = Callable[[], AbstractAsyncContextManager[Renewals]]


@dataclass(frozen=True, slots=True)
class Hold:
    """How this process holds its tasks: its name in leases, how long a lease lasts, how many calls run at once."""

    instance: str
    lease_seconds: float = 30.0
    parallel: int = 256


async def keep_renewing(
    renewals: Renewals, hold: Hold, held: Callable[[], Collection[str]], turned: Callable[[set[str] | None], None]
) -> None:
    """Renew what is `held`, again and again. `turned` is given what is not ours any more, or None: Neo4j is away."""
    while True:
        await asyncio.sleep(hold.lease_seconds / TURNS_A_LEASE)
        ids = list(held())
        try:
            kept = await renewals.renew_leases(hold.instance, ids, seconds=hold.lease_seconds)
        except GraphUnavailable:
            _log.warning("Neo4j is away; leases are renewed when it is back.")
            turned(None)
        except Exception:
            _log.exception("The upkeep of leases failed; it goes on.")
        else:
            turned({*ids} - kept)


class Beside:
    """Work in a thread with an event loop of its own, until it is stopped."""

    def __init__(self, work: Callable[[], Coroutine[Any, Any, None]], name: str) -> None:
        self._work = work
        self._stop: Callable[[], object] = lambda: None
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    async def stop(self) -> None:
        """Cut it, and wait until it has ended; also where it has not begun, or has ended by itself."""
        self._stopped = True
        with suppress(RuntimeError):  # its event loop is closed
            self._stop()
        await asyncio.to_thread(self._thread.join, STOP_SECONDS)

    def _run(self) -> None:
        try:
            asyncio.run(self._stoppable())
        except asyncio.CancelledError:
            pass
        except Exception:
            _log.exception("What runs beside the event loop failed.")

    async def _stoppable(self) -> None:
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        assert task is not None
        self._stop = lambda: loop.call_soon_threadsafe(task.cancel)
        if not self._stopped:
            await self._work()
