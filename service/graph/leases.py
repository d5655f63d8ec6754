"""The leases on tasks: which process runs a task, and until when. No task of them waits for another.

Owns what is done about a lock that a frozen process holds: it is left until next time. Knows nothing of what is run.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from service.errors import GraphEnded, GraphUnavailable
from service.graph.database import Database
from service.graph.queries import query

CLAIM_SECONDS = 3.0
CLAIMS_AT_ONCE = 8
RENEWED_TOGETHER = 50
RENEWED_WITHIN = 3.0
TURNS = 3
"""A renewal that waits is given up after a part of the lease, and not before `RENEWED_WITHIN` seconds: a cold server is
slow."""


class Leases:
    """What is written and read of leases; times are those of Neo4j's clock."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim_tasks(self, owner: str, dead: Iterable[str], *, seconds: float, limit: int) -> list[str]:
        """Take over unfinished tasks whose holder is in `dead` (without what stands after a slash) or let its lease
        lapse, and interrupt what was in flight; their ids. One that somebody holds a lock of is left for the next time.
        """
        names, lease, room = list(dead), round(seconds * 1000), asyncio.Semaphore(CLAIMS_AT_ONCE)

        async def claim(id_: str) -> bool:
            parameters = {"id": id_, "owner": owner, "dead": names, "lease": lease}
            async with room:
                try:
                    return bool(await self._database.run_within(CLAIM_SECONDS, query("claim_task"), **parameters))
                except GraphUnavailable:
                    return False

        rows = await self._database.run(query("read_lapsed_tasks"), dead=names, limit=limit)
        ids = [row["id"] for row in rows]
        return [id_ for id_, mine in zip(ids, await asyncio.gather(*map(claim, ids)), strict=True) if mine]

    async def renew_leases(self, owner: str, ids: Sequence[str], *, seconds: float) -> set[str]:
        """Keep these tasks for `seconds` more; the ids of those that are still ours and unfinished.

        One that somebody else just writes to is taken for ours: who looks at it later sees whether it is.
        """
        lease, within = round(seconds * 1000), max(RENEWED_WITHIN, seconds / TURNS)

        async def renew(some: Sequence[str]) -> set[str]:
            parameters = {"owner": owner, "batch": {"ids": list(some)}, "lease": lease}
            try:
                rows = await self._database.run_within(within, query("renew_leases"), **parameters)
            except GraphEnded:
                return set(some) if len(some) < 2 else await together([[id_] for id_ in some])
            return {row["id"] for row in rows}

        async def together(parts: Sequence[Sequence[str]]) -> set[str]:
            return set[str]().union(*await asyncio.gather(*map(renew, parts)))

        # Also where nothing is held: it says whether the graph is there.
        starts = range(0, max(1, len(ids)), RENEWED_TOGETHER)
        return await together([ids[start : start + RENEWED_TOGETHER] for start in starts])

    async def read_held_tasks(self, owner: str, ids: Sequence[str]) -> set[str]:
        """Which of these tasks are still ours and unfinished."""
        rows = await self._database.run(query("read_held_tasks"), owner=owner, batch={"ids": list(ids)})
        return {row["id"] for row in rows}
