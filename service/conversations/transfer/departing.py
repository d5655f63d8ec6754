"""A conversation of the graph, read as far as writers need it before its texts: its tree, branches and system prompt.

Owns which path is meant. Messages up to the number that the conversation has now are exported, and no later ones.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

from service.conversations.listings import BRANCHES
from service.conversations.transfer.ahead import ahead
from service.conversations.transfer.export_chats import Chat, ExportReader, read_chats, read_numbers, together
from service.conversations.transfer.outgoing import Head, Outgoing
from service.conversations.transfer.tickets import Wish
from service.conversations.transfer.transcripts import Speaker, TranscriptMessage
from service.cursors import PageRequest
from service.errors import InvalidInput, NotFound
from service.graph.reader import Reader
from service.graph.store import main_branch

Row = dict[str, Any]

AHEAD = 3
"""Long conversations, or groups of short ones, that are read while one is written."""
_LISTED = 200
_Named = tuple[str, str, int]
"""A branch: its id, its name, and the number of the message that it points at."""


class Departing:
    """Reads conversations that are exported. What belongs to another owner is as if it were not there."""

    def __init__(self, reader: Reader, texts: ExportReader) -> None:
        self._reader = reader
        self._texts = texts

    async def read_all(self, owner: str, ids: Sequence[str], wish: Wish) -> AsyncGenerator[Outgoing]:
        """Conversations, or the path of the one that is wanted. One that is gone is left out, unless it was named.

        The next are read while one conversation is written.
        Raises `NotFound`, `InvalidInput`.
        """
        rows = await self._reader.read_conversations(owner, ids)
        upto = await self._reader.read_settled_heads(owner, ids)
        there = [id for id in ids if id in rows and id in upto]
        if wish.ids is not None and len(there) < len(ids):
            raise NotFound("There is no such conversation.", field="input.conversationId")
        heads = await self._heads(owner, there)

        async def read(group: dict[str, int]) -> list[Outgoing]:
            chats = await read_chats(self._texts, owner, group)
            return [await self._outgoing(owner, rows[id], chats[id], heads[id], wish) for id in group]

        async with aclosing(ahead(together({id: upto[id] for id in there}), read, most=AHEAD)) as groups:
            async for group in groups:
                for going in group:
                    yield going

    async def _outgoing(self, owner: str, row: Row, chat: Chat, heads: Sequence[_Named], wish: Wish) -> Outgoing:
        tree = chat.tree
        default_id = row["defaultBranchId"] or main_branch(row["id"])
        found = [(id, name, tree.find(seq)) for id, name, seq in heads]
        going = Outgoing(
            id=row["id"],
            title=row["title"] or "",
            owner=owner,
            tree=tree,
            reader=self._texts,
            texts=chat.texts,
            order=range(len(tree)),
            created_ms=row["createdAt"],
            updated_ms=row["updatedAt"],
            system=await self._system_prompt(owner, row["id"], chat),
            heads=[Head(name, index, is_default=id == default_id) for id, name, index in found if index is not None],
        )
        going.heads = sorted(going.heads, key=lambda head: not head.is_default)
        if wish.end is not None:
            end = await self.end_of(owner, row["id"], wish.end)
            going.order = [] if end is None else tree.path(_known(tree.find(end)))
            going.path_name = wish.end_name or ""
        return going

    async def _heads(self, owner: str, ids: Sequence[str]) -> dict[str, list[_Named]]:
        """Of each conversation the branches that have a message."""
        named: dict[str, list[_Named]] = {id: [] for id in ids}
        left = [(ids, PageRequest(_LISTED))] if ids else []
        while left:
            some, page = left.pop()
            listed = await self._reader.read_conversation_branches(owner, some, BRANCHES.order.bounds(page))
            rows = list[Row]()
            for id in some:
                found = BRANCHES.order.page(listed.get(id, []), page)
                rows += [row for row in found.rows if row["head"]]
                if found.has_next:
                    left.append(([id], PageRequest(_LISTED, after=found.cursor(len(found.rows) - 1))))
            numbers = await self._reader.read_message_numbers(owner, [row["head"]["id"] for row in rows])
            for row in rows:
                if number := numbers.get(row["head"]["id"]):
                    named[row["conversationId"]].append((row["id"], row["name"], number["seq"]))
        return named

    async def end_of(self, owner: str, conversation_id: str, end: str) -> int | None:
        """The number of the message that a path ends at; None for a branch without one. Raises `NotFound`."""
        branch = (await self._reader.read_branches(owner, [end])).get(end)
        if branch is not None and branch["conversationId"] == conversation_id:
            if branch["head"] is None:
                return None
            end = branch["head"]["id"]
        found = (await self._reader.read_message_numbers(owner, [end])).get(end)
        if found is None or found["conversationId"] != conversation_id:
            raise NotFound("There is no such branch or message in this conversation.", field="input.path")
        return found["seq"]

    async def _system_prompt(self, owner: str, conversation_id: str, chat: Chat) -> TranscriptMessage | None:
        place = chat.system
        if place is None:
            return None
        texts = chat.texts
        if texts is None:
            texts = await read_numbers(self._texts, owner, conversation_id, [place.seq])
        if (found := texts.get(place.seq)) is None:
            return None
        return TranscriptMessage(key=place.id, parent=None, speaker=Speaker.SYSTEM, content=found.content)


def _known(index: int | None) -> int:
    """The index of a message of the chat. Raises `InvalidInput` for one that is none."""
    if index is None:
        raise InvalidInput(
            "This message was written for a subtask, so it is not part of the chat.",
            field="input.path",
            remedy="Take the task's prompt or answer.",
        )
    return index
