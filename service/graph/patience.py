"""Waiting for Neo4j: work that must not fail when the graph is away is tried until it is back.

What Neo4j has no memory for is tried for a while only: others may be using it, but it may be too large for ever.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from service.errors import GraphEnded, GraphFull, GraphUnavailable

FIRST_WAIT_SECONDS = 0.1
LONGEST_WAIT_SECONDS = 2.0
FULL_SECONDS = 20.0
_T = TypeVar("_T")
_log = logging.getLogger(__name__)


async def patiently(work: Callable[[], Awaitable[_T]]) -> _T:
    """Do the work; while Neo4j is away, wait and do it again. The work must be safe to repeat.

    Raises `GraphFull` where it has no memory for it all the time.
    """
    wait, give_up = FIRST_WAIT_SECONDS, time.monotonic() + FULL_SECONDS
    while True:
        try:
            return await work()
        except GraphFull as error:
            if time.monotonic() > give_up:
                raise
            _log.warning("Neo4j has no memory for something that is under way; it is tried again. %s", error.message)
        except GraphEnded as error:
            _log.debug("Neo4j ended what is under way; it is done again. %s", error.message)
        except GraphUnavailable as error:
            level = logging.WARNING if wait == FIRST_WAIT_SECONDS else logging.DEBUG
            _log.log(level, "Neo4j is away; what is under way waits for it. %s", error.message)
        await asyncio.sleep(wait)
        wait = min(wait * 2, LONGEST_WAIT_SECONDS)
