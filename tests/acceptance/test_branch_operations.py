"""Branches over HTTP: made, named, moved, chosen and deleted; and who follows the conversation is told."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any

from tests.acceptance.test_streams import sse
from tests.support.front import Service, nodes, operation

CURSOR = "query($id: ID!) { conversation(id: $id) { eventsCursor } }"
PATH = """query($id: ID!, $branch: ID) {
  conversation(id: $id) { messages(first: 50, branch: $branch) { edges { node { id } } } }
}"""


async def chat(service: Service, turns: int = 2) -> tuple[str, list[str]]:
    """A conversation of so many answered prompts: its id, and those of its messages."""
    made: dict[str, Any] = (await service.ask("CreateConversation", input={}))["createConversation"]["conversation"]
    for number in range(turns):
        new = {"content": f"Question {number}", "conversationId": made["id"]}
        task = (await service.ask("SendPrompt", input=new))["sendPrompt"]["task"]
        await finished(service, task["id"])
    return made["id"], await path(service, made["id"])


async def finished(service: Service, task_id: str) -> None:
    """Wait for the end of a task."""
    async with asyncio.timeout(60):
        while (await service.ask("Task", id=task_id))["task"]["finishedAt"] is None:
            await asyncio.sleep(0.05)


async def path(service: Service, conversation: str, branch: str | None = None) -> list[str]:
    """The ids of the messages of a branch."""
    found = (await service.post(PATH, id=conversation, branch=branch))["data"]["conversation"]
    return [message["id"] for message in nodes(found["messages"])]


async def made_branch(service: Service, conversation: str, **more: Any) -> dict[str, Any]:
    """A new branch."""
    new = {"conversationId": conversation, "name": "other"} | more
    return (await service.ask("CreateBranch", input=new))["createBranch"]["branch"]


async def branches(service: Service, conversation: str) -> dict[str, dict[str, Any]]:
    """A conversation's branches by name."""
    found = await service.ask("Branches", conversationId=conversation, shares=True)
    return {branch["name"]: branch for branch in nodes(found["conversation"]["branches"])}


async def named(service: Service, conversation: str, name: str) -> dict[str, Any] | None:
    """The branch of that name."""
    return (await service.post(operation("Branch"), conversationId=conversation, name=name))["data"]["branch"]


async def told(service: Service, conversation: str, after: str, count: int) -> list[dict[str, Any]]:
    """The next events of a conversation."""
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(60):
        async with aclosing(sse(service, "ConversationEvents", conversationId=conversation, after=after)) as payloads:  # pyright: ignore[reportArgumentType]
            async for payload in payloads:
                found.append(payload["data"]["conversationEvents"])
                if len(found) == count:
                    break
    return found


async def test_a_branch_is_made_at_a_message_and_goes_on_from_there(service: Service) -> None:
    """Nothing is copied: the new prompt continues from the message, and the default branch stays."""
    conversation, before = await chat(service)
    branch = await made_branch(service, conversation, messageId=before[1])
    new = {"content": "Otherwise?", "conversationId": conversation, "branch": branch["id"]}
    await finished(service, (await service.ask("SendPrompt", input=new))["sendPrompt"]["task"]["id"])
    assert (await path(service, conversation, branch["id"]))[:2] == before[:2]
    assert len(await path(service, conversation, branch["id"])) == 4
    assert await path(service, conversation) == before


async def test_where_no_branch_is_named_the_default_one_is_meant(service: Service) -> None:
    """It is read, and prompts go on with it, until another one is chosen."""
    conversation, before = await chat(service)
    branch = await made_branch(service, conversation, messageId=before[1], makeDefault=True)
    assert branch["isDefault"]
    assert await path(service, conversation) == before[:2]
    task = (await service.ask("SendPrompt", input={"content": "On?", "conversationId": conversation}))["sendPrompt"]
    await finished(service, task["task"]["id"])
    assert len(await path(service, conversation)) == 4
    main = (await branches(service, conversation))["main"]
    await service.ask("SetDefaultBranch", input={"branchId": main["id"]})
    assert await path(service, conversation) == before


async def test_a_branch_is_found_by_its_name(service: Service) -> None:
    """In its conversation; another's name, and one that is not there, are nothing."""
    conversation, before = await chat(service, 1)
    branch = await made_branch(service, conversation, name="  Tidy one ")
    found = await named(service, conversation, "Tidy one")
    assert found is not None
    assert (found["id"], found["head"]["id"], found["depth"]) == (branch["id"], before[-1], 1)
    assert await named(service, conversation, "other") is None


async def test_a_branch_is_renamed_moved_and_deleted(service: Service) -> None:
    """And all that it pointed at is there as before."""
    conversation, before = await chat(service)
    id = (await made_branch(service, conversation))["id"]
    await service.ask("RenameBranch", input={"branchId": id, "name": "better"})
    move = {"branchId": id, "messageId": before[1], "expectedHead": {"messageId": before[-1]}}
    moved = (await service.ask("MoveBranch", input=move))["moveBranch"]["branch"]
    assert (moved["name"], moved["head"]["id"]) == ("better", before[1])
    assert (await service.error(operation("MoveBranch"), input=move))["code"] == "CONFLICT"
    gone = (await service.ask("DeleteBranch", input={"branchId": id}))["deleteBranch"]
    assert gone["deletedId"] == id
    assert list(await branches(service, conversation)) == ["main"]
    assert await path(service, conversation) == before


async def test_what_cannot_be_done_says_why_and_what_to_do(service: Service) -> None:
    """Each with its code, its field and a remedy."""
    conversation, before = await chat(service, 1)
    empty, _ = await chat(service, 0)
    id, main = (await made_branch(service, conversation))["id"], (await branches(service, conversation))["main"]["id"]
    cases: list[tuple[str, dict[str, Any], str, str]] = [
        ("CreateBranch", {"conversationId": conversation, "name": "other"}, "CONFLICT", "name"),
        ("CreateBranch", {"conversationId": conversation, "name": " "}, "INVALID_INPUT", "name"),
        ("CreateBranch", {"conversationId": conversation, "name": "x" * 101}, "INVALID_INPUT", "name"),
        ("CreateBranch", {"conversationId": conversation, "name": "a\nb"}, "INVALID_INPUT", "name"),
        ("CreateBranch", {"conversationId": empty, "name": "a"}, "CONFLICT", "conversationId"),
        ("CreateBranch", {"conversationId": conversation, "name": "a", "messageId": "x"}, "NOT_FOUND", "messageId"),
        ("CreateBranch", {"conversationId": "x", "name": "a"}, "NOT_FOUND", "conversationId"),
        ("RenameBranch", {"branchId": id, "name": "main"}, "CONFLICT", "name"),
        ("RenameBranch", {"branchId": "x", "name": "a"}, "NOT_FOUND", "branchId"),
        ("MoveBranch", {"branchId": id, "messageId": "x"}, "NOT_FOUND", "messageId"),
        ("DeleteBranch", {"branchId": main}, "CONFLICT", "branchId"),
    ]
    for name, input, code, field in cases:
        error = await service.error(operation(name), input=input)
        assert (error["code"], error["field"]) == (code, f"input.{field}")
    assert await path(service, conversation) == before


async def test_a_request_that_is_sent_again_is_done_once(service: Service) -> None:
    """Also where what it changed is gone since; another request with its key is refused."""
    conversation, _ = await chat(service, 1)
    first = await made_branch(service, conversation, idempotencyKey=conversation + "made")
    assert (await made_branch(service, conversation, idempotencyKey=conversation + "made"))["id"] == first["id"]
    gone = {"branchId": first["id"], "idempotencyKey": conversation + "gone"}
    for _ in range(2):
        assert (await service.ask("DeleteBranch", input=gone))["deleteBranch"]["deletedId"] == first["id"]
    error = await service.error(operation("RenameBranch"), input=gone | {"name": "a"})
    assert (error["code"], error["field"]) == ("CONFLICT", "input.idempotencyKey")


async def test_who_follows_the_conversation_is_told_of_its_branches(service: Service) -> None:
    """Each change once, in order, with the key of its request."""
    conversation, before = await chat(service, 1)
    after = (await service.post(CURSOR, id=conversation))["data"]["conversation"]["eventsCursor"]
    key = conversation + "key"
    id = (await made_branch(service, conversation, makeDefault=True, idempotencyKey=key))["id"]
    main = (await branches(service, conversation))["main"]["id"]
    await service.ask("RenameBranch", input={"branchId": id, "name": "better"})
    await service.ask("MoveBranch", input={"branchId": id, "messageId": before[0]})
    await service.ask("SetDefaultBranch", input={"branchId": main})
    await service.ask("DeleteBranch", input={"branchId": id})
    events = await told(service, conversation, after, 6)
    assert [(event["__typename"], event["action"], event["idempotencyKey"]) for event in events] == [
        ("BranchChanged", "MADE", key),
        ("ConversationChanged", "DEFAULT_SET", key),
        ("BranchChanged", "RENAMED", None),
        ("BranchChanged", "MOVED", None),
        ("ConversationChanged", "DEFAULT_SET", None),
        ("BranchChanged", "DELETED", None),
    ]
    assert [event["branch"] for event in events if event["__typename"] == "BranchChanged"] == [None] * 4


async def test_an_outline_is_the_whole_tree_in_pages(service: Service) -> None:
    """Flat, without texts, in the order in which it was written; what is written meanwhile comes at its end."""
    conversation, before = await chat(service, 3)
    branch = await made_branch(service, conversation, messageId=before[1])
    first = await outline(service, conversation, first=2)
    new = {"content": "Otherwise?", "conversationId": conversation, "branch": branch["id"]}
    await finished(service, (await service.ask("SendPrompt", input=new))["sendPrompt"]["task"]["id"])
    rest = await outline(service, conversation, first=100, after=first["pageInfo"]["endCursor"])
    messages = [*first["nodes"], *rest["nodes"]]
    assert [it["messageId"] for it in messages[:6]] == before
    assert [it["parentIds"] for it in messages[:6]] == [[], *([id] for id in before[:5])]
    assert (await outline(service, conversation))["nodes"][1]["childCount"] == 2
    assert messages[6]["parentIds"] == [before[1]]
    assert [it["branchIds"] for it in messages[6:]] == [[], [branch["id"]]]
    assert not rest["pageInfo"]["hasNextPage"]


async def test_an_outline_says_how_much_lies_on_other_branches(service: Service) -> None:
    """What a list of the default branch does not show; counted only where it is asked for."""
    conversation, before = await chat(service, 3)
    await made_branch(service, conversation, messageId=before[1], makeDefault=True)
    asked = "query($id: ID!) { outline(conversationId: $id) { totalCount otherBranchesCount } }"
    assert (await service.post(asked, id=conversation))["data"]["outline"] == {"totalCount": 6, "otherBranchesCount": 4}


async def test_an_outline_of_nothing_is_refused(service: Service) -> None:
    """A conversation that is not there, a page that is too large, a cursor of another list: each by its name."""
    conversation, _ = await chat(service, 0)
    cases: list[tuple[dict[str, Any], str]] = [
        ({"conversationId": "x"}, "conversationId"),
        ({"conversationId": conversation, "first": 1001}, "first"),
        ({"conversationId": conversation, "after": "x"}, "after"),
    ]
    for variables, field in cases:
        assert (await service.error(operation("Outline"), **variables))["field"] == field


async def outline(service: Service, conversation: str, **page: Any) -> dict[str, Any]:
    """A page of the outline of a conversation."""
    return (await service.ask("Outline", conversationId=conversation, **page))["outline"]
