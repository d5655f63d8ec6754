"""The application: its routes, how it begins and ends, and the Neo4j that it begins with.

Nothing is opened when an application is made; its lifespan does that.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import Receive, Scope, Send

from service.api.exports import Downloads
from service.api.graphiql.pages import serve_examples, serve_file
from service.api.graphql.http import Endpoint
from service.api.graphql.schema import export
from service.api.uploads import serve_upload
from service.config import Config
from service.errors import AntiphonError, GraphUnavailable
from service.graph.database import Connection, why_away
from service.graph.local import SILENT, LocalNeo4j, Progress
from service.graph.local import start as start_neo4j
from service.own_neo4j import local_settings
from service.services import Services, wire

READY_SECONDS = 2.0
_log = logging.getLogger(__name__)


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
        CORSMiddleware, allow_origins=origins, allow_methods=["GET", "POST", "PUT"], allow_headers=["*"], max_age=600
    )
    routes = [
        Route("/graphql", _graphql),
        WebSocketRoute("/graphql", _graphql),
        Route("/exports/{ticket}", _exports),
        *_pages(config),
        Route("/uploads/{id}", _upload, methods=["GET", "PUT"]),
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
    app.state.exports = Downloads(services.backend.exporting, config.server)
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
    """What is there once the application has begun, by its name in the state. (A function would be given a request.)"""

    def __init__(self, name: str) -> None:
        self._name = name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await getattr(scope["app"].state, self._name)(scope, receive, send)


_graphql, _exports = _Late("endpoint"), _Late("exports")


async def _upload(request: Request) -> Response:
    services: Services = request.app.state.services
    return await serve_upload(request, services.config.server, services.backend.importing.uploads)


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
    if not services.warm.is_set():
        return JSONResponse({"status": "unavailable", "graph": "warming up"}, 503)
    return JSONResponse({"status": "ok", "graph": "ok"})
