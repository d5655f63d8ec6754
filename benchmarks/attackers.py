"""What may not stop others: the requests of `fairness`, sent from a process of their own, and the caller who measures.

Knows the service by its address alone. Every attack is a function of the address and what the graph was filled with.
"""

from __future__ import annotations

import http.client
import json
import multiprocessing
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.synchronize import Event
from typing import Any, NamedTuple

AT_ONCE = 8
SUBSCRIBERS = 50
SUBTASKS = 1000
MIB = 1024 * 1024
PAUSE = 0.01
"""Seconds between two requests of the caller who measures."""


class Caller(NamedTuple):
    """A caller: whom the key names, and a conversation of theirs."""

    key: str
    conversation: str


class Target(NamedTuple):
    """Where the service is, and who calls it: those who attack (their conversation has long messages), and another."""

    address: str
    owner: Caller
    other: Caller


Attack = Callable[[Target, Event], None]

INTROSPECTION = (
    "{" + " ".join(f"a{n}: __schema {{ types {{ fields {{ args {{ type {{ name }} }} }} }} }}" for n in range(40)) + "}"
)
LARGEST = """{ conversations(first: 100) { edges { cursor node { id title createdAt updatedAt
  messages(first: 195) { edges { cursor node { __typename id title depth role createdAt conversationId
    ... on Response { responseStatus finishReason } } } } } } } }"""
NOTHING = "{ __typename }"
TITLE = '{ conversation(id: "%s") { title } }'
MANY_BYTES = '{conversation(id:"%s"){messages(first:200){edges{node{...on Prompt{content}...on Response{content}}}}}}'
CREATE = "mutation($input: CreateTaskInput!) { createTask(input: $input) { task { id } } }"
GREEDY = """subscription($id: ID!) { taskEvents(taskId: $id) { cursor createdAt
  ... on SubtaskChanged { subtaskStatus task { progress { total done } } } ... on TaskChanged { taskStatus } } }"""
PLAIN = """subscription($id: ID!) { taskEvents(taskId: $id) { cursor createdAt
  ... on SubtaskChanged { subtaskStatus } ... on TaskChanged { taskStatus } } }"""


def send(connection: http.client.HTTPConnection, body: bytes, key: str) -> bytes:
    """One request, and its whole answer."""
    headers = {"content-type": "application/json", "authorization": f"Bearer {key}"}
    connection.request("POST", "/graphql", body, headers)
    return connection.getresponse().read()


def repeat(target: Target, over: Event, make: Callable[[int], bytes]) -> None:
    """Send a request again and again, on so many connections at once."""

    def one(number: int) -> None:
        connection = http.client.HTTPConnection(target.address, timeout=120)
        while not over.is_set():
            try:
                send(connection, make(number), target.owner.key)
            except (OSError, http.client.HTTPException):
                connection.close()

    at_once(one)
    over.wait()


def at_once(one: Callable[[int], None], many: int = AT_ONCE) -> None:
    """Begin so many threads."""
    for number in range(many):
        threading.Thread(target=one, args=(number,), daemon=True).start()


def say(query: str, **variables: Any) -> bytes:
    """The body of a request."""
    return json.dumps({"query": query, "variables": variables}).encode()


def introspect(target: Target, over: Event) -> None:
    """Introspection under forty aliases."""
    body = say(INTROSPECTION)
    repeat(target, over, lambda _: body)


def read_most(target: Target, over: Event) -> None:
    """The largest query that was legal: 19,600 nodes with ten fields."""
    body = say(LARGEST)
    repeat(target, over, lambda _: body)


def read_bytes(target: Target, over: Event) -> None:
    """A short query that asks for 250 MB."""
    body = say(MANY_BYTES % target.owner.conversation)
    repeat(target, over, lambda _: body)


def create(target: Target, over: Event) -> None:
    """Tasks over a text of 10 MiB."""

    def body(number: int) -> bytes:
        text = f"{number} {time.time()} " + "A line of a large text.\n" * (10 * MIB // 24)
        return say(CREATE, input={"instruction": "Sum up.", "input": {"text": text}, "strategy": {"builtIn": "NONE"}})

    repeat(target, over, body)


def document(target: Target, over: Event) -> None:
    """A text of 22 MB inside the document."""
    query = 'mutation { createTask(input: {instruction: "x", input: {text: "%s"}}) { task { id } } }'
    body = say(query % ("x" * 22_000_000))
    repeat(target, over, lambda _: body)


def subscribe(target: Target, over: Event) -> None:
    """Fifty who follow a task of a thousand subtasks and ask for its progress with each event."""
    _follow(target, over, GREEDY)


def subscribe_plainly(target: Target, over: Event) -> None:
    """Fifty who follow a task of a thousand subtasks."""
    _follow(target, over, PLAIN)


def _follow(target: Target, over: Event, query: str) -> None:
    lags: list[tuple[int, float]] = []
    connection = http.client.HTTPConnection(target.address, timeout=120)
    while not over.is_set():
        items = [f"Item {number} of {time.time()}" for number in range(SUBTASKS)]
        new = {"instruction": "Say it.", "input": {"list": items}, "strategy": {"builtIn": "FILE"}}
        new |= {"config": {"aggregation": "NONE", "maxParallel": 64}}
        id = json.loads(send(connection, say(CREATE, input=new), target.owner.key))["data"]["createTask"]["task"]["id"]
        body = say(query, id=id)
        began = time.time()
        threads = [
            threading.Thread(target=_events, args=(target, over, body, lags), daemon=True) for _ in range(SUBSCRIBERS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        print(
            json.dumps({"events": len(lags), "worst_lag": max(lags, default=0), "seconds": time.time() - began}),
            flush=True,
        )
        lags.clear()


def _events(target: Target, over: Event, body: bytes, lags: list[tuple[int, float]]) -> None:
    """Take events as they come, and look at the time of the last one in each piece: how many, how late."""
    host, port = target.address.rsplit(":", 1)
    lines = ("POST /graphql HTTP/1.1", f"host: {host}", "content-type: application/json", "accept: text/event-stream")
    more = f"authorization: Bearer {target.owner.key}", f"content-length: {len(body)}"
    head = "\r\n".join((*lines, *more, "", "")).encode()
    with socket.create_connection((host, int(port)), timeout=300) as connection:
        connection.sendall(head + body)
        while not over.is_set() and (piece := connection.recv(MIB)):
            if (at := piece.rfind(b'"createdAt":"', 0, -40)) >= 0:
                lags.append((piece.count(b'"createdAt"'), time.time() - _time(piece[at + 13 : at + 37].decode())))
            if b"event: complete" in piece:
                return


def _time(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


ATTACKS: dict[str, Attack] = {
    "introspection": introspect,
    "largest_query": read_most,
    "many_bytes": read_bytes,
    "creations_10_mib": create,
    "greedy_subscribers": subscribe,
    "document_22_mb": document,
}


def burn(target: Target, over: Event) -> None:
    """Use processor time, and ask nothing."""
    while not over.is_set():
        sum(range(10_000))


@contextmanager
def attacked(target: Target, *attacks: Attack) -> Iterator[None]:
    """Attack from one process each for as long as the body runs."""
    context = multiprocessing.get_context("spawn")
    over = context.Event()
    processes = [context.Process(target=attack, args=(target, over), daemon=True) for attack in attacks]
    for process in processes:
        process.start()
    try:
        yield
    finally:
        over.set()
        for process in processes:
            process.join(1)
            process.kill()
            process.join()


def measure(target: Target, seconds: float) -> dict[str, Times]:
    """How long a caller's small requests take, one after the other, by who asks what."""
    asked = list(_small(target))
    found = {name: Times([]) for name, _, _ in asked}
    connections = [http.client.HTTPConnection(target.address, timeout=300) for _ in asked]
    end = time.monotonic() + seconds
    while time.monotonic() < end or not all(times.of for times in found.values()):
        for connection, (name, body, key) in zip(connections, asked, strict=True):
            began = time.perf_counter()
            found[name].failed += b'"errors"' in send(connection, body, key)
            found[name].of.append((time.perf_counter() - began) * 1000)
            time.sleep(PAUSE)
    return found


def _small(target: Target) -> Iterator[tuple[str, bytes, str]]:
    for who, caller in (("own", target.owner), ("other", target.other)):
        yield f"nothing_{who}", say(NOTHING), caller.key
        yield f"title_{who}", say(TITLE % caller.conversation), caller.key


@dataclass
class Times:
    """How long requests took, in ms; and how many failed."""

    of: list[float]
    failed: int = 0

    def part(self, share: float) -> float:
        """A quantile."""
        times = sorted(self.of)
        return times[min(len(times) - 1, int(len(times) * share))]
