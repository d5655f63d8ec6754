"""Neo4j does not let us work: at the start the configuration is wrong, later the graph is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from service.commands.shell import version_of
from service.errors import ConfigurationError, GraphUnavailable, ServiceError
from service.graph.database import Connection, Database
from service.graph.queries import query
from tests.support.patience import patiently


@pytest.fixture
async def user(connection: Connection, database: Database, owner: str) -> AsyncIterator[Connection]:
    """The connection as a user of the test's own."""
    name = owner.replace("-", "_")
    await database.execute(f"CREATE USER {name} SET PASSWORD 'first-one' CHANGE NOT REQUIRED")
    yield replace(connection, username=name, password="first-one", retry_seconds=0.1)
    await database.execute(f"DROP USER {name}")


@pytest.fixture
async def running(user: Connection) -> AsyncIterator[Database]:
    """A service's connections as this user."""
    database = Database(user)
    yield database
    await database.close()


async def test_wrong_password_names_the_variables(user: Connection) -> None:
    """The remedy says what to set; the password is not shown."""
    database = Database(replace(user, password="wrong-one"))
    with pytest.raises(ConfigurationError) as failure:
        await database.verify()
    await database.close()
    assert "NEO4J_PASSWORD" in str(failure.value)
    assert "wrong-one" not in str(failure.value)


async def test_unknown_database_is_named(user: Connection) -> None:
    """At once, and not when the first statement is refused."""
    database = Database(replace(user, database="elsewhere"))
    with pytest.raises(ConfigurationError) as failure:
        await database.verify()
    await database.close()
    assert "has no database 'elsewhere'. Check NEO4J_DATABASE." in str(failure.value)


async def test_password_that_must_be_changed_first_is_said_so(user: Connection, database: Database) -> None:
    """As a Neo4j that was just installed wants it."""
    await database.execute(f"ALTER USER {user.username} SET PASSWORD CHANGE REQUIRED")
    first = Database(user)
    with pytest.raises(ConfigurationError) as failure:
        await first.verify()
    await first.close()
    assert "wants a new password first" in str(failure.value)


async def test_password_that_changes_under_a_running_service_is_waited_for(
    user: Connection, running: Database, database: Database
) -> None:
    """What runs must not fail of it: it goes on when the old one works again."""
    await running.verify()
    await database.execute(f"ALTER USER {user.username} SET PASSWORD 'second-one' CHANGE NOT REQUIRED")
    # More at once than there are connections: new ones are signed in, and after three refusals nobody for five seconds.
    with pytest.raises(GraphUnavailable, match=r"refused the sign-in|lets nobody sign in"):
        await asyncio.gather(*(running.run(query("check_graph")) for _ in range(8)))
    await database.execute(f"ALTER USER {user.username} SET PASSWORD 'first-one' CHANGE NOT REQUIRED")
    async with asyncio.timeout(30):
        rows = await patiently(running.run, query("check_graph"))
    assert rows == [{"ok": 1}]


def test_address_of_the_browser_is_refused(connection: Connection) -> None:
    """`http://` is where people see Neo4j; its driver would ask for a library that we do not have."""
    with pytest.raises(ConfigurationError, match="no Bolt address"):
        Database(replace(connection, uri="http://127.0.0.1:7474"))


async def test_commands_say_where_nobody_answers_and_why(connection: Connection) -> None:
    """A wrong port, an unknown host and TLS where there is none look alike otherwise."""
    database = Database(replace(connection, uri="bolt://127.0.0.1:1"))
    with pytest.raises(ServiceError) as failure:
        await version_of(database)
    await database.close()
    assert "bolt://127.0.0.1:1 does not answer" in str(failure.value)
    assert "Couldn't connect" in str(failure.value)
