"""Search: what an owner has written or was answered, found by words, by meaning, or by both.

Owns how many passages are looked at, what is filtered where, and what a page is. Both signals are asked at once. What
an index cannot filter by is looked at afterwards, and then more passages are asked for, up to a bound. Knows nothing
of GraphQL.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

from service.conversations.search.filters import Question, SearchFilter, SearchMode, looked_at, must, within
from service.conversations.search.fusing import Found, Ranked, SearchSignal, fuse
from service.conversations.search.queries import MOST_CHARACTERS, Sought, lucene, lucene_all, sought
from service.conversations.search.snippets import Snippet, snippet
from service.conversations.search.vectors import Vectors
from service.cursors import PageRequest, damaged_cursor, decode_cursor, encode_cursor
from service.errors import AntiphonError, InvalidInput, LimitExceeded
from service.graph.searches import Scored, Searches

Row = dict[str, Any]

LOOKED_AT = (100, 1_000, 4_000)
"""Passages that a signal is asked for: more where the first do not fill the page."""
FEW_WORDS, SOME_WORDS_COUNT = 3, 0.4
"""Of a question with more words than these, texts that have some of them count so much: it is asked for its meaning."""
AT_ONCE = 4
"""Searches of one owner at a time."""
MOST_SHOWN = 100
"""Hits of a page."""
MOST_REACHED = 200_000
"""Messages of a branch that are walked over."""
QUERY_CHARACTERS = 2_000
"""Characters of a question that its vector is made of."""
_KIND = "f"


@dataclass(frozen=True, slots=True)
class Hit:
    """What was found: the row of the passage that it is shown by, the answer beside it, and why."""

    found: Found
    row: Row
    snippet: Snippet
    response_id: str | None

    @property
    def signals(self) -> list[SearchSignal]:
        """What found it."""
        return list(self.found.passages)


@dataclass(frozen=True, slots=True)
class Hits:
    """A page of hits. `waiting` passages have no vector yet; `has_vectors` says whether any are searched."""

    rows: list[Hit]
    has_next: bool
    has_previous: bool
    first: int
    waiting: int
    has_vectors: bool

    def cursor(self, index: int) -> str:
        """The cursor of a hit: its place in the list, and itself."""
        return encode_cursor(_KIND, self.first + index, self.rows[index].found.key)


class Search:
    """Searches. What belongs to another owner is as if it were not there."""

    def __init__(self, searches: Searches, vectors: Vectors) -> None:
        self._searches = searches
        self._vectors = vectors
        self._turns: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self.prepare: Callable[[], Awaitable[None]] | None = None
        """What is done before the first search: of a service for one command, for it has no time to do it before."""

    @property
    def wants_vectors(self) -> bool:
        """Whether meaning is to be searched."""
        return self._vectors.are_wanted

    async def search(self, owner: str, question: Question, page: PageRequest) -> Hits:
        """A page of what is found. Raises `InvalidInput`, `LimitExceeded`."""
        looked_for = _checked(question, page)
        place = _place(page)
        if self.prepare is not None:
            prepare, self.prepare = self.prepare, None
            await prepare()
        async with self._turn(owner):
            vector = await self._vector(question)
            hits = await self._found(owner, question, looked_for, vector, place[0] + page.limit + 1)
        begin = _begin(hits, place)
        shown = hits[begin : begin + page.limit]
        rows, waiting = await asyncio.gather(self._shown(owner, shown, looked_for), self._vectors.waiting(owner))
        has_vectors = vector is not None or (question.mode is SearchMode.FULL_TEXT and self._vectors.shown is not None)
        return Hits(rows, len(hits) > begin + len(shown), begin > 0, begin, waiting, has_vectors)

    @asynccontextmanager
    async def _turn(self, owner: str) -> AsyncGenerator[None]:
        """An owner searches so often at once; who asks for more waits, and nobody else does."""
        turns = self._turns.get(owner)
        if turns is None:
            turns = self._turns[owner] = asyncio.Semaphore(AT_ONCE)
        async with turns:
            yield

    async def around(self, owner: str, turns: Sequence[tuple[str, ...]], most: int) -> list[list[str]]:
        """The ids of the messages around each turn (a prompt, and its response) on its path, oldest first.

        So many before and after it; where the path forks after it, the newest way.
        """
        firsts, lasts = {turn[0] for turn in turns}, {turn[-1] for turn in turns}
        before = await self._searches.read_before(owner, list(firsts), most)
        after: dict[str, list[str]] = {last: [] for last in lasts}
        for _ in range(most):
            ends = {last: (ids or [last])[-1] for last, ids in after.items()}
            found = await self._searches.read_next(owner, list(set(ends.values())))
            if not found:
                break
            for last, end in ends.items():
                after[last] += [found[end]] if end in found else []
        return [[*reversed(before.get(turn[0], [])), *turn, *after[turn[-1]]] for turn in turns]

    async def _found(
        self,
        owner: str,
        question: Question,
        looked_for: Sequence[Sought],
        vector: list[float] | None,
        wanted: int,
    ) -> list[Found]:
        """The hits, best first: as many as are wanted, where there are so many."""
        hits: list[Found] = []
        for limit in LOOKED_AT:
            lists = await self._ranked(owner, question, looked_for, vector, limit)
            ids = list(dict.fromkeys(id_ for *_, ranked in lists for id_ in ranked))
            rows = await self._searches.read_found(owner, ids, looked_at(question.filter)) if ids else {}
            if question.filter.branch_id and rows:
                rows = await self._reached(owner, question.filter.branch_id, rows)
            hits = fuse(lists, rows)
            if len(hits) >= wanted or all(len(ranked) < limit for *_, ranked in lists):
                break
        return hits

    async def _ranked(
        self, owner: str, question: Question, looked_for: Sequence[Sought], vector: list[float] | None, limit: int
    ) -> list[Ranked]:
        work: list[tuple[SearchSignal, float, Coroutine[Any, Any, Scored]]] = []
        if question.mode is not SearchMode.VECTOR:
            some = 1.0 if len(looked_for) <= FEW_WORDS else SOME_WORDS_COUNT
            for weight, clause in ((some, lucene), (1.0, lucene_all)):
                words = f"{must(owner, question.filter)} +({clause(looked_for)})"
                work.append((SearchSignal.FULL_TEXT, weight, self._searches.search_words(owner, words, limit)))
        if vector is not None:
            work.append((SearchSignal.VECTOR, 1.0, self._nearest(owner, question.filter, vector, limit)))
        found = await asyncio.gather(*(search for *_, search in work))
        return [
            (signal, weight, [id_ for id_, _ in scored])
            for (signal, weight, _), scored in zip(work, found, strict=True)
        ]

    async def _vector(self, question: Question) -> list[float] | None:
        shown = self._vectors.shown
        if question.mode is SearchMode.FULL_TEXT or shown is None or not question.text.strip():
            return None
        try:
            (vector,) = await shown.embedder.embed([question.text[:QUERY_CHARACTERS]], query=True)
        except AntiphonError:
            if question.mode is SearchMode.VECTOR:
                raise
            return None
        return vector if len(vector) == shown.dimensions else None

    async def _nearest(self, owner: str, wanted: SearchFilter, vector: list[float], limit: int) -> Scored:
        shown = self._vectors.shown
        assert shown is not None
        parts = within(wanted)
        near = self._searches.search_vectors
        found = await asyncio.gather(*(near(shown.slot, owner, vector, limit, part) for part in parts))
        scored = sorted((it for part in found for it in part if it[1] >= shown.least_score), key=lambda it: -it[1])
        return scored[:limit]

    async def _reached(self, owner: str, branch_id: str, rows: dict[str, Row]) -> dict[str, Row]:
        """Those that the head of a branch reaches."""
        ids = list({row["of"] for row in rows.values()})
        anchors = await self._searches.read_anchors(owner, branch_id, ids)
        known = {anchor["id"]: anchor["depth"] for some in anchors.values() for anchor in some}
        if not known:
            return {}
        depth = min(known.values())
        reached = await self._searches.read_reached(owner, branch_id, list(known), depth, MOST_REACHED)
        good = {id_ for id_, some in anchors.items() if any(anchor["id"] in reached for anchor in some)}
        return {id_: row for id_, row in rows.items() if row["of"] in good}

    async def _shown(self, owner: str, shown: Sequence[Found], looked_for: Sequence[Sought]) -> list[Hit]:
        best = [_best(hit) for hit in shown]
        asked = [hit.row["promptId"] for hit in shown if hit.row["promptId"] and hit.response_id is None]
        texts, answers = await asyncio.gather(
            self._searches.read_passage_texts(owner, [row["id"] for row in best]),
            self._searches.read_answers_to(owner, asked),
        )
        return [
            Hit(hit, row, snippet(texts.get(row["id"], ""), row["start"], looked_for), _answer(hit, answers))
            for hit, row in zip(shown, best, strict=True)
        ]


def _answer(hit: Found, answers: Mapping[str, str | None]) -> str | None:
    return hit.response_id or answers.get(hit.key)


def _best(hit: Found) -> Row:
    """The passage that a hit is shown by: that of its words, for there is something to mark."""
    return hit.passages.get(SearchSignal.FULL_TEXT) or next(iter(hit.passages.values()))


def _checked(question: Question, page: PageRequest) -> tuple[Sought, ...]:
    if len(question.text) > MOST_CHARACTERS:
        raise InvalidInput(
            f"A question has {MOST_CHARACTERS:,} characters at most; this one has {len(question.text):,}.",
            field="query",
            remedy="Search for its rarest words.",
        )
    if page.backward:
        raise InvalidInput("Hits are listed from the best one on.", field="last", remedy="Use `first` and `after`.")
    if page.limit > MOST_SHOWN:
        raise LimitExceeded(f"A page of hits has {MOST_SHOWN} at most.", field="first", remedy="Ask for fewer.")
    looked_for = sought(question.text)
    if not looked_for:
        raise InvalidInput("There is no word in this question.", field="query", remedy="Type a letter or a digit.")
    return looked_for


def _place(page: PageRequest) -> tuple[int, str]:
    """Where a page begins: after a number of hits, the last of which is named."""
    if page.after is None:
        return 0, ""
    parts = decode_cursor(_KIND, page.after)
    if [type(part) for part in parts] != [int, str] or not 0 <= parts[0] <= LOOKED_AT[-1] * 2:
        raise damaged_cursor()
    return parts[0] + 1, parts[1]


def _begin(hits: Sequence[Found], place: tuple[int, str]) -> int:
    """Where the page begins now: after the hit that the cursor names, also where others came before it meanwhile."""
    number, key = place
    if not key:
        return 0
    return next((at + 1 for at, hit in enumerate(hits) if hit.key == key), min(number, len(hits)))
