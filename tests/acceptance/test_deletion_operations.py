"""Deletion over HTTP and on the command line: what would go, the receipt, and what is found no more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from service.app import create_app
from service.commands.server import serving
from service.graph.database import Connection
from tests.support.commands import antiphon, ask
from tests.support.front import MakeConfig, Service, operation
from tests.support.services import cypher, finished

ASKED = "MATCH (:Task {id: $id})-[:ASKED]->(p) RETURN p.id AS id"


async def asked(service: Service, content: str, **more: Any) -> dict[str, Any]:
    """The task of a prompt that was answered."""
    made = await service.ask("SendPrompt", input={"content": content} | more)
    task = made["sendPrompt"]["task"]
    await finished(service.services.database, task["id"])
    return task


async def done(service: Service, id: str) -> dict[str, Any]:
    """A receipt, once nothing is left."""
    async with asyncio.timeout(60):
        while (receipt := (await service.ask("Erasure", id=id))["erasure"])["erasureStatus"] != "DONE":
            await asyncio.sleep(0.02)
    return receipt


async def test_a_conversation_is_counted_and_deleted(service: Service) -> None:
    """The receipt says what was counted before, and who asked for it."""
    id = (await asked(service, "Forget this."))["conversation"]["id"]
    dry = await service.ask("DeleteConversation", input={"conversationId": id, "dryRun": True})
    counted = dry["deleteConversation"]
    assert (counted["erasure"], counted["erasable"]["cancels"]) == (None, [])
    gone = (await service.ask("DeleteConversation", input={"conversationId": id}))["deleteConversation"]
    receipt = await done(service, gone["erasure"]["id"])
    assert receipt["counts"] == counted["erasable"]["counts"]
    assert (receipt["erasureKind"], receipt["subjectId"]) == ("CONVERSATION", id)
    assert (await service.ask("Conversation", id=id))["conversation"] is None
    assert (await service.ask("Node", id=id))["node"] is None


async def test_a_message_is_deleted_and_what_is_below_it_joined(service: Service) -> None:
    """The next prompt stands where it stood."""
    first = await asked(service, "One.")
    id = first["conversation"]["id"]
    second = await asked(service, "Two.", conversationId=id)
    last = await asked(service, "Three.", conversationId=id)
    (two,) = await cypher(service.services.database, ASKED, id=second["id"])
    wish = {"messageId": two["id"], "children": "JOIN"}
    counted = (await service.ask("DeleteMessage", input=wish | {"dryRun": True}))["deleteMessage"]["erasable"]
    gone = (await service.ask("DeleteMessage", input=wish))["deleteMessage"]
    assert (await done(service, gone["erasure"]["id"]))["counts"] == counted["counts"]
    assert last["conversation"]["id"] == id


async def test_another_owner_cannot_be_deleted(service: Service) -> None:
    """Only who asks."""
    said = await service.error(operation("DeleteOwner"), input={"ownerId": "somebody", "dryRun": True})
    assert said["code"] == "FORBIDDEN"


@pytest.fixture(scope="module")
async def url(connection: Connection, make_config: MakeConfig) -> AsyncIterator[str]:
    """A running service over the echo model."""
    config = make_config("defaults: {model: echo/echo}")
    async with serving(create_app(config, connection=connection), config, port=0) as address:
        yield address


async def test_a_command_says_what_goes_and_deletes_it(url: str) -> None:
    """With --dry-run it says so alone; where nobody can be asked, --yes is wanted."""
    _, conversation = await ask(url, "Forget me.")
    dry = await antiphon(url, "delete", "conversation", conversation, "--dry-run")
    assert dry.out.startswith("Would go: 1 conversations, 1 prompts, 1 responses")
    refused = await antiphon(url, "delete", "conversation", conversation)
    assert (refused.code, "--yes" in refused.err) == (2, True)
    gone = await antiphon(url, "delete", "conversation", conversation, "--yes")
    assert "Deleted. Nobody finds it any more." in gone.out
    again = await antiphon(url, "delete", "conversation", conversation, "--yes")
    assert again.code == 1
    assert "no such conversation" in again.err


async def test_a_document_is_deleted_by_its_name(url: str, tmp_path: Path) -> None:
    """In its conversation; a name that is not there is answered with those that are."""
    file = tmp_path / "my notes.txt"
    file.write_text("A text of mine.")
    ran = await antiphon(url, "run", str(file), "--instruction", "Look.", "--json")
    assert ran.code == 0, ran.err
    wrong = await antiphon(url, "delete", "document", "last", "notes", "--yes")
    assert (wrong.code, f"There are: {file}." in wrong.err) == (1, True)
    gone = await antiphon(url, "delete", "document", "last", "my notes.txt", "--yes")
    assert ("1 documents" in gone.out, "Deleted. Nobody finds it any more." in gone.out) == (True, True)
    none = await antiphon(url, "delete", "document", "last", "my notes.txt", "--yes")
    assert (none.code, "It has none" in none.err) == (1, True)


async def test_a_conversation_has_days_of_its_own(service: Service) -> None:
    """They are shown, changed, taken back, and told to who follows it; what is no number of days is refused."""
    made = await service.ask("CreateConversation", input={"title": "Kept", "keepDays": 7})
    conversation = made["createConversation"]["conversation"]
    assert conversation["keepDays"] == 7
    wish = {"conversationId": conversation["id"], "keepDays": 0.5}
    for _ in range(2):
        changed = await service.ask("SetKeepDays", input=wish | {"idempotencyKey": conversation["id"]})
        assert changed["setKeepDays"]["conversation"]["keepDays"] == 0.5
    await service.ask("SetKeepDays", input={"conversationId": conversation["id"]})
    assert (await service.ask("Conversation", id=conversation["id"]))["conversation"]["keepDays"] is None
    said = await service.error(operation("SetKeepDays"), input=wish | {"keepDays": 0})
    assert (said["code"], said["field"]) == ("INVALID_INPUT", "input.keepDays")
    other = await service.error(operation("SetKeepDays"), input=wish | {"conversationId": "01a1"})
    assert other["code"] == "NOT_FOUND"
