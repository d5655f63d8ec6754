"""One conversation on its way out of a file: rows gather, and are written together, hidden until all have come.

Owns what a piece is, and how far a conversation has arrived: the same file goes on from there. Knows nothing of lines
but their number and bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from service.clock import now_ms
from service.conversations.transfer.graphfile.items import OWN, SHARED, End, Node, Row, Tie
from service.conversations.transfer.graphfile.naming import Names
from service.conversations.transfer.graphfile.plans import STRATEGY
from service.conversations.transfer.graphfile.plans_arriving import PlansArriving
from service.conversations.transfer.graphfile.refusing import Refused
from service.conversations.transfer.graphfile.reports import MESSAGES
from service.conversations.transfer.graphfile.said import moments_of
from service.conversations.transfer.graphfile.sharing import put_shared
from service.graph.deliveries import Deliveries
from service.graph.model import kinds
from service.graph.moments import moment_of, moment_text
from service.graph.writer import weigh
from service.records import new_id

ROWS = 2000
WEIGHT = 4_000_000
MOST_LINKS = 100_000


class Arriving:
    """A conversation that arrives. `begun` is how far it had come before, and the hash of what had.

    `ids` are that of the file and the one that it has here. `places` are those of the nodes that it shares with others.
    """

    def __init__(
        self, deliveries: Deliveries, names: Names, ids: tuple[str, str], begun: Row | None, import_id: str | None
    ) -> None:
        self._deliveries, self._owner, self.names = deliveries, names.owner, names
        (self.file_id, self.id), self._import_id = ids, import_id
        self.delivery_id: str = begun["id"] if begun else new_id()
        self._until: int = begun["line"] if begun else 0
        self._until_sha256: str = begun["sha256"] if begun else ""
        self.is_landing = bool(begun and begun["isLanding"])
        self._sha256 = sha256()
        self._line = self._seq = 0
        self.places: dict[End, str] = {}
        self._nodes: list[tuple[str, Node]] = []
        self._ties: list[tuple[int, Tie]] = []
        self.shared: dict[str, list[Node]] = {}
        self._plans = PlansArriving(deliveries, names.owner, import_id)
        self.landed_plans: set[str] = set()
        self.weight = 0
        self._links: list[Tie] = []
        self._last_seq = 0
        self._erased: set[str] = set()
        self._is_begun, self._is_unfinished = begun is not None, False
        self._kinds: set[str] = set()

    @property
    def is_simple(self) -> bool:
        """Whether nothing of it is in the graph yet, and it may be put there together with others."""
        if self._is_begun or self._is_unfinished or self._links or STRATEGY in self._kinds:
            return False
        own = {End(node.kind, node.properties["id"]) for _, node in self._nodes if "id" in node.properties}
        return all(end in own or end.kind in SHARED for _, tie in self._ties for end in (tie.start, tie.end))

    @property
    def rows_held(self) -> int:
        """How many nodes and ties are not in the graph yet."""
        return len(self._nodes) + len(self._ties)

    async def take(self, number: int, line: bytes, item: Node | Tie) -> None:
        """Take a line in. Raises `Refused`."""
        self._line += 1
        self._sha256.update(line)
        self._check(item)
        if isinstance(item, Node):
            self._kinds.add(item.kind)
            self._take_node(item, number)
        elif item.across:
            if len(self._links) >= MOST_LINKS:
                raise Refused("The conversation has more than 100,000 links to others.")
            self._links.append(item)
        elif not self.is_landing and not self._plans.notice(item) and self._line > self._until:
            self._ties.append((number, item))
        self.weight += weigh(item.properties) + 1000
        if self._line == self._until and self._sha256.hexdigest() != self._until_sha256:
            await self.give_up()
            raise Refused(
                "Some of this conversation came from another file, and was dropped.", "Import the file again."
            )
        if self.rows_held >= ROWS or self.weight >= WEIGHT:
            await self._flush()

    def _check(self, item: Node | Tie) -> None:
        if self._line == 1 and (not isinstance(item, Node) or item.kind != "Conversation"):
            raise Refused("A conversation begins with its own node.")
        if not isinstance(item, Node):
            return
        said = item.properties
        if item.kind == "Conversation":
            if self._line != 1 or said["id"] != self.file_id:
                raise Refused("A conversation has one node of its own, the first, with its id.")
            self._last_seq = said["lastSeq"]
        elif said.get("conversationId", self.file_id) != self.file_id:
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
            self.shared.setdefault(node.kind, []).append(node)
        elif self._line > self._until:
            self._is_unfinished |= bool(node.properties.get("unfinished"))
            if node.kind == "Subtask":
                self.names.notice_subtask(node.properties)
            self._nodes.append((node.properties["id"] if node.kind != "Change" else f"line {number:012}", node))

    def check(self, counts: tuple[int, int], came: tuple[int, int]) -> None:
        """Whether all has come that the file says. Raises `Refused`."""
        if self.is_landing:
            return
        if counts != came:
            were = "{} nodes and {} relationships".format(*counts)
            raise Refused(f"The conversation has {were} by its last line, and {came[0]} and {came[1]} came.")
        if self._line < self._until:
            raise Refused("The file holds less of this conversation than has come already.")

    async def end(self) -> None:
        """Show what is in it, unless something is wrong. Raises `Refused`."""
        if not self.is_landing:
            await self._flush(is_last=True)
            if "Task" in self._kinds:
                await self._deliveries.settle_delivery(self.delivery_id)
            found = await self._deliveries.check_delivered(self.delivery_id, {self.file_id: self.names.main_branch})
            if found:
                raise Refused(" ".join(f"{kind} {id_} {why}." for kind, id_, why in found[:5]))
        await self._deliveries.begin_landing(self.delivery_id, self._import_id)
        for kind in OWN:
            if kind in self._kinds and kind != "Conversation":
                await self._deliveries.land_nodes(self.delivery_id, kind)
        if STRATEGY in self._kinds:
            self.landed_plans |= set(await self._deliveries.land_strategies(self.delivery_id))

    async def links(self) -> list[Tie]:
        """Ties to other conversations."""
        await self._rename(_tie_ids(self._links))
        return self._links

    async def show(self, rows: list[Row]) -> int:
        """Show the conversation, tied to others of its owner's; how many of these ties have no other end here."""
        left = len(rows) - (await self._deliveries.land_links(self._owner, rows) if rows else 0)
        await self._deliveries.land_conversation(self.delivery_id, left)
        return left

    async def give_up(self) -> None:
        """Nothing of it is kept."""
        if self._is_begun and not self.is_landing:
            await self._deliveries.abandon_delivery(self.delivery_id)
            await self._deliveries.erase_delivery(self.delivery_id)

    async def begin(self) -> None:
        """Begin to put it into the graph."""
        if not self._is_begun:
            await self._deliveries.begin_delivery(self._owner, self.delivery_id, self.id, self._import_id)
            self._is_begun = True

    async def _flush(self, *, is_last: bool = False) -> None:
        await self.begin()
        shared, self.shared = self.shared, {}
        self.places |= await put_shared(self._deliveries, self.names, self.delivery_id, shared)
        self.places |= await self._plans.deliver(self.delivery_id, all_=is_last)
        if self._line <= self._until or not self.rows_held:
            self.weight = 0
            return
        await self._rename(self.new_ids())
        ties = self._ties
        moved = {"line": self._until, "to": self._line, "sha256": self._sha256.hexdigest()}
        written = await self._deliveries.deliver(self.delivery_id, *self.rows(), moved)
        self._nodes, self._ties, self.weight = [], [], 0
        self._until = self._line
        lost = next(((number, tie) for number, tie in ties if number not in written), None)
        if lost:
            raise Refused(
                f"Line {lost[0]}: the relationship {lost[1].type} goes from or to what no line before it has: "
                f"{lost[1].start.kind} {lost[1].start.id}, {lost[1].end.kind} {lost[1].end.id}."
            )

    def new_ids(self) -> list[str]:
        """The ids in the file of what is not in the graph yet."""
        return [id_ for _, node in self._nodes for id_ in _new_ids(node)] + _tie_ids(tie for _, tie in self._ties)

    def rows(self) -> tuple[list[Row], list[Row]]:
        """Nodes and ties that are not in the graph yet, as they are put there."""
        nodes = [self._node_row(id_, node) for id_, node in self._nodes]
        return nodes, [self._tie_row(number, tie) for number, tie in self._ties]

    async def _rename(self, ids: list[str]) -> None:
        """What would take the id of something else has another."""
        if ids:
            self.rename(ids, await self._deliveries.read_taken_ids([self.names.of(id_) for id_ in ids]))

    def rename(self, ids: list[str], taken: set[str]) -> None:
        """Give those of the ids others that are taken."""
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
        # The driver takes longer for a moment than Neo4j takes for its text, and there is one in every message.
        moments = {name: moment_text(said[name]) for name in moments_of(node.kind) if name in said}
        left = {name: value for name, value in said.items() if name not in moments}
        return {"as": node.kind, "id": id_, "properties": left, "moments": moments}

    def _tie_row(self, number: int, tie: Tie) -> Row:
        return {
            "n": number,
            "type": tie.type,
            "fromAs": tie.start.kind,
            "fromId": tie.start.id,
            "fromShared": self.places.get(tie.start),
            "toAs": tie.end.kind,
            "toId": tie.end.id,
            "toShared": self.places.get(tie.end),
            "properties": self._tie_said(tie),
        }

    def _tie_said(self, tie: Tie) -> Row:
        """The properties of a tie; a link names its ends."""
        said = self.names.said(tie.properties)
        if tie.type == "REFERENCES":
            said = said | {"fromId": self.names.of(tie.start.id), "toId": self.names.of(tie.end.id)}
        return said


def _new_ids(node: Node) -> list[str]:
    """The ids that nothing else may have: a node's own, and that of what was deleted."""
    names = ("id", "subjectId") if node.kind == "Erasure" else ("id",)
    return [node.properties[name] for name in names if name in node.properties]


def _tie_ids(ties: Iterable[Tie]) -> list[str]:
    return [tie.properties["id"] for tie in ties if "id" in tie.properties]
