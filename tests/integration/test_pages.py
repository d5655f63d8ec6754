"""Pages of every list on the real server are slices of the whole list: from either end, between any two cursors."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from typing import Any

import neo4j
import pytest

from service.conversations.catalog import ConversationFilter, ConversationOrder, Conversations
from service.conversations.listings import (
    ABOUT,
    ATTEMPTS,
    BRANCHES,
    CHILDREN,
    CONVERSATION_TASKS,
    DEPENDENCIES,
    PARENTS,
    SOURCES,
    SUBTASKS,
    SYNTHESIZED,
    USED,
    Listing,
)
from service.cursors import Page, PageRequest
from service.graph.database import Connection, Database
from service.graph.queries import parse, query
from service.graph.reader import Reader
from service.graph.store import Store
from service.graph.writer import Writer
from service.records import new_id
from service.signals import Signals
from service.strategies import describe
from service.tasks.kept_plans import KeptPlans

COUNT = 13
MANY = """// A node with COUNT of each kind beside it; three of a kind share a time.
CYPHER 25
CREATE (c:Conversation {id: $ids.conversation, ownerId: $ownerId, title: 'c', lastSeq: 0, createdAt: datetime(),
  changedAt: datetime(), updatedAt: datetime()})
CREATE (c)-[:HAS_TASK]->(t:Task {id: $ids.task, ownerId: $ownerId, conversationId: c.id, type: 'prompt',
  strategy: 'NONE', status: 'RUNNING', title: 't', createdAt: datetime()})
CREATE (t)-[:HAS_SUBTASK]->(s:Subtask {id: $ids.subtask, taskId: t.id, index: 1000, title: 's', status: 'PENDING',
  createdAt: datetime()})
CREATE (m:Message:Prompt {id: $ids.message, depth: 9, title: 'm', content: 'm', role: 'USER', conversationId: c.id,
  createdAt: datetime()})-[:IN_CONVERSATION]->(c)
WITH c, t, s, m
UNWIND $rows AS row
WITH *, datetime({epochMillis: 1000000 + row.i / 3}) AS at
CREATE (m)<-[:HEAD]-(:Branch {id: row.ids[0], name: 'b' + row.i, createdAt: at})-[:BRANCH_OF]->(c)
CREATE (c)-[:HAS_TASK]->(:Task {id: row.ids[1], ownerId: $ownerId, conversationId: c.id, type: 'prompt',
  strategy: 'NONE', status: CASE WHEN row.i % 2 = 0 THEN 'FAILED' ELSE 'SUCCEEDED' END, title: 't', createdAt: at})
CREATE (t)-[:HAS_SUBTASK]->(other:Subtask {id: row.ids[2], taskId: t.id, index: row.i, title: 's', status: 'SUCCEEDED',
  createdAt: at})
CREATE (s)-[:DEPENDS_ON]->(other)
CREATE (s)-[:ATTEMPTED]->(:Attempt {id: row.ids[3], ownerId: $ownerId, number: row.i, status: 'FAILED', createdAt: at})
CREATE (source:Source {id: row.ids[4], ownerId: $ownerId, sha256: row.ids[4], title: 'n', text: 'x', createdAt: at})
CREATE (t)-[:READS {index: row.i, name: 'n' + row.i}]->(source)
CREATE (m)-[:ABOUT {start: row.i, end: row.i + 1}]->(source)
CREATE (m)-[:ABOUT {start: row.i, end: row.i + 2}]->(source)
CREATE (up:Message:Prompt {id: row.ids[5], depth: 8, title: 'u', content: 'u', role: 'USER', conversationId: c.id,
  createdAt: at})-[:IN_CONVERSATION]->(c)
CREATE (down:Message:Response {id: row.ids[6], depth: 10, title: 'd', content: 'd', conversationId: c.id,
  createdAt: at})-[:IN_CONVERSATION]->(c)
CREATE (down)-[:RESPONDS_TO]->(m)-[:CONTINUES]->(up)
CREATE (m)-[:USES]->(down)
CREATE (m)-[:SYNTHESIZES]->(down)
"""
LONG = """// A task with many subtasks, in a conversation with as many tasks.
CYPHER 25
CREATE (c:Conversation {id: $ids.conversation, ownerId: $ownerId, title: 'c', lastSeq: 0, createdAt: datetime(),
  changedAt: datetime(), updatedAt: datetime()})
CREATE (c)-[:HAS_TASK]->(t:Task {id: $ids.task, ownerId: $ownerId, conversationId: c.id, type: 'prompt',
  strategy: 'NONE', status: 'RUNNING', title: 't', createdAt: datetime()})
WITH c, t
UNWIND $rows AS row
CREATE (c)-[:HAS_TASK]->(:Task {id: row.ids[1], ownerId: $ownerId, conversationId: c.id, type: 'prompt',
  strategy: 'NONE', status: 'FAILED', title: 't', createdAt: datetime()})
CREATE (t)-[:HAS_SUBTASK]->(:Subtask {id: row.ids[2], taskId: t.id, index: row.i, title: 's', status: 'SUCCEEDED',
  createdAt: datetime()})
"""
CONVERSATIONS = """// Conversations; three share a time of their last activity.
CYPHER 25
UNWIND $rows AS row
CREATE (:Conversation {id: row.ids[0], ownerId: $ownerId, title: 'c', lastSeq: 0, createdAt: datetime(),
  changedAt: datetime(), updatedAt: datetime({epochMillis: 2000000 - row.i / 3})})
"""
STRATEGIES = """// Plans that a caller saved, and plans that a model made; three share a time; one is an older version.
CYPHER 25
UNWIND $rows AS row
CREATE (:Strategy {id: row.ids[0], ownerId: $ownerId, name: row.ids[1], plan: '{}', description: '', version: 1,
  currentName: CASE WHEN row.i <> 5 THEN row.ids[1] END, origin: ['CALLER', 'MODEL'][row.i % 2],
  createdAt: datetime({epochMillis: 1000000 + row.i / 3})})
"""
Read = Callable[[PageRequest], Awaitable[Page]]


def rows(count: int = COUNT) -> list[dict[str, Any]]:
    """What the seeds make nodes of; ids do not sort as the nodes were made."""
    ids = [[new_id() for _ in range(7)] for _ in range(count)]
    random.shuffle(ids)
    return [{"i": i, "ids": some} for i, some in enumerate(ids)]


async def whole_list(read: Read) -> list[dict[str, Any]]:
    """All rows, which one page can hold."""
    page = await read(PageRequest(100))
    assert (page.has_next, page.has_previous) == (False, False)
    return page.rows


async def check(read: Read, count: int) -> list[dict[str, Any]]:
    """Any page is a slice of the whole list, which has so many rows; and it knows whether the list goes on."""
    whole = await whole_list(read)
    assert len(whole) == count
    cursor = (await read(PageRequest(100))).cursor
    for _ in range(12):
        begin = random.randint(-1, count - 1)
        end = random.randint(max(begin, 0), count)
        limit, backward = random.choice([1, 2, 5, 50]), random.random() < 0.5
        after, before = cursor(begin) if begin >= 0 else None, cursor(end) if end < count else None
        page = await read(PageRequest(limit, backward, after, before))
        between = whole[begin + 1 : end]
        expected = between[-limit:] if backward else between[:limit]
        assert page.rows == expected
        assert not expected or page.has_previous is (expected[0] != whole[0])
        assert not expected or page.has_next is (expected[-1] != whole[-1])
    return whole


@pytest.fixture
async def ids(database: Database, owner: str) -> dict[str, str]:
    """The nodes that have lists."""
    ids = {kind: new_id() for kind in ("conversation", "task", "subtask", "message")}
    await database.run(parse("seed", MANY), ids=ids, ownerId=owner, rows=rows())
    return ids


def beside(database: Database, owner: str, listing: Listing, id: str, **which: Any) -> Read:
    """Reads pages of a list beside a node."""

    async def read(page: PageRequest) -> Page:
        found = await getattr(Reader(database), listing.name)(owner, [id], listing.order.bounds(page), **which)
        return listing.order.page(found[id], page)

    return read


@pytest.mark.parametrize(
    ("listing", "kind", "count"),
    [
        (BRANCHES, "conversation", COUNT),
        (CONVERSATION_TASKS, "conversation", COUNT + 1),
        (SUBTASKS, "task", COUNT + 1),
        (SOURCES, "task", COUNT),
        (ATTEMPTS, "subtask", COUNT),
        (DEPENDENCIES, "subtask", COUNT),
        (PARENTS, "message", COUNT),
        (CHILDREN, "message", COUNT),
        (USED, "message", COUNT),
        (SYNTHESIZED, "message", COUNT),
        (ABOUT, "message", 2 * COUNT),
    ],
)
async def test_a_list_beside_a_node_is_paged(
    database: Database, owner: str, ids: dict[str, str], listing: Listing, kind: str, count: int
) -> None:
    """From both ends; times and sources that are the same are told apart by ids and places."""
    which = {"status": None} if listing in (CONVERSATION_TASKS, SUBTASKS) else {}
    await check(beside(database, owner, listing, ids[kind], **which), count)


async def test_a_list_is_paged_within_a_status(database: Database, owner: str, ids: dict[str, str]) -> None:
    """What is left out is on no page and in no `has_next`."""
    await check(beside(database, owner, CONVERSATION_TASKS, ids["conversation"], status=["FAILED"]), 7)


@pytest.mark.parametrize("by", list(ConversationOrder))
async def test_conversations_are_paged_in_either_order(database: Database, owner: str, by: ConversationOrder) -> None:
    """By age and by last activity, the newest first."""
    await database.run(parse("seed", CONVERSATIONS), ownerId=owner, rows=rows())
    catalog = Conversations(Reader(database), Store(database, Writer(database), Signals()))
    whole = await check(lambda page: catalog.list_conversations(owner, ConversationFilter(), page, by), COUNT)
    key = (lambda row: row["id"]) if by is ConversationOrder.CREATED else (lambda row: (row["updatedAt"], row["id"]))
    assert whole == sorted(whole, key=key, reverse=True)


async def test_activity_while_somebody_pages_repeats_nothing(database: Database, owner: str) -> None:
    """What is added to moves before the pages that were read."""
    await database.run(parse("seed", CONVERSATIONS), ownerId=owner, rows=rows())
    store = Store(database, Writer(database), Signals())
    catalog, seen, after = Conversations(Reader(database), store), list[str](), None
    while True:
        page = await catalog.list_conversations(
            owner, ConversationFilter(), PageRequest(3, after=after), ConversationOrder.UPDATED
        )
        seen += [row["id"] for row in page.rows]
        for row in page.rows:
            said = {"title": "t", "content": "c", "role": "USER"}
            await store.append_message(
                {"conversationId": row["id"], "ownerId": owner, "id": new_id(), "kind": "Prompt", "properties": said}
            )
        if not page.has_next:
            break
        after = page.cursor(len(page.rows) - 1)
    assert len(seen) == len(set(seen)) == COUNT


async def test_tasks_of_all_conversations_are_paged(database: Database, owner: str, ids: dict[str, str]) -> None:
    """By age, in any state."""
    catalog = Conversations(Reader(database), Store(database, Writer(database), Signals()))
    await check(lambda page: catalog.list_tasks(owner, None, page), COUNT + 1)


async def test_strategies_are_paged_over_their_groups(database: Database, owner: str) -> None:
    """The built-in ones, then what was saved, then what models made, each the newest first; older versions are not."""
    await database.run(parse("seed", STRATEGIES), ownerId=owner, rows=rows())
    store = Store(database, Writer(database), Signals())
    plans = KeptPlans(None, Reader(database), store)  # type: ignore[arg-type]
    built_in = [it.name for it in describe()]
    whole = await check(lambda page: plans.list_strategies(owner, page), len(built_in) + COUNT - 1)
    assert [row["id"] for row in whole[: len(built_in)]] == built_in
    kept = whole[len(built_in) :]
    assert [row["group"] for row in kept] == [2] * 7 + [1] * 5
    assert kept == sorted(kept, key=lambda row: (row["group"], row["at"], row["id"]), reverse=True)
    named = await plans.list_strategies(owner, PageRequest(5), kept[0]["strategy"].name)
    assert [row["id"] for row in named.rows] == [kept[0]["id"]]


# --- a page costs the page ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("read_conversation_tasks", {"status": None}),
        ("read_task_subtasks", {"status": None}),
        ("read_owner_tasks", {"status": None}),
    ],
)
@pytest.mark.parametrize("backward", [False, True])
async def test_a_page_of_a_long_list_costs_the_page(
    database: Database, connection: Connection, owner: str, name: str, more: dict[str, Any], backward: bool
) -> None:
    """Ten times as many are as cheap, from either end."""
    seeded: dict[str, dict[str, str]] = {}
    for count in (40, 400):
        ids = seeded[f"{owner}-{count}"] = {kind: new_id() for kind in ("conversation", "task")}
        await database.run(parse("seed", LONG), ids=ids, ownerId=f"{owner}-{count}", rows=rows(count))
    hits: list[int] = []
    for someone, ids in seeded.items():
        order = SUBTASKS.order if name == "read_task_subtasks" else CONVERSATION_TASKS.order
        asked = {"ownerId": someone, "page": order.bounds(PageRequest(10, backward)), **more}
        if name != "read_owner_tasks":
            asked["batch"] = {"ids": [ids["task" if name == "read_task_subtasks" else "conversation"]]}
        hits.append(_database_hits(connection, name, asked))
    assert hits[1] <= hits[0] * 1.1


def _database_hits(connection: Connection, name: str, asked: dict[str, Any]) -> int:
    with neo4j.GraphDatabase.driver(connection.uri, auth=(connection.username, connection.password)) as driver:
        statement = query(name).text.replace("CYPHER 25", "CYPHER 25 PROFILE")
        summary = driver.execute_query(statement, asked, database_="neo4j").summary  # pyright: ignore[reportArgumentType]

    def total(plan: dict[str, Any]) -> int:
        return plan.get("dbHits", 0) + sum(total(child) for child in plan.get("children", []))

    return total(summary.profile or {})
