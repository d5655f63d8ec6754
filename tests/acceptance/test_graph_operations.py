"""Our own format over HTTP and on the command line: what is exported is imported, whole or not at all."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.records import new_id
from tests.acceptance.test_commands import antiphon
from tests.acceptance.test_import_operations import brought_in
from tests.support.front import Service
from tests.support.services import finished

pytestmark = pytest.mark.usefixtures("promises")
BOB = {"authorization": "Bearer token-of-bob"}
Json = dict[str, Any]


@pytest.fixture(scope="module")
async def chat(guarded: Service) -> str:
    """A conversation of two turns."""
    title = f"Chat {new_id()}"
    made = (await guarded.ask("CreateConversation", input={"title": title}))["createConversation"]["conversation"]["id"]
    for content in ("What is an antiphon?", "And a versicle?"):
        sent = await guarded.ask("SendPrompt", input={"conversationId": made, "content": content})
        await finished(guarded.services.database, sent["sendPrompt"]["task"]["id"])
    return made


async def file_of(service: Service, conversation: str) -> bytes:
    """A conversation in our own format."""
    wish = {"conversationId": conversation, "format": "GRAPH"}
    url = (await service.ask("ExportConversation", input=wish))["exportConversation"]["export"]["url"]
    async with httpx.AsyncClient(base_url=service.url, timeout=60) as anybody:
        return (await anybody.get(url)).raise_for_status().content


async def test_what_is_there_stays_as_it_is(guarded: Service, chat: str) -> None:
    """To import one's own export adds nothing, and says so; also where it is packed."""
    file = await file_of(guarded, chat)
    for content in (file, gzip.compress(file)):
        found = await brought_in(guarded, content, "mine.graph.jsonl")
        assert (found["importStatus"], found["format"]) == ("SUCCEEDED", "antiphon-graph")
        assert (found["conversationCount"], found["knownCount"], found["messageCount"]) == (0, 1, 0)


async def test_another_owner_has_a_copy(guarded: Service, chat: str) -> None:
    """With the same messages under other ids, and what the one who exported it has stays."""
    file = await file_of(guarded, chat)
    async with httpx.AsyncClient(base_url=guarded.url, timeout=60, headers=BOB) as http:
        found = await brought_in(Service(guarded.url, guarded.app, http), file)
    assert (found["importStatus"], found["conversationCount"], found["messageCount"]) == ("SUCCEEDED", 1, 4)
    assert (await brought_in(guarded, file))["knownCount"] == 1


async def test_half_a_file_shows_nothing(guarded: Service, chat: str) -> None:
    """It says that the file broke off, and in which line."""
    lines, id = (await file_of(guarded, chat)).splitlines(keepends=True), new_id()
    other = [line.replace(chat.encode(), id.encode()) for line in lines]
    found = await brought_in(guarded, b"".join(other[: len(other) // 2]), "half.jsonl")
    assert (found["importStatus"], found["conversationCount"]) == ("FAILED", 0)
    assert "breaks off" in found["error"]


async def test_on_the_command_line(service: Service, tmp_path: Path) -> None:
    """Exported and imported again; and GraphML, which is only for others, is refused, and it is said what is not."""
    title = f"Chat {new_id()}"
    made = await service.ask("CreateConversation", input={"title": title})
    id = made["createConversation"]["conversation"]["id"]
    sent = await service.ask("SendPrompt", input={"conversationId": id, "content": "Hello?"})
    await finished(service.services.database, sent["sendPrompt"]["task"]["id"])
    path = tmp_path / "all.jsonl"
    ran = await antiphon(service.url, "export", id, "--format", "graph", "-o", str(path))
    assert ran.code == 0, ran.err
    assert json.loads(path.read_bytes().splitlines()[0])["format"] == "antiphon-graph"
    ran = await antiphon(service.url, "import", str(path))
    assert (ran.code, "1 known" in ran.out) == (0, True), ran
    drawn = tmp_path / "all.graphml"
    assert (await antiphon(service.url, "export", id, "--format", "graphml", "-o", str(drawn))).code == 0
    ran = await antiphon(service.url, "import", str(drawn))
    assert ran.code in (1, 2)
    assert "all.graphml is of no format" in ran.err
    assert "--format graph" in ran.err
