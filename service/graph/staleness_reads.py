"""Reads of what answers rest on, a level at a time. Knows queries only by name; what it means is in
`conversations/staleness.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from service.graph.database import Database, Row
from service.graph.queries import query

TOGETHER = 500
MOST_ABOVE = 20_000
"""Messages of the ways up that are read at once."""
RESTS = {
    "message": "read_message_rests",
    "subtask": "read_subtask_rests",
    "task": "read_task_rests",
    "summary": "read_summary_rests",
}


class StalenessReads:
    """Reads of one graph, each in the name of an owner."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read_rests(self, owner: str, kind: str, ids: Sequence[str]) -> dict[str, Row]:
        """What nodes of a kind rest on, by id; what is not there, or not the owner's, is left out."""
        found: dict[str, Row] = {}
        for start in range(0, len(ids), TOGETHER):
            batch = {"ids": list(ids[start : start + TOGETHER])}
            rows = await self._database.run_dividing(query(RESTS[kind]), {"ownerId": owner, "batch": batch})
            found |= {row["id"]: row["rests"] for row in rows}
        return found

    async def read_ways_up(self, owner: str, rows: Sequence[Row]) -> list[dict[str, Any]]:
        """`{id, depth, parents}` of the messages from each prompt `id` up to the depth `upto`."""
        said = {"ownerId": owner, "batch": {"rows": list(rows)}, "most": MOST_ABOVE}
        return await self._database.run(query("read_ways_up"), **said)
