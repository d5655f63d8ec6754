"""Migrations on a real Neo4j of their own: other tests must not see a graph that is newer than they are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from service.errors import ConfigurationError
from service.folders import cache_folder
from service.graph.database import Connection, Database
from service.graph.local import start
from service.graph.migrations import migrate, read_migrations, split_statements


@pytest.fixture(scope="module")
async def connection(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Connection]:
    """A server of this module's own."""
    server = await start(tmp_path_factory.mktemp("migrations"), cache_folder())
    yield Connection(server.address.bolt, server.address.username, server.address.password)
    await server.stop()


@pytest.fixture(scope="module")
async def database(connection: Connection) -> AsyncIterator[Database]:
    """Its graph, which four replicas found empty and migrated at once."""
    replicas = [Database(connection) for _ in range(4)]
    applied = await asyncio.gather(*map(migrate, replicas))
    assert sorted(map(len, applied)) == [0, 0, 0, len(read_migrations())]
    yield replicas[0]
    for replica in replicas:
        await replica.close()


async def test_migrating_again_applies_nothing(database: Database) -> None:
    """What is applied is applied once."""
    assert await migrate(database) == []


async def test_replicas_that_start_at_once_apply_each_migration_once(
    database: Database, connection: Connection, tmp_path: Path
) -> None:
    """Four replicas at once: one applies, the others find it done."""
    folder = copy_with(tmp_path, "CREATE (:MigrationTest);")
    replicas = [Database(connection) for _ in range(4)]
    try:
        applied = await asyncio.gather(*(migrate(replica, folder) for replica in replicas))
        made = await database.execute("MATCH (n:MigrationTest) RETURN count(n) AS made")
        assert sorted(map(len, applied)) == [0, 0, 0, 1]
        assert made == [{"made": 1}]
    finally:
        await forget(database)
        for replica in replicas:
            await replica.close()


async def test_a_changed_applied_file_is_an_error_that_names_it(database: Database, tmp_path: Path) -> None:
    """What was applied must stay what it was."""
    folder = copy_with(tmp_path, "RETURN 1;")
    file = next(folder.glob("V001*"))
    file.write_text(file.read_text() + "\n// changed\n")
    with pytest.raises(ConfigurationError, match=r"V001__constraints_and_indexes\.cypher was changed"):
        await migrate(database, folder)


async def test_a_graph_newer_than_the_files_is_an_error(database: Database, tmp_path: Path) -> None:
    """An old service does not write into a graph that it does not know."""
    folder = copy_with(tmp_path, "CREATE (:MigrationTest);")
    try:
        await migrate(database, folder)
        with pytest.raises(ConfigurationError, match="does not know"):
            await migrate(database)
    finally:
        await forget(database)


def test_a_missing_number_is_an_error(tmp_path: Path) -> None:
    """Migrations are numbered without gaps."""
    (tmp_path / "V002__later.cypher").write_text("RETURN 1;")
    with pytest.raises(ConfigurationError, match="V001 is missing"):
        read_migrations(tmp_path)


def test_a_file_with_another_name_is_an_error(tmp_path: Path) -> None:
    """A file that would never be applied is not passed over in silence."""
    (tmp_path / "add_index.cypher").write_text("RETURN 1;")
    with pytest.raises(ConfigurationError, match=r"add_index\.cypher"):
        read_migrations(tmp_path)


def test_statements_are_split_at_semicolons_that_end_a_line() -> None:
    """Comments are left out, and a semicolon inside a line separates nothing."""
    assert split_statements("// one\nRETURN ';' AS a;\n\nRETURN 2\n  AS b;\n") == (
        "RETURN ';' AS a",
        "RETURN 2\n  AS b",
    )


def copy_with(folder: Path, statement: str) -> Path:
    """The shipped migrations and one more."""
    shipped = read_migrations()
    source = Path(__file__).parents[2] / "cypher" / "migrations"
    for file in source.glob("*.cypher"):
        (folder / file.name).write_text(file.read_text())
    (folder / f"V{len(shipped) + 1:03d}__test.cypher").write_text(statement)
    return folder


async def forget(database: Database) -> None:
    """Undo what a test's own migration did."""
    await database.execute("MATCH (n:MigrationTest) DELETE n")
    await database.execute(f"MATCH (m:Migration) WHERE m.version > {len(read_migrations())} DELETE m")
