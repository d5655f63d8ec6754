"""Histories over chosen edges, and ways between messages, on the real server against a small model: random graphs with
forks, merges and links that lead in circles; pages from both ends, with messages that arrive between them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import pytest

from service.conversations.between import path_between
from service.conversations.history import Direction, History, HistoryEdges, Walk
from service.cursors import PageRequest
from service.errors import InvalidInput, NotFound
from service.graph.database import Database
from service.graph.reader import Reader
from service.records import new_id
from tests.support.services import cypher

TYPES = {
    "CONTINUES": HistoryEdges.TURNS,
    "DECOMPOSES": HistoryEdges.DECOMPOSITION,
    "USES": HistoryEdges.USES,
    "SYNTHESIZES": HistoryEdges.SYNTHESIS,
    "REFERENCES": HistoryEdges.REFERENCES,
}
CHOICES = [
    frozenset({HistoryEdges.TURNS}),
    frozenset({HistoryEdges.TURNS, HistoryEdges.DECOMPOSITION, HistoryEdges.USES}),
    frozenset({HistoryEdges.SYNTHESIS}),
    frozenset({HistoryEdges.REFERENCES}),
    frozenset(HistoryEdges),
]
WRITE = """CALL () {
  UNWIND $rows AS row
  MATCH (c:Conversation {id: $conversation})
  CREATE (m:Message:Prompt {id: row.id, depth: row.depth, seq: row.seq, title: 't', content: 'c', role: 'USER',
    conversationId: c.id, ownerId: c.ownerId, createdAt: datetime({epochMillis: 1000 + row.seq})})
  CREATE (m)-[:IN_CONVERSATION]->(c)
}
CALL () {
  UNWIND $edges AS edge
  MATCH (a:Message {id: edge[0]}), (b:Message {id: edge[2]})
  CREATE (a)-[:$(edge[1])]->(b)
}"""


class Model:
    """A conversation in memory and on the server: messages by number, and typed edges between them."""

    def __init__(self, database: Database, owner: str, seed: int) -> None:
        self.database, self.owner, self.random = database, owner, random.Random(seed)
        self.conversation = new_id()
        self.ids: list[str] = []
        self.depth: dict[str, int] = {}
        self.edges: list[tuple[str, str, str]] = []

    async def begin(self) -> None:
        """Write the conversation."""
        text = """CREATE (:Conversation {id: $id, ownerId: $owner, title: 'c', lastSeq: 0,
          changedAt: datetime(), createdAt: datetime()})"""
        await cypher(self.database, text, writes=True, id=self.conversation, owner=self.owner)

    async def grow(self, count: int) -> None:
        """So many more messages, each with edges to earlier ones; and a link to anywhere, if it has luck."""
        rows, edges = list[dict[str, Any]](), list[tuple[str, str, str]]()
        for _ in range(count):
            id, earlier = new_id(), self.ids[-8:]
            parents = self.random.sample(earlier, min(len(earlier), self.random.choice([0, 1, 1, 1, 1, 2, 2, 3])))
            edges += [(id, "CONTINUES", parent) for parent in parents]
            for type in ("DECOMPOSES", "USES", "SYNTHESIZES"):
                edges += [(id, type, other) for other in self.random.sample(earlier, min(len(earlier), 1))]
            self.depth[id] = max((self.depth[parent] + 1 for parent in parents), default=0)
            self.ids.append(id)
            rows.append({"id": id, "depth": self.depth[id], "seq": len(self.ids)})
            a, b = self.random.choice(self.ids), self.random.choice(self.ids)
            edges += [(a, "REFERENCES", b)] if a != b and self.random.random() < 0.5 else []
        self.edges += edges
        await cypher(self.database, WRITE, writes=True, rows=rows, edges=edges, conversation=self.conversation)

    def beside(self, id: str, over: Iterable[HistoryEdges], up: bool) -> list[str]:
        """What a message leads to, one edge away."""
        ends = [(a, b) if up else (b, a) for a, type, b in self.edges if TYPES[type] in over]
        return [b for a, b in ends if a == id]

    def reach(self, id: str, over: Iterable[HistoryEdges], direction: Direction) -> list[str]:
        """The whole history."""
        up = direction is Direction.ANCESTORS
        found, todo = {id}, [id]
        while todo:
            new = set(self.beside(todo.pop(), over, up)) - found
            found |= new
            todo += new
        turns = frozenset(over) == CHOICES[0]
        return sorted(found, key=lambda it: (self.depth[it] if turns else self.ids.index(it), it), reverse=up)


@pytest.fixture
async def model(database: Database, owner: str, request: pytest.FixtureRequest) -> Model:
    """A conversation of 40 messages."""
    model = Model(database, owner, request.param)
    await model.begin()
    await model.grow(40)
    return model


async def read(model: Model, walk: Walk, limit: int, *, backward: bool, grows: bool) -> list[str]:
    """All pages of a history, from an end; messages arrive between two pages."""
    found: list[str] = []
    at: str | None = None
    while True:
        page = PageRequest(limit, backward, None if backward else at, at if backward else None)
        got = await History(Reader(model.database)).page(model.owner, walk, page)
        ids = [row["id"] for row in got.rows]
        found = ids + found if backward else found + ids
        if not (got.has_previous if backward else got.has_next):
            return found
        at = got.cursor(0 if backward else len(ids) - 1)
        if grows:
            await model.grow(1)


@pytest.mark.parametrize("model", range(4), indirect=True)
@pytest.mark.parametrize("direction", Direction)
async def test_every_message_comes_once(model: Model, direction: Direction) -> None:
    """Whatever the edges, from either end."""
    for over in CHOICES:
        start = model.random.choice(model.ids)
        expected = model.reach(start, over, direction)
        for limit, backward in ((1, False), (7, False), (7, True), (100, True)):
            walk = Walk(direction, start, edges=over)
            assert await read(model, walk, limit, backward=backward, grows=False) == expected


@pytest.mark.parametrize("model", range(3), indirect=True)
async def test_what_was_there_comes_once_while_messages_arrive(model: Model) -> None:
    """What was there when the reading began is in it, in order and once; without links, ancestors stay as they were."""
    for over in CHOICES:
        start = model.ids[-1]
        before = model.reach(start, over, Direction.ANCESTORS)
        found = await read(model, Walk(Direction.ANCESTORS, start, edges=over), 5, backward=False, grows=True)
        assert len(found) == len(set(found))
        if HistoryEdges.REFERENCES not in over:
            assert found == before
        down = await read(model, Walk(Direction.DESCENDANTS, model.ids[0], edges=over), 5, backward=False, grows=True)
        assert len(down) == len(set(down))


@pytest.mark.parametrize("model", [7], indirect=True)
async def test_a_cursor_is_of_its_edges(model: Model) -> None:
    """And of its way."""
    history, start = History(Reader(model.database)), model.ids[-1]
    page = await history.page(model.owner, Walk(Direction.ANCESTORS, start, edges=CHOICES[1]), PageRequest(2))
    for walk in (Walk(Direction.ANCESTORS, start), Walk(Direction.DESCENDANTS, start, edges=CHOICES[1])):
        with pytest.raises(InvalidInput):
            await history.page(model.owner, walk, PageRequest(2, after=page.cursor(0)))
    with pytest.raises(NotFound):
        await history.page("another", Walk(Direction.ANCESTORS, start, edges=CHOICES[4]), PageRequest(2))


async def diamonds(model: Model, count: int) -> tuple[str, str]:
    """So many diamonds on top of each other; the first message and the last."""
    rows, edges, above = [{"id": new_id(), "depth": 0, "seq": 1}], list[tuple[str, str, str]](), list[str]()
    for number in range(count):
        above = [rows[-1]["id"]]
        sides = [{"id": new_id(), "depth": 2 * number + 1, "seq": len(rows) + side} for side in (1, 2)]
        end = {"id": new_id(), "depth": 2 * number + 2, "seq": len(rows) + 3}
        edges += [(side["id"], "CONTINUES", above[0]) for side in sides]
        edges += [(end["id"], "CONTINUES", side["id"]) for side in sides]
        rows += [*sides, end]
    await cypher(model.database, WRITE, writes=True, rows=rows, edges=edges, conversation=model.conversation)
    return rows[0]["id"], rows[-1]["id"]


async def test_stacked_diamonds_are_walked_once(database: Database, owner: str) -> None:
    """Two to the power of 100 ways lead from one end to the other; no statement goes them all."""
    model = Model(database, owner, 0)
    await model.begin()
    first, last = await diamonds(model, 100)
    for over in CHOICES[:2] + CHOICES[4:]:
        for walk in (Walk(Direction.ANCESTORS, last, edges=over), Walk(Direction.DESCENDANTS, first, edges=over)):
            assert len(await read(model, walk, 150, backward=False, grows=False)) == 301
    way = await path_between(Reader(database), owner, (first, last), PageRequest(500))
    assert way is not None
    assert len(way.rows) == 201
    # Nothing joins these: the whole of one side is looked through, and no way twice.
    other, _ = await diamonds(model, 40)
    assert await path_between(Reader(database), owner, (last, other), PageRequest(5)) is None


def common(model: Model, a: str, b: str) -> list[str]:
    """The messages at or above both, the deepest last."""
    ups = [set(model.reach(id, CHOICES[0], Direction.ANCESTORS)) for id in (a, b)]
    return sorted(ups[0] & ups[1], key=lambda id: (model.depth[id], id))


def steps(model: Model, a: str, joint: str) -> int:
    """How many turns lead from a message up to another."""
    seen, count = {a}, 0
    while joint not in seen:
        seen = {up for id in seen for up in model.beside(id, CHOICES[0], True)}
        count += 1
    return count


async def way(model: Model, ends: tuple[str, str], limit: int, *, backward: bool) -> Sequence[str] | None:
    """All pages of the way between two messages."""
    found, at = list[str](), None
    while True:
        page = PageRequest(limit, backward, None if backward else at, at if backward else None)
        got = await path_between(Reader(model.database), model.owner, ends, page)
        if got is None:
            return None
        ids = [row["id"] for row in got.rows]
        found = ids + found if backward else found + ids
        if not (got.has_previous if backward else got.has_next):
            return found
        at = got.cursor(0 if backward else len(ids) - 1)


@pytest.mark.parametrize("model", range(10, 13), indirect=True)
async def test_a_way_leads_over_the_nearest_common_message(model: Model) -> None:
    """Each step is a turn, up and then down; it is the shortest over that message. Pages are slices of it."""
    for _ in range(8):
        a, b = model.random.choice(model.ids), model.random.choice(model.ids)
        found = await way(model, (a, b), 100, backward=False)
        joints = common(model, a, b)
        assert (found is None) == (not joints)
        if found:
            up, down = found[: found.index(joints[-1]) + 1], found[found.index(joints[-1]) :][::-1]
            for side, end in ((up, a), (down, b)):
                assert (side[0], len(side) - 1) == (end, steps(model, end, joints[-1]))
                turns = pairwise(side)
                assert all(upper in model.beside(lower, CHOICES[0], True) for lower, upper in turns)
            for backward in (False, True):
                assert await way(model, (a, b), 2, backward=backward) == found


async def test_a_way_is_of_the_owners_own_messages(database: Database, owner: str) -> None:
    """Another's message is none; between two conversations there is no way."""
    one, other, foreign = (Model(database, of, 0) for of in (owner, owner, "another-" + owner))
    for model in (one, other, foreign):
        await model.begin()
        await model.grow(1)
    assert await path_between(Reader(database), owner, (one.ids[0], other.ids[0]), PageRequest(5)) is None
    for ends, field in (((one.ids[0], foreign.ids[0]), "to"), ((new_id(), one.ids[0]), "from")):
        with pytest.raises(NotFound) as caught:
            await path_between(Reader(database), owner, ends, PageRequest(5))
        assert caught.value.field == field


async def test_a_prompt_with_500_pieces_is_read_in_pages(database: Database, owner: str) -> None:
    """Over decomposition, as over turns."""
    model = Model(database, owner, 0)
    await model.begin()
    rows = [{"id": new_id(), "depth": min(1, seq - 1), "seq": seq} for seq in range(1, 502)]
    edges = [(row["id"], type, rows[0]["id"]) for row in rows[1:] for type in ("DECOMPOSES", "CONTINUES")]
    await cypher(database, WRITE, writes=True, rows=rows, edges=edges, conversation=model.conversation)
    for over in (CHOICES[0], frozenset({HistoryEdges.DECOMPOSITION})):
        walk = Walk(Direction.DESCENDANTS, rows[0]["id"], edges=over)
        for backward in (False, True):
            found = await read(model, walk, 60, backward=backward, grows=False)
            assert (len(found), set(found)) == (501, {row["id"] for row in rows})
