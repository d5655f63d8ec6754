"""The kept plans of an owner as nodes and ties: all of them, whether a task used them or not.

Owns the order (a version comes after the one before it) and the moment: what was there when their turn came. They are
of no conversation. Those that tasks of a conversation made or followed come with that, too.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from service.conversations.transfer.graphfile.items import BeginStrategies, End, Item, Node, Tie, Whole
from service.graph.graph_reads import MANY, GraphReads

STRATEGY, SUPERSEDES = "Strategy", "SUPERSEDES"


async def kept_plans(reads: GraphReads, owner: str) -> AsyncIterator[list[Item]]:
    """The items of all kept plans; nothing where there is none."""
    left = await reads.read_graph_plans(owner)
    if not left:
        return
    yield [BeginStrategies()]
    written, ties = set[str](), 0
    while left:
        page = dict(left[:MANY])
        rows = await reads.read_graph_plan_texts(owner, list(page))
        items: list[Item] = []
        for row in rows:
            id_ = row["node"]["id"]
            # A version that was saved meanwhile has the name by now, and is not in the file.
            named = {"currentName": page[id_]} if page[id_] else {}
            items.append(Node(STRATEGY, row["node"] | named))
            written.add(id_)
            if row["formerId"] in written:
                items.append(Tie(SUPERSEDES, End(STRATEGY, id_), End(STRATEGY, row["formerId"]), {}))
                ties += 1
        yield items
        # What is deleted meanwhile does not come.
        last = list(page).index(rows[-1]["node"]["id"]) + 1 if rows else len(page)
        left = left[last:]
    yield [Whole(None, len(written), ties)]
