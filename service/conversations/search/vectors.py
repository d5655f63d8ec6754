"""Vectors of passages: made in the background, in batches, an owner after the other; and the slot that they are in.

There are two slots. The vectors of another model are put into the free one, and when all are there it takes the place
of the other; until then that one is searched, if its model can still be asked. Passages say which model they were
embedded with, so that whoever comes next, or again after a crash, goes on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from service.conversations.search.indexing import soon
from service.errors import AntiphonError, ProviderError
from service.graph.searches import SLOTS, Searches
from service.providers.embeddings import LOCAL_NAME, Embedder, Vector

Row = dict[str, Any]
MakeEmbedder = Callable[[str], Embedder | None]
"""The embedder of that name, where there is one: of the model that the graph was embedded with before."""

BATCH = 32
POLL_SECONDS = 60.0
AGAIN_SECONDS = 10.0
MOST_AGAIN_SECONDS = 300.0
FORGOTTEN_AT_ONCE = 1_000
MOST_COUNTED = 10_000
NOT_EMBEDDED = ""
_REFUSES_TEXTS = (400, 413, 422)
"""With these a server refuses what it was sent, and not who sends it."""
_LEAST_SCORES = {LOCAL_NAME: 0.6}
"""Neo4j's scores, (1 + cosine) / 2: texts that have nothing in common are at 0.5."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """What is searched: a slot, and the model that its vectors are of."""

    slot: str
    embedder: Embedder

    @property
    def least_score(self) -> float:
        """What is less near than this has nothing to do with the question, as far as that is known of the model."""
        return _LEAST_SCORES.get(self.embedder.name, 0.0)


class Vectors:
    """Makes vectors with `embedder`, which is None where none are wanted. `make` finds the embedder of a name."""

    def __init__(self, searches: Searches, embedder: Embedder | None, make: MakeEmbedder, told: asyncio.Event) -> None:
        self._searches = searches
        self.embedder = embedder
        self._make = make
        self._told = told
        self._shown: Shown | None = None
        self._states: list[str] = []

    @property
    def are_wanted(self) -> bool:
        """Whether there are to be any."""
        return self.embedder is not None

    @property
    def shown(self) -> Shown | None:
        """What is searched; None as long as there is nothing."""
        return self._shown

    async def waiting(self, owner: str) -> int:
        """How many of an owner's passages wait for their vectors; 10,000 may be more."""
        if self.embedder is None:
            return 0
        states = self._states or [NOT_EMBEDDED]
        return await self._searches.read_unfound_count(owner, states, MOST_COUNTED)

    async def run(self) -> None:
        """Make vectors of what has none, then wait for more."""
        if (embedder := self.embedder) is None:
            return
        again = AGAIN_SECONDS
        while True:
            try:
                await self.fill(embedder)
                again = AGAIN_SECONDS
                await soon(self._told, POLL_SECONDS)
                continue
            except AntiphonError as error:
                _log.warning("No vectors for search could be made; it is tried again in %d s: %s", again, error)
            except Exception:
                _log.exception("No vectors for search could be made; it is tried again in %d s.", again)
            await asyncio.sleep(again)
            again = min(2 * again, MOST_AGAIN_SECONDS)

    async def fill(self, embedder: Embedder) -> None:
        """Give a vector to all that has none of this model. While there is nothing, no model is asked."""
        slot, states = await self.begin(embedder)
        for state in states:
            while await self._round(slot, embedder, state):
                pass
        if self._shown is None or self._shown.slot != slot:
            await self._take_place(slot, embedder)

    async def close(self) -> None:
        """Let go of the models."""
        for embedder in {id(it): it for it in (self.embedder, self._shown and self._shown.embedder) if it}.values():
            await embedder.close()

    async def begin(self, embedder: Embedder) -> tuple[str, list[str]]:
        """The slot that is filled, and the states of passages that are to go into it."""
        slots = await self._searches.read_slots()
        current = next((row for row in slots.values() if row["isCurrent"]), None)
        if current and current["model"] == embedder.name:
            self._shown = Shown(current["id"], embedder)
            self._states = [NOT_EMBEDDED]
            return current["id"], self._states
        slot = next(name for name in SLOTS if current is None or name != current["id"])
        self._states = [NOT_EMBEDDED, *({current["model"]} if current else ())]
        if slot not in slots or slots[slot]["model"] != embedder.name:
            (probe,) = await embedder.embed(["dimensions"], query=True)
            await self._empty(slot)
            await self._searches.create_vectors(slot, len(probe))
            await self._searches.keep_slot(slot, embedder.name, len(probe), is_current=current is None)
        if current and self._shown is None and (former := self._make(current["model"])):
            self._shown = Shown(current["id"], former)
        elif current is None:
            self._shown = Shown(slot, embedder)
        return slot, self._states

    async def _round(self, slot: str, embedder: Embedder, state: str) -> bool:
        """A batch of every owner; whether there was any."""
        owner, any_found = "", False
        while (following := await self._searches.read_unembedded_owner(state, owner)) is not None:
            owner, any_found = following, True
            rows = await self._searches.read_unembedded(state, owner, BATCH)
            await self._searches.keep_vectors(slot, embedder.name, await _embedded(embedder, rows))
        return any_found

    async def _take_place(self, slot: str, embedder: Embedder) -> None:
        slots = await self._searches.read_slots()
        await self._searches.keep_slot(slot, embedder.name, slots[slot]["dimensions"], is_current=True)
        former, self._shown = self._shown, Shown(slot, embedder)
        self._states = [NOT_EMBEDDED]
        _log.info("Search uses the vectors of %s now.", embedder.name)
        if former is not None:
            await self._empty(former.slot)
            await former.embedder.close()

    async def _empty(self, slot: str) -> None:
        after: str | None = ""
        while after is not None:
            after = await self._searches.forget_vectors(slot, after, FORGOTTEN_AT_ONCE)


async def _embedded(embedder: Embedder, rows: Sequence[Row]) -> list[Row]:
    """Rows with their vectors. A text that the model refuses is divided from the others, and has none."""
    texts = [row["text"] for row in rows]
    filled = [number for number, text in enumerate(texts) if text and not text.isspace()]
    found = await _vectors(embedder, [texts[number] for number in filled])
    vectors = dict(zip(filled, found, strict=True))
    return [{"id": row["id"], "vector": vectors.get(number)} for number, row in enumerate(rows)]


async def _vectors(embedder: Embedder, texts: Sequence[str]) -> list[Vector | None]:
    if not texts:
        return []
    try:
        return [vector or None for vector in await embedder.embed(texts)]
    except ProviderError as error:
        if error.status not in _REFUSES_TEXTS:
            raise
        if len(texts) == 1:
            _log.warning("A passage has no vector, its words alone are searched: %s", error)
            return [None]
    middle = len(texts) // 2
    return [*await _vectors(embedder, texts[:middle]), *await _vectors(embedder, texts[middle:])]
