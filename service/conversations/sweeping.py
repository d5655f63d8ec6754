"""Sweeping: what is looked for again and again, in the background, for as long as a service runs.

Owns that a look which fails is tried again, and is told once: a service whose Neo4j is away goes on. Knows nothing of
what is looked for.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from service.conversations.bells import rung
from service.errors import AntiphonError

_log = logging.getLogger(__name__)


async def sweep_on(
    what: str, sweep: Callable[[], Awaitable[object]], seconds: float, wanted: asyncio.Event | None = None
) -> None:
    """Sweep, and again after so many seconds, or as soon as it is `wanted`. `what` is named where it fails."""
    wanted = wanted or asyncio.Event()
    while True:
        wanted.clear()
        try:
            await sweep()
        except AntiphonError as error:
            _log.debug("%s could not be done; it is tried again later: %s", what, error)
        except Exception:
            _log.exception("%s could not be done; it is tried again later.", what)
        await rung(wanted, seconds)
