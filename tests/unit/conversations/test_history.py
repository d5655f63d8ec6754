"""Paging of histories against a naive model, on graphs in which paths split and meet at random."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.conversations.history import (
    MOST_FRONTIER,
    Direction,
    History,
    Position,
    Walk,
    decode_position,
    encode_position,
)
from service.errors import InvalidInput, NotFound


def name(number: int) -> str:
    """An id; ids do not sort as the messages were made."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, str(number)))


@dataclass
class Graph:
    """Messages with their parents; answers as the stored queries do, and counts what it was asked."""

    parents: dict[str, list[str]]
    asked: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.children: dict[str, list[str]] = {id: [] for id in self.parents}
        self.depth: dict[str, int] = {}
        for id, parents in self.parents.items():
            self.depth[id] = max((self.depth[parent] + 1 for parent in parents), default=0)
            for parent in parents:
                self.children[parent].append(id)

    def reach(self, start: Iterable[str], edges: dict[str, list[str]], keep: Any = lambda _: True) -> set[str]:
        """All that can be reached."""
        found, todo = set(start), list(start)
        while todo:
            for other in edges[todo.pop()]:
                if other not in found and keep(other):
                    found.add(other)
                    todo.append(other)
        return found

    def history(self, id: str, direction: Direction) -> list[str]:
        """The whole history, the naive way."""
        up = direction is Direction.ANCESTORS
        found = self.reach([id], self.parents if up else self.children)
        return sorted(found, key=lambda other: (self.depth[other], other), reverse=up)

    async def read_ancestors(self, owner: str, **page: Any) -> list[dict[str, Any]] | None:
        """As `read_ancestors.cypher`."""
        return self._read(page, self.parents, up=True)

    async def read_descendants(self, owner: str, **page: Any) -> list[dict[str, Any]] | None:
        """As `read_descendants.cypher`."""
        return self._read(page, self.children, up=False)

    def _read(self, page: dict[str, Any], edges: dict[str, list[str]], *, up: bool) -> list[dict[str, Any]] | None:
        self.asked.append(page)
        if page["nodeId"] not in self.parents:
            return None
        seeds = [id for id in page["from"] if id in self.parents]
        if not seeds:
            return []
        depths, limit = [self.depth[id] for id in seeds], page["limit"]
        bound = page["bound"] if page["bound"] is not None else max(depths) - limit if up else min(depths) + limit
        keep = (lambda id: self.depth[id] >= bound) if up else (lambda id: self.depth[id] <= bound)
        here = (page["depth"], page["id"])
        found = [(self.depth[id], id) for id in self.reach(seeds, edges, keep)]
        after = sorted((at for at in found if (at < here if up else at > here)), reverse=up)
        return [{"id": id, "depth": depth, "next": edges[id][: page["most"]]} for depth, id in after[:limit]]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Graphs of up to 60 messages, from chains to thickets; some with a message that many others answer."""
    parents: dict[str, list[str]] = {name(0): []}
    wide = draw(st.booleans())
    for number in range(1, draw(st.integers(1, 60))):
        earlier = 1 if wide and draw(st.booleans()) else number
        count = draw(st.integers(1, 3))
        chosen = {draw(st.integers(max(0, earlier - 6), earlier - 1)) for _ in range(count)}
        parents[name(number)] = [name(other) for other in sorted(chosen)]
    return Graph(parents)


async def read_all(graph: Graph, walk: Walk, first: int) -> list[list[str]]:
    """The ids of all pages, following the last cursor of each."""
    pages: list[list[str]] = []
    after = None
    while True:
        page = await History(graph).page(walk, first, after)
        pages.append([row["id"] for row in page.rows])
        if not page.more:
            return pages
        after = page.cursor(len(page.rows) - 1)


@given(graph=graphs(), direction=st.sampled_from(Direction), first=st.integers(1, 25), data=st.data())
@settings(max_examples=300, deadline=None)
async def test_pages_are_the_whole_history_once(
    graph: Graph, direction: Direction, first: int, data: st.DataObject
) -> None:
    """Whatever the graph and the page size, the pages together are the history, and all but the last are full."""
    start = data.draw(st.sampled_from(list(graph.parents)))
    pages = await read_all(graph, Walk("owner", start, direction), first)
    assert [id for page in pages for id in page] == graph.history(start, direction)
    assert all(len(page) == first for page in pages[:-1])


@given(graph=graphs(), direction=st.sampled_from(Direction), data=st.data())
@settings(max_examples=150, deadline=None)
async def test_every_cursor_goes_on_after_its_message(graph: Graph, direction: Direction, data: st.DataObject) -> None:
    """The cursor of any message of a page, not only of the last, is a place to go on from."""
    walk = Walk("owner", data.draw(st.sampled_from(list(graph.parents))), direction)
    whole = graph.history(walk.node_id, direction)
    page = await History(graph).page(walk, 20)
    index = data.draw(st.integers(0, len(page.rows) - 1))
    rest = await History(graph).page(walk, 100, page.cursor(index))
    assert [row["id"] for row in rest.rows] == whole[index + 1 :]


async def test_a_page_of_a_long_path_asks_for_the_page_alone() -> None:
    """A page far up begins where the last ended, not at the message that the history is of."""
    path = {name(i): [name(i - 1)] if i else [] for i in range(1000)}
    graph, walk = Graph(path), Walk("owner", name(999), Direction.ANCESTORS)
    page = await History(graph).page(walk, 50)
    await History(graph).page(walk, 50, page.cursor(49))
    assert [asked["from"] for asked in graph.asked] == [[name(999)], [name(949)]]
    assert all(asked["limit"] == 50 for asked in graph.asked)


async def test_a_frontier_too_wide_is_walked_from_the_start() -> None:
    """A message with a hundred answers has pages too, though no cursor holds what is to come."""
    star = {name(0): [], **{name(i): [name(0)] for i in range(1, 100)}}
    walk = Walk("owner", name(0), Direction.DESCENDANTS)
    pages = await read_all(Graph(star), walk, 7)
    assert [id for page in pages for id in page] == Graph(star).history(name(0), Direction.DESCENDANTS)


async def test_another_owners_message_is_not_there() -> None:
    """What the reader does not find is `NotFound`."""
    with pytest.raises(NotFound):
        await History(Graph({name(0): []})).page(Walk("owner", name(1), Direction.ANCESTORS), 10)


@given(
    depth=st.integers(0, 2**40),
    ids=st.lists(st.uuids().map(str), min_size=1, max_size=MOST_FRONTIER + 3, unique=True),
    direction=st.sampled_from(Direction),
)
def test_a_cursor_says_its_place(depth: int, ids: list[str], direction: Direction) -> None:
    """What is encoded is decoded; a frontier too wide is left out."""
    place = Position(depth, ids[0], frozenset(ids))
    kept = place.frontier if len(ids) <= MOST_FRONTIER else None
    assert decode_position(direction, encode_position(direction, place)) == Position(depth, ids[0], kept)


@given(cursor=st.text(max_size=60))
def test_a_damaged_cursor_names_the_field(cursor: str) -> None:
    """Whatever was sent that we did not make is the caller's error, and no other."""
    with pytest.raises(InvalidInput) as caught:
        decode_position(Direction.ANCESTORS, cursor)
    assert caught.value.field == "after"


def test_a_cursor_of_the_other_way_is_refused() -> None:
    """A cursor belongs to one direction."""
    cursor = encode_position(Direction.ANCESTORS, Position(1, name(1), frozenset()))
    with pytest.raises(InvalidInput):
        decode_position(Direction.DESCENDANTS, cursor)
