"""The outline of a conversation: its whole tree, flat and in pages, without texts.

Owns what a page may hold and what its cursors are. In the order in which the messages were written: what is added while
it is read comes at its end, and nothing moves.
"""

from __future__ import annotations

from dataclasses import dataclass

from service.cursors import Order, Page, PageRequest
from service.errors import NotFound
from service.graph.reader import Reader
from service.graph.store import main_branch

OUTLINE_PAGE, MOST_OUTLINED = 500, 1_000
"""Messages of a page, and of the longest: without texts they are small."""
_COLUMNS = ("id", "seq", "depth", "title", "role", "status", "parentIds", "childCount", "branchIds")
_ORDER = Order("w", {"seq": int})


@dataclass(frozen=True, slots=True)
class Outline:
    """Reads outlines. What belongs to another owner is as if it were not there."""

    reader: Reader

    async def page(self, owner: str, conversation_id: str, page: PageRequest, up_to: int | None = None) -> Page:
        """A page of a conversation's chat, of messages up to a number. Raises `NotFound`, `InvalidInput`."""
        bounds = _ORDER.bounds(page)
        (low,), (high,) = bounds["low"], bounds["high"]
        read = self.reader.read_outline if bounds["up"] else self.reader.read_outline_back
        before = high if up_to is None else min(high, up_to + 1)
        found = await read(owner, conversation_id, after=low, before=before, limit=page.limit + 1)
        if found is None:
            raise NotFound("There is no such conversation.", field="conversationId")
        return _ORDER.page([dict(zip(_COLUMNS, row, strict=True)) for row in found], page)

    async def counts(self, owner: str, conversation_id: str) -> tuple[int, int]:
        """How many messages the chat has, and how many of them are not on the path of the default branch."""
        found = await self.reader.read_outline_counts(owner, conversation_id, main_branch(conversation_id))
        messages, on_default = (found["messages"], found["onDefault"]) if found else (0, 0)
        return messages, messages - on_default
