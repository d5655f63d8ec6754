"""Merges over HTTP: a prompt that continues several branches, what is sent for it, and what two branches have alone."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx

from service.app import create_app
from service.commands.server import serving
from service.graph.database import Connection
from tests.support.front import MakeConfig, Service, nodes, operation
from tests.support.scripted_provider import Json, Said, ScriptedProvider, openai_stream
from tests.support.services import provider

SAYS_LEFT = {"side": 1, "says": "This.", "messages": ["m1"]}
SAYS_RIGHT = {"side": 2, "says": "That.", "messages": ["m2"]}
ON_PROMPT = """query($id: ID!) { node(id: $id) { ... on Prompt {
  mergeConflicts { sides { messages { links { nodes { kind } } } } } } } }"""
PARTS = """query($id: ID!) { task(id: $id) {
  prompt { parents { nodes { id title } } } subtasks { nodes { attempts { nodes { id } } } } } }"""


def messages_of(prompt: dict[str, Any]) -> list[dict[str, Any]]:
    """The messages on which the conflicts of a merge rest."""
    return [message for it in prompt["mergeConflicts"] for side in it["sides"] for message in side["messages"]]


async def finished(service: Service, task_id: str) -> dict[str, Any]:
    """The task, once it is over."""
    async with asyncio.timeout(60):
        while (task := (await service.ask("Task", id=task_id))["task"])["finishedAt"] is None:
            await asyncio.sleep(0.05)
    return task


async def say(service: Service, content: str, **place: Any) -> dict[str, Any]:
    """Send a prompt and wait for its answer; the task."""
    sent = (await service.ask("SendPrompt", input={"content": content} | place))["sendPrompt"]
    return await finished(service, sent["task"]["id"])


async def branch(service: Service, conversation: str, name: str, message: str) -> str:
    """Make a branch; its id."""
    new = {"conversationId": conversation, "name": name, "messageId": message}
    return (await service.ask("CreateBranch", input=new))["createBranch"]["branch"]["id"]


async def two_sides(service: Service) -> tuple[str, str, str]:
    """A conversation whose two branches have a turn each of their own: its id, and the branches'."""
    first = await say(service, "Shared.")
    conversation = first["conversation"]["id"]
    left = await branch(service, conversation, "left", first["answer"]["id"])
    right = await branch(service, conversation, "right", first["answer"]["id"])
    await say(service, "Left.", conversationId=conversation, branch=left)
    await say(service, "Right.", conversationId=conversation, branch=right)
    return conversation, left, right


async def test_branches_are_compared_and_merged(service: Service) -> None:
    """What is shared is sent once, then each side with its name; both are there afterwards."""
    _, left, right = await two_sides(service)
    compared = (await service.ask("CompareBranches", a=left, b=right))["compareBranches"]
    assert [message["title"] for message in compared["nearestCommon"]] == ["Shared."]
    sides = [compared["a"], compared["b"]]
    assert [[node["title"] for node in nodes(side["messages"])] for side in sides] == [["Left."] * 2, ["Right."] * 2]
    assert [side["messageCount"] for side in sides] == [2, 2]
    merge = {"into": left, "from": [right], "instruction": "Both?", "idempotencyKey": f"merge {left}"}
    made = (await service.ask("MergeBranches", input=merge))["mergeBranches"]
    task = await finished(service, made["task"]["id"])
    assert task["answer"]["id"] == made["answerId"]
    again = (await service.ask("MergeBranches", input=merge))["mergeBranches"]
    assert again["task"]["id"] == made["task"]["id"]
    found = (await service.post(PARTS, id=task["id"]))["data"]["task"]
    assert [message["title"] for message in found["prompt"]["parents"]["nodes"]] == ["Left.", "Right."]
    (attempt,) = found["subtasks"]["nodes"][0]["attempts"]["nodes"]
    context = (await service.ask("AttemptContext", id=attempt["id"]))["node"]["context"]
    assert context["isSame"]
    assert [(message["kind"], message["content"]) for message in context["messages"]["nodes"]] == [
        ("MESSAGE", "Shared."),
        ("MESSAGE", "Shared."),
        ("NOTE", "[Side 1, “left”, of the branches that are merged below begins here.]"),
        ("MESSAGE", "Left."),
        ("MESSAGE", "Left."),
        ("NOTE", "[Side 2, “right”, of the branches that are merged below begins here.]"),
        ("MESSAGE", "Right."),
        ("MESSAGE", "Right."),
        ("PROMPT", "Both?"),
    ]
    after = (await service.ask("CompareBranches", a=left, b=right))["compareBranches"]
    assert [after["a"]["messageCount"], after["b"]["messageCount"]] == [4, 0]


async def test_each_side_has_its_own_result_of_a_call(connection: Connection, make_config: MakeConfig) -> None:
    """The first stands with the call, the other in words on its side: a protocol takes one result of a call."""
    tools: Json = {"config": {"tools": [{"name": "look"}]}}

    def answer(asked: Json) -> Said:
        calls = [("call_1", "look", "{}")] if asked["messages"][-1]["content"] == "Look." else []
        return openai_stream("Well.", calls)

    async with ScriptedProvider(answer) as heard:
        config = make_config(json.dumps(provider(f"{heard.url}/v1")))
        app = create_app(config, connection=connection)
        async with serving(app, config, port=0) as url, httpx.AsyncClient(base_url=url, timeout=60) as http:
            service = Service(url, app, http)
            first = await say(service, "Look.", **tools)
            conversation = first["conversation"]["id"]
            sides = dict[str, str]()
            for name in ("left", "right"):
                sides[name] = await branch(service, conversation, name, first["answer"]["id"])
                results = [{"toolCallId": "call_1", "content": f"It is {name}."}]
                place: Json = {"conversationId": conversation, "branch": sides[name]}
                sent = await service.ask("SendPrompt", input={"toolResults": results} | place | tools)
                await finished(service, sent["sendPrompt"]["task"]["id"])
            merge = {"into": sides["left"], "from": [sides["right"]], "instruction": "Both?"}
            task = (await service.ask("MergeBranches", input=merge))["mergeBranches"]["task"]
            assert (await finished(service, task["id"]))["taskStatus"] == "SUCCEEDED"
            found = (await service.post(PARTS, id=task["id"]))["data"]["task"]
            (attempt,) = found["subtasks"]["nodes"][0]["attempts"]["nodes"]
            context = (await service.ask("AttemptContext", id=attempt["id"]))["node"]["context"]
    assert [(message["role"], message["content"]) for message in heard.requests[-1]["messages"]] == [
        ("user", "Look."),
        ("assistant", "Well."),
        ("tool", "It is left."),
        ("user", "[Side 1, “left”, of the branches that are merged below begins here.]"),
        ("assistant", "Well."),
        (
            "user",
            "[Side 2, “right”, of the branches that are merged below begins here.]\n\n"
            "[On this side call 1 (look) returned:]\nIt is right.",
        ),
        ("assistant", "Well."),
        ("user", "Both?"),
    ]
    assert context["isSame"]


async def test_what_cannot_be_merged_is_said(service: Service) -> None:
    """With the field and the remedy."""
    _, left, right = await two_sides(service)
    _, other, _ = await two_sides(service)
    cases: list[tuple[dict[str, Any], str, str]] = [
        ({"into": left, "from": []}, "INVALID_INPUT", "input.from"),
        ({"into": left, "from": [left]}, "INVALID_INPUT", "input.from"),
        ({"into": left, "from": [right, right]}, "INVALID_INPUT", "input.from"),
        ({"into": "x", "from": [right]}, "NOT_FOUND", "input.into"),
        ({"into": left, "from": ["x"]}, "NOT_FOUND", "input.from[0]"),
        ({"into": left, "from": [other]}, "INVALID_INPUT", "input.from[0]"),
        ({"into": left, "from": [right], "instruction": " "}, "INVALID_INPUT", "input.instruction"),
    ]
    for wish, code, field in cases:
        error = await service.error(operation("MergeBranches"), input=wish)
        assert (error["code"], error["field"]) == (code, field)
    made = (await service.ask("MergeBranches", input={"into": left, "from": [right]}))["mergeBranches"]
    await finished(service, made["task"]["id"])
    error = await service.error(operation("MergeBranches"), input={"into": left, "from": [right]})
    assert (error["code"], error["field"], error["remedy"]) == ("CONFLICT", "input.from[0]", "Leave it out.")


async def test_one_of_two_merges_at_once_is_done(service: Service) -> None:
    """The other finds that a branch has moved, and nothing of it is written."""
    conversation, left, right = await two_sides(service)
    query = operation("MergeBranches")
    wish = {"into": left, "from": [right]}
    answers = await asyncio.gather(*(service.post(query, input=wish) for _ in range(4)))
    made = [answer["data"]["mergeBranches"] for answer in answers if answer["data"]["mergeBranches"]]
    codes = [answer["errors"][0]["extensions"]["code"] for answer in answers if "errors" in answer]
    assert (len(made), codes) == (1, ["CONFLICT"] * 3)
    await finished(service, made[0]["task"]["id"])
    tasks = "query($id: ID!) { conversation(id: $id) { tasks(first: 20) { nodes { id } } } }"
    found = await service.post(tasks, id=conversation)
    assert len(found["data"]["conversation"]["tasks"]["nodes"]) == 4


async def test_context_can_be_seen_before_anything_is_sent(service: Service) -> None:
    """Under the policy that the prompt would have, and under each; nothing is written."""
    conversation, left, _ = await two_sides(service)
    before = (await service.ask("Conversation", id=conversation))["conversation"]
    wish = {"conversationId": conversation, "branch": left, "content": "And now?", "config": {"context": "NONE"}}
    preview = (await service.ask("PreviewContext", input=wish))["previewContext"]
    assert [message["content"] for message in preview["chosen"]["messages"]["nodes"]] == ["And now?"]
    counts = {found["policy"]: found["messageCount"] for found in preview["policies"]}
    assert counts == {"FULL": 5, "RECENT": 5, "SUMMARIZED": 5, "NONE": 1}
    assert preview["promptTokens"] > 0
    assert (await service.ask("Conversation", id=conversation))["conversation"] == before
    for place, field in (({"branch": "x"}, "input.branch"), ({"conversationId": "x"}, "input.conversationId")):
        error = await service.error(operation("PreviewContext"), input=wish | place)
        assert (error["code"], error["field"]) == ("NOT_FOUND", field)


async def test_conflicts_are_shown_on_the_task_and_its_prompt(connection: Connection, make_config: MakeConfig) -> None:
    """With the messages that say so, of which each has the links."""
    said = {"conflicts": [{"claim": "Which?", "sides": [SAYS_LEFT, SAYS_RIGHT]}]}

    def answer(request: Json) -> Said:
        asks = "List where they disagree" in request["messages"][-1]["content"]
        return openai_stream(json.dumps(said) if asks else "So.")

    async with ScriptedProvider(answer) as heard:
        config = make_config(json.dumps(provider(f"{heard.url}/v1")))
        app = create_app(config, connection=connection)
        async with serving(app, config, port=0) as url, httpx.AsyncClient(base_url=url, timeout=30) as http:
            own = Service(url, app, http)
            _, left, right = await two_sides(own)
            made = await own.ask("MergeBranches", input={"into": left, "from": [right], "reconcile": True})
            task = await finished(own, made["mergeBranches"]["task"]["id"])
            (found,) = (await own.ask("MergeConflicts", taskId=task["id"]))["task"]["mergeConflicts"]
            more = (await own.post(ON_PROMPT, id=task["prompt"]["id"]))["data"]["node"]
    assert found["claim"] == "Which?"
    sides = [(it["branchName"], it["says"], [one["title"] for one in it["messages"]]) for it in found["sides"]]
    assert sides == [("left", "This.", ["Left."]), ("right", "That.", ["Right."])]
    linked = [[link["kind"] for link in message["links"]["nodes"]] for message in messages_of(more)]
    assert linked == [["contradicts"]] * 2
