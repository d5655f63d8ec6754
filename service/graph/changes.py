"""Reads of what changed in all conversations of an owner, by the moments that the graph gave the changes.

Knows queries only by name. What happened in one conversation is in `reader.py`.
"""

from __future__ import annotations

from collections.abc import Mapping

from service.graph.database import Database, Row
from service.graph.queries import query

_LAST_MOMENT = 253402300799000


class ChangeReads:
    """Reads of one graph."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read_clock(self, owner: str) -> int:
        """The clock of the graph (ms)."""
        return (await self.read_changed_conversations(owner, _LAST_MOMENT, "", limit=1))[0]

    async def read_changed_conversations(
        self, owner: str, since: int, after: str, *, limit: int
    ) -> tuple[int, list[Row]]:
        """The clock of the graph (ms), and a page of the owner's conversations in the order of their last changes.

        It begins after this moment and id.
        """
        page = {"since": since, "id": after, "limit": limit}
        (found,) = await self._database.run(query("read_changed_conversations"), ownerId=owner, page=page)
        return found["now"], found["rows"]

    async def read_changed_owners(self, known: Mapping[str, int]) -> dict[str, int]:
        """Of these owners those with changes after the moment that is known of each, and the moment of the newest."""
        rows = [{"ownerId": owner, "since": since} for owner, since in known.items()]
        found = await self._database.run(query("read_changed_owners"), batch={"rows": rows})
        return {record["owner"]: record["at"] for record in found}
