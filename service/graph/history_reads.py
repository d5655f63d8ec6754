"""What callers read of the order of messages: histories, ways between messages, and how a conversation stood.

Each method is a stored query of the same name, scoped to the caller. A part of `Reader`.
"""

from __future__ import annotations

from collections.abc import Sequence

from service.cursors import Bounds
from service.graph.database import Row
from service.graph.owned_reads import Grouped, OwnedReads, Rows


class HistoryReads:
    """Reads for callers. What belongs to another owner is as if it were not there."""

    def __init__(self, reads: OwnedReads) -> None:
        self._reads = reads

    async def read_ancestors(self, owner: str, rows: Rows, page: Row) -> dict[int, Row]:
        """Pages of ancestors, see `walks.py`; a row whose beginning is not the owner's is left out."""
        return await self._walked("read_ancestors", owner, rows, page)

    async def read_descendants(self, owner: str, rows: Rows, page: Row) -> dict[int, Row]:
        """Pages of descendants, see `walks.py`; a row whose beginning is not the owner's is left out."""
        return await self._walked("read_descendants", owner, rows, page)

    async def read_ancestors_over(self, owner: str, rows: Rows, page: Row) -> dict[int, Row]:
        """Pages of ancestors over chosen kinds of edges; see `walks.py`."""
        return await self._walked("read_ancestors_over", owner, rows, page)

    async def read_descendants_over(self, owner: str, rows: Rows, page: Row) -> dict[int, Row]:
        """Pages of descendants over chosen kinds of edges; see `walks.py`."""
        return await self._walked("read_descendants_over", owner, rows, page)

    async def read_nearest_common(self, owner: str, ends: tuple[str, str], *, levels: int, most: int) -> Row:
        """`{id, met, isWhole}`: the deepest message at or above both, how many were met, whether there are no more."""
        more = {"from": ends[0], "to": ends[1], "levels": levels, "most": most}
        records = await self._reads.records("read_nearest_common", owner, **more)
        return records[0] if records else {"id": None, "met": 0, "isWhole": True}

    async def read_path_between(self, owner: str, ends: tuple[str, str], joint: str, page: Bounds) -> Rows:
        """A page of the messages from one to another over a message above both; each has an `index`."""
        more: Row = {"from": ends[0], "to": ends[1], "joint": joint}
        records = await self._reads.records("read_path_between", owner, page=page, **more)
        return records[0]["rows"] if records else []

    async def read_message_numbers(self, owner: str, ids: Sequence[str]) -> Grouped:
        """`{id, seq, conversationId}` of messages by id."""
        return await self._reads.by_id("read_message_numbers", owner, ids)

    async def read_past(self, owner: str, conversation_id: str, most: int) -> Row | None:
        """`{branches, changes, createdAt}`: the branches as they are, and what was done to them by hand."""
        records = await self._reads.records("read_past", owner, conversationId=conversation_id, most=most)
        return records[0] if records else None

    async def read_past_heads(self, owner: str, conversation_id: str, rows: Rows, seq: int) -> Rows:
        """`{id, headId, depth}` of branches: the newest message that was there at a number, from a later head up."""
        more: Row = {"conversationId": conversation_id, "seq": seq, "batch": {"rows": rows}}
        return await self._reads.records("read_past_heads", owner, **more)

    async def read_next_number(self, owner: str, conversation_id: str, seq: int) -> tuple[int, Rows]:
        """A conversation's newest number, and the first message and change `{seq, at}` at or after one."""
        records = await self._reads.records("read_next_number", owner, conversationId=conversation_id, seq=seq)
        return (records[0]["lastSeq"], records[0]["rows"]) if records else (0, [])

    async def _walked(self, name: str, owner: str, rows: Rows, page: Row) -> dict[int, Row]:
        records = await self._reads.records(name, owner, batch={"rows": rows}, page=page)
        return {record["n"]: record for record in records}
