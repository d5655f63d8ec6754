"""Short conversations of a file, put into the graph together: one transaction writes, checks and shows them.

Each by itself takes some twenty statements. Owns which are held back for that. Where one of them is not right, none of
them is there, and each has its own turn.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from service.conversations.transfer.graphfile.arriving import ROWS, WEIGHT, Arriving
from service.conversations.transfer.graphfile.items import Node, Row
from service.conversations.transfer.graphfile.reports import Came
from service.conversations.transfer.graphfile.sharing import put_shared
from service.errors import AntiphonError, GraphUnavailable
from service.graph.deliveries import Deliveries
from service.records import new_id


@dataclass(slots=True)
class Held:
    """A conversation of which all has come; `number` says which of its ids it has, `line` is its last one."""

    arriving: Arriving
    came: Came
    number: int
    line: int


@dataclass(slots=True)
class Together:
    """Conversations that are held back, none of which has anything that another one has, too."""

    held: list[Held] = field(default_factory=list[Held])
    _ids: set[str] = field(default_factory=set[str])

    @property
    def is_full(self) -> bool:
        """Whether no other one should come to them."""
        arriving = [one.arriving for one in self.held]
        return sum(one.rows_held for one in arriving) >= ROWS or sum(one.weight for one in arriving) >= WEIGHT

    def has(self, id_: str) -> bool:
        """Whether a conversation or something of it is held back."""
        return id_ in self._ids

    def shares_ids(self, arriving: Arriving) -> bool:
        """Whether one has an id that something held back has, too."""
        return not self._ids.isdisjoint(arriving.new_ids())

    def hold(self, one: Held) -> None:
        """Hold one back."""
        self.held.append(one)
        self._ids.update(one.arriving.new_ids())


async def put_together(deliveries: Deliveries, import_id: str | None, group: list[Arriving]) -> bool:
    """Put conversations into the graph, each of which `is_simple`. False: nothing of them is there."""
    place: Row = {"ownerId": group[0].names.owner, "deliveryId": new_id(), "importId": import_id}
    ids = [one.new_ids() for one in group]
    taken = await deliveries.read_taken_ids(
        [one.names.of(id_) for one, some in zip(group, ids, strict=True) for id_ in some]
    )
    for one, some in zip(group, ids, strict=True):
        one.rename(some, taken)
    try:
        await _put_shared(deliveries, place, group)
        rows = [one.rows() for one in group]
        nodes = [row for some, _ in rows for row in some]
        ties = [row for _, some in rows for row in some]
        main_branches = {one.file_id: one.names.main_branch for one in group}
        is_right = await deliveries.deliver_whole(place, nodes, ties, main_branches)
    except GraphUnavailable:
        raise
    except AntiphonError:
        # What is wrong with which of them is found where each has its own turn.
        is_right = False
    if not is_right:
        await deliveries.erase_delivery(place["deliveryId"])
        for one in group:
            one.places.clear()
    return is_right


async def _put_shared(deliveries: Deliveries, place: Row, group: list[Arriving]) -> None:
    """Put what they have in common with others, each once."""
    shared: dict[str, dict[str, Node]] = {}
    for one in group:
        for kind, nodes in one.shared.items():
            shared.setdefault(kind, {}).update((node.properties["id"], node) for node in nodes)
    if not shared:
        return
    await deliveries.begin_delivery(place["ownerId"], place["deliveryId"], None, place["importId"])
    once = {kind: list(nodes.values()) for kind, nodes in shared.items()}
    found = await put_shared(deliveries, group[0].names, place["deliveryId"], once)
    for one in group:
        one.places.update(found)
