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
from datetime import datetime
from multiprocessing.synchronize import Event
from typing import Any, NamedTuple

AT_ONCE = 8
SUBSCRIBERS = 50
SUBTASKS = 1000
MIB = 1024 * 1024
PAUSE = 0.01
"""Seconds between two requests of the caller who measures."""


class Target(NamedTuple):
    """Where the service is, and the conversation that holds long messages."""

    address: str
    conversation: str


Attack = Callable[[Target, Event], None]

INTROSPECTION = (
    "{" + " ".join(f"a{n}: __schema {{ types {{ fields {{ args {{ type {{ name }} }} }} }} }}" for n in range(40)) + "}"
)
LARGEST = """{ conversations(first: 100) { edges { cursor node { id title createdAt updatedAt
  messages(first: 195) { edges { cursor node { __typename id title depth role createdAt conversationId
    ... on Response { responseStatus finishReason } } } } } } } }"""
MANY_BYTES = '{conversation(id:"%s"){messages(first:200){edges{node{...on Prompt{content}...on Response{content}}}}}}'
CREATE = "mutation($input: CreateTaskInput!) { createTask(input: $input) { task { id } } }"
GREEDY = """subscription($id: ID!) { taskEvents(taskId: $id) { cursor createdAt
  ... on SubtaskChanged { subtaskStatus task { progress { total done } } } ... on TaskChanged { taskStatus } } }"""
PLAIN = """subscription($id: ID!) { taskEvents(taskId: $id) { cursor createdAt
  ... on SubtaskChanged { subtaskStatus } ... on TaskChanged { taskStatus } } }"""


def send(connection: http.client.HTTPConnection, body: bytes) -> bytes:
    """One request, and its whole answer."""
    connection.request("POST", "/graphql", body, {"content-type": "application/json"})
    return connection.getresponse().read()


def _again(target: Target, over: Event, make: Callable[[int], bytes]) -> None:
    """Send a request again and again, on so many connections at once."""

    def one(number: int) -> None:
        connection = http.client.HTTPConnection(target.address, timeout=120)
        while not over.is_set():
            try:
                send(connection, make(number))
            except (OSError, http.client.HTTPException):
                connection.close()

    threads = [threading.Thread(target=one, args=(number,), daemon=True) for number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    over.wait()


def _said(query: str, **variables: Any) -> bytes:
    return json.dumps({"query": query, "variables": variables}).encode()


def introspect(target: Target, over: Event) -> None:
    """Introspection under forty aliases."""
    body = _said(INTROSPECTION)
    _again(target, over, lambda _: body)


def read_most(target: Target, over: Event) -> None:
    """The largest query that was legal: 19,600 nodes with ten fields."""
    body = _said(LARGEST)
    _again(target, over, lambda _: body)


def read_bytes(target: Target, over: Event) -> None:
    """A short query that asks for 250 MB."""
    body = _said(MANY_BYTES % target.conversation)
    _again(target, over, lambda _: body)


def create(target: Target, over: Event) -> None:
    """Tasks over a text of 10 MiB."""

    def body(number: int) -> bytes:
        text = f"{number} {time.time()} " + "A line of a large text.\n" * (10 * MIB // 24)
        return _said(CREATE, input={"instruction": "Sum up.", "input": {"text": text}, "strategy": {"builtIn": "NONE"}})

    _again(target, over, body)


def document(target: Target, over: Event) -> None:
    """A text of 22 MB inside the document."""
    query = 'mutation { createTask(input: {instruction: "x", input: {text: "%s"}}) { task { id } } }'
    body = _said(query % ("x" * 22_000_000))
    _again(target, over, lambda _: body)


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
        id = json.loads(send(connection, _said(CREATE, input=new)))["data"]["createTask"]["task"]["id"]
        body = _said(query, id=id)
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
    head = "\r\n".join((*lines, f"content-length: {len(body)}", "", "")).encode()
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


def measure(target: Target, query: str, seconds: float) -> tuple[list[float], int]:
    """How long each of a caller's small requests took, in ms, in order; and how many failed."""
    connection = http.client.HTTPConnection(target.address, timeout=300)
    body, end, times, failed = _said(query), time.monotonic() + seconds, list[float](), 0
    while not times or time.monotonic() < end:
        began = time.perf_counter()
        failed += b'"errors"' in send(connection, body)
        times.append((time.perf_counter() - began) * 1000)
        time.sleep(PAUSE)
    return sorted(times), failed


def part(times: list[float], share: float) -> float:
    """A quantile of sorted times."""
    return times[min(len(times) - 1, int(len(times) * share))]
