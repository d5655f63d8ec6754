"""Conversations: making one, listing them and the tasks, a page at a time.

Owns what a conversation's caller may say. Knows nothing of GraphQL.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson

from service.answers.kept_json import check_json
from service.conversations.changes import Changing, change, check_key, check_text, used_key
from service.conversations.listings import ACTIVE_CONVERSATIONS, CONVERSATIONS, TASKS
from service.cursors import Page, PageRequest
from service.errors import InvalidInput, NotFound
from service.graph.reader import Reader
from service.graph.store import Store
from service.records import new_id

Row = dict[str, Any]

TITLE_CHARACTERS = 500
METADATA_BYTES = 64 * 1024
MOST_DAYS = 36_500.0


@dataclass(frozen=True, slots=True)
class FirstSystemPrompt:
    """The system prompt that a conversation begins with: what was asked for, and the text that it comes to."""

    asked: list[str | None]
    content: str
    title: str


@dataclass(frozen=True, slots=True)
class NewConversation:
    """What a caller wants a conversation to be."""

    title: str | None = None
    metadata: dict[str, Any] | None = None
    idempotency_key: str | None = None
    system_prompt: FirstSystemPrompt | None = None
    keep_days: float | None = None


class ConversationOrder(StrEnum):
    """What conversations are listed by, the newest first."""

    CREATED = "CREATED"
    """When they were made."""

    UPDATED = "UPDATED"
    """When something was last added to them."""


@dataclass(frozen=True, slots=True)
class ConversationFilter:
    """Which conversations to list. Times in milliseconds since 1970; None is any."""

    title: str | None = None
    created_from: int | None = None
    created_before: int | None = None


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
        first = new.system_prompt
        asked = [new.title, metadata, *([first.asked] if first else [])]
        asked += [] if new.keep_days is None else [new.keep_days]
        digest = hashlib.sha256(orjson.dumps(asked)).hexdigest()
        row: Row = {
            "conversationId": new_id(),
            "ownerId": owner,
            "title": new.title or "New conversation",
            "metadata": metadata,
            "keepDays": new.keep_days,
            "idempotencyKey": new.idempotency_key,
            "requestHash": digest,
        }
        prompt = {"id": new_id(), "content": first.content, "title": first.title} if first else None
        written = await self._store.create_conversation(row, prompt)
        if written is None or written["requestHash"] != digest:
            raise used_key()
        return written["id"]

    async def rename_conversation(self, owner: str, conversation_id: str, title: str, key: str | None = None) -> None:
        """Give a conversation another title. Raises `InvalidInput` with the field, `NotFound`, `Conflict`."""
        _check(NewConversation(title))
        what = Changing(owner, conversation_id, key)
        await change(self._store, "rename_conversation", what, {"title": title})

    async def set_keep_days(
        self, owner: str, conversation_id: str, keep_days: float | None, key: str | None = None
    ) -> None:
        """Say how many days a conversation is kept; None: as long as its owner's others.

        Raises `InvalidInput` with the field, `NotFound`, `Conflict`.
        """
        _check_days(keep_days)
        what = Changing(owner, conversation_id, key)
        await change(self._store, "set_keep_days", what, {"keepDays": keep_days})

    async def list_conversations(
        self, owner: str, which: ConversationFilter, page: PageRequest, by: ConversationOrder
    ) -> Page:
        """A page of the owner's conversations. Raises `InvalidInput` for a cursor of another list."""
        active = by is ConversationOrder.UPDATED
        order = ACTIVE_CONVERSATIONS if active else CONVERSATIONS
        read = self._reader.read_owner_conversations_by_update if active else self._reader.read_owner_conversations
        rows = await read(
            owner,
            order.bounds(page),
            title=which.title or None,
            createdFrom=which.created_from,
            createdBefore=which.created_before,
        )
        return order.page(rows, page)

    async def list_tasks(self, owner: str, statuses: Sequence[str] | None, page: PageRequest) -> Page:
        """A page of the owner's tasks, in whatever conversation. Raises `InvalidInput` for a cursor of another list."""
        status = list(statuses) if statuses is not None else None
        return TASKS.page(await self._reader.read_owner_tasks(owner, TASKS.bounds(page), status=status), page)

    async def require(self, owner: str, conversation_id: str) -> None:
        """Raises `NotFound` where the conversation is not the owner's."""
        if not await self._reader.read_conversations(owner, [conversation_id]):
            raise NotFound("There is no such conversation.", field="conversationId")


def conversation_cursor(row: Row) -> str:
    """The cursor of a conversation, in both orders."""
    return CONVERSATIONS.cursor(row)


def task_cursor(row: Row) -> str:
    """The cursor of a task in a list."""
    return TASKS.cursor(row)


def _check(new: NewConversation) -> None:
    if new.title is not None and not 1 <= len(new.title.strip()) <= len(new.title) <= TITLE_CHARACTERS:
        raise InvalidInput(f"A title has 1 to {TITLE_CHARACTERS} characters.", field="input.title")
    check_text(new.title or "", "input.title")
    check_key(new.idempotency_key)
    _check_metadata(new.metadata)
    _check_days(new.keep_days)


def _check_metadata(metadata: dict[str, Any] | None) -> None:
    check_json(metadata, "input.metadata")
    size = len(orjson.dumps(metadata))
    if size > METADATA_BYTES:
        raise InvalidInput(f"metadata has {METADATA_BYTES} bytes at most.", field="input.metadata")


def _check_days(days: float | None) -> None:
    if days is not None and not 0 < days <= MOST_DAYS:
        raise InvalidInput(
            f"A conversation is kept for more than 0 and at most {MOST_DAYS:.0f} days.",
            field="input.keepDays",
            remedy="Leave it out, and it is kept as the configuration says.",
        )
