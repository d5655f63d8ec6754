"""Turns over HTTP: where a prompt goes, and what becomes of what is said in its place."""

from __future__ import annotations

import asyncio
from typing import Any

from service.conversations.events import cursor_at
from service.records import new_id
from tests.support.front import Service, nodes, operation


async def begun(service: Service, content: str = "Who?") -> dict[str, Any]:
    """What sending a first prompt gives."""
    return (await service.ask("SendPrompt", input={"content": content}))["sendPrompt"]


async def finished(service: Service, task_id: str) -> dict[str, Any]:
    """The task, once it is over."""
    async with asyncio.timeout(60):
        while (task := (await service.ask("Task", id=task_id))["task"])["finishedAt"] is None:
            await asyncio.sleep(0.05)
    return task


async def test_a_branch_that_has_moved_is_a_conflict(service: Service) -> None:
    """The error has its code, its field and a remedy; so has one of a branch that is not there."""
    conversation = (await begun(service))["task"]["conversation"]["id"]
    cases: list[tuple[dict[str, Any], str, str]] = [
        ({"expectedHead": {"empty": True}}, "CONFLICT", "input.expectedHead"),
        ({"expectedHead": {"messageId": "x"}}, "CONFLICT", "input.expectedHead"),
        ({"expectedHead": {"empty": False}}, "INVALID_INPUT", "input.expectedHead.empty"),
        ({"branch": "x"}, "NOT_FOUND", "input.branch"),
    ]
    for place, code, field in cases:
        new = {"content": "And?", "conversationId": conversation} | place
        error = await service.error(operation("SendPrompt"), input=new)
        assert (error["code"], error["field"]) == (code, field)
        assert code == "NOT_FOUND" or error["remedy"]


async def test_the_id_of_an_answer_is_known_before_it(service: Service) -> None:
    """The task says it until it has ended, and then has the answer."""
    sent = await begun(service)
    assert sent["task"]["pendingAnswerId"] in (sent["answerId"], None)
    task = await finished(service, sent["task"]["id"])
    assert (task["answer"]["id"], task["pendingAnswerId"]) == (sent["answerId"], None)


async def test_a_message_is_said_in_another_way(service: Service) -> None:
    """The revision stands beside the message, on a branch of its own, and is answered."""
    sent = await begun(service, "What is an antifon?")
    first = await finished(service, sent["task"]["id"])
    new = {"messageId": first["prompt"]["id"], "content": "What is an antiphon?", "newBranch": "right", "ask": True}
    made = (await service.ask("ReviseMessage", input=new))["reviseMessage"]
    assert made["messageEdge"]["node"]["revises"] == {"id": first["prompt"]["id"]}
    answered = await finished(service, made["task"]["id"])
    assert (answered["answer"]["id"], answered["answer"]["content"]) == (made["answerId"], "What is an antiphon?")
    roots = (await service.ask("Roots", conversationId=first["conversation"]["id"]))["conversation"]["roots"]
    assert [node["id"] for node in nodes(roots)] == [first["prompt"]["id"], made["messageEdge"]["node"]["id"]]
    assert made["branch"]["name"] == "right"


async def test_further_answers_are_asked_for(service: Service) -> None:
    """Each is a task with an answer of its own, whose id is known at once; a wrong wish names its field."""
    first = await finished(service, (await begun(service))["task"]["id"])
    wish = {"responseId": first["answer"]["id"]}
    made = (await service.ask("Regenerate", input=wish | {"n": 3}))["regenerate"]
    answers = [(await finished(service, task["id"]))["answer"]["id"] for task in made["tasks"]]
    assert (answers, made["prompt"]["id"]) == (made["answerIds"], first["prompt"]["id"])
    assert len({first["answer"]["id"], *answers}) == 4
    error = await service.error(operation("Regenerate"), input=wish | {"n": 11})
    assert (error["code"], error["field"]) == ("INVALID_INPUT", "input.n")


async def test_followers_are_told_of_a_revision_and_its_key(service: Service) -> None:
    """The message itself, and that it stands in place of another, with the key of the request."""
    first = await finished(service, (await begun(service))["task"]["id"])
    conversation = first["conversation"]["id"]
    (row,) = (await service.services.backend.reader.read_conversations("local", [conversation])).values()
    events = service.services.backend.events.conversation_events("local", conversation, cursor_at(row["seq"]))
    new = {"messageId": first["answer"]["id"], "content": "Mine.", "idempotencyKey": f"revised {conversation}"}
    made = (await service.ask("ReviseMessage", input=new))["reviseMessage"]["messageEdge"]["node"]
    async with asyncio.timeout(30):
        told = [(await anext(events)).row, (await anext(events)).row]
    assert [row.get("id") or row["subjectId"] for row in told] == [made["id"], made["id"]]
    assert (told[1]["action"], told[1]["idempotencyKey"]) == ("REVISED", new["idempotencyKey"])


async def test_a_conversation_has_a_system_prompt(service: Service) -> None:
    """The newest counts, and stands in place of the one before it; it is on no branch, and can be taken away."""
    first = await finished(service, (await begun(service))["task"]["id"])
    conversation = first["conversation"]["id"]

    async def put(said: dict[str, Any], key: str | None = None) -> dict[str, Any] | None:
        new = {"conversationId": conversation, "systemPrompt": said, "idempotencyKey": key}
        answer = await service.ask("SetSystemPrompt", input=new)
        return answer["setSystemPrompt"]["conversation"]["systemPrompt"]

    one = await put({"content": "Be brief."}, f"system {conversation}")
    assert await put({"content": "Be brief."}, f"system {conversation}") == one
    two = await put({"taskType": "summarize"})
    assert one is not None
    assert two is not None
    assert (one["role"], two["id"] != one["id"]) == ("SYSTEM", True)
    main = (await service.ask("Messages", conversationId=conversation))["conversation"]["messages"]
    assert {node["role"] for node in nodes(main)} == {"USER", "ASSISTANT"}
    assert await put({"none": True}) is None
    error = await service.error(
        operation("SetSystemPrompt"), input={"conversationId": conversation, "systemPrompt": {"content": " "}}
    )
    assert (error["code"], error["field"]) == ("INVALID_INPUT", "input.systemPrompt.content")


async def test_a_conversation_begins_with_a_system_prompt(service: Service) -> None:
    """Written with it, once for a key; one of a task type, too."""

    async def make(said: dict[str, Any], key: str) -> dict[str, Any]:
        new = {"title": "Told", "systemPrompt": said, "idempotencyKey": key}
        made = (await service.ask("CreateConversation", input=new))["createConversation"]["conversation"]
        query = "query($id: ID!) { conversation(id: $id) { id systemPrompt { content title } } }"
        return (await service.post(query, id=made["id"]))["data"]["conversation"]

    key = new_id()
    made = await make({"content": "Answer in French."}, key)
    assert made["systemPrompt"] == {"content": "Answer in French.", "title": "Answer in French."}
    assert await make({"content": "Answer in French."}, key) == made
    assert (await make({"none": True}, new_id()))["systemPrompt"] is None
    assert (await make({"taskType": "summary"}, new_id()))["systemPrompt"]["content"]
    create = operation("CreateConversation")
    other = await service.error(create, input={"systemPrompt": {"content": "In German."}, "idempotencyKey": key})
    assert other["code"] == "CONFLICT"
    for said, field in (({"content": " "}, "content"), ({"taskType": "none such"}, "taskType")):
        error = await service.error(create, input={"systemPrompt": said})
        assert (error["code"], error["field"]) == ("INVALID_INPUT", f"input.systemPrompt.{field}")
