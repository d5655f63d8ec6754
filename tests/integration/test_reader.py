"""What callers read, on the real server: histories, lists, and nothing of anybody else's."""

from __future__ import annotations

import random
from typing import Any

import neo4j
import pytest

from service.conversations.history import Direction, History, Walk
from service.conversations.listings import (
    ABOUT,
    ATTEMPTS,
    BRANCHES,
    CHILDREN,
    CONVERSATION_TASKS,
    DEPENDENCIES,
    PARENTS,
    REPLAYS,
    ROOTS,
    SIBLINGS,
    SOURCES,
    SUBTASKS,
    SYNTHESIZED,
    USED,
)
from service.cursors import PageRequest
from service.graph.database import Connection, Database
from service.graph.queries import parse, query
from service.graph.reader import Reader
from service.records import new_id

CONVERSATION = """// A conversation.
CYPHER 25
CREATE (:Conversation {id: $id, ownerId: $ownerId, title: 'Test', lastSeq: 0, createdAt: datetime(),
  changedAt: datetime(), updatedAt: datetime()})
"""
MESSAGES = """// Messages of a conversation.
CYPHER 25
MATCH (c:Conversation {id: $conversationId})
UNWIND $rows AS row
CREATE (m:Message:Prompt {id: row.id, depth: row.depth, title: 't', content: 'c', role: 'USER', seq: 0,
  conversationId: c.id, ownerId: c.ownerId, createdAt: datetime()})-[:IN_CONVERSATION]->(c)
"""
EDGES = """// Edges between messages.
CYPHER 25
UNWIND $rows AS row
MATCH (a:Message {id: row[0]}), (b:Message {id: row[1]})
CREATE (a)-[:CONTINUES]->(b)
"""
MAIN = """// A branch whose head is this message.
CYPHER 25
MATCH (m:Message {id: $head})-[:IN_CONVERSATION]->(c:Conversation)
CREATE (b:Branch {id: 'main-of-' + c.id, name: 'main', createdAt: datetime()})-[:BRANCH_OF]->(c)
CREATE (b)-[:HEAD]->(m)
RETURN c.id AS conversationId, b.id AS branchId
"""
EVERYTHING = """// One node of every kind, in one conversation.
CYPHER 25
MATCH (c:Conversation {id: $conversationId})
CREATE (b:Branch {id: $ids.Branch, name: 'main', createdAt: datetime()})-[:BRANCH_OF]->(c)
CREATE (c)-[:HAS_TASK]->(t:Task {id: $ids.Task, ownerId: c.ownerId, conversationId: c.id, type: 'prompt',
  strategy: 'NONE', status: 'SUCCEEDED', title: 't', createdAt: datetime()})
CREATE (t)-[:HAS_SUBTASK]->(s:Subtask {id: $ids.Subtask, taskId: t.id, index: 0, title: 's', status: 'SUCCEEDED',
  createdAt: datetime()})
CREATE (s)-[:ATTEMPTED]->(a:Attempt {id: $ids.Attempt, number: 1, status: 'SUCCEEDED', createdAt: datetime()})
CREATE (t)-[:READS {index: 0}]->(:Source {id: $ids.Source, ownerId: c.ownerId, sha256: $ids.Source, title: 'n',
  text: 'secret', createdAt: datetime()})
CREATE (m:Message:Prompt {id: $ids.Message, depth: 0, title: 't', content: 'c', role: 'USER',
  conversationId: c.id, ownerId: c.ownerId, createdAt: datetime()})-[:IN_CONVERSATION]->(c)
CREATE (t)-[:ASKED]->(m)
CREATE (b)-[:HEAD]->(m)
CREATE (:TaskEvent {id: $ids.Event, taskId: t.id, conversationId: c.id, seq: 1, type: 'TASK', status: 'SUCCEEDED',
  createdAt: datetime()})
"""
LISTINGS = (ABOUT, ATTEMPTS, BRANCHES, CHILDREN, CONVERSATION_TASKS, DEPENDENCIES, PARENTS, SOURCES, SUBTASKS)
LISTINGS += (REPLAYS, ROOTS, SIBLINGS, SYNTHESIZED, USED)
KINDS = ("Branch", "Task", "Subtask", "Attempt", "Source", "Message")


async def seed(database: Database, statement: str, **parameters: Any) -> None:
    """Run a statement of this test's own."""
    await database.run(parse("seed", statement), **parameters)


async def grow(database: Database, owner: str, parents: list[list[int]]) -> list[str]:
    """A conversation whose message `i` continues from `parents[i]`; the messages' ids."""
    conversation, ids = new_id(), [new_id() for _ in parents]
    depths: list[int] = []
    for above in parents:
        depths.append(max((depths[i] + 1 for i in above), default=0))
    await seed(database, CONVERSATION, id=conversation, ownerId=owner)
    rows = [{"id": id, "depth": depth} for id, depth in zip(ids, depths, strict=True)]
    await seed(database, MESSAGES, conversationId=conversation, rows=rows)
    edges = [[ids[i], ids[j]] for i, above in enumerate(parents) for j in above]
    await seed(database, EDGES, rows=edges)
    return ids


def naive(parents: list[list[int]], ids: list[str], start: int, direction: Direction) -> list[str]:
    """The history of a message, the naive way."""
    edges: dict[int, list[int]] = dict(enumerate(parents))
    if direction is Direction.DESCENDANTS:
        edges = {i: [j for j, above in enumerate(parents) if i in above] for i in edges}
    found, todo = {start}, [start]
    while todo:
        new = [other for other in edges[todo.pop()] if other not in found]
        found.update(new)
        todo += new
    depths: list[int] = []
    for above in parents:
        depths.append(max((depths[i] + 1 for i in above), default=0))
    up = direction is Direction.ANCESTORS
    return [id for _, id in sorted(((depths[i], ids[i]) for i in found), reverse=up)]


async def read_all(database: Database, owner: str, walk: Walk, limit: int, *, backward: bool = False) -> list[str]:
    """All pages of a history, one after another; backward, from its end to its beginning."""
    history, pages, at = History(Reader(database)), list[list[str]](), None
    while True:
        asked = PageRequest(limit, backward, None if backward else at, at if backward else None)
        page = await history.page(owner, walk, asked)
        pages.append([row["id"] for row in page.rows])
        if not (page.has_previous if backward else page.has_next):
            return [id for page in (reversed(pages) if backward else pages) for id in page]
        at = page.cursor(0 if backward else len(page.rows) - 1)


@pytest.mark.parametrize("number", range(6))
async def test_history_of_a_random_graph_is_the_naive_one(database: Database, owner: str, number: int) -> None:
    """Forks, merges and diamonds: every message once, in order, whatever the page size."""
    dice = random.Random(number)
    parents = [[]] + [sorted({max(0, i - dice.randint(1, 8)) for _ in range(dice.randint(1, 3))}) for i in range(1, 50)]
    ids = await grow(database, owner, parents)
    for direction in Direction:
        for start in dice.sample(range(50), 3):
            walk, whole = Walk(direction, ids[start]), naive(parents, ids, start, direction)
            for backward in (False, True):
                limit = dice.choice([2, 3, 7, 20])
                assert await read_all(database, owner, walk, limit, backward=backward) == whole


async def test_forty_diamonds_are_121_messages(database: Database, owner: str) -> None:
    """2^40 ways lead through them; nobody walks them all."""
    parents: list[list[int]] = [[]]
    for _ in range(40):
        top = len(parents) - 1
        parents += [[top], [top], [top + 1, top + 2]]
    ids = await grow(database, owner, parents)
    assert len(await read_all(database, owner, Walk(Direction.ANCESTORS, ids[-1]), 50)) == 121
    assert len(await read_all(database, owner, Walk(Direction.DESCENDANTS, ids[0]), 50)) == 121


async def test_a_page_costs_the_page_and_not_the_history(
    database: Database, connection: Connection, owner: str
) -> None:
    """The newest page of ten times as many messages costs the server the same, of a message and of a branch."""
    hits: list[tuple[int, int]] = []
    for length in (300, 3000):
        ids = await grow(database, owner, [[i - 1] if i else [] for i in range(length)])
        (branch,) = await database.run(parse("seed", MAIN), head=ids[-1])
        rows = ancestors(ids[-1]), ancestors("") | {"messageId": None} | branch
        hits.append((_database_hits(connection, owner, rows[0]), _database_hits(connection, owner, rows[1])))
    (short, short_path), (long, long_path) = hits
    assert long <= short * 1.05
    assert long_path <= short_path * 1.05


PAGE = {"limit": 50, "most": 20_001, "next": 18, "up": False}


def ancestors(id: str, seeds: list[str] | None = None) -> dict[str, Any]:
    """The row that asks for the newest page above a message."""
    start = {"n": 0, "messageId": id, "conversationId": None, "branchId": None, "from": seeds}
    return start | {"low": [-1, ""], "high": [2**62, ""], "bound": None, "edge": None}


def _database_hits(connection: Connection, owner: str, row: dict[str, Any]) -> int:
    asked = {"batch": {"rows": [row]}, "page": PAGE}
    with neo4j.GraphDatabase.driver(connection.uri, auth=(connection.username, connection.password)) as driver:
        statement = query("read_ancestors").text.replace("CYPHER 25", "CYPHER 25 PROFILE")
        summary = driver.execute_query(statement, asked | {"ownerId": owner}, database_="neo4j").summary  # pyright: ignore[reportArgumentType]

    def total(plan: dict[str, Any]) -> int:
        return plan.get("dbHits", 0) + sum(total(child) for child in plan.get("children", []))

    return total(summary.profile or {})


@pytest.fixture
async def anothers(database: Database) -> dict[str, str]:
    """The ids of one node of every kind, of another owner."""
    conversation, ids = new_id(), {kind: new_id() for kind in (*KINDS, "Event")}
    await seed(database, CONVERSATION, id=conversation, ownerId=f"another-{new_id()}")
    await seed(database, EVERYTHING, conversationId=conversation, ids=ids)
    return ids | {"Conversation": conversation}


@pytest.mark.parametrize("kind", [*KINDS, "Conversation"])
async def test_anothers_node_is_not_there(database: Database, owner: str, anothers: dict[str, str], kind: str) -> None:
    """Neither by `node` nor by its kind's own query."""
    reader, id = Reader(database), anothers[kind]
    plural = "branches" if kind == "Branch" else f"{kind.lower()}s"
    assert await reader.read_node_kinds(owner, [id]) == {}
    assert await getattr(reader, f"read_{plural}")(owner, [id]) == {}


@pytest.mark.parametrize(
    ("name", "kind", "more"),
    [
        ("read_source_contents", "Source", {}),
        ("read_parents", "Message", {}),
        ("read_children", "Message", {}),
        ("read_roots", "Conversation", {}),
        ("read_used", "Message", {}),
        ("read_synthesized", "Message", {}),
        ("read_decomposed", "Message", {}),
        ("read_revised", "Message", {}),
        ("read_siblings", "Message", {}),
        ("read_answer_costs", "Message", {}),
        ("read_branch_heads", "Conversation", {}),
        ("read_replay_origins", "Message", {}),
        ("read_replays", "Message", {}),
        ("read_system_prompts", "Conversation", {}),
        ("read_about", "Message", {}),
        ("read_response_attempts", "Message", {}),
        ("read_message_branches", "Message", {}),
        ("read_message_origins", "Message", {}),
        ("read_conversation_branches", "Conversation", {}),
        ("read_conversation_statistics", "Conversation", {}),
        ("read_conversation_tasks", "Conversation", {"status": None}),
        ("read_task_progress", "Task", {}),
        ("read_task_sources", "Task", {}),
        ("read_task_subtasks", "Task", {"status": None}),
        ("read_dependencies", "Subtask", {}),
        ("read_subtask_attempts", "Subtask", {}),
    ],
)
async def test_what_is_beside_anothers_node_is_not_there(
    database: Database, owner: str, anothers: dict[str, str], name: str, kind: str, more: dict[str, Any]
) -> None:
    """Knowing an id opens no edge."""
    listed = {listing.name: listing.order.bounds(PageRequest(9)) for listing in LISTINGS}
    bounds = (listed[name],) if name in listed else ()
    assert await getattr(Reader(database), name)(owner, [anothers[kind]], *bounds, **more) == {}


async def test_anothers_events_and_histories_are_not_there(
    database: Database, owner: str, anothers: dict[str, str]
) -> None:
    """Neither heads nor events nor ancestors."""
    reader = Reader(database)
    assert await reader.read_task_head(owner, anothers["Task"]) is None
    assert await reader.read_task_events(owner, anothers["Task"], after=-1, upto=99, limit=9) == []
    assert await reader.read_conversation_head(owner, anothers["Conversation"]) is None
    assert await reader.read_ancestors(owner, [ancestors(anothers["Message"])], PAGE) == {}
    branch = {"messageId": None, "conversationId": anothers["Conversation"], "branchId": anothers["Branch"]}
    assert await reader.read_ancestors(owner, [ancestors("") | branch], PAGE) == {}
    assert await reader.read_settled_heads(owner, [anothers["Conversation"]]) == {}
    assert await reader.read_sibling_numbers(owner, [anothers["Message"]], 9) == []
    assert await reader.read_numbered_message(owner, anothers["Conversation"], 0) is None
    assert await reader.read_outline_back(owner, anothers["Conversation"], after=-1, before=9, limit=9) is None
    assert await reader.read_levels(owner, anothers["Conversation"], [anothers["Message"]], bound=0, most=9) == []
    assert await reader.read_shown_heads(owner, [anothers["Conversation"]]) == {}
    written = {"conversationId": anothers["Conversation"], "after": -1, "upto": 99, "limit": 9}
    assert await reader.read_written_responses(owner, anothers["Task"], **written) is None


async def test_a_forged_frontier_opens_no_other_conversation(
    database: Database, owner: str, anothers: dict[str, str]
) -> None:
    """A cursor names messages; those of another conversation are left out."""
    (own,) = await grow(database, owner, [[]])
    found = await Reader(database).read_ancestors(owner, [ancestors(own, [anothers["Message"]])], PAGE)
    assert (found[0]["met"], found[0]["rows"]) == (0, [])
