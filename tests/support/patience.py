"""Asking until Neo4j is there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import ParamSpec, TypeVar

from service.errors import GraphUnavailable

PAUSE_SECONDS = 0.1
_Asked = ParamSpec("_Asked")
_T = TypeVar("_T")


async def patiently(ask: Callable[_Asked, Awaitable[_T]], *asked: _Asked.args, **named: _Asked.kwargs) -> _T:
    """What `ask` answers as soon as Neo4j is there, however long it is away."""
    while True:
        with suppress(GraphUnavailable):
            return await ask(*asked, **named)
        await asyncio.sleep(PAUSE_SECONDS)
