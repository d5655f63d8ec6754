"""Clients that stop reading their sockets, on both transports: nobody waits for them, and little is kept for them."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import socket
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import yaml

from service.app import create_app
from service.commands.client import Client
from service.commands.server import Server, base_url, listen, make_server
from service.conversations.deltas import MOST_KEPT
from service.graph.database import Connection, Database
from service.providers.sse import SseParser
from tests.support.books import faults_of, read_books
from tests.support.front import MakeConfig, Service, operation
from tests.support.services import finished, provider
from tests.support.slow_provider import SlowProvider

AT_ONCE = 64
SUBTASKS = 112
PIECES, PIECE = 6, 8000
KERNEL_BYTES = 16_384
WIDE = " ".join(f"a{number}: conversationId" for number in range(25))
LEAN = {"TaskEvents": f"subscription($taskId: ID!) {{ taskEvents(taskId: $taskId) {{ cursor {WIDE} }} }}"}
"""As many bytes as the shipped text has, without the two queries that each of its events costs."""
HIGH_WATER = 65_536
"""Bytes that asyncio's transports take before they ask for a pause."""


class StreamingProvider(SlowProvider):
    """Answers with a text of many pieces, all of it as fast as it is read, once `may_answer` is set."""

    def __init__(self) -> None:
        super().__init__(0)
        self.may_answer = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one call."""
        with suppress(OSError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                int(line[16:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length: ")
            )
            await reader.readexactly(length)
            self.calls += 1
            await self.may_answer.wait()
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n")
            for number in range(PIECES):
                self._say(writer, {"choices": [{"delta": {"content": f"{number:02}" + "x" * (PIECE - 2)}}]})
                await writer.drain()
                await asyncio.sleep(0)
            self._say(writer, {"choices": [{"delta": {}, "finish_reason": "stop"}]})
            self._say(writer, {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 1}})
            writer.write(b"data: [DONE]\n\n")
            await writer.drain()
        writer.close()

    @staticmethod
    def _say(writer: asyncio.StreamWriter, event: dict[str, Any]) -> None:
        writer.write(b"data: " + json.dumps(event).encode() + b"\n\n")


@dataclass
class Front:
    """A service on connections with little room in the kernel, and its server."""

    service: Service
    server: Server
    upstream: StreamingProvider

    @property
    def waiting(self) -> list[int]:
        """How many bytes wait in this process for each client."""
        return [one.transport.get_write_buffer_size() for one in self.server.server_state.connections]

    def has(self, client: Stuck) -> bool:
        """Whether the server still holds this client's connection."""
        return client.sock.getsockname() in [one.client for one in self.server.server_state.connections]


@asynccontextmanager
async def front(connection: Connection, make_config: MakeConfig, stuck_seconds: float) -> AsyncIterator[Front]:
    """A service of this test's own, and a provider of long answers."""
    upstream = StreamingProvider()
    listening = await asyncio.start_server(upstream.serve, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    config = make_config(yaml.safe_dump(provider(f"http://127.0.0.1:{port}/v1", context_window=100_000)))
    app = create_app(config, connection=connection)
    listener = listen(config, 0)
    # What is accepted has the same: else the kernel takes megabytes for a client that reads nothing.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BYTES)
    async with app.router.lifespan_context(app), httpx.AsyncClient(base_url=base_url(listener), timeout=60) as http:
        server = make_server(app, config)
        assert isinstance(server, Server)
        server.stuck_seconds = stuck_seconds
        # Else whoever does not answer a ping is cut off by that.
        server.config.ws_ping_interval = None
        running = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:
            await asyncio.sleep(0.01)
        try:
            yield Front(Service(base_url(listener), app, http), server, upstream)
        finally:
            server.should_exit = True
            await running
            listening.close()


@dataclass
class Stuck:
    """A client on a raw socket that subscribes, and then does not read until it is told to."""

    sock: socket.socket
    is_websocket: bool
    payloads: list[Any] = field(default_factory=list[Any])
    complete: bool = False

    async def read(self) -> None:
        """Read all that is there, until the subscription is complete or the connection is cut."""
        reader, writer = await asyncio.open_connection(sock=self.sock)
        with suppress(OSError, asyncio.IncompleteReadError):
            await (self._read_frames(reader) if self.is_websocket else self._read_events(reader))
        writer.transport.abort()

    async def _read_frames(self, reader: asyncio.StreamReader) -> None:
        while not self.complete:
            kind, length = await reader.readexactly(2)
            if length == 126:
                length = int.from_bytes(await reader.readexactly(2))
            elif length == 127:
                length = int.from_bytes(await reader.readexactly(8))
            body = await reader.readexactly(length)
            said = json.loads(body) if kind & 15 == 1 else {"type": "control"}
            if said["type"] == "next":
                self.payloads.append(said["payload"])
            self.complete = said["type"] == "complete"

    async def _read_events(self, reader: asyncio.StreamReader) -> None:
        parser = SseParser()
        while not self.complete and (size := int(await reader.readuntil(b"\r\n"), 16)):
            block = await reader.readexactly(size + 2)
            for event in parser.feed(block[:-2]):
                if event.name == "next":
                    self.payloads.append(json.loads(event.data))
                self.complete = self.complete or event.name == "complete"


async def subscribe(port: int, name: str, task_id: str, *, websocket: bool) -> Stuck:
    """A client that subscribes, and reads no more than the head of the answer."""
    sock, loop = socket.socket(), asyncio.get_running_loop()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, KERNEL_BYTES)
    sock.setblocking(False)
    await loop.sock_connect(sock, ("127.0.0.1", port))
    payload = {"query": LEAN.get(name) or operation(name), "variables": {"taskId": task_id}}
    await loop.sock_sendall(sock, _upgrade() if websocket else _post(payload))
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += await loop.sock_recv(sock, 1)
    if websocket:
        messages = [{"type": "connection_init"}, {"id": "1", "type": "subscribe", "payload": payload}]
        await loop.sock_sendall(sock, b"".join(_frame(json.dumps(message).encode()) for message in messages))
    return Stuck(sock, websocket)


def _post(payload: Any) -> bytes:
    body = json.dumps(payload).encode()
    head = (
        "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\naccept: text/event-stream\r\n"
    )
    return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body


def _upgrade() -> bytes:
    key = base64.b64encode(os.urandom(16)).decode()
    head = (
        "GET /graphql HTTP/1.1\r\nhost: localhost\r\nconnection: Upgrade\r\nupgrade: websocket\r\n"
        f"sec-websocket-version: 13\r\nsec-websocket-key: {key}\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n"
    )
    return head.encode()


def _frame(body: bytes) -> bytes:
    size = bytes([128 | len(body)]) if len(body) < 126 else bytes([128 | 126]) + len(body).to_bytes(2)
    return b"\x81" + size + bytes(4) + body


async def create(front: Front) -> str:
    """The streaming task; its id."""
    config = {"maxParallel": AT_ONCE, "aggregation": "NONE"}
    given = {"list": [f"Item {number}." for number in range(SUBTASKS)]}
    task = {"instruction": "Say much.", "strategy": {"builtIn": "FILE"}, "input": given, "config": config}
    return (await front.service.ask("CreateTask", input=task))["createTask"]["task"]["id"]


async def keep_pace(front: Front, task_id: str) -> None:
    """Let calls be answered while the quickest client keeps up, on the slowest machine too; until cancelled."""
    while True:
        if min(front.service.services.backend.deltas.kept(task_id), default=0) < MOST_KEPT // 8:
            front.upstream.may_answer.set()
        else:
            front.upstream.may_answer.clear()
        await asyncio.sleep(0.005)


async def watch(front: Front, name: str, task_id: str) -> list[Any]:
    """All that a client gets which reads as fast as it can."""
    async with Client(front.service.url) as client:
        return [value async for value in client.subscribe(name, taskId=task_id)]


def texts(deltas: list[Any]) -> dict[str, str]:
    """The texts of the responses, put together; each piece must follow the one before."""
    found: dict[str, str] = defaultdict(str)
    for delta in deltas:
        assert delta["position"] == len(found[delta["responseId"]])
        found[delta["responseId"]] += delta["text"]
    return dict(found)


@dataclass
class Most:
    """The most that was kept at once."""

    bytes: int = 0
    characters: int = 0

    async def look(self, front: Front, task_id: str) -> None:
        """Look until cancelled."""
        while True:
            self.bytes = max([self.bytes, *front.waiting])
            self.characters = max([self.characters, *front.service.services.backend.deltas.kept(task_id)])
            await asyncio.sleep(0.005)


@pytest.mark.timeout(300)
async def test_clients_that_do_not_read_cost_nobody_anything(
    connection: Connection, database: Database, make_config: MakeConfig
) -> None:
    """Four of them while 64 calls stream: the task ends, others get all, buffers are bounded, and they can go on."""
    async with front(connection, make_config, stuck_seconds=600) as own:
        port = httpx.URL(own.service.url).port or 0
        task_id = await create(own)
        stuck = [
            await subscribe(port, name, task_id, websocket=websocket)
            for name in ("ResponseDeltas", "TaskEvents")
            for websocket in (False, True)
        ]
        most = Most()
        looking = asyncio.create_task(most.look(own, task_id))
        watching = asyncio.gather(watch(own, "ResponseDeltas", task_id), watch(own, "TaskEvents", task_id))
        # Whoever comes when responses have ended already is not told of them, and is not that far behind.
        while len(own.service.services.backend.deltas.kept(task_id)) < 3:
            await asyncio.sleep(0.01)
        pacing = asyncio.create_task(keep_pace(own, task_id))
        deltas, events = await watching
        assert await finished(database, task_id) == "SUCCEEDED"
        looking.cancel()
        pacing.cancel()
        await asyncio.gather(*(client.read() for client in stuck))
        assert own.service.services.backend.deltas.kept(task_id) == []
    books = await read_books(database, task_id)
    responses = {r["id"]: r["content"] for attempt in books.attempts for r in attempt["responses"]}
    assert faults_of(books) == []
    assert {id_: text for id_, text in texts(deltas).items() if responses[id_] != text} == {}
    assert len(events) == len(books.events)
    # The buffer is full when one more piece is put into it: of a response, as far as it has come.
    assert HIGH_WATER < most.bytes < HIGH_WATER + 2 * PIECES * PIECE
    assert most.characters <= MOST_KEPT + PIECES * PIECE
    for client in stuck[:2]:
        check_late_texts([payload["data"]["responseDeltas"] for payload in client.payloads], responses)
    for client in stuck[2:]:
        cursors = [payload["data"]["taskEvents"]["cursor"] for payload in client.payloads]
        assert cursors == [event["cursor"] for event in events]
    assert all(client.complete for client in stuck)


def check_late_texts(deltas: list[Any], responses: dict[str, str]) -> None:
    """Who was far behind got each response whole, or was told which it did not get."""
    found, told = texts(deltas), {delta["responseId"] for delta in deltas if delta["lagged"]}
    assert told
    assert {id_: text for id_, text in found.items() if id_ not in told and responses[id_] != text} == {}
    assert all(responses[id_].startswith(found[id_]) for id_ in told)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("websocket", [False, True], ids=["sse", "websocket"])
async def test_a_client_that_takes_nothing_is_cut_off_and_comes_back(
    connection: Connection, database: Database, make_config: MakeConfig, websocket: bool
) -> None:
    """After a time nothing is kept for it any more; with its last cursor it gets what it did not see, once."""
    async with front(connection, make_config, stuck_seconds=0.6) as own:
        own.upstream.may_answer.set()
        task_id = await create(own)
        client = await subscribe(httpx.URL(own.service.url).port or 0, "TaskEvents", task_id, websocket=websocket)
        await finished(database, task_id)
        async with asyncio.timeout(120):
            while own.has(client):
                await asyncio.sleep(0.01)
        await client.read()
        seen = [payload["data"]["taskEvents"]["cursor"] for payload in client.payloads]
        async with Client(own.service.url) as again:
            rest = again.subscribe("TaskEvents", taskId=task_id, after=seen[-1] if seen else None)
            seen += [event["cursor"] async for event in rest]
        events = await watch(own, "TaskEvents", task_id)
    assert not client.complete
    assert seen == [event["cursor"] for event in events]
