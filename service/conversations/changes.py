"""Changes: what is done to a conversation besides adding to it. Whoever follows it is told, see `events.py`.

Owns what every such statement takes and answers: it locks the conversation, looks for the request's key, and writes a
`Change` with the next number; see `rename_conversation.cypher`. A request that is sent again with its key is done once.
Knows nothing of what is changed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson

from service.errors import Conflict, InvalidInput, NotFound
from service.graph.store import Store

Row = dict[str, Any]

KEY_CHARACTERS = 255


class ChangeType(StrEnum):
    """What was changed."""

    BRANCH = "BRANCH"
    """A branch."""

    CONVERSATION = "CONVERSATION"
    """The conversation itself."""

    MESSAGE = "MESSAGE"
    """A message, but never its text; or messages that were deleted."""

    LINK = "LINK"
    """A link between two messages."""

    SUMMARY = "SUMMARY"
    """A summary."""

    ANNOTATION = "ANNOTATION"
    """What somebody thinks of a message."""

    DOCUMENT = "DOCUMENT"
    """Documents."""


class ChangeAction(StrEnum):
    """What was done."""

    MADE = "MADE"
    """It is new."""

    CHANGED = "CHANGED"
    """It says something else."""

    RENAMED = "RENAMED"
    """It has another name or title."""

    MOVED = "MOVED"
    """A branch points at another message, without a message being added to it."""

    DELETED = "DELETED"
    """It is gone."""

    DEFAULT_SET = "DEFAULT_SET"
    """Another branch of the conversation is the default."""

    REVISED = "REVISED"
    """A message was written in place of another, which stays beside it."""

    PINNED = "PINNED"
    """A message always goes into the context from now on."""

    UNPINNED = "UNPINNED"
    """A message goes into the context as any other again."""

    RENEWED = "RENEWED"
    """Documents have a newer version: what rests on an older one is stale from now on."""


@dataclass(frozen=True, slots=True)
class Changing:
    """Who changes which conversation; the same key does it once."""

    owner: str
    conversation_id: str
    idempotency_key: str | None = None


async def change(store: Store, name: str, what: Changing, asked: Row, made: Row | None = None) -> Row:
    """Change a conversation by the stored query `name`; what it answers, `id` the id of what was changed.

    `asked` is what the caller wants, by which the same request is known; `made` what is written besides, as new ids.
    Raises `InvalidInput` with the field, `NotFound`, `Conflict` for a key of another request.
    """
    check_key(what.idempotency_key)
    digest = hashlib.sha256(orjson.dumps([name, what.conversation_id, asked], option=orjson.OPT_SORT_KEYS)).hexdigest()
    row: Row = {"conversationId": what.conversation_id, "ownerId": what.owner, **asked, **(made or {})}
    row |= {"idempotencyKey": what.idempotency_key, "requestHash": digest if what.idempotency_key else None}
    written = await store.change(name, row)
    if written is None:
        raise NotFound("There is no such conversation.", field="input.conversationId")
    if written["requestHash"] != row["requestHash"]:
        raise used_key()
    return written


def used_key() -> Conflict:
    """What is raised for a key that was used for another request."""
    return Conflict(
        "This idempotency key was used for another request.",
        field="input.idempotencyKey",
        remedy="Use a new key for a new request.",
    )


def check_key(key: str | None) -> None:
    """Raises `InvalidInput` for an idempotency key that is empty, too long or no text."""
    if key is not None and not 1 <= len(key) <= KEY_CHARACTERS:
        raise InvalidInput(f"An idempotency key has 1 to {KEY_CHARACTERS} characters.", field="input.idempotencyKey")
    check_text(key or "", "input.idempotencyKey")


def check_text(text: str, field: str) -> None:
    """Raises `InvalidInput` for what is no Unicode text, or what Neo4j cannot keep."""
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise InvalidInput("The text is not valid Unicode text.", field=field)
