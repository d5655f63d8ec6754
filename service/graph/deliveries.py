"""What arrives of conversations that are put back: one method a stored query, under the same name.

Owns pieces and their order. What arrives is hidden: it has no label but `Incoming`, and is found by its delivery alone.
Knows nothing of files.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from service.errors import Conflict
from service.graph.database import Database, Row
from service.graph.model import kinds
from service.graph.queries import Query, query

Found = list[tuple[str, str, str]]
"""The id in the file, the place in the graph, and the id there."""

CHECKS = (
    "check_delivered_messages",
    "check_delivered_branches",
    "check_delivered_tasks",
    "check_delivered_subtasks",
)
CHECK_SECONDS = 600.0
ROWS = 2000
FEW = 200
_SHARED = {
    "Source": "deliver_sources",
    "Tool": "deliver_tools",
    "Template": "deliver_templates",
    "Model": "deliver_models",
}


class Deliveries:
    """Reads and writes of deliveries."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read_delivery_place(self, owner: str, conversation_id: str, import_id: str | None) -> Row:
        """`{isThere, isTaken, leftLinks, delivery}` of an id for a conversation; `leftLinks` where this import has
        brought it before."""
        place: Row = {"conversationId": conversation_id, "importId": import_id}
        (row,) = await self._run("read_delivery_place", ownerId=owner, **place)
        return row

    async def read_taken_ids(self, ids: Sequence[str]) -> set[str]:
        """Those of the ids that are something's already."""
        (row,) = await self._run("read_taken_ids", ids=list(ids))
        return set(row["ids"])

    async def read_own_strategies(self, owner: str, ids: Sequence[str]) -> Found:
        """Those of the kept plans that the owner has."""
        (row,) = await self._run("read_own_strategies", ownerId=owner, ids=list(ids))
        return row["found"]

    async def begin_delivery(
        self, owner: str, delivery_id: str, conversation_id: str | None, import_id: str | None
    ) -> None:
        """Begin one: of a conversation, of kept plans, which are of none (""), or of several at once (None)."""
        place: Row = {"deliveryId": delivery_id, "conversationId": conversation_id, "importId": import_id}
        await self._run("begin_delivery", ownerId=owner, **place)

    async def deliver_shared(self, delivery_id: str, kind: str, rows: Sequence[Row]) -> Found:
        """Write nodes of a kind that several conversations have in common, unless they are there."""
        (row,) = await self._run(_SHARED[kind], deliveryId=delivery_id, rows=list(rows))
        return row["found"]

    async def deliver_strategies(
        self, delivery_id: str, import_id: str | None, rows: Sequence[Row]
    ) -> list[tuple[str, str, str, bool]]:
        """Write kept plans unless they are there, for `land_strategies`; as `Found`, and whether this import brings it.

        A row is `{id, fileId, version, currentName, formerId, properties}`.
        """
        place: Row = {"deliveryId": delivery_id, "importId": import_id}
        (row,) = await self._run("deliver_strategies", rows=list(rows), **place)
        return row["found"]

    async def deliver(self, delivery_id: str, nodes: Sequence[Row], ties: Sequence[Row], moved: Row) -> set[int]:
        """Write nodes and ties and say so, all or nothing; the numbers of the ties whose ends were there.

        `moved` is `{line, to, sha256}`. Raises `Conflict` where somebody else went on from that line.
        """
        place = {"deliveryId": delivery_id, "line": moved["line"]}
        written = await self._database.run_together(
            [
                (query("deliver_nodes"), {**place, "rows": list(nodes)}),
                (query("deliver_ties"), {**place, "rows": list(ties)}),
                (query("move_delivery"), {"deliveryId": delivery_id, **moved}),
            ]
        )
        if not written[-1]:
            raise Conflict("The same conversation is being imported by somebody else.", remedy="Import it again later.")
        return set(written[1][0]["written"])

    async def settle_delivery(self, delivery_id: str) -> int:
        """End what had not ended; how many tasks that were."""
        settled = 0
        while found := (await self._run("settle_delivery", deliveryId=delivery_id))[0]["settled"]:
            settled += found
        return settled

    async def check_delivered(self, delivery_id: str, main_branches: Row) -> list[tuple[str, str, str]]:
        """`(kind, id, what is wrong)` of some of what would break a promise. `main_branches` has, by the id of a
        conversation in the file, that of the branch which is meant where none is named."""
        found: list[tuple[str, str, str]] = []
        for check, parameters in _checks(delivery_id, main_branches):
            rows = await self._database.run_within(CHECK_SECONDS, check, **parameters)
            found += [(kind, id_, why) for kind, id_, why in rows[0]["found"]]
        return found

    async def deliver_whole(self, place: Row, nodes: Sequence[Row], ties: Sequence[Row], main_branches: Row) -> bool:
        """Write, check and show conversations in one transaction. False where one is not right: nothing is kept.

        `place` is `{ownerId, deliveryId, importId}`.
        """
        delivery_id: str = place["deliveryId"]
        checks = _checks(delivery_id, main_branches)
        begun: Row = {"deliveryId": delivery_id, "line": 0}
        kinds_there = dict.fromkeys(row["as"] for row in nodes)
        landing = [_landing(delivery_id, kind, len(nodes)) for kind in kinds_there if kind != "Conversation"]

        def is_right(written: list[list[Row]]) -> bool:
            checked = written[3 : 3 + len(checks)]
            return len(written[2][0]["written"]) == len(ties) and not any(rows[0]["found"] for rows in checked)

        written = await self._database.run_together(
            [
                (query("begin_delivery"), {**place, "conversationId": None}),
                (query("deliver_nodes"), {**begun, "rows": list(nodes)}),
                (query("deliver_ties"), {**begun, "rows": list(ties)}),
                *checks,
                *((query("land_nodes"), {**parameters, "after": ""}) for parameters in landing),
                (query("land_conversation"), {"deliveryId": delivery_id, "leftLinks": 0}),
            ],
            accept=is_right,
        )
        return is_right(written)

    async def begin_landing(self, delivery_id: str, import_id: str | None) -> None:
        """From now on it is only shown."""
        await self._run("begin_landing", deliveryId=delivery_id, importId=import_id)

    async def land_nodes(self, delivery_id: str, kind: str) -> None:
        """Give the nodes of a kind their labels."""
        after: str | None = ""
        while after is not None:
            after = (await self._run("land_nodes", after=after, **_landing(delivery_id, kind, ROWS)))[0]["last"]

    async def land_strategies(self, delivery_id: str) -> list[str]:
        """Put each kept plan behind the version before it, with its name; the ids of those that were new."""
        landed: list[str] = []
        while ids := (await self._run("land_strategies", deliveryId=delivery_id, limit=FEW))[0]["ids"]:
            landed += ids
        return landed

    async def land_links(self, owner: str, rows: Sequence[Row]) -> int:
        """Write ties to other conversations, unless they are there; how many are."""
        (row,) = await self._run("land_links", ownerId=owner, rows=list(rows))
        return row["written"]

    async def land_conversation(self, delivery_id: str, left_links: int = 0) -> None:
        """Show it. `left_links` have no other end here."""
        await self._run("land_conversation", deliveryId=delivery_id, leftLinks=left_links)

    async def abandon_delivery(self, delivery_id: str) -> None:
        """Nothing more of it arrives: it is deleted as soon as somebody looks."""
        await self._run("abandon_delivery", deliveryId=delivery_id)

    async def erase_delivery(self, delivery_id: str) -> None:
        """Delete what has arrived."""
        while (rows := await self._run("erase_delivered", deliveryId=delivery_id, limit=ROWS)) and rows[0]["done"]:
            pass
        await self._run("end_delivery", deliveryId=delivery_id)

    async def read_old_deliveries(self, before: int) -> list[Row]:
        """`{id, isLanding}` of some to which nothing was added since `before` (ms since 1970)."""
        (row,) = await self._run("read_old_deliveries", before=before, limit=10)
        return row["rows"]

    async def _run(self, name: str, **parameters: Any) -> list[Row]:
        return await self._database.run(query(name), **parameters)


def _checks(delivery_id: str, main_branches: Row) -> list[tuple[Query, Row]]:
    place: Row = {"deliveryId": delivery_id}
    more = {"check_delivered_branches": {"mainBranches": main_branches}}
    return [(query(name), place | more.get(name, {})) for name in CHECKS]


def _landing(delivery_id: str, kind: str, limit: int) -> Row:
    return {"deliveryId": delivery_id, "as": kind, "labels": list(kinds()[kind].labels), "limit": limit}
