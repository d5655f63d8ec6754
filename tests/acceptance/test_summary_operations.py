"""Summaries over HTTP: a branch is summarized by request, and what there is in words is told with what it covers."""

from __future__ import annotations

from typing import Any

from tests.acceptance.test_branch_operations import chat, finished, made_branch
from tests.support.front import Service, operation


async def summarized(service: Service, conversation: str, **more: Any) -> str:
    """Have a conversation summarized; the id of the task."""
    asked = await service.ask("SummarizeConversation", input={"conversationId": conversation, **more})
    made = asked["summarizeConversation"]
    await finished(service, made["task"]["id"])
    return made["task"]["id"]


async def in_words(service: Service, conversation: str) -> dict[str, Any]:
    """The summary of a conversation."""
    return (await service.ask("ConversationSummary", id=conversation))["conversation"]["summary"]


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
    assert (said["messages"], said["since"], said["upTo"]["id"]) == (4, 0, ids[-1])
    new = {"content": "More?", "conversationId": conversation}
    await finished(service, (await service.ask("SendPrompt", input=new))["sendPrompt"]["task"]["id"])
    assert (await in_words(service, conversation))["inWords"]["since"] == 2


async def test_part_is_summarized(service: Service) -> None:
    """From one message to another."""
    conversation, ids = await chat(service, 3)
    await summarized(service, conversation, fromMessageId=ids[2], toMessageId=ids[3])
    found = await in_words(service, conversation)
    assert (found["inWords"]["messages"], found["inWords"]["since"]) == (2, 2)
    assert "Question 0" not in found["text"]


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
    query = "query($id: ID!, $b: ID) { conversation(id: $id) { summary(branch: $b) { text inWords { messages } } } }"
    found = (await service.post(query, id=conversation, b=branch["id"]))["data"]["conversation"]["summary"]
    assert found == {"text": None, "inWords": None}
    answer = (await service.ask("Task", id=task))["task"]["answer"]["id"]
    new = {"conversationId": conversation, "name": "wrong", "messageId": answer}
    error = await service.error(operation("CreateBranch"), input=new)
    assert error["field"] == "input.messageId"
