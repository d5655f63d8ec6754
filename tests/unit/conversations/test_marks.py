"""Pins and links: what a caller may say is checked before anything is written."""

from __future__ import annotations

from typing import Any, cast

import pytest

from service.conversations.marks import Marks, NewLink
from service.errors import InvalidInput, NotFound
from service.graph.reader import Reader
from service.graph.store import Store


class Kept:
    """A reader that knows two messages, and a store that keeps what is written."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    async def read_messages(self, owner: str, ids: list[str]) -> dict[str, Any]:
        """The messages `a` and `b`."""
        return {id: {"id": id, "conversationId": f"of-{id}"} for id in ids if id in ("a", "b")}

    async def read_links(self, owner: str, ids: list[str]) -> dict[str, Any]:
        """No link."""
        return {}

    async def change(self, name: str, row: dict[str, Any]) -> dict[str, Any]:
        """Keep it."""
        self.rows.append(row)
        return {"id": row.get("linkId"), "requestHash": row["requestHash"]}


def marks(kept: Kept) -> Marks:
    """The use cases over it."""
    return Marks(cast(Reader, kept), cast(Store, kept))


@pytest.mark.parametrize(
    ("new", "field"),
    [
        (NewLink("a", "a", "see"), "input.to"),
        (NewLink("a", "b", ""), "input.kind"),
        (NewLink("a", "b", "x" * 51), "input.kind"),
        (NewLink("a", "b", " see"), "input.kind"),
        (NewLink("a", "b", "on two\nlines"), "input.kind"),
        (NewLink("a", "b", "see", ""), "input.note"),
        (NewLink("a", "b", "see", "x" * 2001), "input.note"),
        (NewLink("a", "b", "see", "\x00"), "input.note"),
        (NewLink("a", "b", "see", None, ""), "input.idempotencyKey"),
    ],
)
async def test_what_a_link_may_not_say_is_named(new: NewLink, field: str) -> None:
    """And nothing is written."""
    kept = Kept()
    with pytest.raises(InvalidInput) as caught:
        await marks(kept).link_messages("o", new)
    assert (caught.value.field, kept.rows) == (field, [])


async def test_a_link_locks_both_conversations() -> None:
    """The statement is given both, and an id for a link that is not there yet."""
    kept = Kept()
    id = await marks(kept).link_messages("o", NewLink("a", "b", "in my own words"))
    (row,) = kept.rows
    assert (row["conversationId"], row["toConversationId"], row["linkId"]) == ("of-a", "of-b", id)


@pytest.mark.parametrize(("new", "field"), [(NewLink("c", "b", "see"), "from"), (NewLink("a", "c", "see"), "to")])
async def test_a_message_that_is_not_there_is_named(new: NewLink, field: str) -> None:
    """Whoever it belongs to."""
    with pytest.raises(NotFound) as caught:
        await marks(Kept()).link_messages("o", new)
    assert caught.value.field == f"input.{field}"


async def test_what_is_not_there_is_neither_pinned_nor_unlinked() -> None:
    """Whoever it belongs to."""
    with pytest.raises(NotFound):
        await marks(Kept()).pin_message("o", "c", True)
    with pytest.raises(NotFound):
        await marks(Kept()).unlink_messages("o", "no-link")
