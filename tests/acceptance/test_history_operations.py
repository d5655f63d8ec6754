"""History over HTTP: what is noted at messages, and reading them every way."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.support.front import Service, nodes, operation


async def chat(service: Service, *contents: str) -> tuple[str, list[str]]:
    """A conversation in which these were asked, one after the other; its id, and those of its messages."""
    made = await service.ask("CreateConversation", input={"title": "History"})
    id = made["createConversation"]["conversation"]["id"]
    for content in contents:
        new = {"conversationId": id, "content": content}
        await finished(service, (await service.ask("SendPrompt", input=new))["sendPrompt"]["task"]["id"])
    return id, [node["id"] for node in nodes((await messages(service, id))["messages"])]


async def messages(service: Service, id: str, **more: Any) -> dict[str, Any]:
    """A page of a conversation's messages."""
    return (await service.ask("Messages", conversationId=id, **more))["conversation"]


async def finished(service: Service, task_id: str) -> None:
    """Wait for a task's end."""
    async with asyncio.timeout(60):
        while (await service.ask("Task", id=task_id))["task"]["finishedAt"] is None:
            await asyncio.sleep(0.03)


async def test_a_message_is_pinned_and_let_go(service: Service) -> None:
    """The conversation lists what is pinned, oldest first."""
    id, (first, second, third, _) = await chat(service, "One?", "Two?")
    for message in (third, first, second):
        pinned = await service.ask("PinMessage", input={"messageId": message})
        assert pinned["pinMessage"]["message"] == {"id": message, "pinned": True}
    await service.ask("PinMessage", input={"messageId": second, "pinned": False})
    page = (await service.ask("Pinned", conversationId=id, first=1))["conversation"]["pinnedMessages"]
    assert [node["id"] for node in nodes(page)] == [first]
    page = (await service.ask("Pinned", conversationId=id, after=page["pageInfo"]["endCursor"]))["conversation"]
    assert [node["id"] for node in nodes(page["pinnedMessages"])] == [third]


async def test_messages_are_linked_and_unlinked(service: Service) -> None:
    """Between conversations, and seen from both sides."""
    (_, (a, b)), (_, (c, _)) = await chat(service, "One?"), await chat(service, "Other?")
    wish = {"from": c, "to": b, "kind": "corrects", "note": "It was 1987.", "idempotencyKey": f"k-{a}"}
    made = [(await service.ask("LinkMessages", input=wish))["linkMessages"]["linkEdge"] for _ in range(2)]
    assert made[0] == made[1]
    link = made[0]["node"]
    for side in (b, c):
        (found,) = nodes((await service.ask("Links", messageId=side))["node"]["links"])
        assert (found["id"], found["from"]["id"], found["to"]["id"], found["note"]) == (
            link["id"],
            c,
            b,
            "It was 1987.",
        )
    assert (await service.ask("Node", id=link["id"]))["node"]["kind"] == "corrects"
    gone = (await service.ask("UnlinkMessages", input={"linkId": link["id"]}))["unlinkMessages"]
    assert gone == {"deletedId": link["id"], "from": {"id": c}, "to": {"id": b}}
    assert nodes((await service.ask("Links", messageId=b))["node"]["links"]) == []


async def test_what_is_anothers_is_not_there(service: Service, guarded: Service) -> None:
    """To be pinned or linked."""
    _, (a, b) = await chat(service, "Mine?")
    _, (c, _) = await chat(guarded, "Hers?")
    assert (await guarded.error(operation("PinMessage"), input={"messageId": a}))["code"] == "NOT_FOUND"
    wish = {"from": c, "to": b, "kind": "see"}
    error = await guarded.error(operation("LinkMessages"), input=wish)
    assert (error["code"], error["field"]) == ("NOT_FOUND", "input.to")


async def test_a_conversation_is_told_as_it_stood(service: Service) -> None:
    """When a message was the newest, or at a moment: also on a branch that was moved since, and before it began."""
    id, (a, b, c, d) = await chat(service, "One?", "Two?")
    (branch,) = (await past(service, id, messageId=d))["branches"]["edges"]
    await service.ask("MoveBranch", input={"branchId": branch["node"]["branchId"], "messageId": a})
    for point, path in (({"messageId": d}, [a, b, c, d]), ({"messageId": b}, [a, b])):
        stood = await past(service, id, **point)
        assert [node["id"] for node in nodes(stood["messages"])] == path
        assert [node["head"]["id"] for node in nodes(stood["branches"])] == path[-1:]
    stood = await past(service, id, moment="2099-01-01T00:00:00Z")
    assert [node["id"] for node in nodes(stood["messages"])] == [a]
    stood = await past(service, id, moment="2001-01-01T00:00:00Z")
    assert (nodes(stood["messages"]), nodes(stood["branches"])) == ([], [])


async def past(service: Service, id: str, **point: Any) -> dict[str, Any]:
    """A conversation as it stood."""
    return (await service.ask("Past", conversationId=id, point=point))["conversation"]["asOf"]


async def test_the_point_must_be_of_the_conversation(service: Service) -> None:
    """A message of another one is not found."""
    (one, _), (_, (other, _)) = await chat(service, "One?"), await chat(service, "Other?")
    error = await service.error(operation("Past"), conversationId=one, point={"messageId": other})
    assert (error["code"], error["field"]) == ("NOT_FOUND", "point.messageId")


async def test_a_path_leads_up_and_down(service: Service) -> None:
    """In pages, over HTTP."""
    _, (a, b, c, d) = await chat(service, "One?", "Two?")
    page = (await service.ask("Path", fromId=a, toId=d, first=3))["path"]
    assert [node["id"] for node in nodes(page)] == [a, b, c]
    page = (await service.ask("Path", fromId=a, toId=d, after=page["pageInfo"]["endCursor"]))["path"]
    assert [node["id"] for node in nodes(page)] == [d]


async def test_the_past_has_the_roots_of_then(service: Service) -> None:
    """A first prompt that was asked otherwise later is none of them; afterwards both lists agree."""
    id, (first, answer) = await chat(service, "One?")
    new = {"conversationId": id, "content": "Otherwise?", "parent": {"root": True}}
    other = (await service.ask("SendPrompt", input=new))["sendPrompt"]["task"]["prompt"]["id"]
    query = """query($id: ID!, $point: PointInTimeInput!) { conversation(id: $id) {
      roots(first: 5) { nodes { id } } asOf(point: $point) { roots(first: 5) { nodes { id } } } } }"""
    for point, then in ((answer, [first]), (other, [first, other])):
        found = (await service.post(query, id=id, point={"messageId": point}))["data"]["conversation"]
        assert [node["id"] for node in found["roots"]["nodes"]] == [first, other]
        assert [node["id"] for node in found["asOf"]["roots"]["nodes"]] == then
