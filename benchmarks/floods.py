"""What may not stop others besides queries and texts: uploads, connections, documents and variables of odd shapes.

As in `attackers.py`, every attack is a function of the address. What is refused counts as well as what is not.
"""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from itertools import count
from multiprocessing.synchronize import Event
from typing import Any

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from benchmarks.attackers import CREATE, MIB, Attack, Target, at_once, repeat, say

FILES = 10_000
SOCKETS, OPERATIONS = 10, 100
CONNECTIONS = 3000
NESTED = 1000
ANSWER = '{conversation(id:"%s"){messages(first:48){edges{node{...on Prompt{content}...on Response{content}}}}}}'
FOLLOW = "subscription($id: ID!) { conversationEvents(conversationId: $id) { cursor } }"


def read_answers(target: Target, over: Event) -> None:
    """Answers of 60 MB, which may be asked for."""
    body = say(ANSWER % target.owner.conversation)
    repeat(target, over, lambda _: body)


def upload_too_much(target: Target, over: Event) -> None:
    """Uploads of 100 MB that do not say beforehand how long they are."""
    _upload(target, over, 1, lambda: _one_file(b"x" * MIB for _ in range(100)))


def upload_slowly(target: Target, over: Event) -> None:
    """Uploads of 30 MB that come in a kilobyte at a time."""

    def pieces() -> Iterator[bytes]:
        for _ in range(30 * 1024):
            yield b"A line of a large text.\n" * 43
            time.sleep(0.001)

    _upload(target, over, 1, lambda: _one_file(pieces()))


def upload_many(target: Target, over: Event) -> None:
    """Uploads of ten thousand files of a few bytes each."""
    parts = b"".join(_head(str(n), f"{n}.txt") + b"Item %d.\r\n" % n for n in range(FILES))
    _upload(target, over, FILES, lambda: iter([parts]))


def _upload(target: Target, over: Event, files: int, pieces: Callable[[], Iterator[bytes]]) -> None:
    """Send forms again and again, in pieces."""
    new: dict[str, Any] = {"instruction": "Sum up.", "strategy": {"builtIn": "NONE"}}
    new["input"] = {"files": [{"name": f"{n}.txt", "content": {"upload": None}} for n in range(files)]}
    places = {str(n): [f"variables.input.input.files.{n}.content.upload"] for n in range(files)}
    begin = _head("operations") + say(CREATE, input=new) + b"\r\n" + _head("map") + json.dumps(places).encode()
    headers = {
        "authorization": f"Bearer {target.owner.key}",
        "content-type": "multipart/form-data; boundary=benchmark",
        "transfer-encoding": "chunked",
    }

    def form() -> Iterator[bytes]:
        yield begin + b"\r\n"
        yield from pieces()
        yield b"--benchmark--\r\n"

    def one(_: int) -> None:
        while not over.is_set():
            connection = http.client.HTTPConnection(target.address, timeout=120)
            with suppress(OSError, http.client.HTTPException):
                connection.request("POST", "/graphql", form(), headers, encode_chunked=True)
                connection.getresponse().read()
            connection.close()

    at_once(one)
    over.wait()


def _one_file(content: Iterator[bytes]) -> Iterator[bytes]:
    yield _head("0", "large.txt")
    yield from content
    yield b"\r\n"


def _head(name: str, filename: str | None = None) -> bytes:
    more = f'; filename="{filename}"' if filename else ""
    return f'--benchmark\r\ncontent-disposition: form-data; name="{name}"{more}\r\n\r\n'.encode()


def subscribe_often(target: Target, over: Event) -> None:
    """A thousand subscriptions on ten WebSockets, which are closed and opened again."""
    headers = {"authorization": f"Bearer {target.owner.key}"}
    payload = {"query": FOLLOW, "variables": {"id": target.owner.conversation}}

    def one(_: int) -> None:
        while not over.is_set():
            protocol = Subprotocol("graphql-transport-ws")
            with (
                suppress(OSError, WebSocketException),
                connect(f"ws://{target.address}/graphql", additional_headers=headers, subprotocols=[protocol]) as ws,
            ):
                ws.send('{"type": "connection_init"}')
                for number in range(OPERATIONS):
                    ws.send(json.dumps({"type": "subscribe", "id": str(number), "payload": payload}))
                with suppress(TimeoutError):
                    while not over.is_set():
                        ws.recv(timeout=1)

    at_once(one, SOCKETS)
    over.wait()


def ask_differently(target: Target, over: Event) -> None:
    """Documents of fragments and aliases, as many as may be, each another one: none is known."""
    numbers = count()

    def body(number: int) -> bytes:
        own = f"{number}x{next(numbers)}"
        fragments = " ".join(
            f"fragment f{n} on Query {{ models {{ id n{own}: name }} ...f{n + 1} }}" for n in range(28)
        )
        names = " ".join(f"...f{n} models {{ id }} models {{ id }}" for n in range(28))
        return say(f"query q{own} {{ {names} }} {fragments} fragment f28 on Query {{ __typename }}")

    repeat(target, over, body)


def nest(target: Target, over: Event) -> None:
    """Variables of lists in lists, and of as many values as may be."""
    deep = json.dumps({"query": "query($a: JSON) { __typename }", "variables": {"a": 0}}).replace(
        ": 0}", ": " + "[" * NESTED + "]" * NESTED + "}"
    )
    wide = say("query($a: [[ID!]!]) { __typename }", a=[["x"] * 100] * 2400)
    bodies = deep.encode(), wide
    repeat(target, over, lambda number: bodies[number % 2])


def connect_often(target: Target, over: Event) -> None:
    """Thousands of connections that send nothing, or the beginning of a request."""
    host, port = target.address.rsplit(":", 1)
    while not over.is_set():
        with ExitStack() as stack:
            for number in range(CONNECTIONS):
                with suppress(OSError):
                    one = stack.enter_context(socket.create_connection((host, int(port)), timeout=10))
                    if number % 2:
                        one.sendall(b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n")
            over.wait(3)


FLOODS: dict[str, Attack] = {
    "answers_60_mb": read_answers,
    "uploads_100_mb": upload_too_much,
    "slow_uploads": upload_slowly,
    "uploads_of_10000_files": upload_many,
    "1000_subscriptions": subscribe_often,
    "documents_that_differ": ask_differently,
    "nested_variables": nest,
    "3000_connections": connect_often,
}
