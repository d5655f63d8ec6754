"""Graph algorithms beside Neo4j keep their laws."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.conversations.analytics.ranking import DAMPING, Edge, communities, components, page_rank
from tests.support.turns import Turns

NODES = st.sampled_from("abcdefgh")
EDGES = st.lists(st.tuples(NODES, NODES).filter(lambda it: it[0] != it[1]), unique=True, max_size=20)


@given(EDGES)
async def test_page_rank_is_the_fixed_point_of_its_formula(edges: list[Edge]) -> None:
    """1 - d + d × the sum of what comes in, each divided by how much goes out."""
    scores = await page_rank(edges)
    leaves = {node: sum(source == node for source, _ in edges) for node in scores}
    for node, score in scores.items():
        comes = sum(scores[source] / leaves[source] for source, target in edges if target == node)
        assert score == pytest.approx(1 - DAMPING + DAMPING * comes, abs=1e-3)


@given(EDGES)
async def test_components_are_what_can_be_reached(edges: list[Edge]) -> None:
    """Two nodes have the same one exactly where a way leads from one to the other."""
    found = await components(edges)
    reached = {node: {node} for node in found}
    for _ in reached:
        for one, other in edges:
            both = reached[one] | reached[other]
            for node in both:
                reached[node] = reached[node] | both
    assert all((found[a] == found[b]) == (b in reached[a]) for a in found for b in found)


@given(EDGES)
async def test_communities_lie_within_components(edges: list[Edge]) -> None:
    """And everything has one."""
    groups, whole = await communities(edges), await components(edges)
    assert set(groups) == set(whole)
    assert all(whole[a] == whole[b] for a in groups for b in groups if groups[a] == groups[b])


async def test_cliques_that_one_edge_joins_are_communities() -> None:
    """The textbook's case."""
    cliques = [[(f"{k}{i}", f"{k}{j}") for i in range(5) for j in range(i)] for k in "abc"]
    edges = [edge for clique in cliques for edge in clique] + [("a0", "b0"), ("b1", "c0")]
    groups = await communities(edges)
    assert {frozenset(n for n in groups if groups[n] == g) for g in set(groups.values())} == {
        frozenset(f"{k}{i}" for i in range(5)) for k in "abc"
    }


async def test_others_have_their_turn_meanwhile() -> None:
    """A large graph is no reason to wait."""
    edges = [(f"n{i % 997}", f"n{i % 991}x") for i in range(30_000)]
    async with Turns() as turns:
        await page_rank(edges)
        await communities(edges)
    assert turns.count > 20
