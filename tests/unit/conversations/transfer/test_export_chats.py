"""How chats are read: several short ones to a statement, long ones in stretches."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.conversations.transfer import export_chats
from service.conversations.transfer.export_chats import TOGETHER, read_chats, read_numbers, together
from service.conversations.transfer.transcripts import Speaker
from service.graph.export_reads import ExportedMessage, Place, Places, Span, Spread
from service.graph.owned_reads import Rows
from tests.support.outgoing import Said, row_of

NEWEST = st.integers(0, 3 * TOGETHER)


class Graph:
    """Conversations with a message at each of their numbers but for every fifth, which is of a subtask.

    The first is the system prompt. `asked` are the stretches of each statement."""

    def __init__(self, upto: dict[str, int], text: str = "text") -> None:
        self.upto = upto
        self.text = text
        self.asked: list[list[Span]] = []

    def chat(self, span: Span) -> list[int]:
        """The numbers of a stretch that are of the chat."""
        newest = min(span.last, self.upto.get(span.conversation_id, -1))
        return [seq for seq in range(max(span.first, 1), newest + 1) if seq % 5]

    async def read_exported_places(self, owner: str, spans: Sequence[Span]) -> Spread[Places]:
        """The places of stretches."""
        system = Place(0, "system", len(self.text), [])
        return [
            (
                span.conversation_id,
                Places(system, [Place(seq, f"id {seq}", len(self.text), [seq - 1]) for seq in self.chat(span)]),
            )
            for span in spans
            if span.conversation_id in self.upto
        ]

    async def read_exported_messages(self, owner: str, spans: Sequence[Span]) -> Spread[list[ExportedMessage]]:
        """All messages of stretches, also those of subtasks."""
        self.asked.append(list(spans))
        return [
            (span.conversation_id, [self.message(seq) for seq in range(span.first, span.last + 1)]) for span in spans
        ]

    async def read_exported_tools(self, owner: str, ids: Sequence[str]) -> Rows:
        """None."""
        return []

    def message(self, seq: int) -> ExportedMessage:
        """The message of a number."""
        return row_of(0, Said(Speaker.USER, self.text, (), {"seq": seq}))


@given(newest=st.lists(NEWEST, max_size=20))
def test_short_conversations_are_together_and_long_ones_alone(newest: list[int]) -> None:
    """In their order, each once."""
    upto = {str(place): number for place, number in enumerate(newest)}
    groups = list(together(upto))
    assert [id for group in groups for id in group] == list(upto)
    for group in groups:
        assert len(group) == 1 or sum(number + 1 for number in group.values()) <= TOGETHER
    sizes = [sum(number + 1 for number in group.values()) for group in groups]
    assert all(
        first + next(iter(group.values())) + 1 > TOGETHER for first, group in zip(sizes, groups[1:], strict=False)
    )


@given(newest=st.lists(st.integers(0, 100), min_size=1, max_size=4))
def test_a_group_has_its_trees_and_texts_of_two_statements(newest: list[int]) -> None:
    """What is of subtasks is not read."""
    upto = {str(place): number for place, number in enumerate(newest)}
    graph = Graph(upto)
    chats = asyncio.run(read_chats(graph, "owner", upto))
    for id, number in upto.items():
        chat = chats[id]
        wanted = graph.chat(Span(id, 0, number))
        assert [chat.tree.seq(index) for index in range(len(chat.tree))] == wanted
        assert chat.texts is not None
        assert sorted(chat.texts) == sorted([0, *wanted])
    assert len(graph.asked) == 1


def test_a_long_chat_is_read_in_stretches_and_without_its_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it, whatever the length of a stretch."""
    monkeypatch.setattr(export_chats, "PLACES", 7)
    graph = Graph({"long": 2_000})
    chat = asyncio.run(read_chats(graph, "owner", {"long": 2_000}))["long"]
    assert [chat.tree.seq(index) for index in range(len(chat.tree))] == graph.chat(Span("long", 0, 2_000))
    assert chat.texts is None
    assert graph.asked == []


def test_long_texts_are_not_read_with_the_tree() -> None:
    """They would be held all at once."""
    graph = Graph({"one": 8}, "x" * 1_000_000)
    chat = asyncio.run(read_chats(graph, "owner", {"one": 8}))["one"]
    assert (chat.texts, graph.asked) == (None, [])


def test_a_conversation_that_is_gone_is_empty() -> None:
    """It was deleted after it was listed."""
    chat = asyncio.run(read_chats(Graph({}), "owner", {"gone": 8}))["gone"]
    assert (len(chat.tree), chat.system) == (0, None)


@given(seqs=st.lists(st.integers(0, 30), unique=True))
def test_messages_are_asked_for_in_stretches_that_hold_nothing_else(seqs: list[int]) -> None:
    """In whatever order they are wanted."""
    graph = Graph({"one": 30})
    found = asyncio.run(read_numbers(graph, "owner", "one", seqs))
    assert list(found) == seqs
    if seqs == sorted(seqs):
        (spans,) = graph.asked
        assert all(before.last + 1 < after.first for before, after in pairwise(spans))
