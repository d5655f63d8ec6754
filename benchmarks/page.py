"""A GraphQL page of 100 messages × 10 fields over HTTP, against the plain driver reading the same rows.

Run as `python -m benchmarks.page`. The Neo4j is the one of `NEO4J_URI`, else one of the benchmark's own. The service
runs in a process of its own; both are asked in turn, many times, and the medians are compared.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any, LiteralString

import neo4j

from benchmarks.bench import figure
from service.app import connection_of, create_app, embedded, remote
from service.commands.loops import run
from service.commands.server import serving
from service.config import Config, load_config
from service.graph.database import Connection, Database
from service.graph.migrations import migrate
from service.graph.store import Store
from service.graph.writer import Writer
from service.records import new_id
from service.signals import Signals

OWNER = "local"
MESSAGES = 300
PAGE = 100
TURNS = 150
FIELDS = """
    edges {
      cursor
      node {
        __typename id title content depth createdAt role conversationId
        ... on Prompt { heading: title said: content }
        ... on Response { responseStatus finishReason }
      }
    }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
"""
HISTORY = "query Page($head: ID!, $size: Int) { page: history(nodeId: $head, first: $size) {" + FIELDS + "} }"
CHAT = (
    "query Chat($conversation: ID!, $size: Int) { conversation(id: $conversation) { id title "
    "page: messages(last: $size) {" + FIELDS + "} } }"
)
TITLE = "CYPHER 25 MATCH (c:Conversation {id: $id}) RETURN c.id AS id, c.title AS title, c.createdAt AS createdAt"
FROM_MESSAGE = "CYPHER 25 MATCH (start:Message {id: $id}) "
FROM_BRANCH = "CYPHER 25 MATCH (:Conversation {id: $id})<-[:BRANCH_OF]-(:Branch {name: 'main'})-[:HEAD]->(start) "
RECORD = """RETURN m.id AS id, m.title AS title, m.content AS content, m.depth AS depth, m.createdAt AS createdAt,
  m.role AS role, m.status AS status, m.finishReason AS finishReason, m.conversationId AS conversationId,
  labels(m) AS labels
ORDER BY m.depth DESC LIMIT $first"""
PATH = "MATCH (start) (()-[:CONTINUES|RESPONDS_TO]->()){0,99} (m:Message) " + RECORD


def main() -> None:
    """Print one JSON line a figure."""
    folder = Path(tempfile.mkdtemp(prefix="antiphon-bench-"))
    (folder / "config.yaml").write_text("defaults: {model: echo/echo}\n")
    os.environ["ANTIPHON_DATA_DIR"] = str(folder)
    run(_measure(load_config(folder / "config.yaml")))


async def _measure(config: Config) -> None:
    async with AsyncExitStack() as stack:
        connection = remote(config)
        if connection is None:
            server = await embedded(config)
            stack.push_async_callback(server.stop)
            connection = connection_of(server)
        path = await _fill(connection)
        medians = await asyncio.to_thread(_compare, config, connection, path)
    for name, ours, driver in zip(("page_of", "chat_opened_with"), medians[:2], medians[2:], strict=True):
        compared = {"ratio": round(ours / driver, 3), "against": "plain driver, same run"}
        figure(f"{name}_100_messages_graphql_ms", ours, "ms", **compared)
        figure(f"{name}_100_messages_driver_ms", driver, "ms")


async def _fill(connection: Connection) -> dict[str, str]:
    """A path of messages: the ids of its conversation and of the newest message."""
    database = Database(connection)
    await migrate(database)
    writer = Writer(database)
    store, conversation, head = Store(database, writer, Signals()), new_id(), ""
    await store.create_conversation(
        {"conversationId": conversation, "ownerId": OWNER, "title": "Benchmark", "metadata": None}
        | {"idempotencyKey": None, "requestHash": ""}
    )
    for number in range(MESSAGES):
        kind, head = ("Response", "Prompt")[number % 2 == 0], new_id()
        said = {"title": f"Message {number}", "content": f"What was said, number {number}. " * 6}
        more = {"role": "USER"} if kind == "Prompt" else {"status": "COMPLETE", "finishReason": "stop"}
        await store.append_message(
            {"conversationId": conversation, "ownerId": OWNER, "id": head, "kind": kind, "properties": said | more}
        )
    await writer.close()
    await database.close()
    return {"conversation": conversation, "head": head}


def _compare(config: Config, connection: Connection, path: dict[str, str]) -> list[float]:
    """The medians in ms of a page of a history and of a chat that is opened: by GraphQL, then by the driver alone."""
    history, chat = (json.dumps({"query": text, "variables": {**path, "size": PAGE}}) for text in (HISTORY, CHAT))
    with served_apart(connection) as http_client, plain_session(connection) as session:
        return in_turns(
            lambda: _page(http_client, history),
            lambda: _page(http_client, chat),
            lambda: _records(session, FROM_MESSAGE + PATH, path["head"]),
            lambda: _chat(session, path["conversation"]),
        )


@contextmanager
def plain_session(connection: Connection) -> Iterator[neo4j.Session]:
    """A session of the plain driver."""
    auth, quiet = (connection.username, connection.password), neo4j.NotificationMinimumSeverity.OFF
    with (
        neo4j.GraphDatabase.driver(connection.uri, auth=auth, notifications_min_severity=quiet) as driver,
        driver.session(database=connection.database) as session,
    ):
        yield session


@contextmanager
def served_apart(connection: Connection) -> Iterator[http.client.HTTPConnection]:
    """A client of a service over this graph, which runs in a process of its own."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(connection, there), daemon=True)
    process.start()
    try:
        client = http.client.HTTPConnection(here.recv().removeprefix("http://"))
        while not _is_ready(client):
            time.sleep(0.1)
        yield client
    finally:
        here.send("stop")
        process.join(10)


def _is_ready(client: http.client.HTTPConnection) -> bool:
    """Whether it has warmed up."""
    client.request("GET", "/readyz")
    answer = client.getresponse()
    answer.read()
    return answer.status == 200


def _serve(connection: Connection, pipe: Pipe) -> None:
    async def served() -> None:
        config = load_config(Path(os.environ["ANTIPHON_DATA_DIR"]) / "config.yaml")
        async with serving(create_app(config, connection=connection), config, port=0) as url:
            pipe.send(url)
            await asyncio.to_thread(pipe.recv)

    run(served())


def in_turns(*calls: Callable[[], Any], turns: int = TURNS) -> list[float]:
    """The median of each in ms, of so many turns after some that warm up."""
    times: list[list[float]] = [[] for _ in calls]
    warming = turns // 7
    for turn in range(turns + warming):
        for call, taken in zip(calls, times, strict=True):
            begun = time.perf_counter()
            call()
            if turn >= warming:
                taken.append((time.perf_counter() - begun) * 1000)
    return [statistics.median(taken) for taken in times]


def _page(client: http.client.HTTPConnection, body: str) -> None:
    client.request("POST", "/graphql", body, {"content-type": "application/json"})
    said: Any = json.loads(client.getresponse().read())
    found = said["data"].get("conversation") or said["data"]
    if len(found["page"]["edges"]) != PAGE:
        raise SystemExit(f"unexpected answer: {said}")


def _records(session: neo4j.Session, statement: LiteralString, id: str) -> None:
    rows = [record.data() for record in session.run(statement, id=id, first=PAGE)]
    if len(rows) != PAGE:
        sys.exit(f"unexpected rows: {len(rows)}")


def _chat(session: neo4j.Session, conversation: str) -> None:
    session.run(TITLE, id=conversation).single(strict=True)
    _records(session, FROM_BRANCH + PATH, conversation)


if __name__ == "__main__":
    main()
