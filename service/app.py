"""The composition root: what the service is made of, how it begins and ends, and which routes it has.

The only place that knows all parts. Nothing is opened when an application is made; its lifespan does that.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import Receive, Scope, Send

from service.api.graphiql.pages import serve_examples, serve_file
from service.api.graphql.context import Backend
from service.api.graphql.http import Endpoint
from service.api.graphql.schema import export
from service.clock import now_ms
from service.config import Config
from service.conversations.catalog import Conversations
from service.conversations.deltas import Deltas
from service.conversations.events import Events
from service.conversations.heads import Heads
from service.conversations.history import History
from service.conversations.responses import Responses
from service.conversations.retention import Retention
from service.conversations.usage import Usage
from service.errors import AntiphonError, GraphUnavailable
from service.graph.database import Connection, Database, why_away
from service.graph.leases import Leases
from service.graph.local import SILENT, LocalNeo4j, LocalSettings, Progress, fitting_sizes
from service.graph.local import start as start_neo4j
from service.graph.migrations import migrate
from service.graph.reader import Reader
from service.graph.store import Store
from service.graph.writer import Writer
from service.models.limits import LONGEST_WINDOW_SECONDS
from service.models.registry import Models
from service.signals import Signals
from service.strategies import load_strategies
from service.tasks.calls import Calls
from service.tasks.creating import Tasks
from service.tasks.executors.instance import Instance, hold_instance
from service.tasks.executors.local import LocalExecutor, Worker
from service.tasks.executors.renewing import Hold
from service.tasks.finishing import Finisher
from service.tasks.kept_plans import KeptPlans
from service.tasks.material import Material
from service.tasks.planning import Planner
from service.tasks.prompts import Prompts
from service.tasks.runner import Runner
from service.warming import Cast, play_tasks, rehearsal_config, rehearse

READY_SECONDS = 2.0
RETRY_SECONDS = 1.0
STOP_SECONDS = 10.0
CUT_SECONDS = 1.0
LEASE_CONNECTIONS = 4
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Services:
    """All parts, wired."""

    config: Config
    instance: Instance
    database: Database
    writer: Writer
    store: Store
    models: Models
    executor: LocalExecutor
    backend: Backend
    retention: Retention
    upkeep: list[asyncio.Task[None]] = field(default_factory=list["asyncio.Task[None]"])

    async def open(self, *, brief: bool = False) -> None:
        """Check the graph, bring it up to date, and go on with what a former process left.

        A `brief` service, for one command, rehearses nothing: its first prompt is its last.
        """
        await self.database.verify()
        await migrate(self.database)
        if self.models.are_limited:
            calls = await self.store.read_recent_calls(now_ms() - round(LONGEST_WINDOW_SECONDS * 1000))
            self.models.recall(calls, now_ms())
        await self.executor.start([self.instance.name])
        self.backend.opened.set()
        if not brief:
            self.upkeep.append(asyncio.create_task(self._warm_up(), name="antiphon-warm-up"))
        self.upkeep.append(asyncio.create_task(self.retention.run(), name="antiphon-retention"))

    async def _warm_up(self) -> None:
        try:
            played = await rehearse(self.database, self.play, lambda: self.executor.is_idle)
            _log.debug("Rehearsed %d times.", played)
        except (AntiphonError, TimeoutError) as error:
            _log.debug("The statements could not be rehearsed: %s", error)

    async def play(self, stage: Database) -> None:
        """Play what is rehearsed, with all parts over a stage."""
        parts = assemble(rehearsal_config(self.config), stage, self.instance)
        try:
            await play_tasks(Cast(parts.backend.tasks, parts.backend.reader, parts.backend.events))
        finally:
            with suppress(TimeoutError):
                async with asyncio.timeout(CUT_SECONDS):
                    await parts.executor.stop()
                    await parts.writer.close()
                    await parts.models.close()

    async def open_when_there(self) -> None:
        """Open, however long Neo4j is away."""
        while True:
            try:
                return await self.open()
            except GraphUnavailable:
                await asyncio.sleep(RETRY_SECONDS)
            except AntiphonError as error:
                _log.error("The graph cannot be opened: %s", error)
                await asyncio.sleep(RETRY_SECONDS * 10)

    async def close(self) -> None:
        """Cut what runs, write what waits, and let go of everything."""
        for task in self.upkeep:
            await _cancel(task)
        for part in (self.executor.stop, self.writer.close, self.models.close, self.database.close):
            try:
                async with asyncio.timeout(STOP_SECONDS):
                    await part()
            except Exception:
                _log.warning("A part did not stop cleanly; what it held is gone on with at the next start.")
        self.instance.release()


def wire(config: Config, connection: Connection) -> Services:
    """All parts for one graph; nothing is opened yet."""
    load_strategies()
    return assemble(config, Database(connection), hold_instance(config.storage.data_folder / "instances"))


def assemble(config: Config, database: Database, instance: Instance) -> Services:
    """All parts over a database, under the name of this process."""
    writer, signals, deltas, stopping = Writer(database), Signals(), Deltas(), asyncio.Event()
    store, reader, models = Store(database, writer, signals), Reader(database), Models(config)
    material = Material(store)
    runner = Runner(store, models, Prompts(store, models, material), Calls(store, models, deltas, stopping))
    hold = Hold(instance.holder, config.executor.lease_seconds, config.executor.max_parallel)
    finisher = Finisher(store, material)
    planner = Planner(store, models, material, finisher)
    heads = Heads(reader, signals)
    worker = Worker(store, material, planner, runner, finisher)
    executor = LocalExecutor(worker, hold, stopping, partial(_leases, database.connection))
    conversations = Conversations(reader, store)
    plans = KeptPlans(models, reader, store)
    backend = Backend(
        config=config,
        reader=reader,
        history=History(reader),
        conversations=conversations,
        tasks=Tasks(config, plans, store, models, executor),
        plans=plans,
        events=Events(reader, heads),
        usage=Usage(reader, conversations),
        deltas=deltas,
        responses=Responses(reader, heads, deltas),
        models=models,
    )
    retention = Retention(store, config.storage.event_retention_hours)
    return Services(config, instance, database, writer, store, models, executor, backend, retention)


@asynccontextmanager
async def _leases(connection: Connection) -> AsyncGenerator[Leases]:
    """The leases, through connections of their own: for another event loop than that of the requests."""
    database = Database(replace(connection, pool_size=LEASE_CONNECTIONS))
    try:
        yield Leases(database)
    finally:
        await database.close()


def remote(config: Config) -> Connection | None:
    """The configured Neo4j; None where the service is to run its own."""
    neo4j = config.neo4j
    if neo4j.uri is None:
        return None
    password = neo4j.password.get_secret_value() if neo4j.password else ""
    return Connection(neo4j.uri, neo4j.username, password, neo4j.database)


async def embedded(config: Config, progress: Progress = SILENT, *, brief: bool = False) -> LocalNeo4j:
    """The service's own Neo4j, started (`brief`: for one command) or adopted. Raises `Conflict`, `SetupError`."""
    folders, settings = config.storage, local_settings(config, brief=brief)
    return await start_neo4j(folders.data_folder / "neo4j", folders.cache_folder, settings=settings, progress=progress)


def local_settings(config: Config, *, brief: bool = False) -> LocalSettings:
    """How the service's own Neo4j is run: as configured, in the memory that there is. Raises as `fitting_sizes`."""
    wish = config.neo4j.embedded
    heap, page_cache = fitting_sizes(wish.heap, wish.page_cache)
    return LocalSettings(
        heap=heap,
        page_cache=page_cache,
        bolt_port=wish.bolt_port or 0,
        http_port=wish.http_port or 0,
        java_options=wish.java_options,
        brief=brief,
    )


def connection_of(server: LocalNeo4j) -> Connection:
    """How to reach the service's own Neo4j."""
    return Connection(server.address.bolt, server.address.username, server.address.password)


@dataclass(frozen=True, slots=True)
class _Beginning:
    connection: Connection | None
    progress: Progress
    brief: bool


def create_app(
    config: Config, *, connection: Connection | None = None, progress: Progress = SILENT, brief: bool = False
) -> Starlette:
    """The application over a graph: `connection`, else the configured one, else the service's own.

    A `brief` one is for one command. While it runs, `app.state.services` holds its parts, and `app.state.neo4j` its own
    Neo4j where there is one.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        async with AsyncExitStack() as stack:
            await _begin(app, config, _Beginning(connection, progress, brief), stack)
            yield

    origins = config.server.cors_origins
    cors = Middleware(
        CORSMiddleware, allow_origins=origins, allow_methods=["GET", "POST"], allow_headers=["*"], max_age=600
    )
    routes = [
        Route("/graphql", _graphql),
        WebSocketRoute("/graphql", _graphql),
        *_pages(config),
        Route("/schema.graphql", _schema),
        Route("/livez", _live),
        Route("/readyz", _ready),
    ]
    return Starlette(routes=routes, middleware=[cors] if origins else [], lifespan=lifespan)


def _pages(config: Config) -> list[Route]:
    if not config.server.has_graphiql:
        return []
    return [Route("/graphiql/examples.json", serve_examples), Route("/graphiql/{name}", serve_file)]


async def _begin(app: Starlette, config: Config, how: _Beginning, stack: AsyncExitStack) -> None:
    given = how.connection or remote(config)
    if given is None:
        app.state.neo4j = await embedded(config, how.progress, brief=how.brief)
        stack.push_async_callback(app.state.neo4j.stop)
        watching = asyncio.create_task(app.state.neo4j.keep_alive(), name="antiphon-neo4j")
        stack.push_async_callback(_cancel, watching)
        given = connection_of(app.state.neo4j)
    services = app.state.services = wire(config, given)
    stack.push_async_callback(services.close)
    app.state.endpoint = Endpoint(services.backend)
    try:
        await services.open(brief=how.brief)
    except GraphUnavailable as error:
        _log.warning(
            "Neo4j at %s is away; the service begins without it and goes on when it is there. %s",
            given.uri,
            why_away(error),
        )
        opening = asyncio.create_task(services.open_when_there(), name="antiphon-opening")
        stack.push_async_callback(_cancel, opening)


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


class _Late:
    """The endpoint, which is there once the application has begun. (A function would be given a request.)"""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await scope["app"].state.endpoint(scope, receive, send)


_graphql = _Late()


def _schema(request: Request) -> Response:
    return PlainTextResponse(export(), media_type="text/plain; charset=utf-8")


def _live(request: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def _ready(request: Request) -> Response:
    services: Services = request.app.state.services
    try:
        async with asyncio.timeout(READY_SECONDS):
            await services.database.verify()
    except (AntiphonError, TimeoutError):
        return JSONResponse({"status": "unavailable", "graph": "away"}, 503)
    if not services.backend.opened.is_set():
        return JSONResponse({"status": "unavailable", "graph": "opening"}, 503)
    return JSONResponse({"status": "ok", "graph": "ok"})
