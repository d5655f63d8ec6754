"""Random histories with forks and merges, in memory: what contexts, walks and comparisons are held against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from service.chat import ModelConfig

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Node:
    """A message of a history: what it continues, in order, and how deep it is."""

    id: str
    depth: int
    parents: tuple[str, ...]
    role: str = "USER"
    tokens: int = 1


Dag = dict[str, Node]


def ancestors(dag: Dag, ends: Sequence[str]) -> set[str]:
    """These messages and all above them."""
    found: set[str] = set()
    left = list(ends)
    while left:
        id_ = left.pop()
        if id_ not in found:
            found.add(id_)
            left += dag[id_].parents
    return found


async def nobody_counts(text: str, model: ModelConfig) -> int:
    """Every message of such a history has its counts."""
    raise AssertionError(text)


@st.composite
def dags(draw: st.DrawFn, most: int = 30, most_tokens: int = 9) -> Dag:
    """Up to `most` messages, each below none to three of those before it; mostly chains, as histories are."""
    dag: Dag = {}
    for number in range(draw(st.integers(1, most))):
        ids = list(dag)
        count = min(len(ids), draw(st.sampled_from([0, 1, 1, 1, 1, 1, 2, 2, 3])))
        if count == 1 and draw(st.booleans()):
            parents = (ids[-1],)
        else:
            parents = tuple(draw(st.permutations(ids))[:count]) if count else ()
        depth = max((dag[up].depth for up in parents), default=-1) + 1
        role = draw(st.sampled_from(["USER", "ASSISTANT"]))
        dag[f"m{number:03}"] = Node(f"m{number:03}", depth, parents, role, draw(st.integers(0, most_tokens)))
    return dag


class Graph:
    """The path above a prompt, as the graph gives it: pages of so many depths, from a memory."""

    def __init__(self, dag: Dag) -> None:
        self.dag = dag
        self.kept: list[Row] = []
        self.pages = 0
        self.pinned: set[str] = set()
        self.system: list[Row] = []

    async def read_path_above(self, row: Row) -> Row:
        """As `graph/paths.py` does."""
        self.pages += 1
        bound = max(self.dag[id_].depth for id_ in row["ids"]) - row["span"]
        found = [self.dag[id_] for id_ in ancestors(self.dag, row["ids"]) if self.dag[id_].depth > bound]
        pinned = [self._row(self.dag[id_], row) for id_ in sorted(self.pinned)] if row["first"] else None
        return {"messages": [self._row(node, row) for node in found], "system": self.system, "pinned": pinned}

    async def read_pinned_above(self, owner: str, ids: Sequence[str], lowest: int) -> list[str]:
        """As `graph/paths.py` does."""
        self.pages += 1
        above = ancestors(self.dag, ids) - set(ids)
        return [id_ for id_ in above & self.pinned if self.dag[id_].depth >= lowest]

    async def keep_token_counts(self, rows: Sequence[Row]) -> None:
        """As `graph/paths.py` does."""
        self.kept += rows

    def _row(self, node: Node, asked: Row) -> Row:
        fits = node.tokens <= asked["room"] and node.id != asked["promptId"]
        said = {"content": node.id if fits else None, "role": node.role, "toolCallId": None, "isError": None}
        place = {"id": node.id, "depth": node.depth, "parents": list(node.parents)}
        return place | said | {"o200k": node.tokens, "cl100k": node.tokens, "toolCalls": None, "saw": None}
