"""Many callers who send a prompt, wait for its answer and send the next; and how soon one caller sees a first word.

Run as `python -m benchmarks.chat`. The service is a process of its own with the echo model; a caller keeps one
connection and one conversation. A turn is from sending the mutation to the poll that sees the task's end.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from benchmarks.bench import FINAL, OWNER, figure, load, neo4j, run
from service.commands.serving import find_running
from service.config import load_config
from tests.support.service_process import ServiceProcess
from tests.support.services import MODEL

CALLERS = 200
SUBSCRIBERS = 50
SECONDS = 12.0
TURNS = 30
FIRST_POLL_SECONDS, LONGEST_POLL_SECONDS = 0.05, 0.4
THINKING_SECONDS = 0.5
"""How long the model `slow` takes before its first word."""
SEND = """mutation($input: SendPromptInput!) {
  sendPrompt(input: $input) { answerId task { id conversation { id } } }
}"""
LOOK = "query($id: ID!) { task(id: $id) { taskStatus } }"
FOLLOW = "subscription($id: ID!) { conversationEvents(conversationId: $id) { __typename cursor } }"
DELTAS = "subscription($id: ID!) { responseDeltas(taskId: $id) { text } }"


class Caller:
    """One connection to the service, kept open; a small client, so that little of the machine is spent on it."""

    def __init__(self, url: str) -> None:
        self._host, self._port = urlsplit(url).hostname, urlsplit(url).port

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._writer.close()

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of an operation."""
        length = await self._send(query, variables, "application/json")
        said = json.loads(await self._reader.readexactly(length))
        if "errors" in said:
            raise RuntimeError(str(said["errors"]))
        return said["data"]

    async def follow(self, query: str, **variables: Any) -> AsyncIterator[float]:
        """When each event of a subscription came."""
        await self._send(query, variables, "text/event-stream")
        while line := await self._reader.readline():
            if line.startswith(b"event: complete"):
                return
            if line.startswith(b"event: next"):
                yield time.perf_counter()

    async def _send(self, query: str, variables: dict[str, Any], accept: str) -> int:
        body = json.dumps({"query": query, "variables": variables}).encode()
        head = f"POST /graphql HTTP/1.1\r\nhost: {self._host}\r\nauthorization: Bearer {OWNER}\r\naccept: {accept}\r\n"
        self._writer.write(
            f"{head}content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body
        )
        answer = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        if not answer.startswith(b"http/1.1 200"):
            raise RuntimeError(answer.decode())
        _, there, rest = answer.partition(b"content-length: ")
        return int(rest.split(b"\r\n", 1)[0]) if there else 0


async def turn(caller: Caller, conversation_id: str | None) -> tuple[str, float]:
    """One prompt to its end: the conversation, and seconds."""
    began = time.perf_counter()
    said = await caller.ask(SEND, input={"content": "How do I change the filter?", "conversationId": conversation_id})
    task, wait = said["sendPrompt"]["task"], FIRST_POLL_SECONDS
    while True:
        await asyncio.sleep(wait)
        status = (await caller.ask(LOOK, id=task["id"]))["task"]["taskStatus"]
        if status in FINAL:
            break
        wait = min(wait * 1.5, LONGEST_POLL_SECONDS)
    if status != "SUCCEEDED":
        raise RuntimeError(f"the task is {status}")
    return task["conversation"]["id"], time.perf_counter() - began


async def talk(url: str, until: float, turns: list[float], followed: asyncio.TaskGroup | None) -> None:
    """One caller's turns, and where there is a group, a subscriber to its conversation."""
    place, following = None, None
    async with Caller(url) as caller:
        while time.perf_counter() < until:
            place, took = await turn(caller, place)
            turns.append(took)
            if followed and following is None:
                following = followed.create_task(subscribe(url, place))
    if following:
        following.cancel()


async def subscribe(url: str, place: str) -> None:
    """Follow a conversation until nobody wants it any more."""
    async with Caller(url) as caller:
        async for _ in caller.follow(FOLLOW, id=place):
            pass


async def crowd(url: str, callers: int, subscribers: int, name: str, seconds: float = SECONDS) -> None:
    """So many callers at once; the rate, and how long a turn took."""
    turns: list[float] = []
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for i in range(callers):
            group.create_task(talk(url, began + seconds, turns, group if i < subscribers else None))
    rate = len(turns) / (time.perf_counter() - began)
    turns.sort()
    figure(f"chat_{name}", rate, "tasks/s", load=load())
    figure(f"chat_{name}_p50", statistics.median(turns) * 1000, "ms", load=load())
    figure(f"chat_{name}_p99", turns[len(turns) * 99 // 100] * 1000, "ms", load=load())


async def first_word(url: str) -> float:
    """Seconds from the mutation to the first delta, without what the model takes."""
    async with Caller(url) as caller, Caller(url) as ear:
        began = time.perf_counter()
        said = await caller.ask(SEND, input={"content": "How?", "config": {"model": "slow/echo"}})
        async for came in ear.follow(DELTAS, id=said["sendPrompt"]["task"]["id"]):
            return came - began - THINKING_SECONDS
    raise RuntimeError("no delta came")


@asynccontextmanager
async def service() -> AsyncGenerator[str]:
    """The address of a service process over a Neo4j that was just started."""
    slow = {
        "protocol": "echo",
        "options": {"delay_ms": THINKING_SECONDS * 1000},
        "models": {"echo": MODEL},
    }
    ready = {"warm_up_seconds": load_config(None, {}).server.warm_up_seconds}
    settings = {"defaults": {"model": "echo/echo"}, "providers": {"slow": slow}, "server": ready}
    async with neo4j() as connection:
        with tempfile.TemporaryDirectory(prefix="antiphon-benchmark-") as folder:
            async with ServiceProcess(connection, Path(folder), settings, OWNER) as process:
                running = find_running(process.folder)
                assert running is not None
                yield running.url


async def main() -> None:
    """The first word after a start; a crowd, cold and warm, with and without subscribers; then one caller."""
    async with service() as url:
        figure("chat_first_word_after_start", await first_word(url) * 1000, "ms", load=load())
        await crowd(url, CALLERS, 0, "200_after_start")
        await crowd(url, CALLERS, 0, "200", 2 * SECONDS)
        await crowd(url, CALLERS, SUBSCRIBERS, "200_with_50_subscribers")
        await crowd(url, 20, 0, "20")
        words = sorted([await first_word(url) for _ in range(TURNS)])
        figure("chat_first_word_p50", statistics.median(words) * 1000, "ms", load=load())


if __name__ == "__main__":
    run(main())
