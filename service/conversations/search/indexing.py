"""Making what is written findable: in the background, in pieces, an owner after the other.

Owns which conversation is looked at when, and how large a piece is. What this process writes is told by signals; what
others wrote, or what a killed one left, is found by going over all conversations now and then. A piece is kept under
the lock of its conversation or source, and says how far it came: whoever comes second keeps nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import suppress
from typing import Any

from service.conversations.search.keys import conversation_key, day_key, day_of, kind_key, owner_key
from service.conversations.search.passages import Span, passages
from service.conversations.search.terms import indexed
from service.errors import AntiphonError
from service.graph.searches import Searches
from service.records import new_id
from service.signals import ANYTHING, Signals

Row = dict[str, Any]

MESSAGES_AT_ONCE = 100
PASSAGES_AT_ONCE = 100
CONVERSATIONS_AT_ONCE = 1_000
CHARACTERS_AT_ONCE = 1_000_000
SWEEP_SECONDS = 300.0
APART_SECONDS = 0.3
"""So long is waited for more that is written: an answer comes with its prompt."""
SOURCE = "SOURCE"
_log = logging.getLogger(__name__)


class Indexing:
    """Makes passages of what is written. `told` is set when there are new ones, for their vectors."""

    def __init__(self, searches: Searches, signals: Signals, analyzer: str) -> None:
        self._searches = searches
        self._signals = signals
        self._analyzer = analyzer
        self.told = asyncio.Event()

    async def run(self) -> None:
        """Go over all conversations, then on with those that change; every now and then over all again."""
        with self._signals.listen(ANYTHING) as ear:
            ear.names = set()
            await self._quietly(self._analyze())
            while True:
                await self._quietly(self.sweep())
                until = asyncio.get_running_loop().time() + SWEEP_SECONDS
                while (left := until - asyncio.get_running_loop().time()) > 0:
                    await ear.wait(left)
                    await asyncio.sleep(APART_SECONDS)
                    names, ear.names = ear.names, set()
                    await self._quietly(self.index(sorted(names)))

    async def _analyze(self) -> None:
        """Make the index of words anew where it was made with another analyzer."""
        found = (await self._searches.read_search_indexes()).get("passage_words")
        if found is None or found["options"]["indexConfig"]["fulltext.analyzer"] != self._analyzer:
            await self._searches.create_words(self._analyzer)
            _log.info("The index of words is made anew with the analyzer %s.", self._analyzer)

    async def sweep(self) -> None:
        """Look at all conversations."""
        after = ""
        while True:
            last, ids = await self._searches.read_unsearched(after, CONVERSATIONS_AT_ONCE)
            await self.index(ids)
            if last is None:
                return
            after = last

    async def catch_up(self) -> None:
        """Make all that is written findable now, and wait until it is."""
        await self._analyze()
        await self.sweep()
        await self._searches.refresh_words()

    async def index(self, ids: Sequence[str]) -> None:
        """Make what is new in these conversations findable, a piece of each in turn."""
        left = list(ids)
        while left:
            left = [id_ for id_ in left if await self._piece(id_)]

    async def _piece(self, conversation_id: str) -> bool:
        """Keep a conversation's next passages; whether there may be more."""
        place = await self._searches.read_unsearched_texts(conversation_id, MESSAGES_AT_ONCE)
        if place is None:
            return False
        for source_id in place["sourceIds"]:
            await self._source(source_id)
        rows: list[Row] = []
        for some in _together(place["texts"]):
            contents = await self._searches.read_unsearched_contents([text["id"] for text in some])
            for text in some:
                where = (place["ownerId"], conversation_id)
                rows += [row async for row in _rows(contents.get(text["id"], ""), text, where)]
        await self._searches.keep_passages(place, rows)
        self.told.set()
        return True

    async def _source(self, source_id: str) -> None:
        """Make a source findable, from where it is findable up to."""
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
        await self._searches.keep_source_passages(source_id, low, len(text), rows)
        self.told.set()

    async def _quietly(self, work: Any) -> None:
        try:
            await work
        except AntiphonError as error:
            _log.debug("What was written could not be made findable; it is tried again later: %s", error)
        except Exception:
            _log.exception("What was written could not be made findable; it is tried again later.")


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
    for span in passages(text, start):
        row = _row(text, span)
        yield {**fixed, **row, "parts": f"{row['parts']} {name}" if span[0] == 0 else row["parts"]}
        await asyncio.sleep(0)


def _row(text: str, span: Span) -> Row:
    start, end = span
    terms, parts = indexed(text[start:end])
    return {"id": new_id(), "start": start, "end": end, "terms": terms, "parts": parts}


async def soon(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, so long at most, and take it back."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    event.clear()
