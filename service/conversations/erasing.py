"""Erasing: what was deleted goes for good, a piece at a time, by whichever service finds it.

Owns the order of the steps, and that what was begun is gone on with. What was deleted has lost its label before this:
nobody finds it any more. What a step deletes is in its statement, which looks again with every piece.
"""

from __future__ import annotations

import asyncio
import logging

from service.conversations.resting import Resting
from service.conversations.sweeping import sweep_on
from service.errors import AntiphonError
from service.graph.erasures import CLEARING, HIDING, Erasures, Row
from service.records import new_id

SWEEP_SECONDS = 60.0
AT_ONCE = 100

_log = logging.getLogger(__name__)


class Eraser:
    """Deletes what is left of deleted things, in pieces, again and again until nothing is."""

    def __init__(self, erasures: Erasures) -> None:
        self._erasures = erasures
        self._wanted = asyncio.Event()

    def wake(self) -> None:
        """There is something to delete."""
        self._wanted.set()

    async def run(self) -> None:
        """Go on with what is there, then wait for more: also for what another service left half-done."""
        await sweep_on("Erasing what was deleted", self._sweep_all, SWEEP_SECONDS, self._wanted)

    async def _sweep_all(self) -> None:
        # An owner's ends after those of the conversations.
        while await self.sweep():
            pass

    async def sweep(self) -> int:
        """Delete all that is to be deleted; how many erasures came to their end."""
        ended, after = 0, ""
        while rows := await self._erasures.read_running_erasures(after, AT_ONCE):
            after = rows[-1]["id"]
            ended += await self._erase(rows)
        return ended

    async def hide(self, erasure: Row) -> None:
        """Take from readers all that goes with a conversation: once this returns, none of it is found."""
        for step in HIDING:
            while await self._erasures.step(step, erasure["id"]):
                pass

    async def spread(self, erasure: Row) -> None:
        """Take from readers all that goes with a message or a source: once this returns, none of it is found."""
        resting = Resting(self._erasures, joins=bool(erasure["joins"]), receipt=erasure["id"])
        await resting.resume(await self._erasures.read_erasable(erasure["ownerId"], erasure["subjectId"]))
        await resting.look()

    async def clear_owner(self, erasure: Row) -> None:
        """Take from readers all that an owner has."""
        owner = erasure["ownerId"]
        while ids := await self._erasures.read_owned_conversations(owner):
            about = {"ownerId": owner, "requestedBy": erasure["requestedBy"], "partOf": erasure["id"]}
            none = {"idempotencyKey": None, "requestHash": None, "idleSince": None, "keepDays": None}
            rows = [about | none | {"erasureId": new_id(), "conversationId": id} for id in ids]
            for begun in await self._erasures.delete_conversations(rows):
                await self.hide(begun)
        while await self._erasures.step("erase_owned", erasure["id"]):
            pass

    async def _erase(self, rows: list[Row]) -> int:
        """A piece of each in turn: a large one does not keep a small one waiting."""
        ended, left = 0, [(row, 0) for row in rows]
        while left:
            again: list[tuple[Row, int]] = []
            for row, step in left:
                after = await self._piece(row, step)
                if after is None:
                    ended += 1
                elif after >= 0:
                    again.append((row, after))
            left = again
        return ended

    async def _piece(self, row: Row, step: int) -> int | None:
        """Do a piece of a step: the step to do next; None at the end, -1 where it has to be tried again later."""
        steps = (*HIDING, *CLEARING)
        try:
            if step == 0 and row["kind"] in ("MESSAGE", "SOURCE", "DOCUMENT"):
                await self.spread(row)
            if row["kind"] == "OWNER":
                await self.clear_owner(row)
                return None if await self._erasures.end_owner_erasure(row["id"]) else -1
            if step == len(steps):
                return None if await self._erasures.end_erasure(row["id"]) else -1
            return step if await self._erasures.step(steps[step], row["id"]) else step + 1
        except AntiphonError as error:
            _log.warning("Something deleted was not erased yet; it is tried again later: %s", error)
            return -1
