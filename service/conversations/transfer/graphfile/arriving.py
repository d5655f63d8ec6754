"""One conversation on its way out of a file: rows gather, and are written together, hidden until all have come.

Owns what a piece is, and how far a conversation has arrived: the same file goes on from there. Knows nothing of lines
but their number and bytes.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from service.clock import now_ms
from service.conversations.transfer.graphfile.items import OWN, SHARED, End, Node, Row, Tie
from service.conversations.transfer.graphfile.naming import Names
from service.conversations.transfer.graphfile.plans import STRATEGY
from service.conversations.transfer.graphfile.plans_arriving import PlansArriving
from service.conversations.transfer.graphfile.refusing import Refused
from service.conversations.transfer.graphfile.reports import MESSAGES
from service.graph.deliveries import Deliveries
from service.graph.model import kinds
from service.graph.moments import moment_of
from service.graph.writer import weigh
from service.records import new_id, template_id

ROWS = 2000
WEIGHT = 4_000_000
MOST_LINKS = 100_000


class Arriving:
    """A conversation that arrives. `begun` is how far it had come before, and the hash of what had."""

    def __init__(
        self,
        deliveries: Deliveries,
        owner: str,
        names: Names,
        file_id: str,
        begun: Row | None,
        import_id: str | None,
    ) -> None:
        self._deliveries, self._owner, self.names = deliveries, owner, names
        self._file_id, self._import_id = file_id, import_id
        self.delivery_id: str = begun["id"] if begun else new_id()
        self._until: int = begun["line"] if begun else 0
        self._until_sha256: str = begun["sha256"] if begun else ""
        self.is_landing = bool(begun and begun["isLanding"])
        self._sha256 = sha256()
        self._line = self._written = self._seq = 0
        self._places: dict[End, str] = {}
        self._nodes: list[tuple[str, Node]] = []
        self._ties: list[tuple[int, Tie]] = []
        self._shared: dict[str, list[Node]] = {}
        self._plans = PlansArriving(deliveries, owner, import_id)
        self.landed_plans: set[str] = set()
        self._weight = 0
        self._links: list[Tie] = []
        self._last_seq = 0
        self._erased: set[str] = set()

    async def take(self, number: int, line: bytes, item: Node | Tie) -> None:
        """Take a line in. Raises `Refused`."""
        self._line += 1
        self._sha256.update(line)
        self._check(item)
        if isinstance(item, Node):
            self._take_node(item, number)
        elif item.across:
            if len(self._links) >= MOST_LINKS:
                raise Refused("The conversation has more than 100,000 links to others.")
            self._links.append(item)
        elif not self.is_landing and not self._plans.notice(item) and self._line > self._until:
            self._ties.append((number, item))
        self._weight += weigh(item.properties) + 1000
        if self._line == self._until and self._sha256.hexdigest() != self._until_sha256:
            await self.give_up()
            raise Refused(
                "Some of this conversation came from another file, and was dropped.", "Import the file again."
            )
        if len(self._nodes) + len(self._ties) >= ROWS or self._weight >= WEIGHT:
            await self._flush()

    def _check(self, item: Node | Tie) -> None:
        if self._line == 1 and (not isinstance(item, Node) or item.kind != "Conversation"):
            raise Refused("A conversation begins with its own node.")
        if not isinstance(item, Node):
            return
        said = item.properties
        if item.kind == "Conversation":
            if self._line != 1 or said["id"] != self._file_id:
                raise Refused("A conversation has one node of its own, the first, with its id.")
            self._last_seq = said["lastSeq"]
        elif said.get("conversationId", self._file_id) != self._file_id:
            raise Refused("conversationId is that of another conversation.")
        if item.kind == "Erasure":
            self._erased.add(said["subjectId"])
        if item.kind in MESSAGES:
            if said["id"] in self._erased:
                raise Refused("A message is there, and the file says that it was deleted.")
            if said["seq"] <= self._seq and self._seq:
                raise Refused("Messages come in the order of seq, each with a number of its own.")
            self._seq = said["seq"]
        if max(said.get("seq", 0), said.get("endSeq", 0)) > self._last_seq:
            raise Refused("A number is above lastSeq of the conversation.")

    def _take_node(self, node: Node, number: int) -> None:
        if node.kind in SHARED and self.is_landing:
            return
        if node.kind == STRATEGY:
            self._plans.take(node)
        elif node.kind in SHARED:
            self._shared.setdefault(node.kind, []).append(node)
        elif self._line > self._until:
            if node.kind == "Subtask":
                self.names.notice_subtask(node.properties)
            self._nodes.append((node.properties["id"] if node.kind != "Change" else f"line {number:012}", node))

    def check(self, counts: tuple[int, int], came: tuple[int, int]) -> None:
        """Whether as many nodes and relationships came as the file says. Raises `Refused`."""
        if counts != came and not self.is_landing:
            were = "{} nodes and {} relationships".format(*counts)
            raise Refused(f"The conversation has {were} by its last line, and {came[0]} and {came[1]} came.")

    async def end(self) -> None:
        """All has come: show it, unless something is wrong. Raises `Refused`."""
        if not self.is_landing:
            if self._line < self._until:
                raise Refused("The file holds less of this conversation than has come already.")
            await self._flush(is_last=True)
            await self._deliveries.settle_delivery(self.delivery_id)
            found = await self._deliveries.check_delivered(self.delivery_id, self.names.main_branch)
            if found:
                raise Refused(" ".join(f"{kind} {id_} {why}." for kind, id_, why in found[:5]))
        await self._deliveries.begin_landing(self.delivery_id, self._import_id)
        for kind in OWN:
            if kind != "Conversation":
                await self._deliveries.land_nodes(self.delivery_id, kind, kinds()[kind].labels)
        self.landed_plans |= set(await self._deliveries.land_strategies(self.delivery_id))

    async def links(self) -> list[Tie]:
        """Ties to other conversations."""
        await self._rename([tie.properties["id"] for tie in self._links if "id" in tie.properties])
        return self._links

    async def show(self, rows: list[Row]) -> int:
        """Show the conversation, tied to others of its owner's; how many of these ties have no other end here."""
        left = len(rows) - (await self._deliveries.land_links(self._owner, rows) if rows else 0)
        await self._deliveries.land_conversation(self.delivery_id, left)
        return left

    async def give_up(self) -> None:
        """Nothing of it is kept."""
        if not self.is_landing:
            await self._deliveries.abandon_delivery(self.delivery_id)
            await self._deliveries.erase_delivery(self.delivery_id)

    async def _flush(self, *, is_last: bool = False) -> None:
        await self._flush_shared()
        self._places |= await self._plans.deliver(self.delivery_id, all_=is_last)
        nodes, ties = self._nodes, self._ties
        self._nodes, self._ties, self._weight = [], [], 0
        if self._line <= self._until or not (nodes or ties):
            return
        await self._rename([id_ for _, node in nodes for id_ in _new_ids(node)])
        await self._rename([tie.properties["id"] for _, tie in ties if "id" in tie.properties])
        moved = {"line": self._until, "to": self._line, "sha256": self._sha256.hexdigest()}
        rows = [self._node_row(id_, node) for id_, node in nodes]
        tied = [self._tie_row(number, tie) for number, tie in ties]
        written = await self._deliveries.deliver(self.delivery_id, rows, tied, moved)
        self._until = self._line
        lost = next(((number, tie) for number, tie in ties if number not in written), None)
        if lost:
            raise Refused(
                f"Line {lost[0]}: the relationship {lost[1].type} goes from or to what no line before it has: "
                f"{lost[1].start.kind} {lost[1].start.id}, {lost[1].end.kind} {lost[1].end.id}."
            )

    async def _rename(self, ids: list[str]) -> None:
        """What would take the id of something else has another."""
        if ids:
            taken = await self._deliveries.read_taken_ids([self.names.of(id_) for id_ in ids])
            for id_ in ids:
                if self.names.of(id_) in taken:
                    self.names.rename(id_)

    def _node_row(self, id_: str, node: Node) -> Row:
        said = self.names.said(node.properties)
        if "ownerId" in kinds()[node.kind].types and (node.kind != "Subtask" or "ownerId" in said):
            said = said | {"ownerId": self._owner}
        if node.kind == "Erasure":
            said = said | {"requestedBy": self._owner}
        if node.kind == "Conversation":
            said = said | {"changedAt": moment_of(now_ms())}
        return {"as": node.kind, "id": id_, "properties": said}

    def _tie_row(self, number: int, tie: Tie) -> Row:
        return {
            "n": number,
            "type": tie.type,
            "fromAs": tie.start.kind,
            "fromId": tie.start.id,
            "fromShared": self._places.get(tie.start),
            "toAs": tie.end.kind,
            "toId": tie.end.id,
            "toShared": self._places.get(tie.end),
            "properties": self._tie_said(tie),
        }

    def _tie_said(self, tie: Tie) -> Row:
        """The properties of a tie; a link names its ends."""
        said = self.names.said(tie.properties)
        if tie.type == "REFERENCES":
            said = said | {"fromId": self.names.of(tie.start.id), "toId": self.names.of(tie.end.id)}
        return said

    async def _flush_shared(self) -> None:
        shared, self._shared = self._shared, {}
        for kind, nodes in shared.items():
            rows = [self._shared_row(node) for node in nodes]
            for start in range(0, len(rows), 200):
                some = rows[start : start + 200]
                await self._free(some)
                found = await self._deliveries.deliver_shared(self.delivery_id, kind, some)
                self._places |= {End(kind, file_id): place for file_id, place, _ in found}

    async def _free(self, rows: list[Row]) -> None:
        """A new text or tool whose id something else has already gets another."""
        ids = {row["properties"]["id"] for row in rows if "sha256" in row or "name" in row}
        taken = await self._deliveries.read_taken_ids(sorted(ids)) if ids else set[str]()
        for row in rows:
            if row["properties"]["id"] in taken:
                row["properties"]["id"] = self.names.fresh(row["fileId"])

    def _shared_row(self, node: Node) -> Row:
        said: dict[str, Any] = dict(node.properties)
        row: Row = {"fileId": said["id"], "properties": said}
        if node.kind == "Template":
            said["id"] = row["id"] = template_id(said["instruction"], said.get("reduce"))
        elif node.kind == "Model":
            row["id"] = said["id"]
        elif node.kind == "Source":
            row["sha256"], said["ownerId"] = said["sha256"], self._owner
        else:
            row["name"], said["ownerId"] = said["name"], self._owner
        return row


def _new_ids(node: Node) -> list[str]:
    """The ids that nothing else may have: a node's own, and that of what was deleted."""
    names = ("id", "subjectId") if node.kind == "Erasure" else ("id",)
    return [node.properties[name] for name in names if name in node.properties]
