"""Migrations: `cypher/migrations/V001__name.cypher`, applied once each, in order, by one replica at a time.

Owns which are applied and in what order; what they hold is Cypher. A file that was applied and then changed
is an error that names it. What Cypher cannot read, such as JSON, is read and written by the first two statements of a
file, and made over in between by the function of its name in `rewrites.py`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from service.errors import ConfigurationError, Conflict, GraphEnded, GraphError, GraphUnavailable
from service.graph.database import Database
from service.graph.queries import query
from service.graph.rewrites import REWRITES, Rewrite
from service.resources import resource

REWRITTEN_ROWS = 500
LOCK_SECONDS = 3600.0
"""After so long others go on, where whoever migrates is frozen: each step is recorded, and can be done again."""
Step = Callable[[], Awaitable[object]]

_REMEDY = (
    "Give NEO4J_USERNAME the right to change the schema; drop what is in the way, if it is not Antiphon's and nobody "
    "needs it; or give Antiphon a database of its own (NEO4J_DATABASE). "
    "The next start, or `antiphon migrate`, goes on from there."
)
_GOES_OVER_NODES = re.compile(r"(CYPHER 25\s+)?MATCH\b")
_CONSTRAINT = re.compile(r"CREATE CONSTRAINT (\w+) IF NOT EXISTS\s+FOR \(n:(\w+)\)")
_NAME = re.compile(r"V(\d{3,})__([a-z0-9_]+)\.cypher")


@dataclass(frozen=True, slots=True)
class Migration:
    """One file. `checksum` is the SHA-256 of its text with line ends as LF."""

    version: int
    name: str
    checksum: str
    statements: tuple[str, ...]


def read_migrations(folder: Path | None = None) -> list[Migration]:
    """The migrations of a folder, in order. Raises `ConfigurationError` for a name or number that does not fit."""
    files = sorted((folder or resource("cypher", "migrations")).glob("*.cypher"))
    migrations = sorted((_read(file) for file in files), key=lambda migration: migration.version)
    for expected, migration in enumerate(migrations, start=1):
        if migration.version != expected:
            raise ConfigurationError(f"cypher/migrations: V{expected:03d} is missing, or a number is there twice.")
    return migrations


async def migrate(database: Database, folder: Path | None = None) -> list[str]:
    """Apply what is not applied yet; the names of those that were applied now.

    Raises `ConfigurationError` for an applied file that has changed, for a graph that is newer than we are, and for one
    that another application has nodes of our labels in.
    """
    migrations, applied = read_migrations(folder), await _applied(database)
    if _pending(migrations, applied) == []:
        return []
    if not applied:
        await _require_own(database)
    with _naming(database, "Its migrations"):
        await database.execute(query("constrain_migration_locks").text)
        await database.execute(query("constrain_migrations").text)
    done: list[str] | None = None
    try:
        async with database.holding(query("hold_migration_lock"), LOCK_SECONDS):
            # Read again under the lock: another replica may have been here meanwhile.
            pending = _pending(migrations, await _applied(database))
            is_new = not (await database.run(query("read_whether_empty")))[0]["known"]
            for migration in pending:
                await _apply(database, migration, is_new=is_new)
            done = [migration.name for migration in pending]
    except GraphEnded:
        # All is applied, and took longer than the lock is held.
        if done is None:
            raise
    return done


async def not_applied(database: Database) -> list[str]:
    """The names of those that the graph lacks; errors as `migrate`."""
    return [migration.name for migration in _pending(read_migrations(), await _applied(database))]


def split_statements(text: str) -> tuple[str, ...]:
    """The statements of a file: separated by a semicolon at a line's end; comment lines are left out."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("//")]
    parts = re.split(r";[ \t]*(?:\n|$)", "\n".join(lines))
    return tuple(part.strip() for part in parts if part.strip())


def _read(file: Path) -> Migration:
    match = _NAME.fullmatch(file.name)
    if match is None:
        raise ConfigurationError(f"cypher/migrations/{file.name}: a migration is named V001__some_name.cypher.")
    text = file.read_text(encoding="utf-8").replace("\r\n", "\n")
    checksum = hashlib.sha256(text.encode()).hexdigest()
    return Migration(int(match[1]), file.stem, checksum, split_statements(text))


async def _rewrite(database: Database, statements: tuple[str, str], rewrite: Rewrite) -> None:
    """Make over what the first statement reads, a page at a time in the order of ids, by the second."""
    read, write = statements
    after = ""
    while rows := await database.execute(read, bounded=False, after=after, limit=REWRITTEN_ROWS):
        await database.execute(write, bounded=False, rows=[{"id": row["id"], **rewrite(row)} for row in rows])
        after = rows[-1]["id"]


async def _applied(database: Database) -> dict[int, tuple[str, str]]:
    rows = await database.run(query("read_migrations"))
    return {row["version"]: (row["name"], row["checksum"]) for row in rows}


def _pending(migrations: list[Migration], applied: dict[int, tuple[str, str]]) -> list[Migration]:
    for migration in migrations:
        name, checksum = applied.get(migration.version, (migration.name, migration.checksum))
        if checksum != migration.checksum:
            raise ConfigurationError(
                f"cypher/migrations/{migration.name}.cypher was changed after it was applied (as {name}).",
                remedy="Restore it, and put the change into a new migration.",
            )
    unknown = sorted(applied.keys() - {migration.version for migration in migrations})
    if unknown:
        raise ConfigurationError(
            f"The graph has migration {applied[unknown[0]][0]}, which this version does not know.",
            remedy="Use the version of Antiphon that applied it, or a newer one.",
        )
    return [migration for migration in migrations if migration.version not in applied]


async def _require_own(database: Database) -> None:
    """Raises `ConfigurationError` for a graph of another application's: its nodes would get our constraints, and be
    taken for ours."""
    taken = [row["label"] for row in await database.run(query("read_taken_labels"))]
    # Looked at again after that: another replica may just have begun.
    if taken and not await _applied(database):
        raise ConfigurationError(
            f"The database {database.connection.database!r} has nodes of another application, with labels that "
            f"Antiphon uses: {', '.join(taken)}. Nothing was changed.",
            remedy="Give Antiphon a database of its own (NEO4J_DATABASE), or unset NEO4J_URI to use the embedded one.",
        )


async def _apply(database: Database, migration: Migration, *, is_new: bool) -> None:
    """Apply a migration; in a graph that `is_new` without the statements that go over what is there.

    One that was interrupted goes on with the statement that it had come to. Raises `ConfigurationError`.
    """
    file = {"version": migration.version, "checksum": migration.checksum}
    (row,) = await database.run(query("begin_migration"), **file)
    for number, step in _steps(database, migration, is_new=is_new):
        if number >= row["done"]:
            with _naming(database, f"cypher/migrations/{migration.name}.cypher"):
                await step()
            await database.run(query("record_step"), version=migration.version, done=number + 1)
    await database.run(query("record_migration"), name=migration.name, **file)


def _steps(database: Database, migration: Migration, *, is_new: bool) -> Iterator[tuple[int, Step]]:
    """What is done for a migration, each step with its number; each can be done again where it was interrupted."""
    statements = migration.statements
    rewrite = REWRITES.get(migration.name)
    if rewrite and not is_new:
        yield 0, partial(_rewrite, database, (statements[0], statements[1]), rewrite)
    for number, statement in enumerate(statements):
        is_rewrite = rewrite is not None and number < 2
        if not is_rewrite and not (is_new and _GOES_OVER_NODES.match(statement)):
            yield number, partial(_execute, database, statement)


async def _execute(database: Database, statement: str) -> None:
    """Run a statement. Where Neo4j was killed over a constraint, its index stays without it, and is made anew with it
    (https://github.com/neo4j/neo4j/issues/13208)."""
    try:
        await database.execute(statement, bounded=False)
    except GraphUnavailable:
        raise
    except GraphError:
        named = _CONSTRAINT.match(statement)
        if named is None or not await database.run(query("read_left_index"), name=named[1], label=named[2]):
            raise
        await database.execute(query("drop_left_index").text, name=named[1])
        await database.execute(statement, bounded=False)


@contextmanager
def _naming(database: Database, what: str) -> Generator[None]:
    """Say of a statement that Neo4j refused what it was for, and what helps. Raises `ConfigurationError`."""
    try:
        yield
    except GraphUnavailable:
        raise
    except (Conflict, GraphError) as error:
        raise ConfigurationError(
            f"{what} could not be applied to the database {database.connection.database!r}. {error.message}",
            remedy=_REMEDY,
        ) from error
