"""Which of an owner's conversations changed, after a cursor: each with its newest number, at least once.

A statement marks its conversation with the moment at which it began, by the clock of the graph, and is committed a
while later. So what is older than a look by as long as a statement may take is looked at again. A cursor says when a
look began and how far it has come: the next one goes on there, and then looks again. Knows nothing of GraphQL.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from service.conversations.bells import Bells, rung
from service.conversations.heads import until_there
from service.cursors import damaged_cursor, decode_cursor, encode_cursor
from service.errors import InvalidInput, Lagged
from service.graph.changes import ChangeReads

Row = dict[str, Any]

OVERLAP = 2
"""Times what a statement may take: what is written waits for locks and is applied in that time, too."""
PAGE = 200
MOST_TOLD = 10_000
"""Conversations that one owner may change within the overlap, for those who follow them all."""
AGAIN_SECONDS = 5.0
"""How often is looked again for what was committed late, as long as there may be any."""
IDLE_SECONDS = 60.0
SOON_MS = 2_000
"""Hardly anything is committed later than this after its mark."""
_KIND = "n"
_Read = Callable[[int, str], Awaitable[tuple[int, list[Row]]]]
_END_OF_TIME = 253402300800000


@dataclass(frozen=True, slots=True)
class Place:
    """All that was there at `since` is known (ms, the graph's clock), up to the one of this moment and id."""

    since: int
    at: int
    id: str = ""

    def cursor(self) -> str:
        """The place as clients have it."""
        return encode_cursor(_KIND, self.since, self.at, self.id)


class News:
    """The source of `conversationsChanged`. `overlap` (s) is longer than any statement may take."""

    def __init__(self, reads: ChangeReads, bells: Bells, overlap: float, *, most: int = MOST_TOLD) -> None:
        self._reads = reads
        self._bells = bells
        self._overlap, self._most = int(overlap * 1000), most

    async def now(self, owner: str) -> str:
        """The cursor of who has just read all that there is."""
        now = await self._reads.read_clock(owner)
        return Place(now, now).cursor()

    async def changed(self, owner: str, after: str) -> AsyncIterator[Row]:
        """Rows of conversations with `seq`, `changedAt` and the `cursor` to come back with; does not end.

        Raises `InvalidInput` for a cursor that is none, `Lagged` where too many change at once.
        """
        place = await self._place(owner, after)
        following = _Following(partial(self._reads.read_changed_conversations, owner, limit=PAGE), place, self._overlap)
        with self._bells.listen(owner, place.at) as bell:
            while True:
                ringing = bell.next()
                async for row in following.look():
                    self._check_told(following.told)
                    yield row
                await rung(ringing, following.pause)

    async def _place(self, owner: str, after: str) -> Place:
        parts = decode_cursor(_KIND, after)
        if [type(part) for part in parts] != [int, int, str] or not all(0 <= it < _END_OF_TIME for it in parts[:2]):
            raise damaged_cursor()
        place, now = Place(*parts), await until_there(partial(self._reads.read_clock, owner))
        if max(place.since, place.at) > now + self._overlap:
            raise InvalidInput(
                "This cursor is ahead of the graph's clock: the clock was set back, or the graph was replaced.",
                field="after",
                remedy="Read what you show again, and go on from `viewer { conversationsCursor }`.",
            )
        return Place(min(place.since, now), min(place.at, now), place.id if place.at <= now else "")

    def _check_told(self, told: int) -> None:
        if told > self._most:
            raise Lagged(
                f"More than {self._most:,} of your conversations change at once.",
                remedy="Read `viewer { conversationsCursor conversations { … } }` again, and go on from there.",
            )


class _Following:
    """How far one reader is, and what it was told of that may be found again."""

    def __init__(self, read: _Read, place: Place, overlap: int) -> None:
        self._read, self._overlap = read, overlap
        self._first: Place | None = place
        self._since, self._newest, self._now = place.since, place.at, place.at
        self._whole_at: float | None = None
        self._told: dict[str, tuple[int, int]] = {}

    @property
    def told(self) -> int:
        """How many conversations are kept in mind."""
        return len(self._told)

    @property
    def pause(self) -> float:
        """How long nothing needs to be looked for, unless a bell rings (s)."""
        if self._whole_at is None:
            return 0.0
        return AGAIN_SECONDS if self._now - self._newest < self._overlap else IDLE_SECONDS

    async def look(self) -> AsyncIterator[Row]:
        """What has changed: on from the cursor first; then all that may have been committed late, or what is new."""
        begun = time.monotonic()
        first, self._first = self._first, None
        is_whole = first is None and (self._whole_at is None or begun - self._whole_at >= AGAIN_SECONDS)
        low = self._since - self._overlap
        start = first or Place(0, max(low if is_whole else max(low, self._newest - SOON_MS), 0))
        now = 0
        async for then, rows in self._pages(start):
            now = now or then
            for row in rows:
                if self._is_new(row, now):
                    since = now if is_whole else self._since
                    yield row | {"cursor": Place(since, row["changedAt"], row["id"]).cursor()}
        self._now = now
        if is_whole:
            self._whole_at, self._since = begun, now
            oldest = now - 2 * self._overlap
            self._told = {id: it for id, it in self._told.items() if it[1] >= oldest}

    async def _pages(self, start: Place) -> AsyncIterator[tuple[int, list[Row]]]:
        """What comes after a place, and what the clock said with it."""
        at, id_ = start.at, start.id
        while True:
            now, rows = await until_there(partial(self._read, at, id_))
            yield now, rows
            if len(rows) < PAGE:
                return
            at, id_ = rows[-1]["changedAt"], rows[-1]["id"]

    def _is_new(self, row: Row, now: int) -> bool:
        self._newest = max(self._newest, row["changedAt"])
        known = self._told.get(row["id"])
        if known and known[0] == row["seq"]:
            return False
        if row["changedAt"] >= now - 2 * self._overlap:
            self._told[row["id"]] = row["seq"], row["changedAt"]
        return True
