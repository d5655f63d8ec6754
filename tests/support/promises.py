"""The graph's promises around a test: what it does breaks none of them, whatever other tests have left in the graph."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from service.graph.checks import read_checks
from service.graph.database import Database


@asynccontextmanager
async def promises_kept(database: Database) -> AsyncGenerator[None]:
    """No check finds more after the body than before it: nothing, where nobody else wrote into this graph."""
    before = await _found(database)
    yield
    broken = {name: count for name, count in (await _found(database)).items() if count > before[name]}
    assert not broken, f"broken: {broken}; before: {before}"


async def _found(database: Database) -> dict[str, int]:
    """How many things break each check."""
    return {check.name: (await database.run(check))[0]["count"] for check in read_checks()}
