"""What goes with a message in random histories, calls that come back late, and conversations that are kept for days."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.clock import now_ms
from service.conversations.catalog import NewConversation
from service.conversations.deleting import Children, Deletion
from service.conversations.keeping import BY, BY_ITSELF, DAY_MS, Keeping
from service.conversations.usage import UsageDimension, UsageFilter
from service.errors import Conflict, InvalidInput, NotFound
from service.graph.database import Connection, Database
from service.graph.erasures import Erasures
from service.services import Services
from service.signals import Signals
from service.tasks.creating import NewPrompt
from tests.integration.test_erasing import erased, of_receipt
from tests.integration.test_pruning import written
from tests.support.dags import Dag, ancestors, dags
from tests.support.services import cypher, provider, running
from tests.support.slow_provider import slow_provider

LEFT = """
MATCH (m:Message {conversationId: $id})
RETURN m.id AS id, COLLECT { MATCH (m)-[up:CONTINUES]->(p) RETURN p.id ORDER BY up.index } AS parents
"""
HEADS = """
MATCH (b:Branch)-[:BRANCH_OF]->(:Conversation {id: $id})
RETURN COLLECT { MATCH (b)-[:HEAD]->(m) RETURN m.id } AS at
"""
AGED = """
MATCH (c:Conversation {id: $id})
WITH c, datetime({epochMillis: timestamp() - $age}) AS at
SET c.createdAt = at, c.updatedAt = at
RETURN c.id AS id
"""
OPEN = "MATCH (:Task {id: $id})-[:HAS_SUBTASK]->()-[:ATTEMPTED]->(a:Attempt {status: 'RUNNING'}) RETURN a.id AS id"
LATE = "MATCH (a:Attempt {id: $id}) RETURN a {.*, texts: COUNT { (a)-[:YIELDED|SAW]->() }} AS a"


@pytest.fixture(scope="module")
def slow() -> Iterator[str]:
    """A provider that nobody waits for."""
    with slow_provider(60.0) as base_url:
        yield base_url


@pytest.fixture(scope="module")
async def services(
    connection: Connection, database: Database, slow: str, tmp_path_factory: Any
) -> AsyncIterator[Services]:
    """A service over the slow provider."""
    folder: Path = tmp_path_factory.mktemp("rules")
    async with running(connection, folder, provider(slow)) as services:
        yield services


async def remaining(database: Database, id: str) -> dict[str, list[str]]:
    """The messages that are left, each with what it continues, by their names in the history."""
    rows = await cypher(database, LEFT, id=id)
    return {row["id"].removeprefix(f"{id}-"): [up.removeprefix(f"{id}-") for up in row["parents"]] for row in rows}


def joined(dag: Dag, gone: str) -> dict[str, list[str]]:
    """What is left where a message alone goes: what continued it continues what it continued first."""
    above = list(dag[gone].parents[:1])
    found: dict[str, list[str]] = {}
    for node in dag.values():
        ups = [up for old in node.parents for up in (above if old == gone else [old])]
        found[node.id] = sorted(set(ups))
    del found[gone]
    return found


@given(dag=dags(), data=st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_of_a_random_history_goes_what_was_counted(
    services: Services, owner: str, dag: Dag, data: st.DataObject
) -> None:
    """All below it, or itself alone; as many as the dry run said; branches point at what is left."""
    gone, children = data.draw(st.sampled_from(list(dag))), data.draw(st.sampled_from(list(Children)))
    heads = [next(iter(dag)), list(dag)[-1]]
    id, _ = await written(services.database, owner, dag, heads)
    deleting, message = services.backend.deleting, f"{id}-{gone}"
    counted = await deleting.count_message(owner, message, children)
    receipt = await erased(services, await deleting.delete_message(Deletion(owner, message), children))
    assert of_receipt(receipt, counted.counts) == counted.counts
    left = await remaining(services.database, id)
    if children is Children.JOIN:
        assert {name: sorted(ups) for name, ups in left.items()} == joined(dag, gone)
    else:
        assert set(left) == {name for name in dag if gone not in ancestors(dag, [name])}
    at = [name for row in await cypher(services.database, HEADS, id=id) for name in row["at"]]
    assert {name.removeprefix(f"{id}-") for name in at} <= set(left)


async def test_what_a_call_took_that_comes_back_late_is_paid(services: Services, owner: str) -> None:
    """The task is cut; its numbers are in usage, its text is nowhere; and nothing can be asked there any more."""
    task = await services.backend.tasks.send_prompt(owner, NewPrompt(content="Late."))
    async with asyncio.timeout(30):
        while not (rows := await cypher(services.database, OPEN, id=task)):
            await asyncio.sleep(0.01)
    (place,) = await cypher(services.database, "MATCH (t:Task {id: $id}) RETURN t.conversationId AS id", id=task)
    deleting = services.backend.deleting
    assert task in (await deleting.count_conversation(owner, place["id"])).cancels
    await erased(services, await deleting.delete_conversation(Deletion(owner, place["id"])))
    (found,) = await cypher(services.database, LATE, id=rows[0]["id"])
    assert (found["a"]["status"], found["a"]["texts"], found["a"]["inputTokens"] > 0) == ("CANCELLED", 0, True)
    (row,) = await services.backend.usage.read_usage(owner, UsageDimension.CONVERSATION, UsageFilter())
    assert (row["key"], row["label"], row["attempts"]) == (place["id"], "Deleted", 1)
    with pytest.raises(NotFound):
        await services.backend.tasks.send_prompt(owner, NewPrompt(content="More.", conversation_id=place["id"]))


async def test_a_key_deletes_once(services: Services, owner: str) -> None:
    """The same request again has the same receipt; another with its key is refused; another owner finds nothing."""
    ids = [await services.backend.conversations.create_conversation(owner, NewConversation()) for _ in range(2)]
    deleting = services.backend.deleting
    receipt = await deleting.delete_conversation(Deletion(owner, ids[0], key=f"once {owner}"))
    assert await deleting.delete_conversation(Deletion(owner, ids[0], key=f"once {owner}")) == receipt
    with pytest.raises(Conflict):
        await deleting.delete_conversation(Deletion(owner, ids[1], key=f"once {owner}"))
    with pytest.raises(NotFound):
        await deleting.delete_conversation(Deletion(f"{owner}-other", ids[1]))
    assert await deleting.read_erasure(f"{owner}-other", receipt) is None


async def test_a_conversations_own_days_count_in_place_of_its_owners(services: Services, owner: str) -> None:
    """Be they fewer or more; when they are taken back, the owner's count again."""
    conversations = services.backend.conversations
    ids = [await conversations.create_conversation(owner, NewConversation(keep_days=it)) for it in (None, 5.0, 50.0)]
    for id in ids:
        await cypher(services.database, AGED, writes=True, id=id, age=11 * DAY_MS)
    erasures = Erasures(services.database, services.writer, Signals())
    keeping = Keeping(erasures, services.backend.deleting, None, {owner: 20.0})
    assert await keeping.sweep() == 1
    await conversations.set_keep_days(owner, ids[0], 10.5)
    assert await keeping.sweep() == 1
    assert list(await services.backend.reader.read_conversations(owner, ids)) == [ids[2]]
    by = "MATCH (e:Erasure {subjectId: $id}) RETURN e.requestedBy AS by"
    assert await cypher(services.database, by, id=ids[0]) == [{"by": BY_ITSELF}]
    stricter = Keeping(erasures, services.backend.deleting, None, {owner: 10.0})
    assert await stricter.sweep() == 0
    await conversations.set_keep_days(owner, ids[2], None)
    assert await stricter.sweep() == 1


async def test_other_days_set_meanwhile_keep_a_conversation(services: Services, owner: str) -> None:
    """What was found too old is looked at again behind its lock."""
    id = await services.backend.conversations.create_conversation(owner, NewConversation(keep_days=5.0))
    await cypher(services.database, AGED, writes=True, id=id, age=11 * DAY_MS)
    await services.backend.conversations.set_keep_days(owner, id, 50.0)
    for days in (None, 5.0):
        late = Deletion(owner, id, by=BY, idle_since=now_ms() - 10 * DAY_MS, keep_days=days)
        with pytest.raises(NotFound):
            await services.backend.deleting.delete_conversation(late)
    for days in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(InvalidInput, match="at most 36500 days"):
            await services.backend.conversations.set_keep_days(owner, id, days)


async def test_what_is_old_is_deleted(services: Services, owner: str) -> None:
    """Each owner's after their own days; what was added to lately stays."""
    make = services.backend.conversations.create_conversation
    old, new, kept = [await make(owner, NewConversation()) for _ in range(2)] + [
        await make(f"{owner}-x", NewConversation())
    ]
    for id, days in ((old, 11), (new, 9), (kept, 99)):
        await cypher(services.database, AGED, writes=True, id=id, age=days * DAY_MS)
    erasures = Erasures(services.database, services.writer, Signals())
    keeping = Keeping(erasures, services.backend.deleting, None, {owner: 10.0})
    assert await keeping.sweep() == 1
    assert await services.backend.reader.read_conversations(owner, [old]) == {}
    assert await services.backend.reader.read_conversations(owner, [new])
    assert await services.backend.reader.read_conversations(f"{owner}-x", [kept])
    by = "MATCH (e:Erasure {subjectId: $id}) RETURN e.requestedBy AS by"
    assert await cypher(services.database, by, id=old) == [{"by": BY}]
