"""What conversations have in common, put into the graph unless it is there: sources, tools, models and templates.

Owns by what each kind is known: a text by its hash, a tool by its name. Kept plans have rules of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.conversations.transfer.graphfile.items import End, Node, Row
from service.conversations.transfer.graphfile.naming import Names
from service.graph.deliveries import Deliveries
from service.records import template_id

TOGETHER = 200
"""Nodes that are written at once."""
Places = dict[End, str]
"""Where nodes of a file are in the graph."""


async def put_shared(
    deliveries: Deliveries, names: Names, delivery_id: str, shared: Mapping[str, list[Node]]
) -> Places:
    """Put nodes into the graph, by kind; their places."""
    places: Places = {}
    for kind, nodes in shared.items():
        rows = [_row(node, names) for node in nodes]
        for start in range(0, len(rows), TOGETHER):
            some = rows[start : start + TOGETHER]
            await _free(deliveries, names, some)
            written = await deliveries.deliver_shared(delivery_id, kind, some)
            places |= {End(kind, file_id): place for file_id, place, _ in written}
    return places


async def _free(deliveries: Deliveries, names: Names, rows: list[Row]) -> None:
    """A new text or tool whose id something else has already gets another."""
    ids = {row["properties"]["id"] for row in rows if "sha256" in row or "name" in row}
    taken = await deliveries.read_taken_ids(sorted(ids)) if ids else set[str]()
    for row in rows:
        if row["properties"]["id"] in taken:
            row["properties"]["id"] = names.fresh(row["fileId"])


def _row(node: Node, names: Names) -> Row:
    said: dict[str, Any] = dict(node.properties)
    row: Row = {"fileId": said["id"], "properties": said}
    if node.kind == "Template":
        said["id"] = row["id"] = template_id(said["instruction"], said.get("reduce"))
    elif node.kind == "Model":
        row["id"] = said["id"]
    elif node.kind == "Source":
        row["sha256"], said["ownerId"] = said["sha256"], names.owner
    else:
        row["name"], said["ownerId"] = said["name"], names.owner
    return row
