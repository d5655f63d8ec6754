"""Lines of a conversation side by side, against the same histories in memory."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from service.conversations.context.counts import Counts
from service.conversations.context.paths import MESSAGE_TOKENS
from service.conversations.lines import LineComparison, Lines
from tests.support.dags import Dag, Graph, Node, ancestors, dags, nobody_counts


async def compare(dag: Dag, *ends: str) -> LineComparison:
    """What the lines of some messages have alone."""
    graph = Graph(dag)
    return await Lines(graph, Counts(nobody_counts, graph)).compare("owner", "conversation", ends)


@given(dag=dags(most=150), data=st.data())
async def test_each_has_what_no_other_has(dag: Dag, data: st.DataObject) -> None:
    """In order, with its tokens; and the nearest that are shared are those with nothing shared below them."""
    a, b = data.draw(st.sampled_from(sorted(dag))), data.draw(st.sampled_from(sorted(dag)))
    assume(a != b)
    found = await compare(dag, a, b)
    above = [ancestors(dag, [end]) for end in (a, b)]
    for part, alone in zip(found.own, (above[0] - above[1], above[1] - above[0]), strict=True):
        assert set(part.ids) == alone
        assert part.tokens == sum(dag[id_].tokens + MESSAGE_TOKENS for id_ in alone)
    shared = above[0] & above[1]
    assert set(found.nearest) == shared - {up for id_ in shared for up in dag[id_].parents}


async def test_lines_that_part_far_above_are_read_in_pages() -> None:
    """Until all that is one's own is known."""
    dag: Dag = {"root": Node("root", 0, ())}
    for side in "ab":
        for number in range(1, 300):
            above = f"{side}{number - 1}" if number > 1 else "root"
            dag[f"{side}{number}"] = Node(f"{side}{number}", number, (above,))
    found = await compare(dag, "a299", "b120")
    assert [len(part.ids) for part in found.own] == [299, 120]
    assert found.nearest == ["root"]
