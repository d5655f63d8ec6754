"""The main way over HTTP: a task becomes a conversation that can be read, page by page and edge by edge."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from service.commands.client import Client
from service.commands.trees import Wish, read_history
from tests.support.front import Service, nodes, operation

FILES = [{"name": f"{name}.txt", "content": {"text": f"The text of {name}."}} for name in "abc"]
NESTED = """query Nested($id: ID!) {
  conversation(id: $id) {
    tasks(first: 50) {
      nodes {
        progress { total }
        prompt { content }
        answer { content synthesizes { nodes { id } } }
        subtasks(first: 50) {
          nodes {
            prompt { about { nodes { source { name text } } } }
            dependsOn { nodes { id } }
            attempts { nodes { model { id } response { id } } }
          }
        }
      }
    }
    messages(last: 20) { nodes { id } }
  }
}"""
EDGES = """query Edges($id: ID!, $title: String, $after: String) {
  tasks(conversationId: $id, first: 1) { edges { cursor node { id } } }
  created: conversations(filter: {title: $title}, orderBy: CREATED, after: $after) { edges { cursor } }
  updated: conversations(filter: {title: $title}, orderBy: UPDATED, after: $after) { edges { cursor } }
}"""
THREE = """mutation Three($id: ID!) {
  a: createConversation(input: {title: "Kept"}) { conversation { title } }
  b: retryTask(input: {taskId: $id}) { task { id } }
  c: cancelTask(input: {taskId: $id}) { task { taskStatus } }
}"""
TWO = """mutation Two($input: CreateTaskInput!, $id: ID!) {
  a: createTask(input: $input) { task { id taskStatus } }
  b: cancelTask(input: {taskId: $id}) { task { id taskStatus } }
}"""


async def finished(service: Service, task_id: str) -> dict[str, Any]:
    """The task, once it is over."""
    async with asyncio.timeout(60):
        while (task := (await service.ask("Task", id=task_id))["task"])["finishedAt"] is None:
            await asyncio.sleep(0.05)
    return task


async def run_task(service: Service, **more: Any) -> dict[str, Any]:
    """A task over three files that is over."""
    new = {"instruction": "Summarize.", "strategy": {"builtIn": "FILE"}, "input": {"files": FILES}} | more
    created = (await service.ask("CreateTask", input=new))["createTask"]["task"]
    return await finished(service, created["id"])


async def test_a_task_over_files_is_answered(service: Service) -> None:
    """Each file is a subtask with its prompt, its answer and its attempt; the task's answer holds them all."""
    task = await run_task(service)
    assert task["taskStatus"] == "SUCCEEDED"
    assert [node["title"] for node in nodes(task["subtasks"])] == ["a.txt", "b.txt", "c.txt"]
    assert all(file["content"]["text"] in task["answer"]["content"] for file in FILES)


async def test_send_prompt_continues_from_the_answer(service: Service) -> None:
    """The next prompt's ancestors are the first task's answer and prompt."""
    task = await run_task(service)
    new = {"content": "And now?", "conversationId": task["conversation"]["id"]}
    second = (await service.ask("SendPrompt", input=new))["sendPrompt"]["task"]
    path = (await service.ask("History", nodeId=second["prompt"]["id"], first=10))["history"]["edges"]
    assert [edge["node"]["id"] for edge in path] == [second["prompt"]["id"], task["answer"]["id"], task["prompt"]["id"]]


async def test_the_first_prompt_is_asked_otherwise(service: Service) -> None:
    """Beside the first one, told nothing of it; the main branch stays where it is, and both beginnings are found."""
    task = await run_task(service)
    conversation = task["conversation"]["id"]
    new = {"content": "Otherwise.", "conversationId": conversation, "parent": {"root": True}}
    made = (await service.ask("SendPrompt", input=new))["sendPrompt"]
    other = await finished(service, made["task"]["id"])
    assert (other["answer"]["content"], other["answer"]["id"]) == ("Otherwise.", made["answerId"])
    path = (await service.ask("History", nodeId=other["answer"]["id"]))["history"]
    assert [node["id"] for node in nodes(path)] == [other["answer"]["id"], other["prompt"]["id"]]
    roots = (await service.ask("Roots", conversationId=conversation))["conversation"]["roots"]
    assert [(node["id"], node["depth"]) for node in nodes(roots)] == [(it["prompt"]["id"], 0) for it in (task, other)]
    main = (await service.ask("Messages", conversationId=conversation))["conversation"]["messages"]
    assert nodes(main)[-1]["id"] == task["answer"]["id"]
    async with Client(service.url) as client:
        held = await read_history(client, Wish(conversation, 10))
    assert [it["siblingCount"] for it in held.messages if not it["parents"]] == [2, 2]


async def test_a_place_needs_a_conversation_and_results_a_response(service: Service) -> None:
    """The error names the field."""
    task = await run_task(service)
    conversation, result = task["conversation"]["id"], {"toolCallId": "x", "content": "rain"}
    cases: list[tuple[dict[str, Any], str]] = [
        ({"content": "x", "parent": {"root": True}}, "input.parent"),
        ({"content": "x", "parent": {"messageId": "x"}, "conversationId": conversation}, "input.parent.messageId"),
        ({"toolResults": [result], "parent": {"root": True}, "conversationId": conversation}, "input.parent.root"),
    ]
    for new, field in cases:
        assert (await service.error(operation("SendPrompt"), input=new))["field"] == field


async def test_a_task_says_how_it_is_run(service: Service) -> None:
    """What was asked for, and what the defaults made of the rest."""
    wish = {
        "maxParallel": 3,
        "budget": {"tokens": 9000},
        "timeouts": {"total": 7.5},
        "responseFormat": {"jsonSchema": {"type": "string"}},
        "aggregation": "NONE",
    }
    new = {"instruction": "Look.", "strategy": {"builtIn": "FILE"}, "input": {"list": ["a"]}, "config": wish}
    made = (await service.ask("CreateTask", input=new))["createTask"]
    config = (await service.ask("Task", id=made["task"]["id"]))["task"]["config"]
    assert {key: config[key] for key in ("model", "maxParallel", "aggregation", "budget", "responseFormat")} == {
        "model": "echo/echo",
        "maxParallel": 3,
        "aggregation": "NONE",
        "budget": {"tokens": 9000, "costUsd": None},
        "responseFormat": {"kind": "JSON_SCHEMA", "jsonSchema": {"type": "string"}},
    }
    assert (config["timeouts"]["total"], config["retries"]["maxAttempts"], config["tools"]) == (7.5, 4, [])
    assert made["answerId"] is None


async def test_node_finds_everything_again(service: Service) -> None:
    """Whatever has an id is found by it, with its kind."""
    task = await run_task(service)
    subtask = nodes(task["subtasks"])[0]
    conversation = (await service.ask("Conversation", id=task["conversation"]["id"]))["conversation"]
    kinds = {
        "Task": task["id"],
        "Subtask": subtask["id"],
        "Attempt": nodes(subtask["attempts"])[0]["id"],
        "Prompt": subtask["prompt"]["id"],
        "Response": subtask["response"]["id"],
        "Source": nodes(task["sources"])[0]["id"],
        "Branch": nodes(conversation["branches"])[0]["id"],
        "Conversation": conversation["id"],
        "Model": "echo/echo",
    }
    found = {kind: (await service.ask("Node", id=id))["node"]["__typename"] for kind, id in kinds.items()}
    assert found == {kind: kind for kind in kinds}


async def test_summary_counts_what_the_conversation_holds(service: Service) -> None:
    """Prompts and responses, tokens, models, tasks by status."""
    task = await run_task(service)
    found = await service.ask("ConversationSummary", id=task["conversation"]["id"])
    statistics = found["conversation"]["summary"]["statistics"]
    assert [statistics[key] for key in ("messages", "prompts", "responses", "attempts")] == [8, 4, 4, 3]
    assert statistics["models"] == [{"id": "echo/echo"}]
    assert statistics["tasks"] == [{"status": "SUCCEEDED", "count": 1}]


async def test_the_same_idempotency_key_is_the_same_task(service: Service) -> None:
    """Sent twice, made once; another request under the same key is a conflict."""
    new = {"content": "Once.", "idempotencyKey": f"key-{asyncio.get_running_loop().time()}"}
    first = await service.ask("SendPrompt", input=new)
    again = await service.ask("SendPrompt", input=new)
    assert first["sendPrompt"]["task"]["id"] == again["sendPrompt"]["task"]["id"]
    error = await service.error(operation("SendPrompt"), input=new | {"content": "Twice."})
    assert (error["code"], error["field"]) == ("CONFLICT", "input.idempotencyKey")


async def test_a_new_task_comes_with_all_that_a_client_caches(service: Service) -> None:
    """The edges have cursors that are good for the lists, and the answer has the id that was announced."""
    title = f"Cached {asyncio.get_running_loop().time()}"
    new = {"title": title, "instruction": "Summarize.", "strategy": {"builtIn": "FILE"}, "input": {"files": FILES}}
    made = (await service.ask("CreateTask", input=new))["createTask"]
    task = await finished(service, made["task"]["id"])
    assert made["answerId"] == task["answer"]["id"]
    after = made["conversationEdge"]["cursor"]
    lists = (await service.post(EDGES, id=task["conversation"]["id"], title=title, after=after))["data"]
    assert lists["tasks"]["edges"] == [made["taskEdge"]]
    assert lists["created"] == lists["updated"] == {"edges": []}
    place = {"nodeId": task["answer"]["id"], "first": 9, "after": made["promptEdge"]["cursor"]}
    assert (await service.ask("History", **place))["history"]["edges"] == []


async def test_a_mutation_that_fails_takes_no_other_with_it(service: Service) -> None:
    """What the others of the same operation did is told all the same."""
    first = await run_task(service)
    answer = await service.post(THREE, id=first["id"])
    assert answer["data"] == {
        "a": {"conversation": {"title": "Kept"}},
        "b": None,
        "c": {"task": {"taskStatus": "SUCCEEDED"}},
    }
    (error,) = answer["errors"]
    assert (error["path"], error["extensions"]["field"]) == (["b"], "input.taskId")


async def test_a_mutation_reads_what_the_one_before_it_wrote(service: Service) -> None:
    """Nothing that an earlier mutation of the same operation read is shown again."""
    key = f"key-{asyncio.get_running_loop().time()}"
    new = {
        "instruction": "Look.",
        "strategy": {"builtIn": "FILE"},
        "input": {"list": ["a"] * 50},
        "idempotencyKey": key,
    }
    made = (await service.ask("CreateTask", input=new))["createTask"]["task"]
    answer = (await service.post(TWO, input=new, id=made["id"]))["data"]
    assert answer["a"]["task"]["id"] == made["id"]
    assert answer["b"]["task"]["taskStatus"] in ("CANCELLED", "SUCCEEDED")


async def test_the_same_idempotency_key_is_the_same_conversation(service: Service) -> None:
    """Also for conversations."""
    new = {"title": "Mine", "metadata": {"a": [1]}, "idempotencyKey": f"key-{asyncio.get_running_loop().time()}"}
    first = (await service.ask("CreateConversation", input=new))["createConversation"]["conversation"]
    again = (await service.ask("CreateConversation", input=new))["createConversation"]["conversation"]
    assert first == again
    assert first["metadata"] == {"a": [1]}


async def test_a_finished_task_stays_as_it_is_when_cancelled(service: Service) -> None:
    """Cancelling is safe at any time."""
    task = await run_task(service)
    cancelled = (await service.ask("CancelTask", input={"taskId": task["id"]}))["cancelTask"]
    assert cancelled["task"]["taskStatus"] == "SUCCEEDED"


async def test_files_are_uploaded(service: Service) -> None:
    """A GraphQL multipart request carries a file; its name is its own where none is said."""
    new = {
        "instruction": "Summarize.",
        "strategy": {"builtIn": "FILE"},
        "input": {"files": [{"content": {"upload": None}}]},
    }
    said = {"query": operation("CreateTask"), "variables": {"input": new}}
    response = await service.http.post(
        "/graphql",
        data={
            "operations": json.dumps(said),
            "map": json.dumps({"0": ["variables.input.input.files.0.content.upload"]}),
        },
        files={"0": ("upload.md", "# Uploaded ü".encode())},
    )
    task = await finished(service, response.json()["data"]["createTask"]["task"]["id"])
    assert nodes(task["sources"])[0]["name"] == "upload.md"
    assert "Uploaded ü" in task["answer"]["content"]


async def test_lists_are_paged(service: Service) -> None:
    """Conversations and tasks, newest first, by cursors that hold in every list of their kind."""
    tasks = [await run_task(service) for _ in range(3)]
    first = (await service.ask("Tasks", first=2))["tasks"]
    rest = (await service.ask("Tasks", first=1, after=first["pageInfo"]["endCursor"]))["tasks"]
    assert [node["id"] for node in nodes(first) + nodes(rest)] == [task["id"] for task in reversed(tasks)]
    subtasks = (await service.ask("Task", id=tasks[0]["id"], first=2))["task"]["subtasks"]
    more = (await service.ask("Task", id=tasks[0]["id"], after=subtasks["pageInfo"]["endCursor"]))["task"]["subtasks"]
    assert [node["index"] for node in nodes(subtasks) + nodes(more)] == [0, 1, 2]


async def test_a_nested_query_is_one_statement_a_level(service: Service) -> None:
    """Four times as many nodes, the same statements. (Which messages are read together is a matter of timing.)"""
    conversation = (await run_task(service))["conversation"]["id"]
    few = await _statements(service, conversation)
    for _ in range(3):
        await run_task(service, conversationId=conversation)
    many = await _statements(service, conversation)
    assert set(few) == set(many)
    assert max(len(few), len(many)) <= 15


async def _statements(service: Service, conversation: str) -> list[str]:
    database = service.services.database
    run, asked = database.run, list[str]()

    async def counted(query: Any, **parameters: Any) -> Any:
        if "ownerId" in parameters:
            asked.append(query.name)
        return await run(query, **parameters)

    database.run = counted  # type: ignore[method-assign]
    try:
        answer = await service.post(NESTED, id=conversation)
    finally:
        database.run = run  # type: ignore[method-assign]
    assert "errors" not in answer
    return asked
