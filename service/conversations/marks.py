"""What people note at messages: that one is pinned, and what it has to do with another.

Owns what a link may say, and which links are the same: from one message to another, of a kind. Knows nothing of
contexts, in which pinned messages always stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from service.conversations.changes import Changing, change, check_key, check_text
from service.errors import InvalidInput, NotFound
from service.graph.reader import Reader
from service.graph.store import Store
from service.records import new_id

Row = dict[str, Any]

KIND_CHARACTERS = 50
NOTE_CHARACTERS = 2_000


@dataclass(frozen=True, slots=True)
class NewLink:
    """What a caller wants to say of two messages."""

    from_id: str
    to_id: str
    kind: str
    note: str | None = None
    idempotency_key: str | None = None


class Marks:
    """The use cases of pins and links. What belongs to another owner is as if it were not there."""

    def __init__(self, reader: Reader, store: Store) -> None:
        self._reader = reader
        self._store = store

    async def pin_message(self, owner: str, message_id: str, pinned: bool, key: str | None = None) -> None:
        """Pin a message, or let it go. Raises `InvalidInput` with the field, `NotFound`, `Conflict`."""
        messages = await self._reader.read_messages(owner, [message_id])
        if message_id not in messages:
            raise _no_message("messageId")
        what = Changing(owner, messages[message_id]["conversationId"], key)
        await change(self._store, "pin_message", what, {"messageId": message_id, "pinned": pinned})

    async def link_messages(self, owner: str, new: NewLink) -> str:
        """Link a message with another; the id of the link, which is the one that is there where it is the same.

        Raises `InvalidInput` with the field, `NotFound`, `Conflict`.
        """
        _check(new)
        messages = await self._reader.read_messages(owner, [new.from_id, new.to_id])
        for field, id in (("from", new.from_id), ("to", new.to_id)):
            if id not in messages:
                raise _no_message(field)
        asked: Row = {"from": new.from_id, "to": new.to_id, "kind": new.kind, "note": new.note}
        made = {"linkId": new_id(), "toConversationId": messages[new.to_id]["conversationId"]}
        what = Changing(owner, messages[new.from_id]["conversationId"], new.idempotency_key)
        return (await change(self._store, "link_messages", what, asked, made))["id"]

    async def unlink_messages(self, owner: str, link_id: str, key: str | None = None) -> tuple[str, str]:
        """Delete a link; the ids of the two messages. Raises `InvalidInput` with the field, `NotFound`, `Conflict`."""
        check_key(key)
        link = (await self._reader.read_links(owner, [link_id])).get(link_id) or await self._unlinked(owner, key)
        if link is None:
            raise NotFound("There is no such link.", field="input.linkId")
        what = Changing(owner, link["conversationId"], key)
        made = {"toConversationId": link["toConversationId"]}
        await change(self._store, "unlink_messages", what, {"linkId": link_id}, made)
        return link["fromId"], link["toId"]

    async def _unlinked(self, owner: str, key: str | None) -> Row | None:
        """The link that a request with this key has deleted already."""
        for known in await self._reader.read_keyed_change(owner, key) if key else ():
            if known["ids"] and len(known["ids"]) == 2:
                place = known["conversationId"]
                return {"conversationId": place, "toConversationId": place, "fromId": known["ids"][0]} | {
                    "toId": known["ids"][1]
                }
        return None


def _check(new: NewLink) -> None:
    if new.from_id == new.to_id:
        raise InvalidInput("A message cannot be linked with itself.", field="input.to", remedy="Name another message.")
    if not 1 <= len(new.kind.strip()) <= len(new.kind) <= KIND_CHARACTERS:
        raise InvalidInput(f"A kind has 1 to {KIND_CHARACTERS} characters.", field="input.kind")
    if new.kind != new.kind.strip() or not new.kind.isprintable():
        remedy = "Use corrects, supports, contradicts, see, or a word of your own."
        raise InvalidInput("A kind is words on one line.", field="input.kind", remedy=remedy)
    if new.note is not None and not 1 <= len(new.note) <= NOTE_CHARACTERS:
        raise InvalidInput(f"A note has 1 to {NOTE_CHARACTERS} characters.", field="input.note")
    check_text(new.note or "", "input.note")


def _no_message(field: str) -> NotFound:
    return NotFound("There is no such message.", field=f"input.{field}")
