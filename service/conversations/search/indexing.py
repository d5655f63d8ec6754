"""Making what is written findable: in the background, in pieces, one conversation and one source after the other.

Owns which is looked at when, and how large a piece is. What this process writes is told by signals; what others wrote,
or what a killed one left, is found by going over all conversations and sources now and then. A piece is kept under the
lock of its conversation or source, and says how far it came: whoever comes second keeps nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from typing import Any

from service.conversations.bells import rung
from service.conversations.search.keys import conversation_key, day_key, day_of, kind_key, owner_key
from service.conversations.search.pace import Pace
from service.conversations.search.passages import passages
from service.conversations.search.terms import indexed
from service.errors import AntiphonError
from service.graph.searches import Searches
from service.signals import ANYTHING, Listener, Signals

Row = dict[str, Any]

MESSAGES_AT_ONCE = 100
PASSAGES_AT_ONCE = 100
NODES_AT_ONCE = 1_000
CHARACTERS_AT_ONCE = 1_000_000
SOURCES_AT_ONCE = 2
"""Sources whose texts are held in memory: one may have 50 MB."""
SWEEP_SECONDS = 300.0
APART_SECONDS = 0.3
"""So long is waited for more that is written: an answer comes with its prompt."""
SOURCE = "SOURCE"
_log = logging.getLogger(__name__)


class Indexing:
    """Makes passages of what is written. `told` is set when there are new ones, for their vectors."""

    def __init__(self, searches: Searches, signals: Signals, analyzer: str, pace: Pace) -> None:
        self._searches = searches
        self._signals = signals
        self._analyzer = analyzer
        self._pace = pace
        self._failed = asyncio.Event()
        self.told = asyncio.Event()

    async def run(self) -> None:
        """Go over all that there is, and on with what changes meanwhile and later."""
        with self._signals.listen(ANYTHING) as ear:
            ear.names = set()
            await self._quietly(self._analyze())
            sweeping = asyncio.create_task(self._sweep_on(), name="antiphon-sweeping")
            try:
                while True:
                    await ear.wait(SWEEP_SECONDS)
                    await asyncio.sleep(APART_SECONDS)
                    await self._quietly(self.index((), more=lambda: _heard(ear)))
            finally:
                sweeping.cancel()

    async def catch_up(self) -> None:
        """Make all that is written findable now, and wait until it is."""
        await self._analyze()
        await self.sweep()
        await self._searches.refresh_words()

    async def sweep(self) -> None:
        """Look at all conversations and sources."""
        for read, index in ((self._searches.read_unsearched, self.index), (self._searches.read_unread, self._read)):
            after: str | None = ""
            while after is not None:
                after, ids = await read(after, NODES_AT_ONCE)
                await index(ids)

    async def index(self, ids: Iterable[str], more: Callable[[], Iterable[str]] = tuple) -> None:
        """Make what is new in these conversations findable, a piece of each in turn, and in those that come meanwhile;
        a piece of their sources in between."""
        left, sources = dict.fromkeys(ids), dict[str, None]()
        reading: list[AsyncIterator[None]] = []
        while True:
            left |= dict.fromkeys(more())
            if not (left or sources or reading):
                return
            left = {id_: None for id_ in left if await self._paced(id_, sources)}
            reading = await self._go_on(reading, sources)

    async def _read(self, ids: Iterable[str]) -> None:
        """Make sources findable."""
        sources, reading = dict.fromkeys(ids), list[AsyncIterator[None]]()
        while sources or reading:
            reading = await self._go_on(reading, sources)

    async def _go_on(self, reading: list[AsyncIterator[None]], sources: dict[str, None]) -> list[AsyncIterator[None]]:
        """A piece of each source that is being read; those that are not at their end, and others in their place."""
        while sources and len(reading) < SOURCES_AT_ONCE:
            reading = [*reading, self._source(sources.popitem()[0])]
        return [source for source in reading if await self._next(source)]

    async def _paced(self, conversation_id: str, sources: dict[str, None]) -> bool:
        async with self._pace.piece():
            return await self._piece(conversation_id, sources)

    async def _next(self, source: AsyncIterator[None]) -> bool:
        """Keep a source's next passages; whether there may be more."""
        ended = object()
        async with self._pace.piece():
            return await anext(source, ended) is not ended

    async def _analyze(self) -> None:
        """Make the index of words anew where it was made with another analyzer."""
        found = (await self._searches.read_search_indexes()).get("passage_words")
        if found is None or found["options"]["indexConfig"]["fulltext.analyzer"] != self._analyzer:
            await self._searches.create_words(self._analyzer)
            _log.info("The index of words is made anew with the analyzer %s.", self._analyzer)

    async def _sweep_on(self) -> None:
        while True:
            await self._quietly(self.sweep())
            await rung(self._failed, SWEEP_SECONDS)
            self._failed.clear()
            await asyncio.sleep(APART_SECONDS)

    async def _piece(self, conversation_id: str, sources: dict[str, None]) -> bool:
        """Keep a conversation's next passages, and note its sources; whether there may be more."""
        place = await self._searches.read_unsearched_texts(conversation_id, MESSAGES_AT_ONCE)
        if place is None:
            return False
        sources |= dict.fromkeys(place["sourceIds"])
        # Only the last ones say that all up to here can be found.
        so_far = place | {"upto": place["low"]}
        rows: list[Row] = []
        for some in _together(place["texts"]):
            contents = await self._searches.read_unsearched_contents([text["id"] for text in some])
            for text in some:
                async for row in _rows(contents.get(text["id"], ""), text, (place["ownerId"], conversation_id)):
                    rows.append(row)
                    if len(rows) == PASSAGES_AT_ONCE:
                        await self._searches.keep_passages(so_far, rows)
                        rows = []
        await self._searches.keep_passages(place, rows)
        self.told.set()
        return True

    async def _source(self, source_id: str) -> AsyncIterator[None]:
        """Make a source findable, a piece at a time, from where it is findable up to."""
        source = await self._searches.read_unsearched_source(source_id)
        if source is None:
            return
        text: str = source["text"]
        low: int = source["searchedTo"]
        what = {"id": source_id, "createdAt": source["createdAt"], "kind": SOURCE, "title": source["title"]}
        rows: list[Row] = []
        async for row in _rows(text, what, (source["ownerId"], ""), low):
            rows.append(row)
            if len(rows) == PASSAGES_AT_ONCE + 1:
                # The passage after these says where they end.
                await self._searches.keep_source_passages(source_id, low, row["start"], rows[:-1])
                low, rows = row["start"], rows[-1:]
                self.told.set()
                yield
        await self._searches.keep_source_passages(source_id, low, len(text), rows)
        self.told.set()

    async def _quietly(self, work: Any) -> None:
        try:
            await work
            return
        except AntiphonError as error:
            _log.debug("What was written could not be made findable; it is tried again: %s", error)
        except Exception:
            _log.exception("What was written could not be made findable; it is tried again.")
        await asyncio.sleep(1.0)
        self._failed.set()


def _heard(ear: Listener) -> Sequence[str]:
    """What was written to since this was asked before."""
    names, ear.names = ear.names or set[str](), set()
    return sorted(names)


def _together(texts: Sequence[Row]) -> Iterator[list[Row]]:
    """Texts that are read at once: many short ones, or few long ones."""
    some, characters = list[Row](), 0
    for text in texts:
        if some and characters + text["length"] > CHARACTERS_AT_ONCE:
            yield some
            some, characters = [], 0
        some.append(text)
        characters += text["length"]
    if some:
        yield some


async def _rows(text: str, what: Row, where: tuple[str, str], start: int = 0) -> AsyncIterator[Row]:
    """The passages of a text as they are kept; between two, others have their turn."""
    owner, conversation_id = where
    day = day_of(what["createdAt"])
    keys = [owner_key(owner), kind_key(what["kind"]), day_key(day)]
    keys += [conversation_key(conversation_id)] if conversation_id else []
    fixed = {"of": what["id"], "kind": what["kind"], "day": day, "keys": " ".join(keys)}
    # A source is found by its name, too.
    name = " ".join(indexed(what.get("title", "")))
    for begins, ends in passages(text, start):
        terms, parts = indexed(text[begins:ends])
        parts = f"{parts} {name}" if begins == 0 else parts
        # The same piece has the same id: keeping it twice is safe.
        yield {**fixed, "id": f"{what['id']}:{begins}", "start": begins, "end": ends, "terms": terms, "parts": parts}
        await asyncio.sleep(0)
