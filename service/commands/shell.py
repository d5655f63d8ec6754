"""A small Cypher shell: reads statements, runs them on the graph, shows tables."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncGenerator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from service.app import connection_of, embedded, remote
from service.commands.serving import neo4j_address
from service.commands.terminal import print_table, say
from service.config import Config
from service.errors import AntiphonError, GraphUnavailable, ServiceError
from service.graph.database import Connection, Database, why_away
from service.graph.local import progress_on

HELP = "A statement ends with `;` and may have many lines. :help shows this, :exit (or Ctrl-D) ends. Cypher 25."


def run_shell(config: Config) -> None:
    """Read and run statements until the end. Starts the embedded Neo4j for as long, if it is not running."""
    if sys.stdin.isatty():
        # Arrow keys and history: importing it is enough.
        import readline  # noqa: F401  # pyright: ignore[reportUnusedImport]

        say(HELP)
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        database = runner.run(stack.enter_async_context(open_graph(config)))
        try:
            for statement in read_statements(_lines()):
                runner.run(_show(database, statement))
        finally:
            runner.run(stack.aclose())


def read_statements(lines: Iterator[str | None]) -> Iterator[str]:
    """The statements in lines of input. None is a line that the person broke off: what stands so far is dropped."""
    parts: list[str] = []
    for line in lines:
        if line is None:
            parts.clear()
        elif not parts and line.strip() in (":exit", ":quit"):
            return
        elif not parts and line.strip() == ":help":
            say(HELP)
        else:
            parts += [line] if parts or line.strip() else []
            if line.rstrip().endswith(";"):
                yield "\n".join(parts).strip().rstrip(";")
                parts.clear()
    if parts:
        yield "\n".join(parts).strip()


def show_value(value: Any) -> str:
    """A value of a result as text: JSON, with everything else as Neo4j writes it."""
    return value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)


def _lines() -> Iterator[str | None]:
    begun = False
    while True:
        try:
            line = input(("… " if begun else "cypher> ") if sys.stdin.isatty() else "")
        except EOFError:
            return
        except KeyboardInterrupt:
            say("")
            line = None
        begun = bool(line) and not str(line).rstrip().endswith(";") and not str(line).startswith(":")
        yield line


async def _show(database: Database, statement: str) -> None:
    try:
        rows = await database.execute(statement)
    except AntiphonError as error:
        if not sys.stdin.isatty():
            raise
        return say(f"error: {error}")
    if rows:
        print_table(list(rows[0]), [[show_value(value) for value in row.values()] for row in rows])
    say(f"{len(rows)} row{'' if len(rows) == 1 else 's'}")


@asynccontextmanager
async def open_graph(config: Config) -> AsyncGenerator[Database]:
    """The configured graph, or the embedded one, which is started for as long if it is not running."""
    async with _connection(config) as found:
        database = Database(found)
        try:
            await version_of(database)
            yield database
        finally:
            await database.close()


async def version_of(database: Database) -> str:
    """The version of the server, as `Database.verify`; where it is away, `ServiceError` says where and why."""
    try:
        return await database.verify()
    except GraphUnavailable as error:
        raise ServiceError(
            f"Neo4j at {database.connection.uri} does not answer: {why_away(error)}",
            remedy="\nStart it, or correct NEO4J_URI.",
        ) from error


@asynccontextmanager
async def _connection(config: Config) -> AsyncGenerator[Connection]:
    if given := remote(config):
        yield given
        return
    try:
        address = await neo4j_address(config)
    except AntiphonError:
        server = await embedded(config, progress_on())
        try:
            yield connection_of(server)
        finally:
            await server.stop()
    else:
        yield Connection(address.bolt, address.username, address.password, timeout=600)
