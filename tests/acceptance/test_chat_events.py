"""What a chat is told of: each message once from where it was read, on which branch it is, and who asked for it."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from typing import Any
from urllib.parse import urlencode

from service.conversations.events import event_number
from service.records import new_id
from tests.acceptance.test_streams import ITEMS, begin, sse, task_events
from tests.support.front import Service, operation
from tests.support.services import finished

OPEN = """query($id: ID!) { conversation(id: $id) {
  eventsCursor messages(last: 1) { edges { node { id } } } tasks(first: 1) { nodes { id taskStatus eventsCursor } }
} }"""
PATH = "query($id: ID!) { conversation(id: $id) { messages(first: 100) { nodes { id } } } }"
TURNS = 10


async def send(service: Service, **more: Any) -> dict[str, Any]:
    """A task of one prompt that has just begun."""
    return (await service.ask("SendPrompt", input={"content": "What is an antiphon?"} | more))["sendPrompt"]["task"]


async def events_of(service: Service, conversation: str, after: str | None, last_task: str) -> list[dict[str, Any]]:
    """A conversation's events after a cursor, up to the end of a task."""
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(60):
        stream = sse(service, "ConversationEvents", conversationId=conversation, after=after)
        async with aclosing(stream) as payloads:  # pyright: ignore[reportArgumentType]
            async for payload in payloads:
                event = payload["data"]["conversationEvents"]
                found.append(event)
                if event.get("taskId") == last_task and event["taskStatus"] == "SUCCEEDED":
                    break
    return found


def messages(events: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The events of new messages, by the message."""
    return {event["messageEdge"]["node"]["id"]: event for event in events if event["__typename"] == "MessageAdded"}


async def test_nothing_falls_between_reading_and_subscribing(service: Service) -> None:
    """A chat is opened again and again while it goes on: what it shows and what it is told then are the whole of it."""
    made = (await service.ask("CreateConversation", input={}))["createConversation"]["conversation"]

    async def chat() -> None:
        for _ in range(TURNS):
            task = await send(service, conversationId=made["id"])
            await finished(service.services.database, task["id"])

    chatting = asyncio.create_task(chat())
    opened: list[dict[str, Any]] = []
    while not chatting.done():
        opened.append((await service.post(OPEN, id=made["id"]))["data"]["conversation"])
    await chatting
    last = (await send(service, conversationId=made["id"]))["id"]
    await finished(service.services.database, last)
    path = (await service.post(PATH, id=made["id"]))["data"]["conversation"]["messages"]["nodes"]
    order = [message["id"] for message in path]
    assert len(order) == 2 * TURNS + 2
    whole = await events_of(service, made["id"], opened[0]["eventsCursor"], last)
    numbers = {id: event_number(event["cursor"]) for id, event in messages(whole).items()}
    for seen in opened:
        cursor = event_number(seen["eventsCursor"])
        shown = seen["messages"]["edges"][0]["node"]["id"] if seen["messages"]["edges"] else None
        assert [id for id in order[order.index(shown) + 1 if shown else 0 :] if numbers[id] <= cursor] == []
    for id, status, after in {tuple(task.values()) for seen in opened for task in seen["tasks"]["nodes"]}:
        rest = [event.row async for event in service.services.backend.events.task_events("local", id, after)]
        assert [status, *(row["status"] for row in rest if row["type"] == "TASK")][-1] == "SUCCEEDED"


async def test_a_message_says_on_which_branches_it_is_and_who_caused_it(service: Service) -> None:
    """Prompt and answer of the chat are on its branch at once, a fork on none, a subtask's messages say whose."""
    made = (await service.ask("CreateConversation", input={}))["createConversation"]["conversation"]
    start = (await service.post(OPEN, id=made["id"]))["data"]["conversation"]["eventsCursor"]
    task = await send(service, conversationId=made["id"], idempotencyKey=f"first of {made['id']}")
    first = await events_of(service, made["id"], start, task["id"])
    for event in messages(first).values():
        assert ([branch["name"] for branch in event["branches"]], event["subtask"]) == (["main"], None)
        assert event["idempotencyKey"] == f"first of {made['id']}"
    assert len(messages(first)) == 2
    prompt = next(iter(messages(first)))
    fork = await send(service, conversationId=made["id"], parent={"messageId": prompt})
    forked = await events_of(service, made["id"], first[-1]["cursor"], fork["id"])
    assert [(event["branches"], event["subtask"]) for event in messages(forked).values()] == [([], None)] * 2
    task = await begin(service, conversationId=made["id"])
    many = await events_of(service, made["id"], forked[-1]["cursor"], task["id"])
    own = [event for event in messages(many).values() if event["subtask"] is None]
    inner = [event for event in messages(many).values() if event["subtask"]]
    assert [[branch["name"] for branch in event["branches"]] for event in own] == [["main"]] * 2
    assert {len(event["branches"]) for event in inner} == {0}
    assert len({event["subtask"]["id"] for event in inner}) == len(ITEMS)
    assert len(inner) == 2 * len(ITEMS)


async def test_what_a_person_writes_in_place_of_a_message_has_the_key_of_that_request(service: Service) -> None:
    """Not that of the task whose answer it replaces; it is of no task, and on the branch that moved to it."""
    task = await send(service, idempotencyKey=(first := f"asked {new_id()}"))
    conversation, main = task["conversation"]["id"], {"name": "main"}
    await finished(service.services.database, task["id"])
    shown = (await service.post(OPEN, id=conversation))["data"]["conversation"]
    answer = shown["messages"]["edges"][0]["node"]["id"]
    branch = (await service.ask("Branches", conversationId=conversation))["conversation"]["defaultBranch"]["id"]
    new = {"messageId": answer, "content": "Mine.", "branch": branch, "idempotencyKey": f"mine of {first}"}
    mine = (await service.ask("ReviseMessage", input=new))["reviseMessage"]["messageEdge"]["node"]["id"]
    aside = {"messageId": task["prompt"]["id"], "content": "What?", "idempotencyKey": f"what of {first}"}
    what = (await service.ask("ReviseMessage", input=aside))["reviseMessage"]["messageEdge"]["node"]["id"]
    again = await service.ask("Regenerate", input={"responseId": answer, "n": 2, "idempotencyKey": f"n of {first}"})
    ends = [await finished(service.services.database, it["id"]) for it in again["regenerate"]["tasks"]]
    last = await send(service, conversationId=conversation)
    told = messages(await events_of(service, conversation, shown["eventsCursor"], last["id"]))
    keys = {id: (event["idempotencyKey"], event["subtask"]) for id, event in told.items()}
    assert (keys[mine], keys[what]) == ((new["idempotencyKey"], None), (aside["idempotencyKey"], None))
    assert [keys[id] for id in again["regenerate"]["answerIds"]] == [(f"n of {first}", None)] * len(ends)
    on = {id: [{"name": branch["name"]} for branch in event["branches"]] for id, event in told.items()}
    assert (on[mine], on[what]) == ([main], [])
    assert [on[id] for id in again["regenerate"]["answerIds"]] == [[], []]


class Source:
    """A browser's EventSource: it comes back by itself with the `id` of its last event, until it is told 204."""

    def __init__(self, service: Service, text: str, **variables: Any) -> None:
        self._service = service
        self._address = "/graphql?" + urlencode({"query": text, "variables": json.dumps(variables)})
        self.last, self.retry = "", ""
        self.payloads: list[Any] = []

    async def connect(self, most: int | None = None) -> int:
        """Read one connection to its end, or break it off after so many events; its status."""
        headers = {"accept": "text/event-stream"} | ({"last-event-id": self.last} if self.last else {})
        async with self._service.http.stream("GET", self._address, headers=headers) as response:
            async for line in response.aiter_lines():
                field, _, value = line.partition(": ")
                if field == "id":
                    self.last = value
                elif field == "retry":
                    self.retry = value
                elif field == "data" and value:
                    self.payloads.append(json.loads(value))
                elif not line and most is not None and len(self.payloads) >= most:
                    break
        return response.status_code


async def test_an_eventsource_gets_each_event_once_and_then_stops(service: Service) -> None:
    """Though its address stays the same, and it does not ask for the cursor."""
    task = await begin(service)
    text = "subscription($id: ID!) { taskEvents(taskId: $id) { __typename createdAt } }"
    browser = Source(service, text, id=task["id"])
    for most in (1, 10, 11, 60, None):
        assert await browser.connect(most) == 200
    assert await browser.connect() == 204
    assert browser.retry == "2000"
    events = await task_events(service, task["id"])
    kinds = [(event["__typename"], event["createdAt"]) for event in events]
    assert [tuple(payload["data"]["taskEvents"].values()) for payload in browser.payloads] == kinds


async def test_an_eventsource_is_stopped_where_there_is_nothing_more(service: Service) -> None:
    """A task that is over, cut off before its end was said; one that is not there; text of what is over."""
    task = await begin(service)
    whole = await task_events(service, task["id"])
    text = "subscription($id: ID!) { taskEvents(taskId: $id) { cursor } }"
    browser = Source(service, text, id=task["id"])
    browser.last = whole[-1]["cursor"]
    assert [await browser.connect(), await browser.connect(), browser.payloads] == [200, 204, []]
    nowhere = Source(service, text, id="nothing")
    assert [await nowhere.connect(), await nowhere.connect(), len(nowhere.payloads)] == [200, 204, 1]
    texts = Source(service, operation("ResponseDeltas"), taskId=task["id"])
    assert [await texts.connect(), await texts.connect(), texts.payloads] == [200, 204, []]
