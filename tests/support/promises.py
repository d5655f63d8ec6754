"""The graph's promises around a test: what it does breaks none of them, whatever other tests have left in the graph."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from service.graph.checks import read_checks
from service.graph.database import Database


@asynccontextmanager
async def promises_kept(database: Database) -> AsyncGenerator[None]:
    """Every check finds as much after the body as before it: nothing, where nobody else wrote into this graph."""
    before = await _found(database)
    yield
    assert await _found(database) == before


async def _found(database: Database) -> dict[str, int]:
    """How many things break each check."""
    return {check.name: (await database.run(check))[0]["count"] for check in read_checks()}
