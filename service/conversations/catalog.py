"""Conversations: making one, listing them and their tasks, a page at a time.

Owns what a conversation's caller may say, and the lists' order: newest first, by id. Knows nothing of GraphQL.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from service.cursors import decode_number, decode_text, encode_cursor
from service.errors import Conflict, InvalidInput, NotFound
from service.graph.reader import Reader
from service.graph.store import Store
from service.records import new_id

Row = dict[str, Any]

TITLE_CHARACTERS = 500
METADATA_BYTES = 64 * 1024
KEY_CHARACTERS = 255
_ABOVE_ALL = "~"
"""Sorts after every id."""


@dataclass(frozen=True, slots=True)
class NewConversation:
    """What a caller wants a conversation to be."""

    title: str | None = None
    metadata: dict[str, Any] | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class ConversationFilter:
    """Which conversations to list. Times in milliseconds since 1970; None is any."""

    title: str | None = None
    created_from: int | None = None
    created_before: int | None = None


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of a list. `more` says whether another follows, `after` whether it began after a cursor."""

    rows: list[Row]
    more: bool
    after: bool


class Conversations:
    """The use cases of conversations and of lists."""

    def __init__(self, reader: Reader, store: Store) -> None:
        self._reader = reader
        self._store = store

    async def create_conversation(self, owner: str, new: NewConversation) -> str:
        """Write a conversation; its id. The same idempotency key gives the same conversation.

        Raises `InvalidInput` with the field, `Conflict` for a key used for another request, `GraphUnavailable`.
        """
        _check(new)
        metadata = orjson.dumps(new.metadata, option=orjson.OPT_SORT_KEYS).decode() if new.metadata else None
        digest = hashlib.sha256(orjson.dumps([new.title, metadata])).hexdigest()
        row: Row = {
            "conversationId": new_id(),
            "ownerId": owner,
            "title": new.title or "New conversation",
            "metadata": metadata,
            "idempotencyKey": new.idempotency_key,
            "requestHash": digest,
        }
        written = await self._store.create_conversation(row)
        if written is None or written["requestHash"] != digest:
            raise Conflict(
                "This idempotency key was used for another request.",
                field="input.idempotencyKey",
                remedy="Use a new key for a new request.",
            )
        return written["id"]

    async def list_conversations(
        self, owner: str, which: ConversationFilter, first: int, after: str | None
    ) -> ListPage:
        """A page of the owner's conversations."""
        rows = await self._reader.read_owner_conversations(
            owner,
            before=decode_text("c", after, _ABOVE_ALL),
            title=which.title or None,
            createdFrom=which.created_from,
            createdBefore=which.created_before,
            limit=first + 1,
        )
        return cut(rows, first, after)

    async def list_tasks(self, owner: str, statuses: Sequence[str] | None, first: int, after: str | None) -> ListPage:
        """A page of the owner's tasks, in whatever conversation."""
        before = decode_text("t", after, _ABOVE_ALL)
        status = list(statuses) if statuses is not None else None
        rows = await self._reader.read_owner_tasks(owner, before=before, status=status, limit=first + 1)
        return cut(rows, first, after)

    async def list_conversation_tasks(
        self, owner: str, ids: Sequence[str], *, first: int, after: str | None, statuses: Sequence[str] | None
    ) -> dict[str, ListPage]:
        """A page of the tasks of each conversation."""
        before = decode_text("t", after, _ABOVE_ALL)
        status = list(statuses) if statuses is not None else None
        found = await self._reader.read_conversation_tasks(owner, ids, before=before, status=status, limit=first + 1)
        return {id: cut(rows, first, after) for id, rows in found.items()}

    async def list_subtasks(
        self, owner: str, ids: Sequence[str], *, first: int, after: str | None, statuses: Sequence[str] | None
    ) -> dict[str, ListPage]:
        """A page of the subtasks of each task, in the tasks' own order."""
        index = decode_number("s", after, -1)
        status = list(statuses) if statuses is not None else None
        found = await self._reader.read_task_subtasks(owner, ids, after=index, status=status, limit=first + 1)
        return {id: cut(rows, first, after) for id, rows in found.items()}

    async def require(self, owner: str, conversation_id: str) -> None:
        """Raises `NotFound` where the conversation is not the owner's."""
        if not await self._reader.read_conversations(owner, [conversation_id]):
            raise NotFound("There is no such conversation.", field="conversationId")


def cut(rows: list[Row], first: int, after: str | None) -> ListPage:
    """The page of rows that were read with one too many."""
    return ListPage(rows[:first], len(rows) > first, after is not None)


def conversation_cursor(row: Row) -> str:
    """The cursor of a conversation in a list."""
    return encode_cursor("c", row["id"])


def task_cursor(row: Row) -> str:
    """The cursor of a task in a list."""
    return encode_cursor("t", row["id"])


def subtask_cursor(row: Row) -> str:
    """The cursor of a subtask in its task."""
    return encode_cursor("s", row["index"])


def _check(new: NewConversation) -> None:
    if new.title is not None and not 1 <= len(new.title.strip()) <= len(new.title) <= TITLE_CHARACTERS:
        raise InvalidInput(f"A title has 1 to {TITLE_CHARACTERS} characters.", field="input.title")
    if new.idempotency_key is not None and not 1 <= len(new.idempotency_key) <= KEY_CHARACTERS:
        raise InvalidInput(f"An idempotency key has 1 to {KEY_CHARACTERS} characters.", field="input.idempotencyKey")
    for field, text in (("title", new.title), ("idempotencyKey", new.idempotency_key)):
        _check_text(text or "", f"input.{field}")
    _check_metadata(new.metadata)


def _check_text(text: str, field: str) -> None:
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise InvalidInput("The text is not valid Unicode text.", field=field)


def _check_metadata(metadata: dict[str, Any] | None) -> None:
    try:
        size = len(orjson.dumps(metadata))
    except TypeError:
        raise InvalidInput("metadata is not JSON that can be kept.", field="input.metadata") from None
    if size > METADATA_BYTES:
        raise InvalidInput(f"metadata has {METADATA_BYTES} bytes at most.", field="input.metadata")
