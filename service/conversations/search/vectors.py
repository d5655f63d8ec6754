"""Vectors of passages: made in the background, in batches, an owner after the other; and the slot that they are in.

There are two slots. The vectors of another model are put into the free one, and when all are there it takes the place
of the other; until then that one is searched, if its model can still be asked. Passages say which model they were
embedded with, so that whoever comes next, or again after a crash, goes on.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from service.conversations.bells import rung
from service.conversations.search.pace import Pace
from service.conversations.search.terms import words
from service.errors import AntiphonError, ProviderError, ProviderUnavailable
from service.graph.searches import SLOTS, Searches
from service.models.embedding import is_of_texts
from service.providers.embeddings import LOCAL_NAME, Embedder, Vector

Row = dict[str, Any]
MakeEmbedder = Callable[[str], Embedder | None]
"""The embedder of that name, where there is one: of the model that the graph was embedded with before."""

BATCH = 32
POLL_SECONDS = 60.0
AGAIN_SECONDS = 10.0
MOST_AGAIN_SECONDS = 300.0
FEWEST_WORDS = 3
FORGOTTEN_AT_ONCE = 1_000
MOST_COUNTED = 10_000
NOT_EMBEDDED = ""
PROBE = "These are a few plain words."
"""A text that every model has a vector of."""
_LEAST_SCORES = {LOCAL_NAME: 0.6}
"""Neo4j's scores, (1 + cosine) / 2: texts that have nothing in common are at 0.5."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """What is searched: a slot, and the model that its vectors are of."""

    slot: str
    embedder: Embedder
    dimensions: int

    @property
    def least_score(self) -> float:
        """What is less near than this has nothing to do with the question, as far as that is known of the model."""
        return _LEAST_SCORES.get(self.embedder.name, 0.0)


class Vectors:
    """Makes vectors with `embedder`, which is None where none are wanted. `make` finds the embedder of a name."""

    def __init__(
        self, searches: Searches, embedder: Embedder | None, make: MakeEmbedder, told: asyncio.Event, pace: Pace
    ) -> None:
        self._searches = searches
        self._pace = pace
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
                await rung(self._told, POLL_SECONDS)
                self._told.clear()
                continue
            except AntiphonError as error:
                _log.warning("No vectors for search could be made; it is tried again in %d s: %s", again, error)
            except Exception:
                _log.exception("No vectors for search could be made; it is tried again in %d s.", again)
            await asyncio.sleep(again)
            again = min(2 * again, MOST_AGAIN_SECONDS)

    async def fill(self, embedder: Embedder) -> None:
        """Give a vector to all that has none of this model. While there is nothing, no model is asked."""
        if self._shown is None and embedder.dimensions is None and not await self._has_any():
            return
        filled, states = await self.begin(embedder)
        for state in states:
            while await self._round(filled, state):
                pass
        if self._shown is None or self._shown.slot != filled.slot:
            await self._take_place(filled)

    async def _has_any(self) -> bool:
        """Whether there is anything that has a vector, or is to have one."""
        return bool(await self._searches.read_slots() or await self._searches.read_unembedded_owner(NOT_EMBEDDED, ""))

    async def close(self) -> None:
        """Let go of the models."""
        for embedder in {id(it): it for it in (self.embedder, self._shown and self._shown.embedder) if it}.values():
            await embedder.close()

    async def begin(self, embedder: Embedder) -> tuple[Shown, list[str]]:
        """The slot that is filled, and the states of passages that are to go into it."""
        slots = await self._searches.read_slots()
        current = next((row for row in slots.values() if row["isCurrent"]), None)
        dimensions = await _dimensions(embedder, current)
        model = _key(embedder, dimensions)
        self._states = [NOT_EMBEDDED]
        if current and current["model"] == model:
            self._shown = Shown(current["id"], embedder, dimensions)
            return self._shown, self._states
        slot = next(name for name in SLOTS if current is None or name != current["id"])
        filled = Shown(slot, embedder, dimensions)
        if slot not in slots or slots[slot]["model"] != model:
            await self._empty(slot)
            await self._searches.create_vectors(slot, dimensions)
            await self._searches.keep_slot(slot, model, dimensions, is_current=current is None)
        if current is None:
            self._shown = filled
        else:
            self._states = [NOT_EMBEDDED, current["model"]]
            if self._shown is None and (former := self._make(current["model"].rpartition("#")[0])):
                self._shown = Shown(current["id"], former, current["dimensions"])
        return filled, self._states

    async def _round(self, filled: Shown, state: str) -> bool:
        """A batch of every owner; whether there was any."""
        owner, any_found = "", False
        while (following := await self._searches.read_unembedded_owner(state, owner)) is not None:
            owner, any_found = following, True
            async with self._pace.piece():
                await self._batch(filled, state, owner)
        return any_found

    async def _batch(self, filled: Shown, state: str, owner: str) -> None:
        rows = await self._searches.read_unembedded(state, owner, BATCH)
        embedded = await _embedded(filled.embedder, rows)
        _check(embedded, filled)
        await self._searches.keep_vectors(filled.slot, _key(filled.embedder, filled.dimensions), embedded)

    async def _take_place(self, filled: Shown) -> None:
        model = _key(filled.embedder, filled.dimensions)
        await self._searches.keep_slot(filled.slot, model, filled.dimensions, is_current=True)
        former, self._shown = self._shown, filled
        self._states = [NOT_EMBEDDED]
        _log.info("Search uses the vectors of %s now.", filled.embedder.name)
        if former is not None:
            await self._empty(former.slot)
            await former.embedder.close()

    async def _empty(self, slot: str) -> None:
        after: str | None = ""
        while after is not None:
            after = await self._searches.forget_vectors(slot, after, FORGOTTEN_AT_ONCE)


async def _dimensions(embedder: Embedder, current: Row | None) -> int:
    """How many numbers its vectors have: as it says itself, as they had before, or as it turns out."""
    if embedder.dimensions is not None:
        return embedder.dimensions
    if current and current["model"].rpartition("#")[0] == embedder.name:
        return current["dimensions"]
    return len((await embedder.embed([PROBE], query=True))[0])


def _key(embedder: Embedder, dimensions: int) -> str:
    """What tells vectors that can be compared from all others: a server may put another model under the same name."""
    return f"{embedder.name}#{dimensions}"


def _check(rows: Sequence[Row], filled: Shown) -> None:
    for row in rows:
        if row["vector"] is not None and len(row["vector"]) != filled.dimensions:
            raise ProviderUnavailable(
                f"{filled.embedder.name} made a vector of {len(row['vector'])} numbers; before, of {filled.dimensions}."
            )


async def _embedded(embedder: Embedder, rows: Sequence[Row]) -> list[Row]:
    """Rows with their vectors. A text that says nothing has none, nor one that the model refuses."""
    texts = [row["text"] for row in rows]
    filled = [number for number, text in enumerate(texts) if _says_something(text)]
    found = await _vectors(embedder, [texts[number] for number in filled])
    if filled and not any(found):
        # Where it refuses everything, such as for a wrong setting, it refuses this too: no text is at fault.
        await embedder.embed([PROBE])
    vectors = dict(zip(filled, found, strict=True))
    return [{"id": row["id"], "vector": vectors.get(number)} for number, row in enumerate(rows)]


def _says_something(text: str) -> bool:
    """Whether a text has a meaning to compare: a word or two are near to everything, and are found as words."""
    terms = itertools.chain.from_iterable(word.terms for word in words(text))
    return len(list(itertools.islice(terms, FEWEST_WORDS))) == FEWEST_WORDS


async def _vectors(embedder: Embedder, texts: Sequence[str]) -> list[Vector | None]:
    if not texts:
        return []
    try:
        return [vector or None for vector in await embedder.embed(texts)]
    except ProviderError as error:
        if not is_of_texts(error):
            raise
        if len(texts) == 1:
            _log.warning("A passage has no vector, its words alone are searched: %s", error)
            return [None]
    middle = len(texts) // 2
    return [*await _vectors(embedder, texts[:middle]), *await _vectors(embedder, texts[middle:])]
