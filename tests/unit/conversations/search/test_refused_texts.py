"""What becomes of texts that a model of vectors refuses."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from service.conversations.search.pace import Pace
from service.conversations.search.vectors import Vectors
from service.errors import ProviderRejected
from service.providers.embeddings import Vector

WORDS = "some words of a text"


class Searches:
    """A graph of passages, in memory."""

    def __init__(self, *texts: str) -> None:
        self.waiting = {str(number): text for number, text in enumerate(texts)}
        self.kept: dict[str, Vector | None] = {}
        self.slots: dict[str, dict[str, Any]] = {}

    async def read_slots(self) -> dict[str, dict[str, Any]]:
        """The slots."""
        return self.slots

    async def keep_slot(self, slot: str, model: str, dimensions: int, *, is_current: bool) -> None:
        """Keep one."""
        self.slots[slot] = {"id": slot, "model": model, "dimensions": dimensions, "isCurrent": is_current}

    async def create_vectors(self, slot: str, dimensions: int) -> None:
        """Nothing to make."""

    async def forget_vectors(self, slot: str, after: str, limit: int) -> None:
        """Nothing to forget."""

    async def read_unembedded_owner(self, state: str, after: str) -> str | None:
        """The one owner, while anything waits."""
        return "ann" if self.waiting and after < "ann" else None

    async def read_unembedded(self, state: str, owner: str, limit: int) -> list[dict[str, Any]]:
        """All that waits."""
        return [{"id": id_, "text": text} for id_, text in self.waiting.items()]

    async def keep_vectors(self, slot: str, model: str, rows: Sequence[dict[str, Any]]) -> None:
        """Keep them."""
        for row in rows:
            self.kept[row["id"]] = row["vector"]
            self.waiting.pop(row["id"])


class Model:
    """A model that refuses texts with this word in them."""

    name, dimensions = "test/m", 2

    def __init__(self, refuses: str) -> None:
        self.refuses = refuses

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> list[Vector]:
        """All, or none."""
        if any(self.refuses in text for text in texts):
            raise ProviderRejected("It is refused.", status=400)
        return [[1.0, 0.0] for _ in texts]

    async def close(self) -> None:
        """Nothing to close."""


def vectors(searches: Searches, model: Model) -> Vectors:
    """What makes the vectors of this graph."""
    return Vectors(searches, model, lambda name: None, asyncio.Event(), Pace(int))  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("texts", [[WORDS, f"{WORDS} BAD", WORDS], [f"{WORDS} BAD"]])
async def test_a_refused_text_has_no_vector_and_the_others_have_theirs(texts: list[str]) -> None:
    """Also where it is the only one that waits."""
    searches, model = Searches(*texts), Model("BAD")
    await vectors(searches, model).fill(model)
    wanted = [None if "BAD" in text else [1.0, 0.0] for text in texts]
    assert [searches.kept[str(number)] for number in range(len(texts))] == wanted


async def test_a_model_that_refuses_all_is_told_and_nothing_is_given_up() -> None:
    """A wrong setting is no fault of the texts: they wait for it to be mended."""
    searches, model = Searches(WORDS, WORDS), Model(" ")
    with pytest.raises(ProviderRejected, match="refused"):
        await vectors(searches, model).fill(model)
    assert searches.kept == {}
    assert len(searches.waiting) == 2
    model.refuses = "BAD"
    await vectors(searches, model).fill(model)
    assert searches.waiting == {}
