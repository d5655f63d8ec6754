"""Replays over HTTP: sent again as it was or with one thing changed, and compared with what it was."""

from __future__ import annotations

from typing import Any

from tests.acceptance.test_turn_operations import begun, finished
from tests.support.front import Service, nodes, operation

REPLAYS = """query ($id: ID!) { node(id: $id) { ... on Response {
  replays { id } replayedBy { edges { node { id } } }
  attempt { id context { isSame messages { edges { node { content } } } } }
} } }"""


async def chat(service: Service) -> dict[str, Any]:
    """The last task of a chat of two turns."""
    first = await finished(service, (await begun(service, "The first."))["task"]["id"])
    new = {"content": "The second.", "conversationId": first["conversation"]["id"]}
    return await finished(service, (await service.ask("SendPrompt", input=new))["sendPrompt"]["task"]["id"])


async def test_a_response_is_replayed_and_compared(service: Service) -> None:
    """The answer has the id that was told; both know each other, and what is different in what was sent is said."""
    task = await chat(service)
    answer, prompt = task["answer"]["id"], task["prompt"]["id"]
    sent = (await service.post(REPLAYS, id=answer))["data"]["node"]
    same = (await service.ask("Replay", input={"of": {"attemptId": sent["attempt"]["id"]}}))["replay"]
    assert (await finished(service, same["task"]["id"]))["answer"]["id"] == same["answerId"]
    found = (await service.ask("CompareResponses", a=answer, b=same["answerId"]))["compareResponses"]["context"]
    assert (found["identical"], found["sameCount"], found["changed"], found["onlyInA"]) == (True, 3, [], [])
    change = {"of": {"responseId": answer}, "instead": [{"messageId": prompt, "content": "The third."}]}
    other = (await service.ask("Replay", input=change))["replay"]
    assert (await finished(service, other["task"]["id"]))["answer"]["content"] == "The third."
    found = (await service.ask("CompareResponses", a=answer, b=other["answerId"]))["compareResponses"]["context"]
    assert (found["identical"], found["sameCount"], found["changed"]) == (False, 2, [prompt])
    sent = (await service.post(REPLAYS, id=answer))["data"]["node"]
    assert [it["id"] for it in nodes(sent["replayedBy"])] == [same["answerId"], other["answerId"]]
    sent = (await service.post(REPLAYS, id=other["answerId"]))["data"]["node"]
    assert (sent["replays"]["id"], sent["attempt"]["context"]["isSame"]) == (answer, True)
    assert nodes(sent["attempt"]["context"]["messages"])[-1]["content"] == "The third."
    shown = (await service.ask("Messages", conversationId=task["conversation"]["id"]))["conversation"]["messages"]
    assert nodes(shown)[-1]["id"] == answer


async def test_a_wrong_wish_names_its_field(service: Service) -> None:
    """The code, the field and what to do."""
    task = await chat(service)
    answer, prompt = task["answer"]["id"], task["prompt"]["id"]
    cases = [
        ({"of": {"responseId": prompt}}, "INVALID_INPUT", "input.of.responseId"),
        ({"of": {"attemptId": "x"}}, "NOT_FOUND", "input.of.attemptId"),
        ({"of": {"responseId": answer}, "without": [prompt]}, "INVALID_INPUT", "input.without[0]"),
        ({"of": {"responseId": answer}, "config": {"context": "NONE"}}, "INVALID_INPUT", "input.config.context"),
    ]
    for wish, code, field in cases:
        error = await service.error(operation("Replay"), input=wish)
        assert (error["code"], error["field"]) == (code, field)
        assert code == "NOT_FOUND" or error["remedy"]
