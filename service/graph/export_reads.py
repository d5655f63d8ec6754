"""What is read of conversations that leave the graph. Each method is a stored query of the same name.

Owns the order of parameters and the shape of answers. Knows no format.
"""

from __future__ import annotations

from collections.abc import Sequence

from service.graph.database import Database, Row
from service.graph.owned_reads import OwnedReads, Rows


class ExportReads:
    """Reads for exports. What belongs to another owner is as if it were not there."""

    def __init__(self, database: Database) -> None:
        self._reads = OwnedReads(database)

    async def read_exported_places(self, owner: str, conversation_id: str, **page: int) -> list[list[object]]:
        """`[seq, id, length, [numbers of its parents]]` of a page of a conversation's chat; see `export_trees.py`."""
        records = await self._reads.records("read_exported_places", owner, conversationId=conversation_id, **page)
        return records[0]["rows"] if records else []

    async def read_exported_messages(self, owner: str, conversation_id: str, seqs: Sequence[int]) -> Rows:
        """Messages by their numbers; one that is gone is left out."""
        more: Row = {"conversationId": conversation_id, "seqs": list(seqs)}
        records = await self._reads.records("read_exported_messages", owner, **more)
        return records[0]["rows"] if records else []

    async def read_exported_tools(self, owner: str, ids: Sequence[str]) -> Rows:
        """`{name, description, parameters}` of the tools that these responses called, where they were offered."""
        return await self._reads.records("read_exported_tools", owner, batch={"ids": list(ids)})
