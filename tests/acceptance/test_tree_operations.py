"""The tree of a conversation over HTTP: siblings, numbers, what branches have of their own, outlines from the end."""

from __future__ import annotations

from typing import Any

from tests.acceptance.test_branch_operations import branches, chat, finished, made_branch
from tests.support.front import Service, nodes

PLACES = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Message { id seq siblingIndex siblingCount } } }"


async def test_siblings_are_what_one_chooses_between(service: Service) -> None:
    """Answers to one prompt, by their numbers; a page of them; and each knows its place."""
    conversation, (_, answer, *_) = await chat(service, 2)
    made = (await service.ask("Regenerate", input={"responseId": answer, "n": 2}))["regenerate"]
    for task in made["tasks"]:
        await finished(service, task["id"])
    found = (await service.ask("Siblings", id=made["answerIds"][0], first=2))["node"]
    assert (found["siblingIndex"], found["siblingCount"]) in ((1, 3), (2, 3))
    assert nodes(found["siblings"])[0]["id"] == answer
    assert found["siblings"]["pageInfo"]["hasNextPage"]
    places = (await service.post(PLACES, ids=[answer, *made["answerIds"]]))["data"]["nodes"]
    assert sorted(it["siblingIndex"] for it in places) == [0, 1, 2]
    assert {it["siblingCount"] for it in places} == {3}
    by_number = {"conversationId": conversation, "seq": places[2]["seq"]}
    assert (await service.ask("NumberedMessage", **by_number))["message"]["id"] == places[2]["id"]
    assert (await service.ask("NumberedMessage", **by_number | {"seq": 10**6}))["message"] is None


async def test_first_prompts_are_siblings_and_pieces_are_not(service: Service) -> None:
    """The first prompt said otherwise stands beside it; an answer and a prompt after the same message do not."""
    _, (prompt, answer, second, _) = await chat(service, 2)
    revised = (await service.ask("ReviseMessage", input={"messageId": prompt, "content": "Other"}))["reviseMessage"]
    new = revised["messageEdge"]["node"]["id"]
    places = (await service.post(PLACES, ids=[prompt, new, answer, second]))["data"]["nodes"]
    assert [(it["siblingIndex"], it["siblingCount"]) for it in places] == [(0, 2), (1, 2), (0, 1), (0, 1)]


async def test_a_branch_says_what_it_has_for_itself(service: Service) -> None:
    """How many messages only it reaches, what they cost, and where it parts from the default branch."""
    conversation, before = await chat(service, 3)
    branch = await made_branch(service, conversation, messageId=before[1])
    new = {"content": "Otherwise?", "conversationId": conversation, "branch": branch["id"]}
    await finished(service, (await service.ask("SendPrompt", input=new))["sendPrompt"]["task"]["id"])
    found = await branches(service, conversation)
    assert {name: it["ownMessages"] for name, it in found.items()} == {"main": 4, "other": 2}
    assert {name: it["costUsd"] for name, it in found.items()} == {"main": 0, "other": 0}
    assert found["main"]["forkedAt"] is None
    assert found["other"]["forkedAt"]["id"] == before[1]


async def test_an_outline_is_read_from_its_end(service: Service) -> None:
    """The newest messages, those before them, and those up to a number."""
    conversation, before = await chat(service, 3)

    async def outline(**page: Any) -> dict[str, Any]:
        return (await service.ask("Outline", conversationId=conversation, **page))["outline"]

    newest = await outline(last=4, first=None)
    assert [it["messageId"] for it in newest["nodes"]] == before[2:]
    older = await outline(last=4, first=None, before=newest["pageInfo"]["startCursor"])
    assert [it["messageId"] for it in older["nodes"]] == before[:2]
    assert not older["pageInfo"]["hasPreviousPage"]
    upto = await outline(last=2, first=None, upTo=newest["nodes"][0]["seq"])
    assert [it["messageId"] for it in upto["nodes"]] == before[1:3]
