"""Changes: the same request is known by its key, another one with that key is refused."""

from __future__ import annotations

from typing import Any, cast

import pytest

from service.conversations.changes import Changing, change
from service.errors import Conflict, InvalidInput, NotFound
from service.graph.store import Store


class Kept:
    """A store that keeps what each key was used for."""

    def __init__(self, *, conversations: tuple[str, ...] = ("c",)) -> None:
        self.conversations = conversations
        self.rows: list[dict[str, Any]] = []
        self.hashes: dict[str, str] = {}

    async def change(self, name: str, row: dict[str, Any]) -> dict[str, Any] | None:
        """Write a row, once for a key."""
        if row["conversationId"] not in self.conversations:
            return None
        key = row["idempotencyKey"]
        known = self.hashes.get(key)
        if known is None:
            self.rows.append({"name": name, **row})
            if key is not None:
                self.hashes[key] = row["requestHash"]
        return {"id": "made", "requestHash": known or row["requestHash"]}


async def rename(kept: Kept, title: str, key: str | None = None, conversation: str = "c") -> dict[str, Any]:
    """A change that has a title."""
    return await change(cast(Store, kept), "rename_conversation", Changing("o", conversation, key), {"title": title})


async def test_a_request_with_its_key_is_done_once() -> None:
    """And answered the same."""
    kept = Kept()
    assert await rename(kept, "A", "k") == await rename(kept, "A", "k")
    assert [row["title"] for row in kept.rows] == ["A"]


async def test_another_request_with_the_key_is_refused() -> None:
    """It is another one that wants something else, or the same of another conversation."""
    kept = Kept(conversations=("c", "d"))
    await rename(kept, "A", "k")
    for title, conversation in (("B", "c"), ("A", "d")):
        with pytest.raises(Conflict, match="used for another request"):
            await rename(kept, title, "k", conversation)


async def test_without_a_key_it_is_done_each_time() -> None:
    """And nothing of it is kept to be compared."""
    kept = Kept()
    await rename(kept, "A")
    await rename(kept, "A")
    assert [row["requestHash"] for row in kept.rows] == [None, None]


async def test_a_conversation_that_is_not_there_is_named() -> None:
    """Whoever it belongs to."""
    with pytest.raises(NotFound) as caught:
        await rename(Kept(), "A", conversation="another's")
    assert caught.value.field == "input.conversationId"


@pytest.mark.parametrize("key", ["", "x" * 256, "\x00", "\ud800"])
async def test_a_key_that_is_none_is_refused(key: str) -> None:
    """Before anything is written."""
    kept = Kept()
    with pytest.raises(InvalidInput) as caught:
        await rename(kept, "A", key)
    assert (caught.value.field, kept.rows) == ("input.idempotencyKey", [])
