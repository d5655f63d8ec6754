"""The service is killed in the middle of an erasure, and started again: it ends, and nothing else is touched."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from service.commands.client import Client
from service.graph.database import Connection, Database
from service.records import new_id
from tests.support.service_process import ServiceProcess
from tests.support.services import cypher

MESSAGES = 4_000
MADE = """
CREATE (c:Conversation {id: $id, ownerId: $owner, title: 'x', lastSeq: $count, createdAt: datetime(),
  changedAt: datetime(), updatedAt: datetime()})
CREATE (:Branch {id: $branch, name: 'main', createdAt: datetime()})-[:BRANCH_OF]->(c)
WITH c
UNWIND range(1, $count) AS i
CREATE (m:Message:Prompt {id: $id + '-' + i, conversationId: $id, ownerId: $owner, seq: i, depth: 0, role: 'USER',
  content: 'Text ' + i, title: 'x', length: 9, createdAt: datetime()})-[:IN_CONVERSATION]->(c)
CREATE (c)-[:STARTS_WITH]->(m)
RETURN count(m) AS count
"""
LEFT = "MATCH (m:Message {conversationId: $id}) RETURN count(m) AS count"
SETTINGS: dict[str, Any] = {"defaults": {"model": "echo/echo"}}


async def left(database: Database, id: str) -> int:
    """How many messages of a conversation are there."""
    return (await cypher(database, LEFT, id=id))[0]["count"]


async def make(database: Database, owner: str) -> str:
    """A conversation of many messages."""
    id = new_id()
    more = {"owner": owner, "count": MESSAGES, "branch": new_id()}
    await cypher(database, MADE, writes=True, id=id, **more)
    return id


async def receipt_of(client: Client, id: str) -> dict[str, Any]:
    """A receipt, with its counts by label."""
    found = await client.execute("Erasure", id=id)
    return found | {it["label"]: it["count"] for it in found["counts"]}


async def test_an_erasure_ends_after_a_kill(
    connection: Connection, database: Database, owner: str, tmp_path: Path
) -> None:
    """Killed as soon as it was asked for: what it counts in the end is all that there was."""
    gone, kept = await make(database, owner), await make(database, owner)
    async with ServiceProcess(connection, tmp_path, SETTINGS, owner) as service:
        async with service.client() as client:
            made = await client.execute("DeleteConversation", input={"conversationId": gone, "idempotencyKey": "once"})
        await service.kill()
        assert 0 < await left(database, gone) <= MESSAGES
        await service.start()
        async with service.client() as client:
            async with asyncio.timeout(60):
                while (receipt := await receipt_of(client, made["erasure"]["id"]))["erasureStatus"] != "DONE":
                    await asyncio.sleep(0.05)
            again = await client.execute("DeleteConversation", input={"conversationId": gone, "idempotencyKey": "once"})
            assert await client.execute("Conversation", id=gone) is None
    assert (receipt["prompts"], receipt["conversations"], again["erasure"]["id"]) == (MESSAGES, 1, receipt["id"])
    assert (await left(database, gone), await left(database, kept)) == (0, MESSAGES)
