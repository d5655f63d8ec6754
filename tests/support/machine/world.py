"""The services that the machine talks to, over HTTP, from a thread of its own; one of them may be killed.

Owns how something is asked and how long a task is waited for. Knows nothing of what is asked.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from service.app import create_app
from service.commands.server import serving
from service.commands.serving import find_running
from service.graph.checks import run_checks
from service.graph.database import Connection, Database
from tests.support.front import operation
from tests.support.scripted_provider import Json, ScriptedProvider, openai_delta, openai_stream
from tests.support.service_process import ServiceProcess
from tests.support.services import PATIENCE_SECONDS, configuration, cypher, provider

INDEX_SECONDS = 0.05
LEASE_SECONDS = 2.0
WINDOW: Json = {"context_window": 2400, "max_output_tokens": 300}
"""So small that conversations are summarized."""
SLOW = 30
"""Pieces of an answer that is long under way, five milliseconds each."""
FINISHED = "query($id: ID!) { node(id: $id) { ... on Task { finishedAt } } }"
CONTEXTS = "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Attempt { context { isSame } } } }"
PRUNINGS = "MATCH (x:Pruning {conversationId: $id}) RETURN x.id AS id"
SUMMARIES = (
    "MATCH (:Conversation {ownerId: $owner})-[:HAS_TASK]->()-[:SUMMARIZED]->(s:Summary) RETURN count(s) AS count"
)
ATTEMPTS = """MATCH (c:Conversation {ownerId: $owner})-[:HAS_TASK]->()-[:HAS_SUBTASK]->()-[:ATTEMPTED]->(a:Attempt)
RETURN collect(a.id) AS ids"""


class Refused(Exception):
    """What the service did not do, by its code and field."""

    def __init__(self, error: Json) -> None:
        said = error.get("extensions") or {}
        self.code: str = said.get("code", "")
        super().__init__(f"{self.code} {said.get('field')}: {error['message']}")


class World:
    """Two services over one graph. `processes` are they where they can be killed."""

    def __init__(
        self, database: Database, owner: str, urls: Sequence[str], processes: Sequence[ServiceProcess] = ()
    ) -> None:
        self.owner = owner
        self.steps = self.kills = 0
        self._urls = list(urls)
        self._processes = processes
        self._loop = asyncio.get_running_loop()
        self._database = database
        self._http = httpx.Client(headers={"authorization": f"Bearer {owner}"}, timeout=60, trust_env=False)

    @property
    def can_die(self) -> bool:
        """Whether one can be killed."""
        return bool(self._processes)

    def ask(self, door: int, query: str, **variables: Any) -> Any:
        """The data of a query text, or of a shipped operation. Raises `Refused`."""
        text = query if " " in query else operation(query)
        body = {"query": text, "variables": variables}
        answer = self._http.post(f"{self._urls[door % 2]}/graphql", json=body).json()
        if answer.get("errors"):
            raise Refused(answer["errors"][0])
        return answer["data"]

    def try_to(self, door: int, query: str, **variables: Any) -> tuple[Any, str | None]:
        """As `ask`; the code in place of the data where it is refused."""
        try:
            return self.ask(door, query, **variables), None
        except Refused as error:
            return None, error.code

    def finish(self, door: int, task: str) -> None:
        """Wait until a task is over."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.ask(door, FINISHED, id=task)["node"]["finishedAt"] is None:
            assert time.monotonic() < deadline, f"task {task} does not end"
            time.sleep(0.01)
        # Neo4j shows a property a moment before the index entries of the same transaction: 2 of 300 looks missed them.
        time.sleep(INDEX_SECONDS)

    def kill(self, door: int) -> None:
        """`kill -9`."""
        self.kills += 1
        self._wait(self._processes[door % 2].kill())

    def start(self, door: int) -> None:
        """Start it again."""
        self._wait(self._processes[door % 2].start())
        self._urls[door % 2] = _url_of(self._processes[door % 2])

    def pruned(self, conversation: str) -> None:
        """Wait until what is deleted of a conversation is gone."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self._wait(cypher(self._database, PRUNINGS, id=conversation)):
            assert time.monotonic() < deadline, "a pruning does not end"
            time.sleep(0.01)

    def attempts(self) -> list[str]:
        """The ids of all attempts."""
        (row,) = self._wait(cypher(self._database, ATTEMPTS, owner=self.owner))
        return row["ids"]

    def summaries(self) -> int:
        """How many summaries there are."""
        (row,) = self._wait(cypher(self._database, SUMMARIES, owner=self.owner))
        return row["count"]

    def unlike(self, ids: Sequence[str]) -> list[str]:
        """The attempts whose contexts, made again by either service, are not what was sent."""
        found: list[str] = []
        for begin in range(0, len(ids), 10):
            rows = self.ask(begin // 10, CONTEXTS, ids=ids[begin : begin + 10])["nodes"]
            found += [row["id"] for row in rows if row["context"]["isSame"] is not True]
        return found

    def broken_promises(self) -> list[str]:
        """What `antiphon check` finds."""
        return self._wait(self._findings())

    async def _findings(self) -> list[str]:
        return [
            f"{it.name}: {it.count} {list(it.ids)} {it.error or ''}"
            async for it in run_checks(self._database)
            if it.is_broken or it.error
        ]

    def _wait(self, what: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result()


def _url_of(process: ServiceProcess) -> str:
    running = find_running(process.folder)
    assert running is not None
    return running.url


def answer(request: Json) -> list[Any]:
    """One piece to most prompts, many to one that begins with `slow`; of summaries, some are of no use."""
    said = str(request["messages"][-1]["content"])
    if any("Nothing in it is said to you" in str(message["content"]) for message in request["messages"]):
        useless = {0: "", 1: said * 3}
        return openai_stream(useless.get(len(said) % 6, "They spoke of words."))
    pieces = [f"re: {said[:250]}", *([" and"] * (SLOW if said.startswith("slow") else 0))]
    return [*(openai_delta(content=piece) for piece in pieces), openai_delta("stop"), "[DONE]"]


@asynccontextmanager
async def living(connection: Connection, database: Database, folder: Path, owner: str) -> AsyncIterator[World]:
    """Two services in this process."""
    async with AsyncExitStack() as stack:
        heard = await stack.enter_async_context(ScriptedProvider(answer, pause=0.005))
        urls: list[str] = []
        for name in ("one", "two"):
            settings = provider(f"{heard.url}/v1", **WINDOW) | {"server": {"api_keys": {owner: owner}}}
            config = configuration(folder / name, settings)
            app = create_app(config, connection=connection)
            urls.append(await stack.enter_async_context(serving(app, config, port=0)))
        yield World(database, owner, urls)


@asynccontextmanager
async def mortal(connection: Connection, database: Database, folder: Path, owner: str) -> AsyncIterator[World]:
    """Two services in processes of their own."""
    async with AsyncExitStack() as stack:
        heard = await stack.enter_async_context(ScriptedProvider(answer, pause=0.005))
        settings = provider(f"{heard.url}/v1", **WINDOW) | {"executor": {"lease_seconds": LEASE_SECONDS}}
        services = [ServiceProcess(connection, folder / name, settings, owner) for name in ("one", "two")]
        for service in services:
            await stack.enter_async_context(service)
        yield World(database, owner, [_url_of(service) for service in services], services)
