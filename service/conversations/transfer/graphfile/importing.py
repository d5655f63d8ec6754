"""Putting conversations back from a file of our own format: what the other wings call.

Owns what becomes of each conversation of a file: it is new here, it is there already, or it is refused and nothing of
it is kept. A file that ends in the middle is gone on with when it is given again.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from typing import Any

from service.clock import now_ms
from service.conversations.transfer.graphfile.arriving import Arriving
from service.conversations.transfer.graphfile.items import OWN, Node, Row, Tie
from service.conversations.transfer.graphfile.naming import Names, other_id
from service.conversations.transfer.graphfile.plans_arriving import OwnersPlans
from service.conversations.transfer.graphfile.refusing import (
    LONGEST_LINE,
    Refused,
    check_header,
    count_of,
    counts_of,
    node_of,
    parsed,
    place_of,
    tie_of,
)
from service.conversations.transfer.graphfile.reports import Came, GraphReport, Problem
from service.conversations.transfer.graphfile.together import Held, Together, put_together
from service.errors import InvalidInput
from service.graph.deliveries import Deliveries

OLD_SECONDS = 24 * 3600
_LINES = ("conversation", "node", "relationship", "whole", "strategies", "end")
_MOST_NUMBERS = 50
_MOST_IDS = 1000


async def import_graph(
    deliveries: Deliveries,
    owner: str,
    lines: AsyncIterable[bytes],
    *,
    import_id: str | None = None,
    report: GraphReport | None = None,
) -> GraphReport:
    """Put the conversations of a file back, as the owner's. Raises `InvalidInput` where it is no such file at all.

    What the import `import_id` brought before it was interrupted counts as brought. `report` grows while it goes on.
    """
    work = _Import(deliveries, owner, import_id, report or GraphReport())
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
            await deliveries.land_strategies(row["id"])
            await deliveries.land_conversation(row["id"])


class _Import:
    def __init__(self, deliveries: Deliveries, owner: str, import_id: str | None, report: GraphReport) -> None:
        self._deliveries, self._owner, self._import_id = deliveries, owner, import_id
        self.report = report
        self._numbers: dict[str, int] = {}
        self._id: str | None = None
        self._arriving: Arriving | None = None
        self._together = Together()
        self._came: Came | None = None
        self._left_links = 0
        """Of a conversation that this import brought before."""
        self._brought: set[str] = set()
        """The ids here of the conversations and kept plans that are counted as brought."""
        self._plans: OwnersPlans | None = None
        self._in_plans = False
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
        if len(said) != 1 or what not in _LINES:
            raise Refused(f"A line has one of: {', '.join(_LINES)}.")
        value: Any = said[what]
        if what == "conversation":
            await self._begin(place_of(value, what))
        elif what == "strategies":
            await self._begin_plans()
        elif what == "whole" and self._in_plans:
            await self._whole_plans(counts_of(value))
        elif what == "whole":
            await self._whole(place_of(value, what), counts_of(value))
        elif what == "end":
            await self._broken_off()
            self._is_over = True
            if count_of(value, "conversations") != self._seen:
                raise Refused(f"The file says that it holds another number of conversations than {self._seen}.")
            self._is_whole = True
        elif self._id is None and not self._in_plans:
            raise Refused("A node or relationship stands outside of a conversation.")
        elif self._came is not None or self._plans is not None:
            await self._item(line, node_of(value) if what == "node" else tie_of(value))

    async def _item(self, line: bytes, item: Node | Tie) -> None:
        if self._plans is not None:
            await self._plans.take(item)
        if self._came is not None:
            self._came.add(item)
        if self._arriving is not None:
            await self._arriving.take(self.report.lines, line, item)

    async def _begin(self, id_: str) -> None:
        await self._broken_off()
        if self._together.has(id_):
            await self._put_held()
        self._id = id_
        for number in range(_MOST_NUMBERS):
            other = other_id(self._owner, id_, number)
            place = await self._deliveries.read_delivery_place(self._owner, other, self._import_id)
            if place["isThere"]:
                self._keep(id_, other, number)
                if place["leftLinks"] is None or other in self._brought:
                    self.report.there += 1
                else:
                    self._came, self._left_links, self._number = Came(), place["leftLinks"], number
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
        self._arriving = Arriving(self._deliveries, names, (id_, other), usable, self._import_id)
        self._came, self._number = Came(), number

    async def _whole(self, id_: str, counts: tuple[int, int]) -> None:
        if id_ != self._id:
            raise Refused("A conversation ends that is not the one that began.")
        self._seen += 1
        came, arriving = self._came, self._arriving
        if arriving is not None and came is not None:
            arriving.check(counts, (came.nodes, came.relationships))
            await self._take_whole(Held(arriving, came, self._number, self.report.lines))
        elif came is not None:
            self._count(came, id_, self._number, self._left_links)
        self._id = self._came = self._arriving = None

    async def _take_whole(self, one: Held) -> None:
        """Put a conversation into the graph, or hold it back to put it there with others."""
        is_simple = one.arriving.is_simple
        if not is_simple or self._together.shares_ids(one.arriving):
            await self._put_held()
        if is_simple:
            self._together.hold(one)
            if self._together.is_full:
                await self._put_held()
        else:
            await one.arriving.end()
            await self._show(one)

    async def _begin_plans(self) -> None:
        await self._broken_off()
        await self._put_held()
        self._in_plans = True
        self._plans = OwnersPlans(self._deliveries, self._owner, self._import_id)
        await self._plans.begin()

    async def _whole_plans(self, counts: tuple[int, int]) -> None:
        if self._plans is not None:
            new, there = await self._plans.end(counts, self._brought)
            self.report.plans += new
            self.report.plans_there += there
        self._plans, self._in_plans = None, False

    async def _put_held(self) -> None:
        held, self._together = self._together.held, Together()
        group = [one.arriving for one in held]
        if len(held) > 1 and await put_together(self._deliveries, self._import_id, group):
            for one in held:
                self._keep(one.arriving.file_id, one.arriving.id, one.number)
                self._count(one.came, one.arriving.file_id, one.number, 0)
            return
        for one in held:
            try:
                await one.arriving.end()
            except Refused as refused:
                await self._give_up(one.arriving, refused, one.line)
            else:
                await self._show(one)

    async def _show(self, one: Held) -> None:
        """Show a conversation with its links, and tell of it."""
        arriving = one.arriving
        left = await arriving.show([self._link(arriving, tie) for tie in await arriving.links()])
        self._brought |= arriving.landed_plans
        self._keep(arriving.file_id, arriving.id, one.number)
        self._count(one.came, arriving.file_id, one.number, left)

    def _count(self, came: Came, id_: str, number: int, left_links: int) -> None:
        self.report.count(came, left_links, is_renamed=bool(number))
        self._brought.add(other_id(self._owner, id_, number))

    def _link(self, arriving: Arriving, tie: Tie) -> Row:
        """A tie to another conversation: each end has its id by the rules of the one or of the other."""
        number = self._numbers.get(tie.across or "", 0)
        ids = {
            name: [arriving.names.of(end.id), other_id(self._owner, end.id, number)]
            for name, end in (("fromIds", tie.start), ("toIds", tie.end))
        }
        return {"type": tie.type, **ids, "properties": arriving.names.said(tie.properties)}

    async def _refuse(self, refused: Refused) -> None:
        """Nothing of the conversation, or of the kept plans, is kept; the file goes on with the next one."""
        if self._arriving is not None:
            await self._give_up(self._arriving, refused, self.report.lines)
            self._arriving = self._came = None
            return
        self.report.tell(Problem(self.report.lines, refused.sentence, refused.remedy, self._id))
        if self._plans is not None:
            await self._plans.give_up()
            self._plans = None
            self.report.are_plans_refused = True

    async def _give_up(self, arriving: Arriving, refused: Refused, line: int) -> None:
        self.report.tell(Problem(line, refused.sentence, refused.remedy, arriving.file_id))
        await arriving.give_up()
        self.report.refused += 1

    async def _broken_off(self) -> None:
        if self._in_plans or self._id is not None:
            what = "The kept plans break" if self._in_plans else "The conversation breaks"
            await self._refuse(Refused(f"{what} off: the line `whole` is missing."))
        self._id = self._came = None
        self._in_plans = False

    async def end(self) -> GraphReport:
        """The file is over."""
        await self._put_held()
        report = self.report
        if not report.lines:
            raise InvalidInput("The file is empty.", field="file", remedy="Give a file that was exported.")
        if not self._is_over:
            where = f"in the conversation {self._id}" if self._id else "between two conversations"
            where = "in the kept plans" if self._in_plans else where
            said = f"The file breaks off {where}: its last line is missing."
            # What has come of that conversation waits: the whole file goes on there.
            report.tell(Problem(report.lines, said, "Give the whole file again: it is gone on with.", self._id))
        if self._plans is not None:
            await self._plans.give_up()
        report.is_whole = self._is_whole and not report.refused and not report.are_plans_refused
        return report
