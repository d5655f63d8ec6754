"""Waiting for Neo4j: work that must not fail when the graph is away is tried until it is back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from service.errors import GraphUnavailable

FIRST_WAIT_SECONDS = 0.1
LONGEST_WAIT_SECONDS = 2.0
_T = TypeVar("_T")
_log = logging.getLogger(__name__)


async def patiently(work: Callable[[], Awaitable[_T]]) -> _T:
    """Do the work; while Neo4j is away, wait and do it again. The work must be safe to repeat."""
    wait = FIRST_WAIT_SECONDS
    while True:
        try:
            return await work()
        except GraphUnavailable as error:
            level = logging.WARNING if wait == FIRST_WAIT_SECONDS else logging.DEBUG
            _log.log(level, "Neo4j is away; what is under way waits for it. %s", error.message)
        await asyncio.sleep(wait)
        wait = min(wait * 2, LONGEST_WAIT_SECONDS)
