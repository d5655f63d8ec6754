"""Graph algorithms for a Neo4j without Graph Data Science: PageRank, connected components and Louvain.

Pure, over a list of edges that fits into memory. They run beside others on one event loop: each gives way now and then.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence

Edge = tuple[str, str]

DAMPING, ROUNDS, TOLERANCE = 0.85, 50, 1e-7
"""As GDS has them, and as the shipped statements ask for."""
LEVELS, SWEEPS = 10, 20
SLICE_SECONDS = 0.002
_LEAST_GAIN = 1e-9


class Breath:
    """Lets others have their turn where a slice of time is over."""

    def __init__(self) -> None:
        self._until = time.monotonic() + SLICE_SECONDS

    async def __call__(self) -> None:
        """Give way, if it is time."""
        if time.monotonic() > self._until:
            await asyncio.sleep(0)
            self._until = time.monotonic() + SLICE_SECONDS


async def page_rank(edges: Sequence[Edge]) -> dict[str, float]:
    """The PageRank of each node, not scaled: 0.15 for one to which nothing leads.

    S. Brin, L. Page: The anatomy of a large-scale hypertextual web search engine, 1998, formula of section 2.1.1.
    """
    breath = Breath()
    leaves: dict[str, int] = defaultdict(int)
    into: dict[str, list[str]] = defaultdict(list)
    for source, target in edges:
        leaves[source] += 1
        into[target].append(source)
    nodes = dict.fromkeys([node for edge in edges for node in edge])
    scores = dict.fromkeys(nodes, 1 - DAMPING)
    for _ in range(ROUNDS):
        newer: dict[str, float] = {}
        for node in nodes:
            newer[node] = 1 - DAMPING + DAMPING * sum(scores[it] / leaves[it] for it in into.get(node, ()))
            await breath()
        moved = max((abs(newer[it] - scores[it]) for it in nodes), default=0.0)
        scores = newer
        if moved < TOLERANCE:
            break
    return scores


async def components(edges: Iterable[Edge]) -> dict[str, str]:
    """Of each node, one node of what it hangs together with: the same for all of that."""
    breath = Breath()
    above: dict[str, str] = {}

    def top(node: str) -> str:
        while above.setdefault(node, node) != node:
            above[node] = above[above[node]]
            node = above[node]
        return node

    for one, other in edges:
        above[top(one)] = top(other)
        await breath()
    return {node: top(node) for node in list(above)}


async def communities(edges: Iterable[Edge]) -> dict[str, int]:
    """The number of each node's community, by modularity.

    V. Blondel et al.: Fast unfolding of communities in large networks, 2008. Nodes are looked at in order of their
    names, so that the same edges give the same communities.
    """
    weights: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for one, other in edges:
        weights[one][other] += 1.0
        weights[other][one] += 1.0
    names = sorted(weights)
    number = {name: index for index, name in enumerate(names)}
    graph: list[dict[int, float]] = [{number[it]: w for it, w in weights[name].items()} for name in names]
    member = list(range(len(names)))
    for _ in range(LEVELS):
        part = await _one_level(graph)
        if len(set(part)) == len(graph):
            break
        graph, renamed = _folded(graph, part)
        member = [renamed[part[it]] for it in member]
    return dict(zip(names, member, strict=True))


async def _one_level(graph: list[dict[int, float]]) -> list[int]:
    """Move nodes to the community of a neighbour as long as modularity grows; the community of each."""
    breath = Breath()
    degrees = [sum(near.values()) for near in graph]
    total = sum(degrees) or 1.0
    part, size = list(range(len(graph))), list(degrees)
    for _ in range(SWEEPS):
        moved = False
        for node, near in enumerate(graph):
            await breath()
            own, degree = part[node], degrees[node]
            links: dict[int, float] = defaultdict(float)
            for it, weight in near.items():
                if it != node:
                    links[part[it]] += weight
            size[own] -= degree
            best, gain = own, links.get(own, 0.0) - size[own] * degree / total
            for there, weight in links.items():
                better = weight - size[there] * degree / total
                if better > gain + _LEAST_GAIN:
                    best, gain = there, better
            size[best] += degree
            part[node] = best
            moved = moved or best != own
        if not moved:
            break
    return part


def _folded(graph: list[dict[int, float]], part: list[int]) -> tuple[list[dict[int, float]], dict[int, int]]:
    """The graph of the communities, where what is inside one is an edge to itself; and their new numbers."""
    renamed = {old: new for new, old in enumerate(dict.fromkeys(part))}
    folded: list[dict[int, float]] = [defaultdict(float) for _ in renamed]
    for node, near in enumerate(graph):
        for it, weight in near.items():
            folded[renamed[part[node]]][renamed[part[it]]] += weight
    return folded, renamed
