"""Putting conversations back from a file of our own format: what the other wings call.

Owns what becomes of each conversation of a file: it is new here, it is there already, or it is refused and nothing of
it is kept. A file that ends in the middle is gone on with when it is given again.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from typing import Any

from service.clock import now_ms
from service.conversations.transfer.graphfile.arriving import Arriving
from service.conversations.transfer.graphfile.items import OWN, Row, Tie
from service.conversations.transfer.graphfile.naming import Names, other_id
from service.conversations.transfer.graphfile.refusing import (
    LONGEST_LINE,
    Refused,
    check_header,
    count_of,
    node_of,
    parsed,
    place_of,
    tie_of,
)
from service.conversations.transfer.graphfile.reports import GraphReport, Problem
from service.conversations.transfer.graphfile.together import Held, Together, put_together
from service.errors import InvalidInput
from service.graph.deliveries import Deliveries

OLD_SECONDS = 24 * 3600
_MOST_NUMBERS = 50
_MOST_IDS = 1000


async def import_graph(deliveries: Deliveries, owner: str, lines: AsyncIterable[bytes]) -> GraphReport:
    """Put the conversations of a file back, as the owner's. Raises `InvalidInput` where it is no such file at all."""
    work = _Import(deliveries, owner)
    async for line in lines:
        if line.strip():
            await work.take(line)
    return await work.end()


async def split_lines(chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """The lines of a stream of bytes. A line that is too long to be one comes in part, and is refused then."""
    rest = bytearray()
    async for chunk in chunks:
        *whole, last = chunk.split(b"\n")
        for line in whole:
            rest += line
            yield bytes(rest)
            rest.clear()
        if len(rest) <= LONGEST_LINE:
            rest += last
    if rest:
        yield bytes(rest)


async def sweep_deliveries(deliveries: Deliveries, seconds: float = OLD_SECONDS) -> None:
    """Delete what arrived in part and was not gone on with for so long; show what had arrived in whole."""
    before = now_ms() - round(seconds * 1000)
    while rows := await deliveries.read_old_deliveries(before):
        for row in rows:
            if not row["isLanding"]:
                await deliveries.erase_delivery(row["id"])
                continue
            for kind in OWN[1:]:
                await deliveries.land_nodes(row["id"], kind)
            await deliveries.land_conversation(row["id"])


class _Import:
    def __init__(self, deliveries: Deliveries, owner: str) -> None:
        self._deliveries, self._owner = deliveries, owner
        self.report = GraphReport()
        self._numbers: dict[str, int] = {}
        self._id: str | None = None
        self._arriving: Arriving | None = None
        self._together = Together()
        self._seen = 0
        self._is_over = self._is_whole = False

    async def take(self, line: bytes) -> None:
        """Take the next line."""
        self.report.lines += 1
        try:
            said = parsed(line)
            if self.report.lines == 1:
                check_header(said)
            elif self._is_over:
                raise Refused("There is more after the last line.", "Give one file at a time.")
            else:
                await self._take(line, said)
        except Refused as refused:
            if self.report.lines == 1:
                raise InvalidInput(refused.sentence, field="file", remedy=refused.remedy) from refused
            await self._refuse(refused)

    async def _take(self, line: bytes, said: Row) -> None:
        what = next(iter(said), None)
        if len(said) != 1 or what not in ("conversation", "node", "relationship", "whole", "end"):
            raise Refused("A line has one of: conversation, node, relationship, whole, end.")
        value: Any = said[what]
        if what == "conversation":
            await self._begin(place_of(value, what))
        elif what == "whole":
            await self._whole(place_of(value, what), (count_of(value, "nodes"), count_of(value, "relationships")))
        elif what == "end":
            await self._broken_off()
            self._is_over = True
            if count_of(value, "conversations") != self._seen:
                raise Refused(f"The file says that it holds another number of conversations than {self._seen}.")
            self._is_whole = True
        elif self._arriving is not None:
            item = node_of(value) if what == "node" else tie_of(value)
            await self._arriving.take(self.report.lines, line, item)
        elif self._id is None:
            raise Refused("A node or relationship stands outside of a conversation.")

    async def _begin(self, id_: str) -> None:
        await self._broken_off()
        if self._together.has(id_):
            await self._put_held()
        self._id = id_
        for number in range(_MOST_NUMBERS):
            other = other_id(self._owner, id_, number)
            place = await self._deliveries.read_delivery_place(self._owner, other)
            if place["isThere"]:
                self._keep(id_, other, number)
                self.report.there += 1
                return
            if not place["isTaken"]:
                await self._open(id_, other, number, place["delivery"])
                return
        raise Refused("The id of the conversation is taken, and so are others in its place.")

    def _keep(self, id_: str, other: str, number: int) -> None:
        if number:
            self._numbers[id_] = number
        if len(self.report.ids) < _MOST_IDS:
            self.report.ids[id_] = other

    async def _open(self, id_: str, other: str, number: int, begun: Row | None) -> None:
        usable = begun if begun and begun["line"] >= 0 else None
        names = Names(self._owner, id_, number)
        self._arriving = Arriving(self._deliveries, names, (id_, other), usable)
        self._number = number

    async def _whole(self, id_: str, counts: tuple[int, int]) -> None:
        if id_ != self._id:
            raise Refused("A conversation ends that is not the one that began.")
        self._seen += 1
        if (arriving := self._arriving) is not None:
            arriving.check_counts(counts)
            if not self._together.may_hold(arriving):
                await self._put_held()
            if self._together.may_hold(arriving):
                self._together.hold(Held(arriving, self._number, self.report.lines))
                self._arriving = None
                if self._together.is_full:
                    await self._put_held()
            else:
                await self._show(arriving, self._number, await arriving.end())
                self._arriving = None
        self._id = None

    async def _put_held(self) -> None:
        """Put those into the graph that are held back."""
        held, self._together = self._together.held, Together()
        are_there = len(held) > 1 and await put_together(self._deliveries, self._owner, [one.arriving for one in held])
        for one in held:
            try:
                settled = 0 if are_there else await one.arriving.end()
            except Refused as refused:
                await self._give_up(one.arriving, refused, one.line)
            else:
                await self._show(one.arriving, one.number, settled, is_there=are_there)

    async def _show(self, arriving: Arriving, number: int, settled: int, *, is_there: bool = False) -> None:
        """Show a conversation with its links, and tell of it."""
        left = await arriving.show([self._link(arriving, tie) for tie in await arriving.links()], is_there=is_there)
        self._keep(arriving.file_id, arriving.id, number)
        self.report.conversations += 1
        self.report.renamed += bool(number)
        self.report.messages += arriving.messages
        self.report.nodes += arriving.nodes
        self.report.relationships += arriving.relationships - left
        self.report.left_links += left
        self.report.cancelled_tasks += settled

    def _link(self, arriving: Arriving, tie: Tie) -> Row:
        """A tie to another conversation: each end has its id by the rules of the one or of the other."""
        number = self._numbers.get(tie.across or "", 0)
        ids = {
            name: [arriving.names.of(end.id), other_id(self._owner, end.id, number)]
            for name, end in (("fromIds", tie.start), ("toIds", tie.end))
        }
        return {"type": tie.type, **ids, "properties": arriving.names.said(tie.properties)}

    async def _refuse(self, refused: Refused) -> None:
        """Nothing of the conversation is kept; the file goes on with the next one."""
        if self._arriving is not None:
            await self._give_up(self._arriving, refused, self.report.lines)
            self._arriving = None
        else:
            self.report.tell(Problem(self.report.lines, refused.sentence, refused.remedy, self._id))

    async def _give_up(self, arriving: Arriving, refused: Refused, line: int) -> None:
        self.report.tell(Problem(line, refused.sentence, refused.remedy, arriving.file_id))
        await arriving.give_up()
        self.report.refused += 1

    async def _broken_off(self) -> None:
        if self._id is not None:
            await self._refuse(Refused("The conversation breaks off: the line `whole` is missing."))
        self._id = None

    async def end(self) -> GraphReport:
        """The file is over."""
        await self._put_held()
        report = self.report
        if not report.lines:
            raise InvalidInput("The file is empty.", field="file", remedy="Give a file that was exported.")
        if not self._is_over:
            where = f"in the conversation {self._id}" if self._id else "between two conversations"
            said = f"The file breaks off {where}: its last line is missing."
            # What has come of that conversation waits: the whole file goes on there.
            report.tell(Problem(report.lines, said, "Give the whole file again: it is gone on with.", self._id))
        report.is_whole = self._is_whole and not report.refused
        return report
