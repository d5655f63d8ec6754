"""A conversation of the graph, read as far as writers need it before its texts: its tree, branches and system prompt.

Owns which path is meant. Messages up to the number that the conversation has now are exported, and no later ones.
"""

from __future__ import annotations

from collections.abc import Sequence

from service.conversations.listings import BRANCHES
from service.conversations.transfer.outgoing import Head, Outgoing, OutgoingReader, read_tree
from service.conversations.transfer.tickets import Wish
from service.conversations.transfer.transcripts import Speaker, TranscriptMessage
from service.cursors import PageRequest
from service.errors import InvalidInput, NotFound
from service.graph.reader import Reader
from service.graph.store import main_branch

_LISTED = 200


class Departing:
    """Reads conversations that are exported. What belongs to another owner is as if it were not there."""

    def __init__(self, reader: Reader, texts: OutgoingReader) -> None:
        self._reader = reader
        self._texts = texts

    async def read(self, owner: str, conversation_id: str, wish: Wish) -> Outgoing:
        """A conversation, or the path of it that is wanted. Raises `NotFound`, `InvalidInput`."""
        row = (await self._reader.read_conversations(owner, [conversation_id])).get(conversation_id)
        upto = await self._reader.read_settled_heads(owner, [conversation_id])
        if row is None or conversation_id not in upto:
            raise NotFound("There is no such conversation.", field="input.conversationId")
        tree = await read_tree(self._texts, owner, conversation_id, upto[conversation_id])
        going = Outgoing(
            id=conversation_id,
            title=row["title"] or "",
            owner=owner,
            tree=tree,
            reader=self._texts,
            order=range(len(tree)),
            created_ms=row["createdAt"],
            updated_ms=row["updatedAt"],
            system=await self._system_prompt(owner, conversation_id),
        )
        going.heads = await self._heads(owner, conversation_id, row["defaultBranchId"], going)
        if wish.end is not None:
            end = await self.end_of(owner, conversation_id, wish.end)
            going.order = [] if end is None else tree.path(_known(tree.find(end)))
            going.path_name = wish.end_name or ""
        return going

    async def _heads(self, owner: str, id: str, default_id: str | None, going: Outgoing) -> Sequence[Head]:
        """The branches that have a message, the default one first."""
        default_id = default_id or main_branch(id)
        page, heads = PageRequest(_LISTED), list[Head]()
        while True:
            rows = (await self._reader.read_conversation_branches(owner, [id], BRANCHES.order.bounds(page))).get(id, [])
            found = BRANCHES.order.page(rows, page)
            named = {row["head"]["id"]: row for row in found.rows if row["head"]}
            numbers = await self._reader.read_message_numbers(owner, list(named)) if named else {}
            for row in found.rows:
                number = numbers.get(row["head"]["id"]) if row["head"] else None
                index = going.tree.find(number["seq"]) if number else None
                if index is not None:
                    heads.append(Head(row["name"], index, is_default=row["id"] == default_id))
            if not found.has_next:
                return sorted(heads, key=lambda head: not head.is_default)
            page = PageRequest(_LISTED, after=found.cursor(len(found.rows) - 1))

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

    async def _system_prompt(self, owner: str, conversation_id: str) -> TranscriptMessage | None:
        id = (await self._reader.read_system_prompts(owner, [conversation_id])).get(conversation_id)
        if id is None:
            return None
        content = (await self._reader.read_message_contents(owner, [id])).get(id)
        if content is None:
            return None
        return TranscriptMessage(key=id, parent=None, speaker=Speaker.SYSTEM, content=content)


def _known(index: int | None) -> int:
    """The index of a message of the chat. Raises `InvalidInput` for one that is none."""
    if index is None:
        raise InvalidInput(
            "This message was written for a subtask, so it is not part of the chat.",
            field="input.path",
            remedy="Take the task's prompt or answer.",
        )
    return index
