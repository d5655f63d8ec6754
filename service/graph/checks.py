"""The promises of the graph: `cypher/checks/`, a statement each that counts what breaks it and names some of it.

Owns reading the files and running them, one after the other, each in a read-only transaction with a time limit of its
own. Knows nothing of what they are about.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field, replace

from service.errors import GraphError, GraphUnavailable
from service.graph.database import Database
from service.graph.queries import Query, parse
from service.resources import resource

CHECK_SECONDS = 600.0
AGAIN_SECONDS = (0.5, 2.0)
"""A statement sees no one moment of a graph that is written to: what is found is looked for again, so much later."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of a check: how many things break it, and the ids of a few. `error` says why it could not be run."""

    name: str
    sentence: str
    count: int = 0
    ids: Sequence[str] = field(default_factory=tuple[str, ...])
    error: str | None = None

    @property
    def is_broken(self) -> bool:
        """Whether the promise is broken."""
        return self.count > 0


def read_checks() -> list[Query]:
    """All checks, by name; the purpose of each is what must hold."""
    files = sorted(resource("cypher", "checks").glob("*.cypher"))
    return [parse(file.stem, file.read_text(encoding="utf-8")) for file in files]


async def run_checks(database: Database, seconds: float = CHECK_SECONDS) -> AsyncGenerator[Finding]:
    """Run each check, in so many seconds at most. Raises `GraphUnavailable`."""
    for check in read_checks():
        try:
            yield await _patiently(database, check, seconds)
        except GraphUnavailable:
            raise
        except GraphError as error:
            yield Finding(check.name, check.purpose, error=error.message)


async def _patiently(database: Database, check: Query, seconds: float) -> Finding:
    found = await _look(database, check, seconds)
    for pause in AGAIN_SECONDS:
        if found.is_broken:
            await asyncio.sleep(pause)
            found = _lasting(found, await _look(database, check, seconds))
    return found


async def _look(database: Database, check: Query, seconds: float) -> Finding:
    (row,) = await database.look(check, seconds)
    return Finding(check.name, check.purpose, row["count"], row["ids"])


def _lasting(before: Finding, now: Finding) -> Finding:
    """What was found twice. Where there is more than is named, all that is found now."""
    if any(found.count > len(found.ids) for found in (before, now)):
        return now
    ids = [id_ for id_ in now.ids if id_ in before.ids]
    return replace(now, count=len(ids), ids=ids)
