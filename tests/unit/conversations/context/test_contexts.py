"""Contexts over random histories with forks and merges, against the same path in memory."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.chat import ChatMessage, ModelConfig
from service.conversations.context.assembling import Context, ContextWish
from service.conversations.context.contexts import Contexts
from service.conversations.context.counts import Counts
from service.conversations.context.paths import FIRST_DEPTHS, MESSAGE_TOKENS
from service.errors import ContextOverflow
from service.records import ContextPolicy, ItemKind, Role, SawAs
from tests.support.dags import Dag, Graph, Node, ancestors, dags, nobody_counts

MODEL = ModelConfig("test", "m", "test", 1_000, 100, tokenizer="o200k")
ASKED = ChatMessage(Role.USER, "And now?")


async def build(graph: Graph, prompt: str, policy: ContextPolicy = ContextPolicy.RECENT, room: int = 10**6) -> Context:
    """The context of a prompt of a graph in memory."""
    wish = ContextWish("owner", "conversation", prompt, ASKED, policy, room, MODEL)
    return await Contexts(graph, Counts(nobody_counts, graph)).build(wish)


def sizes(dag: Dag, ids: set[str]) -> int:
    """What messages take in a window."""
    return sum(dag[id_].tokens + MESSAGE_TOKENS for id_ in ids)


def with_prompt(dag: Dag, end: str) -> Dag:
    """The same, with a prompt that continues a message."""
    return dag | {"prompt": Node("prompt", dag[end].depth + 1, (end,))}


def ids_of(context: Context) -> list[str]:
    """The messages of the path that are sent."""
    return [item.id for item in context.items[:-1] if item.id is not None]


@given(dag=dags(most=200), data=st.data())
async def test_whole_path_is_sent_once(dag: Dag, data: st.DataObject) -> None:
    """Nothing is lost where pages meet, and nothing is sent of other branches."""
    end = data.draw(st.sampled_from(sorted(dag)))
    context = await build(Graph(with_prompt(dag, end)), "prompt")
    assert sorted(ids_of(context)) == sorted(ancestors(dag, [end]))
    assert context.is_whole
    assert context.tokens - sum(item.tokens for item in context.items if item.kind is ItemKind.NOTE) == sizes(
        dag, ancestors(dag, [end])
    )
    assert context.messages[-1] is ASKED


@given(dag=dags(most=60), data=st.data(), room=st.integers(0, 400))
async def test_what_is_sent_fits_and_is_the_newest(dag: Dag, data: st.DataObject, room: int) -> None:
    """All messages from a depth on, whichever side they are of."""
    end = data.draw(st.sampled_from(sorted(dag)))
    path = ancestors(dag, [end])
    context = await build(Graph(with_prompt(dag, end)), "prompt", room=room)
    sent = set(ids_of(context))
    begins = min((dag[id_].depth for id_ in sent), default=10**9)
    assert sent == {id_ for id_ in path if dag[id_].depth >= begins}
    assert sizes(dag, sent) <= room
    assert context.is_whole == (sent == path)
    oldest = {seen.id for seen in context.saw if seen.kind is SawAs.VERBATIM}
    assert oldest == ({id_ for id_ in sent if not sent & set(dag[id_].parents)} or {"prompt"})


async def test_what_needs_many_pages_loses_nothing() -> None:
    """Stacked diamonds with one long side each, and pages that end in the middle of them."""
    dag: Dag = {"m0": Node("m0", 0, ())}
    for number in range(40):
        above, depth = f"m{number}", dag[f"m{number}"].depth
        for step in range(12):
            dag[f"x{number}.{step}"] = Node(f"x{number}.{step}", depth + 1 + step, (above,))
            above = f"x{number}.{step}"
        dag[f"y{number}"] = Node(f"y{number}", depth + 1, (f"m{number}",))
        dag[f"m{number + 1}"] = Node(f"m{number + 1}", depth + 13, (above, f"y{number}"))
    graph = Graph(with_prompt(dag, "m40"))
    context = await build(graph, "prompt")
    assert sorted(ids_of(context)) == sorted(dag)
    assert graph.pages > len(dag) // 13 * 13 // 1000


async def test_no_more_is_read_than_is_sent() -> None:
    """Ten thousand messages above cost what a hundred do."""
    dag: Dag = {"m0": Node("m0", 0, ())}
    for number in range(1, 10_000):
        dag[f"m{number}"] = Node(f"m{number}", number, (f"m{number - 1}",), tokens=6)
    graph = Graph(with_prompt(dag, "m9999"))
    context = await build(graph, "prompt", room=500)
    assert len(context.items) - 1 == 30
    assert graph.pages == 1
    assert FIRST_DEPTHS >= 50


async def test_full_context_that_does_not_fit_is_refused() -> None:
    """It is not cut silently."""
    dag = {
        f"m{number}": Node(f"m{number}", number, (f"m{number - 1}",) if number else (), tokens=6) for number in range(9)
    }
    assert len((await build(Graph(with_prompt(dag, "m8")), "prompt", ContextPolicy.FULL, 90)).items) == 10
    with pytest.raises(ContextOverflow, match="its context is FULL"):
        await build(Graph(with_prompt(dag, "m8")), "prompt", ContextPolicy.FULL, 89)


async def test_no_context_is_the_prompt_alone() -> None:
    """No more is read than the first page, for the system prompt."""
    graph = Graph({"m0": Node("m0", 0, ())} | {"prompt": Node("prompt", 1, ("m0",))})
    context = await build(graph, "prompt", ContextPolicy.NONE)
    assert context.messages == (ASKED,)
    assert graph.pages == 1


async def test_what_was_counted_is_kept() -> None:
    """By vocabulary, with the message."""
    graph = Graph({"m0": Node("m0", 0, (), tokens=5)} | {"prompt": Node("prompt", 1, ("m0",))})
    counts = Counts(nobody_counts, graph)
    row = {"id": "m0", "role": "USER", "content": "One two three.", "o200k": None, "cl100k": 4, "toolCalls": None}
    assert await counts.of([row], MODEL) == {"m0": 4}
    await counts.settle()
    assert graph.kept == [{"id": "m0", "o200k": 4, "cl100k": None}]


@given(dag=dags(most=60), data=st.data(), room=st.integers(100, 400))
async def test_pinned_messages_of_the_path_always_go_in(dag: Dag, data: st.DataObject, room: int) -> None:
    """Each once, those before the window ahead of it; none of another branch."""
    end = data.draw(st.sampled_from(sorted(dag)))
    graph = Graph(with_prompt(dag, end))
    graph.pinned = set(data.draw(st.lists(st.sampled_from(sorted(dag)), max_size=5)))
    context = await build(graph, "prompt", room=room)
    sent = ids_of(context)
    assert len(sent) == len(set(sent))
    assert graph.pinned & set(sent) == graph.pinned & ancestors(dag, [end])
    assert sizes(dag, set(sent)) <= room
    seen = {seen.id for seen in context.saw if seen.kind is SawAs.PINNED}
    assert seen == {item.id for item in context.items if item.kind is ItemKind.PINNED}


async def test_pinned_messages_that_do_not_fit_are_named() -> None:
    """They are not left out silently."""
    graph = Graph({"m0": Node("m0", 0, (), tokens=60), "m1": Node("m1", 1, ("m0",), tokens=60)})
    graph.dag["prompt"] = Node("prompt", 2, ("m1",))
    graph.pinned = {"m0"}
    with pytest.raises(ContextOverflow, match="The 1 pinned messages"):
        await build(graph, "prompt", room=63)


async def test_system_prompt_comes_first_and_takes_its_room() -> None:
    """Whatever the policy."""
    graph = Graph({"m0": Node("m0", 0, (), tokens=40), "prompt": Node("prompt", 1, ("m0",))})
    said = {"id": "s", "depth": 0, "content": "Be brief.", "role": "SYSTEM", "o200k": 10, "cl100k": 10}
    graph.system = [said]
    for policy, room, kinds in (
        (ContextPolicy.RECENT, 58, ["SYSTEM", "MESSAGE", "PROMPT"]),
        (ContextPolicy.RECENT, 57, ["SYSTEM", "PROMPT"]),
        (ContextPolicy.NONE, 58, ["SYSTEM", "PROMPT"]),
    ):
        context = await build(graph, "prompt", policy, room)
        assert [item.kind.value for item in context.items] == kinds
        assert context.messages[0] == ChatMessage(Role.SYSTEM, "Be brief.")
