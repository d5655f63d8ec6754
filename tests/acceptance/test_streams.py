"""What is watched: over server-sent events, WebSocket and multipart; nothing is missed or comes twice."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
import pytest
import websockets
from websockets.typing import Subprotocol

from service.app import create_app
from service.commands.server import serving
from service.graph.database import Connection
from tests.support.front import MakeConfig, Service, operation

SSE = {"accept": "text/event-stream"}
NOTHING = {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None}
ITEMS = [f"Item {number}." for number in range(40)]


async def begin(service: Service, **more: Any) -> dict[str, Any]:
    """A task of forty subtasks that has just begun."""
    new = {"instruction": "Repeat.", "strategy": {"builtIn": "FILE"}, "input": {"list": ITEMS}} | more
    return (await service.ask("CreateTask", input=new))["createTask"]["task"]


async def sse(service: Service, name: str, **variables: Any) -> AsyncIterator[Any]:
    """The payloads of a subscription over server-sent events."""
    said = {"query": operation(name), "variables": variables}
    async with service.http.stream("POST", "/graphql", json=said, headers=SSE) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        event = ""
        async for line in response.aiter_lines():
            if line.startswith("event:"):
                event = line[6:].strip()
            elif line.startswith("data:") and event == "next":
                yield json.loads(line[5:])
            elif event == "complete":
                return


async def task_events(service: Service, task_id: str, after: str | None = None) -> list[dict[str, Any]]:
    """All events of a task after a cursor."""
    return [payload["data"]["taskEvents"] async for payload in sse(service, "TaskEvents", taskId=task_id, after=after)]


async def test_task_events_tell_the_whole_task(service: Service) -> None:
    """From the first state to the last; each subtask begins and ends."""
    task = await begin(service)
    events = await task_events(service, task["id"])
    states = [event["taskStatus"] for event in events if event["__typename"] == "TaskChanged"]
    ended = [event["subtaskId"] for event in events if event.get("subtaskStatus") == "SUCCEEDED"]
    assert states[0] == "PENDING"
    assert states[-1] == "SUCCEEDED"
    assert len(ended) == len(set(ended)) == len(ITEMS)


async def test_task_events_go_on_after_any_cursor(service: Service) -> None:
    """Who comes back with the cursor of an event gets what came after it, no more and no less."""
    task = await begin(service)
    whole = [event["cursor"] for event in await task_events(service, task["id"])]
    for place in (0, 17, len(whole) - 2, len(whole) - 1):
        again = await task_events(service, task["id"], whole[place])
        assert [event["cursor"] for event in again] == whole[place + 1 :]


async def test_conversation_events_are_every_message_once(service: Service) -> None:
    """Read in two goes, the second after the first one's last cursor, while a task runs."""
    made = (await service.ask("CreateConversation", input={"title": "Watched"}))["createConversation"]
    conversation = made["conversation"]
    begun, found, cursor = asyncio.Event(), list[dict[str, Any]](), None

    async def watch(count: int, after: str | None) -> None:
        stream = sse(service, "ConversationEvents", conversationId=conversation["id"], after=after)
        asyncio.get_running_loop().call_later(0.5, begun.set)
        async for payload in stream:
            found.append(payload["data"]["conversationEvents"])
            if len(found) == count:
                return

    watching = asyncio.create_task(watch(10, None))
    await begun.wait()
    await begin(service, conversationId=conversation["id"])
    await asyncio.wait_for(watching, 60)
    cursor = found[-1]["cursor"]
    # The task's prompt and answer, forty prompts, forty responses, and at least PENDING and SUCCEEDED of the task.
    async with asyncio.timeout(60):
        stream = sse(service, "ConversationEvents", conversationId=conversation["id"], after=cursor)
        async for payload in stream:
            found.append(payload["data"]["conversationEvents"])
            if sum(event["__typename"] == "MessageAdded" for event in found) == 82:
                break
    messages = [event["messageEdge"]["node"]["id"] for event in found if event["__typename"] == "MessageAdded"]
    assert len(set(messages)) == len(messages) == 82


async def test_deltas_are_the_texts_of_the_responses(service: Service) -> None:
    """What is generated piece by piece is what is written in the end."""
    task = await begin(service)
    texts, ends = dict[str, str](), list[tuple[Any, ...]]()
    async for payload in sse(service, "ResponseDeltas", taskId=task["id"]):
        delta = payload["data"]["responseDeltas"]
        ends += [(delta["attempt"], delta["responseStatus"], delta["finishReason"])] if delta["done"] else []
        assert (delta["responseStatus"] is None) is not delta["done"]
        assert delta["position"] == len(texts.get(delta["responseId"], ""))
        texts[delta["responseId"]] = texts.get(delta["responseId"], "") + delta["text"]
    assert set(ends) <= {(1, "COMPLETE", "STOP")}
    for id, text in texts.items():
        assert (await service.ask("Node", id=id))["node"]["content"] == text


async def test_an_error_of_a_subscription_has_its_code(service: Service) -> None:
    """An unknown task, a damaged cursor: one answer with the error, then the end."""
    (unknown,) = [payload async for payload in sse(service, "TaskEvents", taskId="nothing")]
    assert unknown["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    task = await begin(service)
    (damaged,) = [payload async for payload in sse(service, "TaskEvents", taskId=task["id"], after="x")]
    assert damaged["errors"][0]["extensions"]["field"] == "after"


async def test_a_text_with_a_mistake_in_it_is_an_error_of_a_stream_too(service: Service) -> None:
    """A client that only streams is told what it got wrong, as one that does not."""
    said = {"query": "subscription {"}
    async with service.http.stream("POST", "/graphql", json=said, headers=SSE) as response:
        body = (await response.aread()).decode()
    assert "Syntax Error" in body
    assert "INVALID_REQUEST" in body


async def test_a_subscription_comes_as_multipart(service: Service) -> None:
    """The way of Apollo's clients over plain HTTP."""
    task = await begin(service)
    said = {"query": operation("TaskEvents"), "variables": {"taskId": task["id"]}}
    headers = {"accept": "multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json"}
    async with service.http.stream("POST", "/graphql", json=said, headers=headers) as response:
        body = (await response.aread()).decode()
    assert response.headers["content-type"].startswith("multipart/mixed")
    assert body.count('"taskEvents"') > len(ITEMS)


@asynccontextmanager
async def socket(service: Service, payload: Any = None, headers: Any = None) -> AsyncIterator[Any]:
    """A graphql-transport-ws connection."""
    url = service.url.replace("http", "ws") + "/graphql"
    protocol: Any = ["graphql-transport-ws"]
    async with websockets.connect(url, subprotocols=protocol, additional_headers=headers) as connection:
        await connection.send(json.dumps({"type": "connection_init", "payload": payload or {}}))
        yield connection


async def operate(connection: Any, name: str, **variables: Any) -> list[Any]:
    """All payloads of an operation over a WebSocket."""
    payload = {"query": operation(name), "variables": variables}
    await connection.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
    found: list[Any] = []
    async for text in connection:
        message = json.loads(text)
        if message["type"] == "next":
            found.append(message["payload"]["data"])
        elif message["type"] != "connection_ack":
            assert message["type"] == "complete", message
            return found
    raise AssertionError(connection.close_code)


async def test_a_websocket_serves_all_operations(service: Service) -> None:
    """A mutation, its events and a query, each reading the graph anew."""
    async with socket(service) as connection:
        new = {"instruction": "Repeat.", "strategy": {"builtIn": "FILE"}, "input": {"list": ITEMS}}
        ((created),) = await operate(connection, "CreateTask", input=new)
        task_id = created["createTask"]["task"]["id"]
        events = await operate(connection, "TaskEvents", taskId=task_id)
        ((last),) = await operate(connection, "Task", id=task_id)
    assert events[-1]["taskEvents"]["task"]["taskStatus"] == "SUCCEEDED"
    assert last["task"]["progress"]["succeeded"] == len(ITEMS)


async def test_a_websocket_names_its_caller_when_it_begins(guarded: Service) -> None:
    """By its header or in `connection_init`; who does neither is shut out with 4403."""
    async with socket(guarded, {"authorization": "Bearer token-of-bob"}) as connection:
        assert await operate(connection, "Conversations") == [{"conversations": {"edges": [], "pageInfo": NOTHING}}]
    async with socket(guarded, headers={"authorization": "Bearer token-of-bob"}) as connection:
        assert len(await operate(connection, "Conversations")) == 1
    async with socket(guarded, {"authorization": "Bearer wrong"}) as connection:
        await connection.wait_closed()
        assert connection.close_code == 4403


@pytest.mark.parametrize(
    "payload",
    [
        {"query": "{"},
        {"query": "{ nothing }"},
        {"query": ""},
        {"query": "query A { models { id } }", "operationName": "B"},
        {"query": "query A { models { id } } query B { strategies { name } }"},
        {},
        None,
        {"query": 5},
        {"query": "{ models { id } }", "variables": "x"},
        {"query": "{ models { id } }", "extensions": {"persistedQuery": {"version": 1, "sha256Hash": "x"}}},
        {"documentId": 5},
    ],
    ids=[
        *("syntax", "field", "empty", "unknown name", "no name", "nothing", "no payload", "number", "variables"),
        *("another hash", "number as id"),
    ],
)
async def test_a_wrong_operation_is_an_error_of_its_own(service: Service, payload: Any) -> None:
    """It says what is wrong with it, and the connection's other operations go on."""
    async with socket(service) as connection:
        assert json.loads(await connection.recv())["type"] == "connection_ack"
        await connection.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        answer = json.loads(await connection.recv())
        assert (answer["type"], answer["id"]) == ("error", "1")
        assert answer["payload"][0]["extensions"]["code"] == "INVALID_REQUEST"
        assert (await operate(connection, "Models"))[0]["models"]


@pytest.mark.parametrize(
    "message",
    [
        None,
        [],
        {"type": "something " * 50},
        {"type": "subscribe", "id": [1], "payload": {"query": "{ models { id } }"}},
        {"type": "complete", "id": {}},
    ],
)
async def test_a_message_that_is_none_ends_a_websocket_with_4400(service: Service, message: Any) -> None:
    """With the protocol's code, and not as if the service had broken down."""
    async with socket(service) as connection:
        await connection.send(json.dumps(message))
        await connection.wait_closed()
        assert connection.close_code == 4400


async def test_an_empty_name_of_an_operation_is_as_none(service: Service) -> None:
    """As it is over HTTP: editors send one where they know of one operation alone."""
    async with socket(service) as connection:
        assert json.loads(await connection.recv())["type"] == "connection_ack"
        payload = {"query": "query Only { models { id } }", "operationName": ""}
        await connection.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        assert json.loads(await connection.recv())["payload"]["data"]["models"]


async def test_a_websocket_may_begin_with_no_payload(service: Service) -> None:
    """Null is what some clients send where they have none."""
    url, protocol = service.url.replace("http", "ws") + "/graphql", Subprotocol("graphql-transport-ws")
    async with websockets.connect(url, subprotocols=[protocol]) as connection:
        await connection.send(json.dumps({"type": "connection_init", "payload": None}))
        assert json.loads(await connection.recv())["type"] == "connection_ack"


async def test_a_websocket_has_so_many_operations_at_once(service: Service) -> None:
    """One more is refused with a code; those under way go on."""
    made = (await service.ask("CreateConversation", input={}))["createConversation"]["conversation"]
    payload = {"query": operation("ConversationEvents"), "variables": {"conversationId": made["id"]}}
    async with socket(service) as connection:
        assert json.loads(await connection.recv())["type"] == "connection_ack"
        for number in range(101):
            await connection.send(json.dumps({"id": str(number), "type": "subscribe", "payload": payload}))
        refused = json.loads(await connection.recv())
    assert (refused["type"], refused["id"]) == ("error", "100")
    assert refused["payload"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"


async def test_a_service_stops_in_spite_of_open_subscriptions(connection: Connection, make_config: MakeConfig) -> None:
    """Who watches is cut off; nobody waits for a conversation that never ends."""
    config = make_config()
    app = create_app(config, connection=connection)
    async with httpx.AsyncClient(timeout=30) as http:
        async with serving(app, config, port=0) as url:
            service = Service(url, app, http)
            http.base_url = httpx.URL(url)
            made = (await service.ask("CreateConversation", input={}))["createConversation"]["conversation"]
            watching = asyncio.create_task(anext(sse(service, "ConversationEvents", conversationId=made["id"])))
            await asyncio.sleep(0.5)
            stopping = time.monotonic()
        assert time.monotonic() - stopping < 60
        with suppress(httpx.HTTPError, StopAsyncIteration):
            await watching


@pytest.mark.parametrize("id", [7, "7", "0198c0de-0000-7000-8000-000000000007"])
async def test_a_subscription_has_whatever_id_its_client_gives_it(service: Service, id: str | int) -> None:
    """Numbers, as some clients count, and UUIDs; also where its variables hold more than it needs, however deep."""
    new = {"instruction": "Repeat.", "strategy": {"builtIn": "FILE"}, "input": {"list": ITEMS}}
    task = (await service.ask("CreateTask", input=new))["createTask"]["task"]
    deep: list[Any] = []
    for _ in range(300):
        deep = [deep]
    payload = {"query": operation("TaskEvents"), "variables": {"taskId": task["id"], "more": deep}}
    async with asyncio.timeout(30), socket(service) as connection:
        await connection.send(json.dumps({"id": id, "type": "subscribe", "payload": payload}))
        types = [json.loads(text)["type"] async for text in until_complete(connection)]
    assert types.count("next") > len(ITEMS)


async def until_complete(connection: Any) -> AsyncIterator[str]:
    """The messages of a connection, up to the end of its operation."""
    async for text in connection:
        yield text
        if json.loads(text)["type"] in ("complete", "error"):
            return
