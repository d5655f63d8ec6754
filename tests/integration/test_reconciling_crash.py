"""The service is killed while merged branches are reconciled: it goes on where it was, and asks nothing twice."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from service.commands.client import Client
from service.graph.database import Connection, Database
from service.records import TaskStatus
from tests.integration.test_reconciling import Model
from tests.support.scripted_provider import ScriptedProvider
from tests.support.service_process import ServiceProcess
from tests.support.services import cypher, finished, provider

PAUSE = 0.3
RUNNING = """MATCH (:Task {id: $id})-[:HAS_SUBTASK]->(s {kind: $kind})-[:ATTEMPTED]->(a {status: 'RUNNING'})
RETURN count(a) AS running"""
AFTER = """MATCH (t:Task {id: $id})
RETURN COUNT { MATCH ()-[:REFERENCES {taskId: $id}]->() } AS links, COUNT { (t)-[:HAS_SUBTASK]->() } AS subtasks,
  COUNT { MATCH (e:Change {conversationId: t.conversationId, type: 'LINK'}) } AS events"""


async def sent(client: Client, database: Database, content: str, **place: Any) -> dict[str, Any]:
    """Ask a prompt and wait for its answer; its task."""
    made = await client.execute("SendPrompt", input={"content": content} | place)
    assert await finished(database, made["task"]["id"]) is TaskStatus.SUCCEEDED
    return await client.execute("Task", id=made["task"]["id"])


async def begin_merge(client: Client, database: Database) -> str:
    """Two branches with a turn each, and their merge; the id of its task."""
    first = await sent(client, database, "Shared.")
    conversation, ids = first["conversation"]["id"], list[str]()
    for name in ("left", "right"):
        new = {"conversationId": conversation, "name": name, "messageId": first["answer"]["id"]}
        ids.append((await client.execute("CreateBranch", input=new))["branch"]["id"])
        await sent(client, database, f"On {name}.", conversationId=conversation, branch=ids[-1])
    merge = {"into": ids[0], "from": ids[1:], "reconcile": True}
    return (await client.execute("MergeBranches", input=merge))["task"]["id"]


@pytest.mark.parametrize(("kind", "questions"), [("conflicts", 2), ("direct", 1)])
async def test_service_killed_while_it_reconciles(
    connection: Connection, database: Database, tmp_path: Path, owner: str, kind: str, questions: int
) -> None:
    """Only the call that was cut is made again; links and their events are there once."""
    model = Model()
    async with (
        ScriptedProvider(model, pause=PAUSE) as heard,
        ServiceProcess(connection, tmp_path, provider(f"{heard.url}/v1"), owner) as service,
    ):
        async with service.client() as client:
            task_id = await begin_merge(client, database)
        async with asyncio.timeout(60):
            while not (await cypher(database, RUNNING, id=task_id, kind=kind))[0]["running"]:
                await asyncio.sleep(0.02)
            while not (model.questions if kind == "conflicts" else model.chats[3:]):
                await asyncio.sleep(0.02)
        await service.kill()
        await service.start()
        status = await finished(database, task_id)
    (after,) = await cypher(database, AFTER, id=task_id)
    assert status is TaskStatus.SUCCEEDED
    assert len(model.questions) == questions
    assert after == {"links": 2, "subtasks": 2, "events": 2}
