"""Requests that ask for as much as they may: what is refused, before what, and that others have their turn."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from service.api.graphql.loading import TOGETHER
from tests.support.front import Service, operation

LONG = "A line of a long message.\n" * 20_000
"""520,000 characters."""

BROWSER = {"user-agent": "Mozilla/5.0", "sec-fetch-site": "cross-site"}
MODELS = {"query": "{ models { id } }"}


async def conversation_of(service: Service, *texts: str) -> str:
    """A conversation with these prompts, each with its answer."""
    id = (await service.ask("CreateConversation", input={}))["createConversation"]["conversation"]["id"]
    for text in texts:
        task = (await service.ask("SendPrompt", input={"content": text, "conversationId": id}))["sendPrompt"]["task"]
        while (await service.ask("Task", id=task["id"]))["task"]["taskStatus"] not in ("SUCCEEDED", "FAILED"):
            await asyncio.sleep(0.02)
    return id


async def test_a_get_of_a_strangers_page_is_not_run(service: Service) -> None:
    """From a page of ours, or with a header that a browser asks about first, it is."""
    refused = await service.http.get("/graphql", params=MODELS, headers=BROWSER)
    assert refused.status_code == 403
    assert "apollo-require-preflight" in refused.json()["errors"][0]["message"]
    for more in ({"sec-fetch-site": "same-origin"}, {"apollo-require-preflight": "true"}):
        assert (await service.http.get("/graphql", params=MODELS, headers=BROWSER | more)).json()["data"]["models"]


async def test_a_page_of_ours_follows_a_task_by_get(service: Service) -> None:
    """As a browser's EventSource does: it can send no header of its own."""
    id = (await service.ask("SendPrompt", input={"content": "Hello."}))["sendPrompt"]["task"]["id"]
    said = {
        "query": "subscription($id: ID!) { taskEvents(taskId: $id) { cursor } }",
        "variables": json.dumps({"id": id}),
    }
    headers = BROWSER | {"sec-fetch-site": "same-origin", "accept": "text/event-stream"}
    answer = await service.http.get("/graphql", params=said, headers=headers)
    assert answer.status_code == 200
    assert "event: complete" in answer.text


async def test_a_text_inside_of_the_document_is_refused_before_it_is_read(service: Service) -> None:
    """The error names the remedy; as a variable the same text is taken."""
    query = 'mutation { createConversation(input: {title: "%s"}) { conversation { id } } }'
    answer = await service.http.post("/graphql", json={"query": query % ("x" * 100_000)})
    assert answer.status_code == 413
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "LIMIT_EXCEEDED"
    assert "variables" in error["extensions"]["remedy"]


async def test_long_messages_come_back_as_they_were_sent(service: Service) -> None:
    """Whichever way they are read: a page, one alone, under an alias, an event."""
    id = await conversation_of(service, LONG + "The end.", "Short.")
    page = (await service.ask("Messages", conversationId=id))["conversation"]["messages"]["edges"]
    assert [len(edge["node"]["content"]) > 500_000 for edge in page] == [True, True, False, False]
    assert page[0]["node"]["content"] == LONG + "The end."
    found = await service.post(
        "query($id: ID!) { node(id: $id) { ... on Message { content a: content title } } }", id=page[0]["node"]["id"]
    )
    assert found["data"]["node"]["a"] == found["data"]["node"]["content"] == LONG + "The end."


async def test_what_would_answer_too_much_is_refused_before_it_is_read(service: Service) -> None:
    """Thirty aliases of a page of long messages; without their texts, the same page is answered."""
    id = await conversation_of(service, *[LONG] * 4)
    page = "conversation(id: $id) { messages(first: 200) { edges { node { %s } } } }"
    many = " ".join(f"a{number}: {page % 'content'}" for number in range(30))
    answer = await service.post(f"query($id: ID!) {{ {many} }}", id=id)
    error = next(error for error in answer["errors"])
    assert error["extensions"]["code"] == "LIMIT_EXCEEDED"
    assert "content" in error["extensions"]["remedy"]
    few = " ".join(f"a{number}: {page % 'title'}" for number in range(30))
    assert "errors" not in await service.post(f"query($id: ID!) {{ {few} }}", id=id)


async def test_a_long_list_is_the_same_as_many_short_ones(service: Service) -> None:
    """Completed in slices, read in several statements, encoded item by item: and in order."""
    items = [f"Item {number}" for number in range(TOGETHER + 150)]
    new = {
        "instruction": "Say it.",
        "input": {"list": items},
        "strategy": {"builtIn": "FILE"},
        "config": {"aggregation": "NONE"},
    }
    id = (await service.ask("CreateTask", input=new))["createTask"]["task"]["id"]
    while (task := (await service.ask("Task", id=id))["task"])["taskStatus"] not in ("SUCCEEDED", "FAILED"):
        await asyncio.sleep(0.1)
    fields = "edges { cursor node { index title prompt { content } response { id attempt { number } } } }"
    page = f"subtasks(first: $first, after: $after) {{ {fields} pageInfo {{ endCursor }} }}"
    text = f"query($id: ID!, $first: Int, $after: String) {{ task(id: $id) {{ {page} }} }}"

    async def all_by(size: int) -> list[Any]:
        found, after = list[Any](), None
        while len(found) < len(items):
            some = (await service.post(text, id=id, first=size, after=after))["data"]["task"]["subtasks"]
            found, after = found + some["edges"], some["pageInfo"]["endCursor"]
        return found

    assert task["progress"]["succeeded"] == len(items)
    at_once = await all_by(200)
    assert at_once == await all_by(19)
    assert [edge["node"]["index"] for edge in at_once] == list(range(len(items)))


async def test_others_are_answered_while_the_schema_is_asked_for_in_many_ways(service: Service) -> None:
    """Each question is another one, so that none is known; another caller's is answered before they are."""
    fields = "types { fields { args { type { name ofType { name } } } } }"
    texts = [f"query Q{number} {{ __schema {{ {fields} }} a: __schema {{ {fields} }} }}" for number in range(8)]
    asked = [asyncio.create_task(service.post(text)) for text in texts]
    async with httpx.AsyncClient(base_url=service.url) as other:
        await asyncio.sleep(0)
        answer = await other.post("/graphql", json=MODELS)
    assert answer.json()["data"]["models"]
    assert not all(task.done() for task in asked)
    assert all(answer["data"]["a"]["types"] for answer in await asyncio.gather(*asked))


@pytest.mark.parametrize("name", ["Messages", "History", "Task", "Tasks", "Conversations"])
async def test_the_largest_pages_of_the_shipped_operations_are_not_refused(service: Service, name: str) -> None:
    """Whatever is in them."""
    answer = await service.post(operation(name), first=200, id="none", nodeId="none", conversationId="none", last=None)
    assert all("LIMIT" not in error["extensions"]["code"] for error in answer.get("errors", ()))


async def test_events_are_the_same_for_all_who_follow(service: Service) -> None:
    """Told once for all who ask the same, and each gets all of them; the last says how things are at the end."""
    new = {"instruction": "Say it.", "input": {"list": [f"Item {number}" for number in range(30)]}}
    new |= {"strategy": {"builtIn": "FILE"}, "config": {"aggregation": "NONE"}}
    id = (await service.ask("CreateTask", input=new))["createTask"]["task"]["id"]
    fields = "cursor ... on SubtaskChanged { subtaskStatus } ... on TaskChanged { task { progress { done } } }"
    said = {"query": f"subscription($id: ID!) {{ taskEvents(taskId: $id) {{ {fields} }} }}", "variables": {"id": id}}
    headers = {"accept": "text/event-stream"}
    answers = await asyncio.gather(*(service.http.post("/graphql", json=said, headers=headers) for _ in range(10)))
    told = [
        [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: {")] for answer in answers
    ]
    events = [[one["data"]["taskEvents"] for one in some] for some in told]
    assert len({one["cursor"] for one in events[0]}) == len(events[0]) >= 60
    assert all([one["cursor"] for one in some] == [one["cursor"] for one in events[0]] for some in events)
    assert all(some[-1]["task"]["progress"]["done"] == 30 for some in events)


async def test_many_variables_are_taken(service: Service) -> None:
    """A thousand and more values, checked beside the loop: a list of files."""
    items = [f"Item {number}" for number in range(1500)]
    new = {"instruction": "Say it.", "input": {"list": items}, "strategy": {"builtIn": "NONE"}}
    task = (await service.ask("CreateTask", input=new))["createTask"]["task"]
    text = "query($id: ID!) { task(id: $id) { sources(first: 200) { nodes { text } pageInfo { hasNextPage } } } }"
    sources = (await service.post(text, id=task["id"]))["data"]["task"]["sources"]
    assert sources["pageInfo"]["hasNextPage"]
    assert [node["text"] for node in sources["nodes"]] == items[:200]


async def test_a_query_has_no_long_variables(service: Service) -> None:
    """An id of megabytes went to Neo4j as it was; what is sent with a mutation may be long."""
    for name, query in (
        ("ID!", "query($d: ID!) { conversation(id: $d) { title } }"),
        ("String", "query($d: String) { conversations(filter: {title: $d}) { nodes { id } } }"),
    ):
        error = await service.error(query, d="x" * 200_000)
        assert (name, error["code"]) == (name, "LIMIT_EXCEEDED")


async def test_a_field_that_is_repeated_counts_like_an_alias(service: Service) -> None:
    """Fields of one name are compared with each other, which takes the square of their number."""
    error = await service.error("{ %s }" % ("models { id } " * 100))
    assert error["code"] == "LIMIT_EXCEEDED"
    assert (await service.post("{ models { id } models { name } }"))["data"]["models"][0]["name"]


async def test_a_name_that_is_too_long_is_not_told_back(service: Service) -> None:
    """An operation that is not there is named in the error: 20 MB came back."""
    answer = await service.http.post("/graphql", json={"query": "{ __typename }", "operationName": "x" * 1000})
    assert answer.status_code == 400
    assert len(answer.content) < 500
