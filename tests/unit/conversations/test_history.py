"""Paging of histories against a naive model, on graphs in which paths split and meet at random."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.conversations.history import MOST_WALKED, Direction, History, HistoryPage, Walk
from service.conversations.places import MOST_FRONTIER, Position, decode_position, encode_position
from service.cursors import PageRequest
from service.errors import InvalidInput, LimitExceeded, NotFound


def name(number: int) -> str:
    """An id; ids do not sort as the messages were made."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, str(number)))


@dataclass
class Graph:
    """Messages with their parents; answers as the stored queries do, and counts what it was asked."""

    parents: dict[str, list[str]]
    heads: dict[str, str | None] = field(default_factory=dict[str, "str | None"])
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

    async def read_ancestors(
        self, owner: str, rows: list[dict[str, Any]], page: dict[str, Any]
    ) -> dict[int, dict[str, Any]]:
        """As `read_ancestors.cypher`."""
        return {row["n"]: answer for row in rows if (answer := self._read(row, page, self.parents, up=True))}

    async def read_descendants(
        self, owner: str, rows: list[dict[str, Any]], page: dict[str, Any]
    ) -> dict[int, dict[str, Any]]:
        """As `read_descendants.cypher`."""
        return {row["n"]: answer for row in rows if (answer := self._read(row, page, self.children, up=False))}

    def _read(
        self, row: dict[str, Any], page: dict[str, Any], edges: dict[str, list[str]], *, up: bool
    ) -> dict[str, Any] | None:
        self.asked.append(row | page)
        start = row["messageId"] or self.heads.get(row["branchId"])
        if start not in self.parents and row["branchId"] not in self.heads:
            return None
        seeds = [id for id in row["from"] or [start] if id in self.parents]
        if not seeds:
            return {"met": 0, "rows": []}
        depths, limit = [self.depth[id] for id in seeds], page["limit"]
        bound = row["bound"] if row["bound"] is not None else max(depths) - limit if up else min(depths) + limit
        keep = (lambda id: self.depth[id] >= bound) if up else (lambda id: self.depth[id] <= bound)
        met = sorted(self.reach(seeds, edges, keep))[: page["most"]]
        places = [(self.depth[id], id) for id in met]
        low, high = tuple(row["low"]), tuple(row["high"])
        found = sorted((at for at in places if low < at < high or at[1] == row["edge"]), reverse=not page["up"])
        nodes = [{"id": id, "depth": depth, "next": edges[id][: page["next"]]} for depth, id in found[:limit]]
        return {"met": len(met), "rows": nodes}


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


Read = Callable[[PageRequest], Awaitable[HistoryPage]]


def of(graph: Graph, walk: Walk) -> Read:
    """Reads pages of a history."""
    return lambda page: History(graph).page("owner", walk, page)


def path_of(graph: Graph, branch: str) -> Read:
    """Reads pages of a branch's path."""

    async def read(page: PageRequest) -> HistoryPage:
        return (await History(graph).paths("owner", [("conversation", branch)], page))["conversation", branch]

    return read


async def read_all(read: Read, limit: int, *, backward: bool = False) -> list[list[str]]:
    """The ids of all pages, each found by the outer cursor of the one before; the list goes on where they say so."""
    pages: list[list[str]] = []
    at = None
    while True:
        page = await read(PageRequest(limit, backward, None if backward else at, at if backward else None))
        pages.append([row["id"] for row in page.rows])
        assert (page.has_next if backward else page.has_previous) is (at is not None)
        if not (page.has_previous if backward else page.has_next):
            return pages
        at = page.cursor(0 if backward else len(page.rows) - 1)


def flat(pages: list[list[str]], *, backward: bool = False) -> list[str]:
    """One list of pages that were read from its beginning, or from its end."""
    return [id for page in (reversed(pages) if backward else pages) for id in page]


@given(graph=graphs(), direction=st.sampled_from(Direction), limit=st.integers(1, 25), data=st.data())
@settings(max_examples=300, deadline=None)
async def test_pages_are_the_whole_history_once(
    graph: Graph, direction: Direction, limit: int, data: st.DataObject
) -> None:
    """From either end, whatever the graph and the page size: all but the last page are full."""
    start = data.draw(st.sampled_from(list(graph.parents)))
    for backward in (False, True):
        pages = await read_all(of(graph, Walk(direction, start)), limit, backward=backward)
        assert flat(pages, backward=backward) == graph.history(start, direction)
        assert all(len(page) == limit for page in pages[:-1])


@given(graph=graphs(), limit=st.integers(1, 25), data=st.data())
@settings(max_examples=150, deadline=None)
async def test_a_path_is_the_history_of_its_head_oldest_first(graph: Graph, limit: int, data: st.DataObject) -> None:
    """From either end."""
    head = data.draw(st.sampled_from(list(graph.parents)))
    graph.heads["main"] = head
    for backward in (False, True):
        pages = await read_all(path_of(graph, "main"), limit, backward=backward)
        assert flat(pages, backward=backward) == graph.history(head, Direction.ANCESTORS)[::-1]


@given(graph=graphs(), direction=st.sampled_from(Direction), backward=st.booleans(), data=st.data())
@settings(max_examples=300, deadline=None)
async def test_every_cursor_is_a_place_to_go_on_from(
    graph: Graph, direction: Direction, backward: bool, data: st.DataObject
) -> None:
    """Any message of a page has one, whichever way the page was read; and what lies between two can be asked for."""
    read = of(graph, Walk(direction, data.draw(st.sampled_from(list(graph.parents)))))
    whole = [row["id"] for row in (await read(PageRequest(100))).rows]
    page = await read(PageRequest(data.draw(st.integers(1, 60)), backward))
    index = data.draw(st.integers(0, len(page.rows) - 1))
    at, cursor = whole.index(page.rows[index]["id"]), page.cursor(index)
    for there in (False, True):
        after, before = await read(PageRequest(100, there, cursor)), await read(PageRequest(100, there, None, cursor))
        assert [row["id"] for row in after.rows] == whole[at + 1 :]
        assert [row["id"] for row in before.rows] == whole[:at]
        other = data.draw(st.integers(index, len(page.rows) - 1))
        between = await read(PageRequest(100, there, cursor, page.cursor(other)))
        assert [row["id"] for row in between.rows] == whole[at + 1 : at + other - index]


async def test_a_page_of_a_long_path_asks_for_the_page_alone() -> None:
    """A page far up begins where the last ended, not at the message that the history is of."""
    path = {name(i): [name(i - 1)] if i else [] for i in range(1000)}
    graph = Graph(path)
    read = of(graph, Walk(message_id=name(999)))
    page = await read(PageRequest(50))
    await read(PageRequest(50, after=page.cursor(49)))
    assert [asked["from"] for asked in graph.asked] == [None, [name(949)]]
    assert all((asked["limit"], asked["bound"]) == (50, None) for asked in graph.asked)


async def test_a_page_near_the_head_walks_from_the_head() -> None:
    """What comes after a cursor is looked for between it and the head alone."""
    path = {name(i): [name(i - 1)] if i else [] for i in range(1000)}
    graph = Graph(path, {"main": name(999)})
    page = await path_of(graph, "main")(PageRequest(30, backward=True))
    later = await path_of(graph, "main")(PageRequest(10, after=page.cursor(0)))
    assert [row["id"] for row in later.rows] == [name(i) for i in range(971, 981)]
    assert graph.asked[-1]["bound"] == 970


async def test_the_paths_of_many_branches_are_one_statement() -> None:
    """One that is empty has an empty page, one that is not there has none."""
    graph = Graph({name(0): [], name(1): [name(0)]}, {"a": name(1), "b": None, "c": name(0)})
    branches = [("x", branch) for branch in "abcd"]
    found = await History(graph).paths("owner", branches, PageRequest(1, backward=True))
    assert {key[1]: [row["id"] for row in page.rows] for key, page in found.items()} == {
        "a": [name(1)],
        "b": [],
        "c": [name(0)],
    }
    assert {key[1]: page.has_previous for key, page in found.items()} == {"a": True, "b": False, "c": False}
    assert [asked["n"] for asked in graph.asked] == [0, 1, 2, 3]


async def test_a_walk_is_bounded() -> None:
    """Who counts from the far end of a path that is too long is told where to begin."""
    path = {name(i): [name(i - 1)] if i else [] for i in range(MOST_WALKED + 2)}
    graph = Graph(path, {"main": name(MOST_WALKED + 1)})
    with pytest.raises(LimitExceeded, match=str(MOST_WALKED)):
        await path_of(graph, "main")(PageRequest(10))


async def test_a_frontier_too_wide_is_walked_from_the_start() -> None:
    """A message with a hundred answers has pages too, though no cursor holds what is to come."""
    star = {name(0): [], **{name(i): [name(0)] for i in range(1, 100)}}
    for backward in (False, True):
        pages = await read_all(of(Graph(star), Walk(Direction.DESCENDANTS, name(0))), 7, backward=backward)
        assert flat(pages, backward=backward) == Graph(star).history(name(0), Direction.DESCENDANTS)


async def test_another_owners_message_is_not_there() -> None:
    """What the reader does not find is `NotFound`."""
    with pytest.raises(NotFound):
        await of(Graph({name(0): []}), Walk(message_id=name(1)))(PageRequest(10))


@pytest.mark.parametrize("argument", ["after", "before"])
async def test_a_cursor_of_another_conversation_is_refused(argument: str) -> None:
    """It names messages that are not of this path; the error names the caller's own argument."""
    strange = encode_position(Direction.ANCESTORS, Position(1, name(7), frozenset([name(6)])))
    graph = Graph({name(0): [], name(1): [name(0)]}, {"main": name(1)})
    asked = PageRequest(5, False, strange) if argument == "after" else PageRequest(5, True, None, strange)
    with pytest.raises(InvalidInput) as caught:
        await path_of(graph, "main")(asked)
    assert caught.value.field == argument


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
