"""Deleting for good: conversations, messages, sources, all that an owner has; and what would go with them.

Owns what a deletion answers, and that tasks are cut before it. How it is done is in `erasing.py`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any

from service.conversations.changes import check_key, used_key
from service.conversations.erasing import Eraser
from service.conversations.resting import MOST_COUNTED, Resting
from service.errors import AntiphonError, Forbidden, NotFound
from service.graph.erasures import Erasures
from service.records import new_id

Row = dict[str, Any]

COUNTED = (
    *("conversations", "prompts", "responses", "summaries", "claims", "branches", "tasks", "subtasks", "attempts"),
    *("runs", "taskEvents", "changes", "sources", "documents", "strategies", "templates", "tools", "drafts"),
    *("annotations", "imports"),
)
"""What is counted on a receipt, a property each. Passages are not: they are made in the background, so a dry run and
the deletion after it would count differently."""


class ErasureKind(StrEnum):
    """What was deleted."""

    CONVERSATION = "CONVERSATION"
    """A conversation, with all that is in it."""

    MESSAGE = "MESSAGE"
    """A message, with what rests on it."""

    DOCUMENT = "DOCUMENT"
    """A document, with all of its versions."""

    SOURCE = "SOURCE"
    """A text, wherever it was read."""

    OWNER = "OWNER"
    """All that an owner has."""


class ErasureStatus(StrEnum):
    """How far a deletion is."""

    RUNNING = "RUNNING"
    """Nobody finds any more what is deleted; its bytes are being taken out of the graph."""

    DONE = "DONE"
    """None of it is in the graph."""


class Children(StrEnum):
    """What becomes of what goes on from a deleted message."""

    DELETE = "DELETE"
    """It is deleted, too: everything below it."""

    JOIN = "JOIN"
    """It goes on from the message before the deleted one."""


@dataclass(frozen=True, slots=True)
class Deletion:
    """What somebody wants deleted. `by` is who asks; of a conversation, only where nothing was added to it since
    `idle_since` (ms since 1970), and its own days are `keep_days`."""

    owner: str
    id: str
    key: str | None = None
    by: str | None = None
    idle_since: int | None = None
    keep_days: float | None = None

    def row(self, kind: ErasureKind, *more: str) -> Row:
        """What the receipt begins with."""
        check_key(self.key)
        asked = sha256("\n".join((kind, self.id, *more)).encode()).hexdigest()
        names = {
            "ownerId": self.owner,
            "requestedBy": self.by or self.owner,
            "idempotencyKey": self.key,
            "partOf": None,
        }
        return {"erasureId": new_id(), **names, "requestHash": asked if self.key else None}


@dataclass(frozen=True, slots=True)
class Erasable:
    """What would go: counts by label, the tasks that would be cancelled, and sources that stay: others read them."""

    counts: Row
    cancels: tuple[str, ...] = ()
    shared_sources: int = 0
    is_complete: bool = True


class Deleting:
    """The use cases of deletion."""

    def __init__(self, erasures: Erasures, eraser: Eraser, cancel: Callable[[str, str], Awaitable[None]]) -> None:
        self._erasures = erasures
        self._eraser = eraser
        self._cancel = cancel

    async def count_conversation(self, owner: str, conversation_id: str) -> Erasable:
        """What would go with a conversation. Raises `NotFound`."""
        found = await self._erasures.count_conversation(owner, conversation_id)
        if found is None:
            raise _no_conversation()
        return Erasable(found["counts"], tuple(found["cancels"]), found["sharedSources"])

    async def delete_conversation(self, what: Deletion) -> str:
        """Delete a conversation; the id of its receipt. Once this returns, nothing of it is found by anybody.

        Raises `NotFound`, `Conflict` for a key of another request.
        """
        only = {"idleSince": what.idle_since, "keepDays": what.keep_days}
        row = what.row(ErasureKind.CONVERSATION) | {"conversationId": what.id} | only
        await self._cut(what.owner, [what.id])
        written = await self._begin("delete_conversation", row, _no_conversation())
        await self._eraser.hide(written)
        self._eraser.wake()
        return written["id"]

    async def count_message(self, owner: str, message_id: str, children: Children) -> Erasable:
        """What would go with a message. Raises `NotFound`."""
        return await self._count(owner, message_id, children is Children.JOIN, _no_message())

    async def delete_message(self, what: Deletion, children: Children) -> str:
        """Delete a message with what rests on it; the id of its receipt. Once this returns, none of it is found.

        Raises `NotFound`, `Conflict` for a key of another request.
        """
        joins = children is Children.JOIN
        row = what.row(ErasureKind.MESSAGE, children) | {"messageId": what.id, "joins": joins}
        await self._cut_resting(what, joins)
        return await self._spread(what, await self._begin("delete_message", row, _no_message()), joins)

    async def count_source(self, owner: str, source_id: str) -> Erasable:
        """What would go with a source. Raises `NotFound`."""
        return await self._count(owner, source_id, False, _no_source())

    async def count_document(self, owner: str, document_id: str) -> Erasable:
        """What would go with a document. Raises `NotFound`."""
        return await self._count(owner, document_id, False, _no_document())

    async def delete_document(self, what: Deletion) -> str:
        """Delete all versions of a document, with what its conversation made of them; the id of its receipt.

        Raises `NotFound`, `Conflict` for a key of another request.
        """
        row = what.row(ErasureKind.DOCUMENT) | {"documentId": what.id}
        await self._cut_resting(what, False)
        return await self._spread(what, await self._begin("delete_document", row, _no_document()), False)

    async def delete_source(self, what: Deletion) -> str:
        """Delete a text wherever it was read; the id of its receipt. Once this returns, none of it is found.

        Raises `NotFound`, `Conflict` for a key of another request.
        """
        row = what.row(ErasureKind.SOURCE) | {"sourceId": what.id}
        await self._cut_resting(what, False)
        return await self._spread(what, await self._begin("delete_source", row, _no_source()), False)

    async def count_owner(self, owner: str) -> Erasable:
        """What would go with all that an owner has."""
        found = await self._erasures.count_owner(owner)
        return Erasable(found["counts"], tuple(found["cancels"]), found["sharedSources"])

    @staticmethod
    def require_own(what: Deletion) -> None:
        """Raises `Forbidden` for another owner than who asks."""
        if what.id != what.owner:
            raise Forbidden(
                "You can delete your own things only.", field="input.ownerId", remedy="Take what `viewer { id }` says."
            )

    async def delete_owner(self, what: Deletion) -> str:
        """Delete all that the owner has; the id of its receipt. Once this returns, nothing of it is found.

        Raises `Forbidden` for another owner, `Conflict` for a key of another request.
        """
        self.require_own(what)
        row = what.row(ErasureKind.OWNER)
        await self._cut(what.owner, None)
        written = await self._begin("delete_owner", row, _no_conversation())
        if written["status"] != ErasureStatus.DONE:
            await self._eraser.clear_owner({**written, "ownerId": what.owner, "requestedBy": row["requestedBy"]})
        self._eraser.wake()
        return written["id"]

    async def _begin(self, name: str, row: Row, missing: AntiphonError) -> Row:
        """Write a receipt, or find that of the same request."""
        written = await self._erasures.write(name, row, key=row["ownerId"])
        if written is None:
            raise missing
        if written["requestHash"] != row["requestHash"]:
            raise used_key()
        return written

    async def _spread(self, what: Deletion, written: Row, joins: bool) -> str:
        if written["status"] != ErasureStatus.DONE:
            await self._eraser.spread({**written, "ownerId": what.owner, "subjectId": what.id, "joins": joins})
            await self._eraser.hide(written)
        self._eraser.wake()
        return written["id"]

    async def _found(self, owner: str, id: str, joins: bool) -> tuple[Row, Resting] | None:
        subject = await self._erasures.read_erasable(owner, id)
        if subject is None:
            return None
        resting = Resting(self._erasures, joins=joins, most=MOST_COUNTED)
        await resting.begin(subject)
        await resting.look()
        return subject, resting

    async def _count(self, owner: str, id: str, joins: bool, missing: AntiphonError) -> Erasable:
        found = await self._found(owner, id, joins)
        if found is None:
            raise missing
        counted = await found[1].count(found[0])
        return Erasable(
            counted["counts"], tuple(counted["cancels"]), counted["sharedSources"], is_complete=found[1].is_complete
        )

    async def _cut_resting(self, what: Deletion, joins: bool) -> None:
        """Cancel the tasks that go, so that what calls have taken up to now is written."""
        running = await self._erasures.read_running_tasks(what.owner, None)
        if running:
            found = await self._found(what.owner, what.id, joins)
            for task_id in set(running).intersection(found[1].found if found else ()):
                await self._cancel_one(what.owner, task_id)

    async def read_erasure(self, owner: str, id: str) -> Row | None:
        """A receipt of the owner's: its row, with times in ms since 1970."""
        return next(iter(await self._erasures.read_erasures(owner, [id])), None)

    async def _cut(self, owner: str, conversation_ids: list[str] | None) -> None:
        """Cancel what is at work, so that what calls have taken up to now is written."""
        for task_id in await self._erasures.read_running_tasks(owner, conversation_ids):
            await self._cancel_one(owner, task_id)

    async def _cancel_one(self, owner: str, task_id: str) -> None:
        with suppress(NotFound):
            await self._cancel(owner, task_id)


def _no_conversation() -> AntiphonError:
    return NotFound("There is no such conversation.", field="input.conversationId")


def _no_message() -> AntiphonError:
    return NotFound("There is no such message.", field="input.messageId")


def _no_source() -> AntiphonError:
    return NotFound("There is no such source.", field="input.sourceId")


def _no_document() -> AntiphonError:
    return NotFound("There is no such document.", field="input.documentId")
