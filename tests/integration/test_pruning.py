"""A branch that goes with its messages, on the real server: what goes, what stays, and what is remembered of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from service.conversations.branches import NewBranch
from service.conversations.past import Past
from service.conversations.pruning import Pruner
from service.conversations.usage import UsageDimension, UsageFilter
from service.cursors import PageRequest
from service.errors import Conflict, NotFound
from service.graph.checks import run_checks
from service.graph.database import Connection, Database
from service.graph.prunings import Prunings
from service.graph.store import main_branch
from service.records import new_id
from service.services import Services
from service.signals import Signals
from service.tasks.creating import NewPrompt
from tests.support.dags import Dag, Node, ancestors, dags
from tests.support.services import cypher, file_task, finished, running

HISTORY = """
CREATE (c:Conversation {id: $id, ownerId: $owner, title: 'x', lastSeq: size($rows), createdAt: datetime(),
  changedAt: datetime(), updatedAt: datetime()})
WITH c CALL (c) {
  UNWIND $rows AS row
  CREATE (m:Message:Prompt {id: row.id, conversationId: $id, ownerId: $owner, seq: row.seq, depth: row.depth,
    role: 'USER', content: row.id, title: row.id, length: size(row.id), createdAt: datetime()})-[:IN_CONVERSATION]->(c)
  FOREACH (x IN CASE WHEN row.parents = [] THEN [1] ELSE [] END | CREATE (c)-[:STARTS_WITH]->(m))
}
CALL () {
  UNWIND $rows AS row UNWIND range(0, size(row.parents) - 1) AS i
  MATCH (m:Message {id: row.id}), (above:Message {id: row.parents[i]})
  CREATE (m)-[:CONTINUES {index: i}]->(above)
}
CALL (c) {
  UNWIND $heads AS head
  MATCH (m:Message {id: head.messageId})
  CREATE (b:Branch {id: head.id, name: head.id, createdAt: datetime()})-[:BRANCH_OF]->(c) CREATE (b)-[:HEAD]->(m)
}
SET c.defaultBranchId = $heads[0].id
RETURN c.id AS id
"""
MESSAGES = "MATCH (m:Message {conversationId: $id}) RETURN m.id AS id ORDER BY m.seq"
DELETED = """
MATCH (e:Change {conversationId: $id, action: 'DELETED', type: 'MESSAGE'}) RETURN e.ids AS ids, e.causeKey AS key"""
TAKEN = "MATCH (:Task {id: $id})-[:HAS_SUBTASK]->()-[:REUSED]->(r:Response) RETURN count(r) AS count"
LEFT = "MATCH (x:Pruning {conversationId: $id}) RETURN count(x) AS count"


@pytest.fixture(scope="module")
async def services(connection: Connection, database: Database, tmp_path_factory: Any) -> AsyncIterator[Services]:
    """A service over the echo model."""
    folder: Path = tmp_path_factory.mktemp("pruning")
    async with running(connection, folder) as services:
        yield services


@asynccontextmanager
async def nobody_prunes(services: Services) -> AsyncIterator[None]:
    """Nothing is deleted in the background for the body; afterwards the service goes on with it."""
    (pruning,) = [task for task in services.upkeep if task.get_name() == "antiphon-pruning"]
    pruning.cancel()
    await asyncio.gather(pruning, return_exceptions=True)
    services.upkeep.remove(pruning)
    try:
        yield
    finally:
        services.upkeep.append(asyncio.create_task(services.pruner.run(), name=pruning.get_name()))


async def written(database: Database, owner: str, dag: Dag, heads: list[str]) -> tuple[str, list[str]]:
    """The history in the graph, with a branch at each of these: its id, and those of the branches."""
    id = new_id()
    rows = [
        {"id": f"{id}-{node.id}", "depth": node.depth, "seq": n + 1, "parents": [f"{id}-{up}" for up in node.parents]}
        for n, node in enumerate(dag.values())
    ]
    branches = [{"id": new_id(), "messageId": f"{id}-{head}"} for head in heads]
    await cypher(database, HISTORY, writes=True, id=id, owner=owner, rows=rows, heads=branches)
    return id, [branch["id"] for branch in branches]


async def pruned(services: Services, id: str) -> None:
    """Wait until nothing is left to be deleted of a conversation."""
    async with asyncio.timeout(60):
        while (await cypher(services.database, LEFT, id=id))[0]["count"]:
            await asyncio.sleep(0.02)


async def broken(services: Services, id: str) -> list[Any]:
    """The checks that do not hold for what a conversation has."""
    statement = (
        "MATCH (c:Conversation {id: $id}) OPTIONAL MATCH (c)-[*1..4]-(n) WHERE NOT n:Model AND NOT n:Template "
        "RETURN collect(DISTINCT n.id) AS ids"
    )
    ids = {id, *(await cypher(services.database, statement, id=id))[0]["ids"]}
    return [(found.name, found.ids) async for found in run_checks(services.database) if ids & set(found.ids)]


def rule(dag: Dag, gone: str, kept: str) -> set[str]:
    """What a pruning leaves: a message goes from the branch's end up, as long as nothing that stays is below it."""
    left, above = set(dag), ancestors(dag, [gone])
    while lonely := {id for id in left & above if id != kept and not any(id in dag[other].parents for other in left)}:
        left -= lonely
    return left


@given(dag=dags())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_of_a_random_history_goes_what_the_rule_says(services: Services, owner: str, dag: Dag) -> None:
    """And as much as was said beforehand; nothing else."""
    kept, gone = list(dag)[len(dag) // 2], list(dag)[-1]
    id, (_, branch) = await written(services.database, owner, dag, [kept, gone])
    _, counted = await services.backend.branches.count_prunable(owner, branch)
    assert len(await cypher(services.database, MESSAGES, id=id)) == len(dag)
    await services.backend.branches.delete_branch(owner, branch, prune=True)
    await pruned(services, id)
    left = {row["id"].removeprefix(f"{id}-") for row in await cypher(services.database, MESSAGES, id=id)}
    assert left == rule(dag, gone, kept)
    assert (counted.messages, counted.is_complete) == (len(dag) - len(left), True)
    told = [message for row in await cypher(services.database, DELETED, id=id) for message in row["ids"]]
    assert sorted(told) == sorted(f"{id}-{message}" for message in set(dag) - left)


async def chat(services: Services, owner: str, content: str, **more: Any) -> tuple[str, str]:
    """A prompt and its answer: the ids of the conversation and the task."""
    task = await services.backend.tasks.send_prompt(owner, NewPrompt(content=content, **more))
    await finished(services.database, task)
    (row,) = await cypher(services.database, "MATCH (t:Task {id: $id}) RETURN t.conversationId AS id", id=task)
    return row["id"], task


async def test_what_was_asked_there_goes_and_what_it_cost_stays(services: Services, owner: str) -> None:
    """A chat with a task of many prompts on a branch: usage says the same before and after, by all that it can."""
    id, _ = await chat(services, owner, "Keep this.")
    branch = await services.backend.branches.create_branch(owner, NewBranch(id, "aside"))
    await chat(services, owner, "Forget this.", conversation_id=id, branch_id=branch)
    task = await services.backend.tasks.create_task(owner, replace(file_task(40), conversation_id=id, branch_id=branch))
    await finished(services.database, task)
    before = {dimension: await used(services, owner, dimension, id) for dimension in UsageDimension}
    _, counted = await services.backend.branches.count_prunable(owner, branch)
    count = len(await cypher(services.database, MESSAGES, id=id))
    await services.backend.branches.delete_branch(owner, branch, "key", prune=True)
    await pruned(services, id)
    left = len(await cypher(services.database, MESSAGES, id=id))
    assert (left, counted.messages, counted.tasks) == (2, count - left, 2)
    assert counted.attempts >= 41
    assert {dimension: await used(services, owner, dimension, id) for dimension in UsageDimension} == before
    assert await broken(services, id) == []
    assert {row["key"] for row in await cypher(services.database, DELETED, id=id)} == {"key"}
    words = (
        "MATCH (n {ownerId: $owner}) WHERE any(k IN keys(n) WHERE n[k] IS :: STRING AND n[k] CONTAINS 'Forget') "
        "RETURN n.id AS id"
    )
    assert await cypher(services.database, words, owner=owner) == []
    assert await services.backend.branches.delete_branch(owner, branch, "key", prune=True) == id


async def used(services: Services, owner: str, dimension: UsageDimension, id: str) -> Any:
    """What usage says, of all and of one conversation; sums of fractions depend on their order in the last digit."""
    usage = services.backend.usage
    rows = [await usage.read_usage(owner, dimension, UsageFilter(which)) for which in (None, id)]
    return [sorted(map(rounded, found), key=lambda row: str(row["key"])) for found in rows]


def rounded(row: dict[str, Any]) -> dict[str, Any]:
    """A row whose fractions have six digits."""
    return {key: round(value, 6) if isinstance(value, float) else value for key, value in row.items()}


async def test_the_default_branch_and_anothers_stay(services: Services, owner: str) -> None:
    """And one where somebody still answers."""
    id, _ = await chat(services, owner, "Hello.")
    branches = services.backend.branches
    with pytest.raises(Conflict, match="default"):
        await branches.delete_branch(owner, main_branch(id), prune=True)
    with pytest.raises(Conflict, match="default"):
        await branches.count_prunable(owner, main_branch(id))
    branch = await branches.create_branch(owner, NewBranch(id, "aside"))
    with pytest.raises(NotFound):
        await branches.delete_branch(f"owner-{new_id()}", branch, prune=True)
    with pytest.raises(NotFound):
        await branches.count_prunable(f"owner-{new_id()}", branch)
    await cypher(
        services.database,
        "MATCH (:Branch {id: $id})-[:HEAD]->()-[:RESPONDS_TO]->(p)<-[:ASKED]-(t:Task), (b:Branch {id: $id}) "
        "SET t.unfinished = true, t.movesBranch = b.id RETURN t.id AS id",
        writes=True,
        id=branch,
    )
    with pytest.raises(Conflict, match="answers on this branch"):
        await branches.delete_branch(owner, branch, prune=True)
    await cypher(
        services.database, "MATCH (t:Task {conversationId: $id}) REMOVE t.unfinished, t.movesBranch", writes=True, id=id
    )
    await branches.delete_branch(owner, branch, prune=True)
    await pruned(services, id)
    assert len(await cypher(services.database, MESSAGES, id=id)) == 2


async def test_what_another_task_took_over_stays(services: Services, owner: str) -> None:
    """Answers that a task on another branch has reused are not deleted with the branch that they were made on."""
    id, _ = await chat(services, owner, "Hello.")
    branches, tasks = services.backend.branches, services.backend.tasks
    side = await branches.create_branch(owner, NewBranch(id, "side"))
    work = replace(file_task(2, reuse=True), conversation_id=id)
    await finished(services.database, await tasks.create_task(owner, replace(work, branch_id=side)))
    taker = await tasks.create_task(owner, work)
    await finished(services.database, taker)
    (found,) = await cypher(services.database, TAKEN, id=taker)
    assert found["count"] == 2
    _, counted = await branches.count_prunable(owner, side)
    assert counted.messages == 0
    await branches.delete_branch(owner, side, prune=True)
    await pruned(services, id)
    assert await cypher(services.database, TAKEN, id=taker) == [found]
    assert await broken(services, id) == []


async def test_one_that_was_killed_half_way_is_gone_on_with(
    services: Services, database: Database, connection: Connection, owner: str, tmp_path: Path
) -> None:
    """By any service, and by two at once: the record in the graph says where. Each message is told once."""
    dag: Dag = {}
    for n in range(1000):
        dag[f"m{n:04}"] = Node(f"m{n:04}", n, (f"m{n - 1:04}",) if n else ())
    id, (_, branch) = await written(database, owner, dag, ["m0009", "m0999"])
    pruning = {"id": new_id(), "conversationId": id}
    row = {"ownerId": owner, "branchId": branch, "mainBranchId": "", "pruningId": pruning["id"], "requestHash": None}
    async with nobody_prunes(services):
        await services.store.change("delete_branch", row | {"conversationId": id, "idempotencyKey": None})
        prunings = Prunings(database, services.writer, Signals())
        await prunings.prune(pruning)
        assert len(await cypher(database, MESSAGES, id=id)) == 800
    async with running(connection, tmp_path) as other:
        await asyncio.gather(other.pruner.sweep(), services.pruner.sweep(), Pruner(prunings).sweep())
    await pruned(services, id)
    assert len(await cypher(database, MESSAGES, id=id)) == 10
    told = [message for row in await cypher(database, DELETED, id=id) for message in row["ids"]]
    assert len(told) == len(set(told)) == 990
    assert await broken(services, id) == []


async def test_what_somebody_goes_on_from_meanwhile_stays(services: Services, database: Database, owner: str) -> None:
    """It is looked at again with every piece; and how it stood can still be asked."""
    dag: Dag = {}
    for n in range(600):
        dag[f"m{n:04}"] = Node(f"m{n:04}", n, (f"m{n - 1:04}",) if n else ())
    id, (_, branch) = await written(database, owner, dag, ["m0009", "m0599"])
    pruning = {"id": new_id(), "conversationId": id}
    row = {"ownerId": owner, "branchId": branch, "mainBranchId": "", "pruningId": pruning["id"], "requestHash": None}
    async with nobody_prunes(services):
        await services.store.change("delete_branch", row | {"conversationId": id, "idempotencyKey": None})
        await Prunings(database, services.writer, Signals()).prune(pruning)
        await services.backend.branches.create_branch(owner, NewBranch(id, "saved", f"{id}-m0300"))
    await pruned(services, id)
    assert len(await cypher(database, MESSAGES, id=id)) == 301
    past = Past(services.backend.reader, owner, id, 600)
    assert [row["headId"] for row in (await past.branches(PageRequest(10))).rows] == [f"{id}-m0009", None]


async def test_twenty_thousand_messages_go_while_somebody_writes(
    services: Services, database: Database, owner: str
) -> None:
    """What another conversation is asked meanwhile is answered."""
    dag: Dag = {}
    for n in range(20_000):
        dag[f"m{n:05}"] = Node(f"m{n:05}", n, (f"m{n - 1:05}",) if n else ())
    id, (_, branch) = await written(database, owner, dag, ["m00009", "m19999"])
    _, counted = await services.backend.branches.count_prunable(owner, branch)
    await services.backend.branches.delete_branch(owner, branch, prune=True)
    other, _ = await chat(services, owner, "Meanwhile.")
    for n in range(5):
        await chat(services, owner, f"Meanwhile {n}.", conversation_id=other)
    await pruned(services, id)
    assert (counted.messages, counted.is_complete) == (19_990, True)
    assert len(await cypher(database, MESSAGES, id=id)) == 10
    assert len(await cypher(database, MESSAGES, id=other)) == 12
