"""Kept plans on their way out of a file: each comes with what it supersedes, and gets its name when all has come.

Owns what a version may supersede, and which ids plans have here. An owner's own are found by their ids; one whose id is
somebody else's has another.
"""

from __future__ import annotations

from service.conversations.transfer.graphfile.items import End, Node, Row, Tie
from service.conversations.transfer.graphfile.naming import other_id
from service.conversations.transfer.graphfile.plans import STRATEGY, SUPERSEDES
from service.conversations.transfer.graphfile.refusing import Refused
from service.graph.deliveries import Deliveries
from service.graph.writer import weigh
from service.records import new_id

AT_ONCE = 200
WEIGHT = 4_000_000
_MOST_NUMBERS = 3


class PlansArriving:
    """The kept plans of one delivery, under way for an import."""

    def __init__(self, deliveries: Deliveries, owner: str, import_id: str | None) -> None:
        self._deliveries, self._owner, self._import_id = deliveries, owner, import_id
        self._waiting: dict[str, Node] = {}
        self._said: dict[str, tuple[str, int]] = {}
        self._former: dict[str, str] = {}
        self._superseded: set[str] = set()
        self._alone: set[str] = set()
        """Of which something else was said first: nothing comes before them."""
        self._ids: dict[str, str] = {}
        self.brought: set[str] = set()
        """The ids here of those that this import brings."""

    @property
    def ids(self) -> set[str]:
        """The ids here of all that have come."""
        return set(self._ids.values())

    def take(self, node: Node) -> None:
        """Take a plan in."""
        said = node.properties
        self._waiting[said["id"]] = node
        self._said[said["id"]] = (said["name"], said["version"])

    def notice(self, tie: Tie) -> bool:
        """Whether a tie is between two versions: that is written with the newer one. Raises `Refused`."""
        if tie.type != SUPERSEDES:
            self._alone |= {end.id for end in (tie.start, tie.end) if end.kind == STRATEGY}
            return False
        start, end = tie.start.id, tie.end.id
        self._alone.add(end)
        if start not in self._waiting or start in self._alone or end not in self._said:
            raise Refused("What a kept plan supersedes is said after both, and before anything else is said of it.")
        name, version = self._said[end]
        if self._said[start] != (name, version + 1) or start in self._former or end in self._superseded:
            raise Refused("A kept plan supersedes the version before it, of the same name, and nothing else does.")
        self._former[start] = end
        self._superseded.add(end)
        return True

    async def deliver(self, delivery_id: str, *, all_: bool) -> dict[End, str]:
        """Write what has come, without those whose version before may still be said; their places in the graph."""
        ready = [
            node
            for id_, node in self._waiting.items()
            if all_ or node.properties["version"] <= 1 or id_ in self._former or id_ in self._alone
        ]
        places: dict[End, str] = {}
        for start in range(0, len(ready), AT_ONCE):
            nodes = ready[start : start + AT_ONCE]
            await self._find_ids([node.properties["id"] for node in nodes])
        for start in range(0, len(ready), AT_ONCE):
            rows = [self._row(node) for node in ready[start : start + AT_ONCE]]
            found = await self._deliveries.deliver_strategies(delivery_id, self._import_id, rows)
            places |= {End(STRATEGY, file_id): place for file_id, place, _, _ in found}
            self.brought |= {id_ for _, _, id_, is_brought in found if is_brought}
        for node in ready:
            del self._waiting[node.properties["id"]]
        return places

    async def _find_ids(self, ids: list[str]) -> None:
        left = ids
        for number in range(_MOST_NUMBERS):
            here = {other_id(self._owner, id_, number): id_ for id_ in left}
            mine = {id_ for id_, _, _ in await self._deliveries.read_own_strategies(self._owner, list(here))}
            taken = await self._deliveries.read_taken_ids(list(here)) - mine
            self._ids |= {id_: other for other, id_ in here.items() if other not in taken}
            left = [here[other] for other in taken]
        if left:
            raise Refused("The ids of a kept plan are taken.")

    def _row(self, node: Node) -> Row:
        said, file_id = node.properties, node.properties["id"]
        own = {name: value for name, value in said.items() if name not in ("currentName", "version")}
        return {
            "fileId": file_id,
            "id": self._ids[file_id],
            "version": said["version"],
            "currentName": said.get("currentName"),
            "formerId": self._ids.get(self._former.get(file_id, "")),
            "properties": own | {"id": self._ids[file_id], "ownerId": self._owner},
        }


class OwnersPlans:
    """The kept plans that stand behind the conversations of an owner's file: all of them land, or none."""

    def __init__(self, deliveries: Deliveries, owner: str, import_id: str | None) -> None:
        self._deliveries, self._owner, self._import_id = deliveries, owner, import_id
        self._plans = PlansArriving(deliveries, owner, import_id)
        self._delivery_id = new_id()
        self._weight = 0
        self._nodes = self._ties = 0

    async def begin(self) -> None:
        """Begin, or go on: nobody finds them yet."""
        begun = (await self._deliveries.read_delivery_place(self._owner, "", self._import_id))["delivery"]
        if begun and begun["line"] >= 0 and begun["importId"] == self._import_id is not None:
            self._delivery_id = begun["id"]
        await self._deliveries.begin_delivery(self._owner, self._delivery_id, "", self._import_id)

    async def take(self, item: Node | Tie) -> None:
        """Take a line in. Raises `Refused`."""
        if isinstance(item, Node):
            if item.kind != STRATEGY:
                raise Refused("Among the kept plans is something else.")
            self._nodes += 1
            self._plans.take(item)
            self._weight += weigh(item.properties) + 1000
        elif self._plans.notice(item):
            self._ties += 1
        else:
            raise Refused("Kept plans that are of no conversation are tied to each other alone.")
        if self._weight >= WEIGHT:
            self._weight = 0
            await self._plans.deliver(self._delivery_id, all_=False)

    async def end(self, counts: tuple[int, int], landed: set[str]) -> tuple[int, int]:
        """All have come: they land. How many are new, and how many were there; of those that landed before with this
        file, the ids are `landed`. Raises `Refused`."""
        if counts != (self._nodes, self._ties):
            raise Refused(f"The file says that there are {counts[0]} kept plans, and {self._nodes} came.")
        await self._plans.deliver(self._delivery_id, all_=True)
        await self._deliveries.land_strategies(self._delivery_id)
        await self._deliveries.erase_delivery(self._delivery_id)
        new = self._plans.ids & (self._plans.brought | landed)
        return len(new), len(self._plans.ids) - len(new)

    async def give_up(self) -> None:
        """None of them is kept."""
        await self._deliveries.erase_delivery(self._delivery_id)
