"""Migrations on a real Neo4j of their own: other tests must not see a graph that is newer than they are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from service.errors import ConfigurationError
from service.folders import cache_folder
from service.graph.database import Connection, Database
from service.graph.local import LocalSettings, start
from service.graph.migrations import migrate, read_migrations, split_statements

EVERYTHING = "MATCH (n) RETURN labels(n) AS labels, properties(n) AS said ORDER BY elementId(n)"


@pytest.fixture(scope="module")
async def connection(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Connection]:
    """A server of this module's own."""
    server = await start(tmp_path_factory.mktemp("migrations"), cache_folder(), settings=LocalSettings(brief=True))
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


async def test_a_migration_that_was_interrupted_anywhere_goes_on(connection: Connection, database: Database) -> None:
    """Cut after each statement of each migration, before that is recorded: in the end all is as if it had not been."""
    whole = await schema(database)
    await forget_all(database)
    replica = Interrupted(connection)
    try:
        cuts = 0
        while not replica.is_through:
            replica.left = 1 + cuts % 3
            cuts += await replica.migrate()
    finally:
        await replica.close()
    assert cuts > len(read_migrations())
    assert await schema(database) == whole
    assert await migrate(database) == []


async def test_an_index_without_its_constraint_is_made_anew_with_it(database: Database) -> None:
    """So Neo4j leaves it that was killed while it made one; to make it only if it is not there is refused."""
    whole = await schema(database)
    await forget_all(database)
    await database.execute("CREATE INDEX message_id FOR (n:Message) ON (n.id)")
    await migrate(database)
    assert await schema(database) == whole
    (found,) = await database.execute("SHOW CONSTRAINTS YIELD name WHERE name = 'message_id' RETURN count(*) AS made")
    assert found == {"made": 1}


@pytest.mark.parametrize(
    ("theirs", "label"),
    [
        ("CREATE (:Task {id: 1, name: 'Clean the house'}), (:Task {id: 1})", "Task"),
        ("CREATE (:Source {name: 'Reuters'})", "Source"),
        (
            "CREATE (:Conversation {id: 'c'})<-[:IN]-(:Message {metadata: 'free text'})",
            "Conversation, Message",
        ),
        ("CREATE (:Migration {version: 1, name: 'Their first'})", "Migration"),
    ],
)
async def test_a_graph_of_another_application_is_left_as_it_is(database: Database, theirs: str, label: str) -> None:
    """Where its labels are ours too, it is refused by their names, and not a property of it is changed."""
    await forget_all(database)
    await database.execute(theirs)
    before = await database.execute(EVERYTHING)
    try:
        with pytest.raises(ConfigurationError, match=f"uses: {label}.") as caught:
            await migrate(database)
        assert "NEO4J_DATABASE" in (caught.value.remedy or "")
        after = await database.execute(EVERYTHING)
        assert (after, await schema(database)) == (before, [])
    finally:
        await database.execute("MATCH (n) DETACH DELETE n")
        await migrate(database)


async def test_what_stands_in_the_way_of_a_migration_is_named_with_a_remedy(database: Database) -> None:
    """An index that somebody made where a constraint is wanted; once it is gone, the next start goes on."""
    await forget_all(database)
    await database.execute("CREATE INDEX mine FOR (n:Task) ON (n.id)")
    with pytest.raises(ConfigurationError, match=r"V001__\w+\.cypher could not be applied .*Task \{id\}") as caught:
        await migrate(database)
    assert "antiphon migrate" in (caught.value.remedy or "")
    await database.execute("DROP INDEX mine")
    assert len(await migrate(database)) == len(read_migrations())


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


class Cut(Exception):
    """The process was killed, as far as the graph knows."""


class Interrupted(Database):
    """A replica that is killed after so many statements of migrations."""

    left = 0
    is_through = False

    async def execute(self, statement: str, *, bounded: bool = True, **parameters: Any) -> list[dict[str, Any]]:
        """Run it, and perhaps no more."""
        rows = await super().execute(statement, bounded=bounded, **parameters)
        self.left -= not bounded
        if self.left <= 0:
            raise Cut
        return rows

    async def migrate(self) -> bool:
        """Whether it was killed before it was through."""
        try:
            await migrate(self)
        except Cut:
            return True
        self.is_through = True
        return False


async def schema(database: Database) -> list[dict[str, Any]]:
    """The names of all constraints and indexes that somebody made."""
    found = await database.execute("SHOW CONSTRAINTS YIELD name RETURN name")
    found += await database.execute("SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP' RETURN name")
    return sorted(found, key=lambda row: row["name"])


async def forget_all(database: Database) -> None:
    """An empty database again."""
    await database.execute("MATCH (n) DETACH DELETE n")
    for kind in ("CONSTRAINT", "INDEX"):
        named = f"SHOW {kind}{'ES' if kind == 'INDEX' else 'S'} YIELD name, type WHERE type <> 'LOOKUP' RETURN name"
        for row in await database.execute(named):
            await database.execute(f"DROP {kind} `{row['name']}`")
