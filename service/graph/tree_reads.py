"""What callers read of the tree of a conversation: what stands beside what, what lies above heads, whose a number is.

Each method is a stored query of the same name, scoped to the caller. A part of `Reader`.
"""

from __future__ import annotations

from collections.abc import Sequence

from service.cursors import Bounds
from service.graph.database import Row
from service.graph.history_reads import HistoryReads
from service.graph.owned_reads import Grouped, Rows


class TreeReads(HistoryReads):
    """Reads for callers. What belongs to another owner is as if it were not there."""

    async def read_siblings(self, owner: str, ids: Sequence[str], page: Bounds) -> Grouped:
        """A page of the messages beside each message, itself among them: `{id, seq}`."""
        return await self._reads.grouped("read_siblings", "rows", owner, ids, page=page)

    async def read_sibling_numbers(self, owner: str, ids: Sequence[str], most: int) -> Rows:
        """`{asked, seqs}`: `[id, seq]` of messages that stand beside each other, and the numbers of all that do."""
        return await self._reads.records("read_sibling_numbers", owner, batch={"ids": list(ids)}, most=most)

    async def read_numbered_message(self, owner: str, conversation_id: str, seq: int) -> str | None:
        """The id of the message with a number in a conversation."""
        records = await self._reads.records("read_numbered_message", owner, conversationId=conversation_id, seq=seq)
        return records[0]["id"] if records else None

    async def read_outline(self, owner: str, conversation_id: str, **page: int) -> list[list[object]] | None:
        """A page of a conversation's chat without texts, a list a message, see `outline.py`."""
        records = await self._reads.records("read_outline", owner, conversationId=conversation_id, **page)
        return records[0]["rows"] if records else None

    async def read_outline_back(self, owner: str, conversation_id: str, **page: int) -> list[list[object]] | None:
        """A page of a conversation's chat without texts, newest first, see `outline.py`."""
        records = await self._reads.records("read_outline_back", owner, conversationId=conversation_id, **page)
        return records[0]["rows"] if records else None

    async def read_outline_counts(self, owner: str, conversation_id: str, main_branch_id: str) -> Row | None:
        """`{messages, onDefault}`: what a conversation's chat has, and its default branch."""
        where = {"conversationId": conversation_id, "mainBranchId": main_branch_id}
        records = await self._reads.records("read_outline_counts", owner, **where)
        return records[0] if records else None

    async def read_levels(self, owner: str, conversation_id: str, ids: Sequence[str], **page: int) -> Rows:
        """`[id, depth, isResponse, [[id, depth] of its parents]]` of what is at or above messages, down to a depth."""
        more: Row = {"conversationId": conversation_id, "ids": list(ids), **page}
        return await self._reads.rows("read_levels", owner, **more)

    async def read_branch_heads(self, owner: str, ids: Sequence[str]) -> Grouped:
        """`{defaultBranchId, rows: [branchId, messageId, depth]}` of each conversation."""
        return await self._reads.grouped("read_branch_heads", "heads", owner, ids)

    async def read_answer_costs(self, owner: str, ids: Sequence[str]) -> Grouped:
        """What the task of each answer cost, in USD, as far as is known."""
        return await self._reads.grouped("read_answer_costs", "cost", owner, ids)
