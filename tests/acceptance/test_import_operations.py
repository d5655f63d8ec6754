"""Imports over HTTP: what comes in, what is said of what does not, and that twice is once."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from service.records import new_id
from tests.support.commands import antiphon
from tests.support.front import Service
from tests.support.services import cypher

pytestmark = pytest.mark.usefixtures("promises")

UPLOAD = "mutation($input: ImportConversationsInput!) { importConversations(input: $input) { import { id } } }"
Json = dict[str, Any]


def message(role: str, content: str, **more: Any) -> Json:
    """A message as OpenAI has it."""
    return {"role": role, "content": content} | more


def lines(*conversations: list[Json]) -> bytes:
    """Conversations as OpenAI's JSON Lines. A system message of their own keeps them apart from other tests'."""
    return "\n".join(json.dumps({"messages": messages}) for messages in conversations).encode()


async def brought_in(service: Service, content: bytes, name: str = "chat.jsonl", **more: Any) -> Json:
    """An import, once it is over."""
    wish = {"file": {"upload": None}} | more
    said = {
        "operations": json.dumps({"query": UPLOAD, "variables": {"input": wish}}),
        "map": '{"0": ["variables.input.file.upload"]}',
    }
    answer = (await service.http.post("/graphql", data=said, files={"0": (name, content)})).json()
    return await over(service, answer["data"]["importConversations"]["import"]["id"])


async def over(service: Service, id: str) -> Json:
    """An import, once it is over."""
    async with asyncio.timeout(60):
        while (found := (await service.ask("Import", id=id))["import"])["importStatus"] == "RUNNING":
            await asyncio.sleep(0.02)
    return found


async def test_a_file_comes_in_and_twice_is_once(service: Service) -> None:
    """Its messages are a conversation of ours; the second time all is known."""
    mark = new_id()
    chat = [
        message("system", mark),
        message("user", "What is an antiphon?"),
        message("assistant", "A call and its answer."),
    ]
    first = await brought_in(service, lines(chat))
    assert (first["importStatus"], first["conversationCount"], first["messageCount"]) == ("SUCCEEDED", 1, 3)
    rows = await cypher(
        service.services.database,
        "MATCH (c:Conversation)-[:HAS_SYSTEM_PROMPT]->({content: $mark}) MATCH (c)<-[:BRANCH_OF]-()-[:HEAD]->(m) "
        "RETURN c.id AS id, m.content AS last, m.depth AS depth",
        mark=mark,
    )
    assert [(row["last"], row["depth"]) for row in rows] == [("A call and its answer.", 1)]
    again = await brought_in(service, lines(chat))
    assert (again["conversationCount"], again["knownCount"], again["messageCount"]) == (0, 1, 0)


async def test_what_is_wrong_is_told_with_its_place(service: Service) -> None:
    """One bad line costs that line alone."""
    content = lines([message("user", new_id())]) + b"\n{broken\n" + lines([message("user", new_id())])
    found = await brought_in(service, content)
    assert (found["importStatus"], found["conversationCount"], found["skippedCount"]) == ("PARTIAL", 2, 1)
    assert [notice["place"] for notice in found["notices"] if notice["noticeKind"] == "SKIPPED"] == [
        "chat.jsonl: line 2"
    ]


@pytest.mark.parametrize("content", [b"nothing of any format", b"{}", b"PK\x03\x04broken", b"\x1f\x8bbroken", b"[[["])
async def test_what_is_of_no_format_is_not_imported(service: Service, content: bytes) -> None:
    """It never says imported where nothing was."""
    found = await brought_in(service, content, "what.bin")
    assert (found["importStatus"], found["conversationCount"]) == ("FAILED", 0)
    assert found["error"]


async def test_a_large_file_is_sent_in_pieces_and_goes_on_where_it_stopped(service: Service) -> None:
    """A piece that comes twice, or too early, is refused and says where to go on."""
    content = lines([message("user", new_id()), message("assistant", "x" * 3000)])
    made = await service.ask("CreateUpload", input={"name": "a.jsonl", "bytes": len(content)})
    url = made["createUpload"]["upload"]["url"]
    assert (await service.http.put(url, content=content[:1000])).json()["receivedBytes"] == 1000
    assert (await service.http.put(url, content=content)).status_code == 409
    early = await service.http.post(
        "/graphql", json={"query": UPLOAD, "variables": {"input": {"file": {"uploadId": url[9:]}}}}
    )
    assert early.json()["errors"][0]["extensions"]["code"] == "CONFLICT"
    assert (await service.http.get(url)).json()["receivedBytes"] == 1000
    assert (await service.http.put(f"{url}?offset=1000", content=content[1000:])).json()["receivedBytes"] == len(
        content
    )
    begun = await service.ask("ImportConversations", input={"file": {"uploadId": url[9:]}})
    found = await over(service, begun["importConversations"]["import"]["id"])
    assert found["importStatus"] == "SUCCEEDED"


async def test_an_upload_is_its_owners_alone(guarded: Service) -> None:
    """Another's looks as one that is not there; nobody without a key has any."""
    made = await guarded.ask("CreateUpload", input={"name": "a.jsonl", "bytes": 3})
    url = made["createUpload"]["upload"]["url"]
    bob = {"authorization": "Bearer token-of-bob"}
    assert (await guarded.http.put(url, content=b"abc", headers=bob)).status_code == 404
    assert (await guarded.http.put(url, content=b"abc", headers={"authorization": ""})).status_code == 401
    assert (await guarded.http.put(url, content=b"abcd")).status_code == 413


async def test_owners_who_import_the_same_file_do_not_meet(guarded: Service) -> None:
    """Each has a conversation of their own."""
    content = lines([message("user", new_id())])
    bob = {"authorization": "Bearer token-of-bob"}
    ann = await brought_in(guarded, content)
    wish = {"operations": json.dumps({"query": UPLOAD, "variables": {"input": {"file": {"upload": None}}}})}
    places = {"map": '{"0": ["variables.input.file.upload"]}'}
    sent = await guarded.http.post("/graphql", data=wish | places, files={"0": ("a.jsonl", content)}, headers=bob)
    id = sent.json()["data"]["importConversations"]["import"]["id"]
    assert ann["conversationCount"] == 1
    # Ann does not see what Bob does.
    assert (await guarded.ask("Import", id=id))["import"] is None


async def test_what_was_deleted_here_does_not_come_back(service: Service) -> None:
    """Deleted is deleted for good; it is told."""
    content = lines([message("user", mark := new_id())])
    await brought_in(service, content)
    rows = await cypher(
        service.services.database, "MATCH (m:Prompt {content: $mark}) RETURN m.conversationId AS id", mark=mark
    )
    await service.ask("DeleteConversation", input={"conversationId": rows[0]["id"]})
    again = await brought_in(service, content)
    assert (again["importStatus"], again["conversationCount"], again["skippedCount"]) == ("FAILED", 0, 1)
    assert "deleted here" in again["notices"][0]["text"]


async def test_a_folder_is_imported_on_the_command_line(service: Service, tmp_path: Path) -> None:
    """All files in it, also below it; what a text holds commands no terminal."""
    folder = tmp_path / "chats"
    (folder / "old").mkdir(parents=True)
    (folder / "a.jsonl").write_bytes(lines([message("user", f"{new_id()} \x1b[2J")]))
    (folder / "old" / "\x1b[31mb.jsonl").write_bytes(b"{broken")
    ran = await antiphon(service.url, "import", str(folder), "--format", "openai")
    assert ran.code == 3, ran.err
    assert "1 new" in ran.out
    assert "not imported" in ran.out
    assert "\x1b" not in ran.out


@pytest.mark.parametrize(("name", "content"), [("nothing", None), ("empty.json", b""), ("what", b"hello")])
async def test_what_cannot_be_imported_is_an_error(
    service: Service, tmp_path: Path, name: str, content: bytes | None
) -> None:
    """It names the file."""
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    ran = await antiphon(service.url, "import", str(path))
    assert ran.code in (1, 2)
    assert "error:" in ran.err
    assert name in ran.err
