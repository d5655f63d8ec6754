"""What search reads and writes: one method a stored query, under the same name.

Owns the shape of rows, and which statement is of which slot of vectors. Its writes go beside the group commits: nobody
who asks a model waits for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from service.clock import now_ms
from service.graph.database import Database, Row
from service.graph.queries import query

SLOTS = ("A", "B")
_NEAREST = {"A": "search_vectors_a", "B": "search_vectors_b"}
_NEAREST_WITHIN = {"A": "search_vectors_a_within", "B": "search_vectors_b_within"}
_NEAREST_INSIDE = {"A": "search_vectors_a_inside", "B": "search_vectors_b_inside"}
_FORGET = {"A": "forget_vectors_a", "B": "forget_vectors_b"}
_DROP = {"A": "drop_vectors_a", "B": "drop_vectors_b"}
_CREATE = {"A": "create_vectors_a", "B": "create_vectors_b"}
_FOUND = ("id", "of", "kind", "start", "promptId", "responseId", "asked", "length")
_HNSW: Row = {"vector.similarity_function": "cosine"}

Scored = list[tuple[str, float]]
"""Ids of passages with their scores, best first."""


class Searches:
    """Passages, their words and their vectors, in one graph."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- what cannot be found yet ----------------------------------------------------------------

    async def read_unsearched(self, after: str, limit: int) -> tuple[str | None, list[str]]:
        """A page of all conversations from an id on: the last one's id, and those with what cannot be found yet."""
        (found,) = await self._database.run(query("read_unsearched"), after=after, limit=limit)
        return found["last"], found["ids"]

    async def read_unread(self, after: str, limit: int) -> tuple[str | None, list[str]]:
        """As `read_unsearched`, of sources."""
        (found,) = await self._database.run(query("read_unread"), after=after, limit=limit)
        return found["last"], found["ids"]

    async def read_unsearched_texts(self, conversation_id: str, limit: int) -> Row | None:
        """`{conversationId, ownerId, low, upto, texts, sourceIds}`: what comes next; None where all can be found."""
        rows = await self._database.run(query("read_unsearched_texts"), conversationId=conversation_id, limit=limit)
        return rows[0] if rows else None

    async def read_unsearched_contents(self, ids: Sequence[str]) -> dict[str, str]:
        """The texts of messages and summaries."""
        (found,) = await self._database.run(query("read_unsearched_contents"), batch={"ids": list(ids)})
        return {row["id"]: row["content"] for row in found["rows"]}

    async def read_unsearched_source(self, source_id: str) -> Row | None:
        """`{id, ownerId, text, searchedTo, createdAt}` of a source."""
        rows = await self._database.run(query("read_unsearched_source"), sourceId=source_id)
        return rows[0]["source"] if rows else None

    async def keep_passages(self, place: Row, rows: Sequence[Row]) -> None:
        """Keep passages of the `place` that `read_unsearched_texts` gave."""
        where = {"conversationId": place["conversationId"], "low": place["low"], "upto": place["upto"]}
        await self._write("keep_passages", **where, at=now_ms(), batch={"rows": list(rows)})

    async def keep_source_passages(self, source_id: str, low: int, upto: int, rows: Sequence[Row]) -> None:
        """Keep the passages of a source from one character to another."""
        where = {"sourceId": source_id, "low": low, "upto": upto}
        await self._write("keep_source_passages", **where, at=now_ms(), batch={"rows": list(rows)})

    # --- vectors ---------------------------------------------------------------------------------

    async def read_unembedded_owner(self, state: str, after: str) -> str | None:
        """The next owner with passages in a state."""
        rows = await self._database.run(query("read_unembedded_owner"), state=state, after=after)
        return rows[0]["ownerId"] if rows else None

    async def read_unembedded(self, state: str, owner: str, limit: int) -> list[Row]:
        """`{id, text}` of an owner's newest passages in a state."""
        rows = await self._database.run(query("read_unembedded"), state=state, ownerId=owner, limit=limit)
        return rows[0]["rows"]

    async def keep_vectors(self, slot: str, model: str, rows: Sequence[Row]) -> None:
        """Keep `{id, vector}` of passages in a slot."""
        await self._write("keep_vectors", model=model, property=f"vector{slot}", batch={"rows": list(rows)})

    async def read_slots(self) -> dict[str, Row]:
        """`{id, model, dimensions, isCurrent}` of each slot that was ever used."""
        (found,) = await self._database.run(query("read_slots"), slots=list(SLOTS))
        return {row["id"]: row for row in found["rows"]}

    async def keep_slot(self, slot: str, model: str, dimensions: int, *, is_current: bool) -> None:
        """Say what a slot holds; one that is current takes the place of the other."""
        others = [name for name in SLOTS if name != slot]
        said = {"model": model, "dimensions": dimensions, "isCurrent": is_current}
        await self._write("keep_slot", slot=slot, others=others, **said)

    async def forget_vectors(self, slot: str, after: str, limit: int) -> str | None:
        """Take the vectors of a slot off a page of passages; the last one's id."""
        rows = await self._database.run(query(_FORGET[slot]), after=after, limit=limit)
        return rows[0]["last"]

    async def create_vectors(self, slot: str, dimensions: int) -> None:
        """Make the index of a slot anew."""
        await self._database.execute(query(_DROP[slot]).text)
        options = {"indexConfig": {**_HNSW, "vector.dimensions": dimensions}}
        await self._database.execute(query(_CREATE[slot]).text, options=options)

    async def create_words(self, analyzer: str) -> None:
        """Make the index of words anew, with an analyzer."""
        await self._database.execute(query("drop_words").text)
        options = {"indexConfig": {"fulltext.analyzer": analyzer, "fulltext.eventually_consistent": True}}
        await self._database.execute(query("create_words").text, options=options)

    async def refresh_words(self) -> None:
        """Wait until the index of words has all that was written."""
        await self._database.run(query("refresh_words"))

    async def read_search_indexes(self) -> dict[str, Row]:
        """`{name, state, populationPercent, options}` of the indexes, by name."""
        return {row["name"]: row for row in await self._database.run(query("read_search_indexes"))}

    # --- what is found ---------------------------------------------------------------------------

    async def search_words(self, owner: str, words: str, limit: int) -> Scored:
        """The passages that a query of words finds."""
        return await self._scored("search_words", ownerId=owner, words=words, limit=limit)

    async def search_vectors(
        self, slot: str, owner: str, vector: Sequence[float], limit: int, within: Row | None = None
    ) -> Scored:
        """The passages nearest to a vector; `within` is `{conversationId, kinds, from, until}`, None for any
        conversation."""
        wanted = {"ownerId": owner, "vector": list(vector), "limit": limit}
        if within is None:
            return await self._scored(_NEAREST[slot], **wanted)
        statements = _NEAREST_WITHIN if within["conversationId"] is None else _NEAREST_INSIDE
        return await self._scored(statements[slot], **wanted, within=within)

    async def read_found(self, owner: str, ids: Sequence[str], wanted: Row) -> dict[str, Row]:
        """What each passage is of, where it is what the filter wants: see `read_found.cypher`."""
        (found,) = await self._owned("read_found", owner, ids, filter=wanted)
        return {row[0]: dict(zip(_FOUND, row, strict=True)) for row in found["rows"]}

    async def read_anchors(self, owner: str, branch_id: str, ids: Sequence[str]) -> dict[str, list[Row]]:
        """`{id, depth}` of the messages of the chat by which each of these is reached."""
        rows = await self._owned("read_anchors", owner, ids, branchId=branch_id)
        return {row["id"]: row["anchors"] for row in rows}

    async def read_reached(self, owner: str, branch_id: str, ids: Sequence[str], depth: int, most: int) -> set[str]:
        """Those of the messages that a branch's head reaches, none above a depth."""
        rows = await self._owned("read_reached", owner, ids, branchId=branch_id, depth=depth, most=most)
        return set(rows[0]["ids"]) if rows else set()

    async def read_passage_texts(self, owner: str, ids: Sequence[str]) -> dict[str, str]:
        """The texts of passages."""
        return {row["id"]: row["text"] for row in await self._owned("read_passage_texts", owner, ids)}

    async def read_answers_to(self, owner: str, ids: Sequence[str]) -> dict[str, str | None]:
        """The id of the newest response to each prompt."""
        return {row["id"]: row["responseId"] for row in await self._owned("read_answers_to", owner, ids)}

    async def read_before(self, owner: str, ids: Sequence[str], limit: int) -> dict[str, list[str]]:
        """The ids of the messages before each of these, nearest first."""
        return {row["id"]: row["ids"] for row in await self._owned("read_before", owner, ids, limit=limit)}

    async def read_next(self, owner: str, ids: Sequence[str]) -> dict[str, str]:
        """The id of the newest message after each of these that has one."""
        rows = await self._owned("read_next", owner, ids)
        return {row["id"]: row["nextId"] for row in rows if row["nextId"]}

    async def read_unfound_count(self, owner: str, states: Sequence[str], most: int) -> int:
        """How many of an owner's passages wait for a vector, up to a bound."""
        rows = await self._database.run(query("read_unfound_count"), ownerId=owner, states=list(states), most=most)
        return rows[0]["waiting"]

    async def _scored(self, name: str, **parameters: Any) -> Scored:
        (found,) = await self._database.run(query(name), **parameters)
        return [(id_, score) for id_, score in found["found"]]

    async def _owned(self, name: str, owner: str, ids: Sequence[str], **more: Any) -> list[Row]:
        return await self._database.run(query(name), ownerId=owner, batch={"ids": list(ids)}, **more)

    async def _write(self, name: str, **parameters: Any) -> None:
        await self._database.run(query(name), **parameters)
