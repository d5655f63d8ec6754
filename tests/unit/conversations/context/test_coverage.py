"""Summaries over random histories with forks, merges and deletions: what is planned, and what stands in contexts."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from service.chat import ChatMessage, ModelConfig
from service.conversations.context.assembling import Context, ContextWish
from service.conversations.context.contexts import Contexts
from service.conversations.context.counts import Counts
from service.conversations.context.coverage import Coverage
from service.conversations.context.stretches import GROUP, NEWEST, End, Known, Unit, groups, tile
from service.records import ContextPolicy, ItemKind, Role, SawAs
from tests.support.dags import Dag, Node, ancestors, dags, nobody_counts
from tests.support.summaries import SummarizedGraph

MODEL = ModelConfig("test", "m", "test", 1_000, 100, tokenizer="o200k")
ASKED = ChatMessage(Role.USER, "And now?")
ROOM = 2_000


async def ask(graph: SummarizedGraph, end: str, policy: ContextPolicy = ContextPolicy.SUMMARIZED) -> Context:
    """The context of a prompt after a message; the prompt is not kept."""
    graph.dag["prompt"] = Node("prompt", graph.dag[end].depth + 1, (end,))
    counts = Counts(nobody_counts, graph)
    wish = ContextWish("owner", "conversation", "prompt", ASKED, policy, ROOM, MODEL)
    try:
        return await Contexts(graph, counts, Coverage(graph, counts)).build(wish)
    finally:
        del graph.dag["prompt"]


def sent(context: Context, kind: ItemKind) -> list[str]:
    """The ids of what is sent of a kind."""
    return [item.id for item in context.items if item.kind is kind and item.id is not None]


def leaves(dag: Dag) -> list[str]:
    """The messages below which there is nothing."""
    above = {up for node in dag.values() for up in node.parents}
    return sorted(set(dag) - above)


@settings(max_examples=200, deadline=None)
@given(dag=dags(most=80, most_tokens=300), data=st.data())
async def test_no_context_holds_a_summary_of_what_is_not_on_its_path(dag: Dag, data: st.DataObject) -> None:
    """Nor one of what it sends word for word, nor two of the same; all of it fits; and each covers a line."""
    graph = SummarizedGraph(dict(dag))
    for _ in range(data.draw(st.integers(1, 6))):
        end = data.draw(st.sampled_from(sorted(graph.dag)))
        context = await ask(graph, end)
        path, verbatim = ancestors(graph.dag, [end]), set(sent(context, ItemKind.MESSAGE))
        seen = [graph.made[id_] for id_ in sent(context, ItemKind.SUMMARY)]
        covered = [id_ for made in seen for id_ in made.covers]
        assert set(covered) <= path - verbatim
        assert len(covered) == len(set(covered))
        assert context.tokens <= ROOM + 24 * len(context.items)
        assert {it.id for it in context.saw if it.kind is SawAs.SUMMARY} == {made.id for made in seen}
        if context.ahead is not None:
            await graph.summarize(context.ahead)
        for made in graph.made.values():
            if made.stretch.level == 1:
                line = made.stretch.members
                assert all(graph.dag[low].parents == (up,) for up, low in pairwise(line))
        if data.draw(st.booleans()) and len(graph.dag) > 1:
            graph.delete(data.draw(st.sampled_from(leaves(graph.dag))))


@settings(max_examples=50, deadline=None)
@given(sizes=st.lists(st.integers(1, 300), min_size=1, max_size=400))
async def test_summarizer_reads_each_message_about_once(sizes: list[int]) -> None:
    """As a conversation grows turn by turn: all levels together read no more than 1.1 of it."""
    graph = SummarizedGraph({})
    for number, tokens in enumerate(sizes):
        role = "ASSISTANT" if number % 2 else "USER"
        above = (f"m{number - 1:03}",) if number else ()
        graph.dag[f"m{number:03}"] = Node(f"m{number:03}", number, above, role, tokens)
        if role == "ASSISTANT":
            context = await ask(graph, f"m{number:03}")
            if context.ahead is not None:
                await graph.summarize(context.ahead)
    assert graph.read <= 1.1 * sum(tokens + 4 for tokens in sizes)


async def test_long_history_is_covered_without_a_gap() -> None:
    """All of it stands in the context: in summaries of several levels, and the newest word for word."""
    graph = SummarizedGraph({})
    for number in range(3_000):
        above = (f"m{number - 1:04}",) if number else ()
        graph.dag[f"m{number:04}"] = Node(f"m{number:04}", number, above, "ASSISTANT" if number % 2 else "USER", 16)
    for _ in range(2):
        context = await ask(graph, "m2999")
        assert context.ahead is not None
        await graph.summarize(context.ahead)
    context = await ask(graph, "m2999")
    seen = [graph.made[id_] for id_ in sent(context, ItemKind.SUMMARY)]
    covered = {id_ for made in seen for id_ in made.covers}
    assert max(made.stretch.level for made in seen) > 1
    first = min(covered)
    assert covered | set(sent(context, ItemKind.MESSAGE)) == {id_ for id_ in graph.dag if id_ >= first}
    without = await ask(graph, "m2999", ContextPolicy.RECENT)
    assert len(sent(context, ItemKind.MESSAGE)) >= len(sent(without, ItemKind.MESSAGE))


def test_stretch_never_begins_with_what_a_tool_returned() -> None:
    """Where it ends in the middle of a turn, it goes on to its end."""
    run = [Unit(f"m{i}", 100, "USER" if i % 5 == 0 else "TOOL" if i % 5 in (2, 3) else "ASSISTANT") for i in range(60)]
    roles = {unit.id: unit.role for unit in run}
    for above in End:
        for below in End:
            assert all(roles[one.members[0]] != "TOOL" for one in tile(run, 250, above, below))


def test_newest_summaries_stay_apart() -> None:
    """The oldest of many become one of the next level."""
    line = [Known(f"s{i}", 1, f"m{i}", 10, 50, goes_on=True) for i in range(NEWEST + GROUP)]
    assert groups(line[1:]) == []
    (group,) = groups(line)
    assert group.members == tuple(f"s{i}" for i in range(NEWEST + GROUP - 1, NEWEST - 1, -1))
    assert (group.level, group.ends_at, group.messages) == (2, f"m{NEWEST}", 10 * GROUP)
