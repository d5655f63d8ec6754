"""Following a conversation's head: what this process wrote to its end is not looked for again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from service.conversations.heads import Head
from service.signals import Signals


class Graph:
    """A conversation whose head a test moves, and how often it was looked at."""

    def __init__(self) -> None:
        self.seq: int | None = 5
        self.looks = 0
        self.signals = Signals()

    async def look(self) -> int | None:
        """The head, after a moment."""
        self.looks += 1
        await asyncio.sleep(0.01)
        return self.seq

    async def glance(self) -> int | None:
        """The head."""
        return self.seq


@pytest.fixture
async def graph() -> Graph:
    """A conversation."""
    return Graph()


@pytest.fixture
async def head(graph: Graph) -> AsyncIterator[Head]:
    """Its head, watched."""
    head = Head(graph.look, graph.glance, graph.signals.listen("c"))
    assert await head.beyond(-1) == 5
    yield head
    head.stop()


async def test_a_write_that_says_its_number_costs_no_look(graph: Graph, head: Head) -> None:
    """It is the head at once, and an older number that comes late takes nothing back."""
    graph.signals.notify("c", 7)
    assert await head.beyond(5) == 7
    graph.signals.notify("c", 6)
    graph.signals.notify("c", 9)
    assert await head.beyond(7) == 9
    assert graph.looks == 1


async def test_a_write_that_says_no_number_is_looked_for(graph: Graph, head: Head) -> None:
    """Also where one that says it comes with it: the other may have the higher."""
    graph.seq = 8
    graph.signals.notify("c")
    graph.signals.notify("c", 7)
    assert await head.beyond(5) == 8
    assert graph.looks == 2


async def test_a_number_that_is_told_during_a_look_is_not_lost(graph: Graph, head: Head) -> None:
    """The look may be older than the write."""
    graph.signals.notify("c")
    await asyncio.sleep(0.005)
    graph.signals.notify("c", 12)
    assert await head.beyond(11) == 12


async def test_who_waits_is_told_that_the_conversation_is_gone(graph: Graph, head: Head) -> None:
    """Nobody waits for ever."""
    graph.seq = None
    graph.signals.notify("c")
    assert await head.beyond(5) is None
