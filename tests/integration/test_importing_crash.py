"""An import is killed in the middle and gone on with: nothing is doubled, nothing is lost, nothing is half there."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from service.graph.database import Connection, Database
from tests.support.graph_files import exported, wipe
from tests.support.service_process import ServiceProcess
from tests.support.services import cypher

pytestmark = pytest.mark.usefixtures("promises")

CONVERSATIONS, MESSAGES = 40, 150
FOUND = """MATCH (c:Conversation {ownerId: $owner})
RETURN count(c) AS conversations, collect(DISTINCT COUNT { (c)<-[:IN_CONVERSATION]-(:Message) }) AS messages"""


def conversation(number: int) -> str:
    """One, as OpenAI has it."""
    said = [{"role": ["user", "assistant"][i % 2], "content": f"{number}, {i}"} for i in range(MESSAGES)]
    return json.dumps({"messages": said})


async def pieces(content: bytes) -> AsyncGenerator[bytes]:
    """It, in one."""
    yield content


async def import_of(client: Any, id: str, *, until: int | None = None) -> dict[str, Any]:
    """An import, once it has so many messages, or is over."""
    async with asyncio.timeout(90):
        while True:
            found = await client.execute("Import", id=id)
            if found["importStatus"] != "RUNNING" or (until is not None and found["messageCount"] >= until):
                return found
            await asyncio.sleep(0.02)


async def begin_import(client: Any, content: bytes) -> str:
    """Begin to import a file; the id of the import."""
    upload = (await client.execute("CreateUpload", input={"name": "chats.jsonl", "bytes": len(content)}))["upload"]
    await client.put(upload["url"], pieces(content))
    file = {"file": {"uploadId": upload["uploadId"]}}
    return (await client.execute("ImportConversations", input=file))["import"]["id"]


async def test_a_killed_import_goes_on(connection: Connection, database: Database, tmp_path: Path, owner: str) -> None:
    """It is killed as soon as the first pieces are there; whoever is found then is whole."""
    content = "\n".join(map(conversation, range(CONVERSATIONS))).encode()
    service = ServiceProcess(connection, tmp_path, {"defaults": {"model": "echo/echo"}}, owner)
    async with service:
        async with service.client() as client:
            id = await begin_import(client, content)
            await import_of(client, id, until=1)
        await service.kill()
        (half,) = await cypher(database, FOUND, owner=owner)
        assert half["messages"] in ([], [MESSAGES])
        await service.start()
        async with service.client() as client:
            done = await import_of(client, id)
    assert (done["importStatus"], done["conversationCount"]) == ("SUCCEEDED", CONVERSATIONS)
    assert done["messageCount"] == CONVERSATIONS * MESSAGES
    (found,) = await cypher(database, FOUND, owner=owner)
    assert found == {"conversations": CONVERSATIONS, "messages": [MESSAGES]}


async def test_a_killed_import_of_a_graph_file_goes_on(
    connection: Connection, database: Database, tmp_path: Path, owner: str
) -> None:
    """What came before it was killed counts as brought; nothing of it is known."""
    content = "\n".join(map(conversation, range(CONVERSATIONS))).encode()
    plans = [{"steps": [{"id": "a", "prompt": f"{number}: {{{{input}}}}"}]} for number in range(3)]
    service = ServiceProcess(connection, tmp_path, {"defaults": {"model": "echo/echo"}}, owner)
    async with service:
        async with service.client() as client:
            await import_of(client, await begin_import(client, content))
            for plan in plans:
                await client.execute("SaveStrategy", input={"name": "mine", "plan": plan})
            file = await exported(database, owner)
            await wipe(database, owner)
            id = await begin_import(client, file)
            then = await import_of(client, id, until=1)
        assert then["importStatus"] == "RUNNING"
        await service.kill()
        (half,) = await cypher(database, FOUND, owner=owner)
        assert half["messages"] == [MESSAGES]
        await service.start()
        async with service.client() as client:
            done = await import_of(client, id)
    assert (done["importStatus"], done["noticeCount"], done["knownCount"]) == ("SUCCEEDED", 0, 0)
    assert (done["conversationCount"], done["strategyCount"]) == (CONVERSATIONS, len(plans))
    assert done["messageCount"] == CONVERSATIONS * MESSAGES
    (found,) = await cypher(database, FOUND, owner=owner)
    assert found == {"conversations": CONVERSATIONS, "messages": [MESSAGES]}
