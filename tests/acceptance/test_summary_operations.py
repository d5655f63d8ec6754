"""Summaries over HTTP: a branch is summarized by request, and what there is in words is told with what it covers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx

from service.app import create_app
from service.commands.server import serving
from service.config import Config
from service.graph.database import Connection
from tests.acceptance.test_branch_operations import CURSOR, chat, finished, made_branch, named
from tests.acceptance.test_streams import sse
from tests.support.front import Service, nodes, operation
from tests.support.scripted_provider import ScriptedProvider, openai_stream
from tests.support.services import configuration, provider

FACTS = "query($id: ID!) { node(id: $id) { ... on Summary { claims(kind: FACT) { text summaries { id } } } } }"


@asynccontextmanager
async def served(connection: Connection, config: Config) -> AsyncIterator[Service]:
    """A service of a test's own."""
    app = create_app(config, connection=connection)
    async with serving(app, config, port=0) as url, httpx.AsyncClient(base_url=url, timeout=60) as http:
        yield Service(url, app, http)


async def summarized(service: Service, conversation: str, **more: Any) -> str:
    """Have a conversation summarized; the id of the task."""
    asked = await service.ask("SummarizeConversation", input={"conversationId": conversation, **more})
    made = asked["summarizeConversation"]
    await finished(service, made["task"]["id"])
    return made["task"]["id"]


async def in_words(service: Service, conversation: str) -> dict[str, Any]:
    """The summary of a conversation."""
    return (await service.ask("ConversationSummary", id=conversation))["conversation"]["summary"]


async def told_of_summary(service: Service, conversation: str, after: str) -> dict[str, Any]:
    """The event of the next summary."""
    events = sse(service, "ConversationEvents", conversationId=conversation, after=after)
    async with asyncio.timeout(60), aclosing(events) as payloads:  # pyright: ignore[reportArgumentType]
        async for payload in payloads:
            if (event := payload["data"]["conversationEvents"])["__typename"] == "SummaryAdded":
                return event
    raise AssertionError("The events ended.")


async def test_conversation_is_summarized_by_request(service: Service) -> None:
    """Its summary says how much it covers, and how many messages came since."""
    conversation, ids = await chat(service, 2)
    assert (await in_words(service, conversation))["text"] is None
    task = await summarized(service, conversation, instruction="Mind the questions.", length="SHORT")
    assert (await service.ask("Task", id=task))["task"]["taskStatus"] == "SUCCEEDED"
    found = await in_words(service, conversation)
    assert "Mind the questions." in found["text"]
    assert "Question 1" in found["text"]
    said = found["inWords"]
    assert (said["messageCount"], said["since"], said["upTo"]["id"]) == (4, 0, ids[-1])
    new = {"content": "More?", "conversationId": conversation}
    await finished(service, (await service.ask("SendPrompt", input=new))["sendPrompt"]["task"]["id"])
    assert (await in_words(service, conversation))["inWords"]["since"] == 2


async def test_part_is_summarized(service: Service) -> None:
    """From one message to another."""
    conversation, ids = await chat(service, 3)
    await summarized(service, conversation, fromMessageId=ids[2], toMessageId=ids[3])
    found = await in_words(service, conversation)
    assert (found["inWords"]["messageCount"], found["inWords"]["since"]) == (2, 2)
    assert "Question 0" not in found["text"]


async def test_summary_is_a_node(service: Service) -> None:
    """That its task, its conversation and `node` lead to, with what it covers."""
    conversation, ids = await chat(service, 2)
    task = await summarized(service, conversation)
    query = "query($id: ID!) { task(id: $id) { madeSummary { id } } }"
    id = (await service.post(query, id=task))["data"]["task"]["madeSummary"]["id"]
    (listed,) = nodes((await service.ask("Summaries", conversationId=conversation))["conversation"]["summaries"])
    assert (listed["id"], listed["madeBy"]["id"]) == (id, task)
    assert (listed["summaryKind"], listed["level"], listed["messageCount"]) == ("ASKED", 1, 4)
    assert (listed["from"]["id"], listed["upTo"]["id"]) == (ids[0], ids[-1])
    assert (await service.ask("Node", id=id))["node"]["text"] == listed["text"]
    found = await service.ask("Summaries", conversationId=conversation, kind="STRETCH")
    assert nodes(found["conversation"]["summaries"]) == []


async def test_summary_is_told_with_the_key_of_its_request(service: Service) -> None:
    """To whoever follows the conversation."""
    conversation, _ = await chat(service, 1)
    cursor = (await service.post(CURSOR, id=conversation))["data"]["conversation"]["eventsCursor"]
    await summarized(service, conversation, idempotencyKey=f"key of {conversation}")
    added = await told_of_summary(service, conversation, cursor)
    assert (added["idempotencyKey"], added["summary"]["messageCount"]) == (f"key of {conversation}", 2)
    assert (await in_words(service, conversation))["inWords"]["id"] == added["summaryId"]


async def test_claims_lead_to_their_messages(connection: Connection, tmp_path: Path) -> None:
    """Those of one kind, or all; a label is never seen."""
    fact = {"text": "They greet.", "messages": ["m1", "m2"]}
    question = {"text": "Who are they?", "messages": ["m1"]}
    said = json.dumps({"decisions": [], "openQuestions": [question], "facts": [fact]})
    async with (
        ScriptedProvider(lambda _: [*openai_stream(said)]) as heard,
        served(connection, configuration(tmp_path, provider(f"{heard.url}/v1"))) as service,
    ):
        conversation, ids = await chat(service, 1)
        await summarized(service, conversation, form="STRUCTURED")
        found = await in_words(service, conversation)
        assert found["text"] == "Open questions:\n- Who are they?\n\nFacts:\n- They greet."
        assert found["inWords"]["claims"] == [
            {"kind": "OPEN_QUESTION", "text": "Who are they?", "messages": [{"id": ids[0]}]},
            {"kind": "FACT", "text": "They greet.", "messages": [{"id": id} for id in ids]},
        ]
        node = (await service.post(FACTS, id=found["inWords"]["id"]))["data"]["node"]
        assert node == {"claims": [{"text": "They greet.", "summaries": []}]}


async def test_another_owners_summary_is_not_there(guarded: Service) -> None:
    """Neither as a node nor in a list."""
    conversation, _ = await chat(guarded, 1)
    await summarized(guarded, conversation)
    id = (await in_words(guarded, conversation))["inWords"]["id"]
    headers = {"authorization": "Bearer token-of-bob"}
    async with httpx.AsyncClient(base_url=guarded.url, headers=headers) as http:
        bob = replace(guarded, http=http)
        assert (await bob.ask("Node", id=id))["node"] is None
        assert (await bob.ask("Summaries", conversationId=conversation))["conversation"] is None
    assert (await guarded.ask("Node", id=id))["node"]["id"] == id


async def test_what_summaries_cost_is_seen_as_such(service: Service) -> None:
    """Apart from what the answers cost."""
    conversation, _ = await chat(service, 2)
    await summarized(service, conversation)
    found = (await service.ask("Usage", groupBy="PURPOSE", conversationId=conversation))["usage"]
    assert {row["key"]: (row["attempts"], row["tasks"]) for row in found} == {"ANSWER": (2, 2), "SUMMARY": (1, 1)}


async def test_branch_leaves_a_summary_behind(service: Service) -> None:
    """It is listed with the branch's name; with PRUNE it is refused."""
    conversation, before = await chat(service, 1)
    branch = await made_branch(service, conversation)
    new = {"content": "Another way?", "conversationId": conversation, "branch": branch["id"]}
    await finished(service, (await service.ask("SendPrompt", input=new))["sendPrompt"]["task"]["id"])
    wish = {"branchId": branch["id"], "summarize": True}
    error = await service.error(operation("DeleteBranch"), input=wish | {"messages": "PRUNE"})
    assert (error["code"], error["field"]) == ("INVALID_INPUT", "input.summarize")
    left = (await service.ask("DeleteBranch", input=wish))["deleteBranch"]
    await finished(service, left["task"]["id"])
    (kept,) = nodes((await service.ask("Summaries", conversationId=conversation))["conversation"]["summaries"])
    assert (kept["branchName"], kept["messageCount"], kept["from"]["id"] in before) == ("other", 2, False)
    assert await named(service, conversation, "other") is None


async def test_same_key_makes_one_summary(service: Service) -> None:
    """And is refused for another request."""
    conversation, _ = await chat(service, 1)
    first = await summarized(service, conversation, idempotencyKey=conversation)
    assert await summarized(service, conversation, idempotencyKey=conversation) == first
    other = {"conversationId": conversation, "idempotencyKey": conversation, "length": "LONG"}
    error = await service.error(operation("SummarizeConversation"), input=other)
    assert error["code"] == "CONFLICT"


async def test_what_cannot_be_summarized_is_said(service: Service) -> None:
    """With the field."""
    conversation, ids = await chat(service, 1)
    empty = (await service.ask("CreateConversation", input={}))["createConversation"]["conversation"]["id"]
    for wish, code, field in (
        ({"conversationId": "x"}, "NOT_FOUND", "conversationId"),
        ({"conversationId": empty}, "INVALID_INPUT", "conversationId"),
        ({"conversationId": conversation, "branch": "x"}, "NOT_FOUND", "branch"),
        ({"conversationId": conversation, "fromMessageId": "x"}, "INVALID_INPUT", "fromMessageId"),
        ({"conversationId": conversation, "toMessageId": "x"}, "NOT_FOUND", "toMessageId"),
        ({"conversationId": conversation, "maxTokens": 1}, "INVALID_INPUT", "maxTokens"),
    ):
        error = await service.error(operation("SummarizeConversation"), input=wish)
        assert (error["code"], error["field"]) == (code, f"input.{field}")
    assert ids


async def test_a_summary_is_of_the_branch(service: Service) -> None:
    """One of another branch is not its summary; no branch points at what made it."""
    conversation, ids = await chat(service, 2)
    branch = await made_branch(service, conversation, messageId=ids[1])
    task = await summarized(service, conversation)
    query = "query($id: ID!, $b: ID) { conversation(id: $id) { summary(branch: $b) { text inWords { id } } } }"
    found = (await service.post(query, id=conversation, b=branch["id"]))["data"]["conversation"]["summary"]
    assert found == {"text": None, "inWords": None}
    answer = (await service.ask("Task", id=task))["task"]["answer"]["id"]
    new = {"conversationId": conversation, "name": "wrong", "messageId": answer}
    error = await service.error(operation("CreateBranch"), input=new)
    assert error["field"] == "input.messageId"
