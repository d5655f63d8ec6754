"""A small Cypher shell: reads statements, runs them on the graph, shows tables."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncGenerator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from service.app import connection_of, embedded, remote
from service.commands.serving import neo4j_address
from service.commands.statements import Reader, Typed
from service.commands.tables import Table, written
from service.commands.terminal import print_table, say, write
from service.config import Config
from service.errors import AntiphonError, GraphUnavailable, InvalidInput, ServiceError
from service.graph.database import Connection, Database, Row, why_away
from service.graph.local import progress_on
from service.graph.values import plain_value, show_value

HELP = """A statement ends with `;` and may have many lines. Cypher 25.
  :param name => 'value'   sets a parameter: $name in statements. The value is Cypher too.
  :params                  shows the parameters; `:params clear` forgets them
  :help                    shows this
  :exit (or Ctrl-D)        ends"""
_PARAM = re.compile(r":param\s+`?(?P<name>\w+)`?\s*(?:=>|:)\s*(?P<value>\S.*)", re.DOTALL | re.IGNORECASE)


def run_shell(config: Config, form: str = "table") -> None:
    """Read and run statements until the end. Starts the embedded Neo4j for as long, if it is not running.

    Rows are shown as a table, or written as `csv` or `json`.
    """
    if sys.stdin.isatty():
        # Arrow keys and history: importing it is enough.
        import readline  # noqa: F401  # pyright: ignore[reportUnusedImport]

        say(HELP)
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        shell = Shell(runner.run(stack.enter_async_context(open_graph(config))), form=form)
        try:
            for typed in _typed():
                if typed.text.rstrip("; ").lower() in (":exit", ":quit"):
                    break
                runner.run(shell.take(typed))
        finally:
            runner.run(stack.aclose())


@dataclass(slots=True)
class Shell:
    """Runs what is typed, on a graph, with the parameters that were set before."""

    database: Database
    parameters: dict[str, Any] = field(default_factory=dict[str, Any])
    form: str = "table"

    async def take(self, typed: Typed) -> None:
        """Run it and show what comes of it. Where nobody types, an error is raised, and says in which line it is."""
        try:
            await (self._command(typed.text) if typed.is_command else self._run(typed.text))
        except AntiphonError as error:
            if "Expected parameter" in error.message:
                say("Set a parameter before the statement that names it: :param name => 'value'")
            if not sys.stdin.isatty():
                say(f"error in what begins in line {typed.line}:")
                raise
            say(f"error: {error}")

    async def _run(self, statement: str) -> None:
        rows = await self.database.show(statement, **self.parameters)
        if self.form == "json" or (rows and self.form == "csv"):
            self._write(rows)
        elif rows:
            print_table(list(rows[0]), [[show_value(value) for value in row.values()] for row in rows])
        say(f"{len(rows)} row{'' if len(rows) == 1 else 's'}")

    def _write(self, rows: list[Row]) -> None:
        """The rows as a file has them. A terminal is given no control characters, which could command it."""
        cells = [[plain_value(value) for value in row.values()] for row in rows]
        content = written(Table(list(rows[0]) if rows else [], [], cells), self.form)
        if sys.stdout.isatty():
            return write(content.decode())
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()

    async def _command(self, text: str) -> None:
        word, *rest = text.rstrip("; ").split()
        match [word.lower(), *rest]:
            case [":help"]:
                say(HELP)
            case [":params"] | [":param"]:
                print_table(("name", "value"), [(name, show_value(value)) for name, value in self.parameters.items()])
            case [":params" | ":param", "clear"]:
                self.parameters.clear()
            case [":param", *_]:
                await self._set(text.rstrip("; "))
            case _:
                raise InvalidInput(f"{word} is not known here.", remedy=":help lists what is.")

    async def _set(self, text: str) -> None:
        found = _PARAM.fullmatch(text)
        if found is None:
            raise InvalidInput(f"{text} sets nothing.", remedy="Write it like this: :param name => 'value'")
        # The person's own words, as any statement that they type.
        (row,) = await self.database.show("RETURN " + found["value"], **self.parameters)
        if len(row) != 1:
            raise InvalidInput(f"{found['name']} is given {len(row)} values.", remedy="Put a list into [brackets].")
        self.parameters[found["name"]] = next(iter(row.values()))


def _typed() -> Iterator[Typed]:
    reader = Reader()
    while True:
        try:
            line = input(("… " if reader.waits else "cypher> ") if sys.stdin.isatty() else "")
        except EOFError:
            yield from reader.finish()
            return
        except KeyboardInterrupt:
            say("")
            reader.drop()
        else:
            yield from reader.read(line)


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
