"""The connection to Neo4j: the driver is used here alone. What its errors mean is in `refusals.py`.

Owns sessions, trying again, and time limits: also the server's own, for a client that is frozen cannot let go of its
locks. Knows no query by name but the one that asks whether the database is there, and no record's meaning.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, LiteralString, TypeVar, cast

import neo4j
from neo4j import AsyncDriver, AsyncGraphDatabase, AsyncSession, AsyncTransaction
from neo4j.exceptions import AuthError, DriverError, Neo4jError, ServiceUnavailable, SessionExpired
from neo4j.exceptions import (
    ConfigurationError as DriverConfigurationError,
)

from service.errors import AntiphonError, ConfigurationError, GraphError, GraphUnavailable
from service.graph.queries import Query, query
from service.graph.refusals import is_full, is_transient, passing, translate, was_ended

Row = dict[str, Any]
_T = TypeVar("_T")
_Runner = AsyncTransaction | AsyncSession
_Work = Callable[[AsyncSession], Awaitable[_T]]
Accept = Callable[[list[list[Row]]], bool]

OLDEST_SERVER = (2026, 1)
_log = logging.getLogger(__name__)
_SCHEMES = tuple(f"{name}{more}://" for name in ("bolt", "neo4j") for more in ("", "+s", "+ssc"))
_RATE_LIMIT = "Neo.ClientError.Security.AuthenticationRateLimit"
_EXPIRED = "Neo.ClientError.Security.CredentialsExpired"
_NOT_FOUND = "Neo.ClientError.Database.DatabaseNotFound"
LEFT_SECONDS = 2.0
"""How long closing waits for statements whose callers have gone."""
LATE_SECONDS = 15.0
"""How long a server may take to end a transaction whose time is over."""
SERVERS_SHARE = 0.8
"""Of the time that we wait for a write, the part after which the server ends it: it looks every two seconds."""
DECODING_SECONDS = 0.002
"""How long records are taken over at once; between two, others have their turn."""


@dataclass(frozen=True, slots=True)
class Connection:
    """Where the graph is and how to sign in. `timeout` is seconds for one statement or transaction."""

    uri: str
    username: str
    password: str = field(repr=False)
    database: str = "neo4j"
    timeout: float = 30.0
    retry_seconds: float = 3.0
    pool_size: int = 64


def all_are_right(results: list[list[Row]]) -> bool:
    """Whatever the records are, they are kept."""
    return True


class Database:
    """A pool of connections to one Neo4j database. Safe to share between coroutines of one event loop."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._left: set[asyncio.Task[Any]] = set()
        self._verified = False
        if not connection.uri.strip().lower().startswith(_SCHEMES):
            raise ConfigurationError(
                f"NEO4J_URI {connection.uri!r} is no Bolt address.",
                remedy="Use bolt://HOST:7687 or neo4j+s://HOST; Neo4j Browser's port, 7474, is not it.",
            )
        try:
            self.driver: AsyncDriver = AsyncGraphDatabase.driver(
                connection.uri,
                auth=(connection.username, connection.password),
                max_connection_pool_size=connection.pool_size,
                max_transaction_retry_time=connection.retry_seconds,
                connection_timeout=5.0,
                connection_acquisition_timeout=connection.timeout,
                # One for every property key that does not exist yet, on every query of a fresh database.
                notifications_min_severity=neo4j.NotificationMinimumSeverity.OFF,
                user_agent="antiphon",
            )
        except (DriverConfigurationError, ValueError) as error:
            raise ConfigurationError(
                f"NEO4J_URI {connection.uri!r} is not one that the driver understands: {error}.",
                remedy="Use bolt://HOST:PORT or neo4j+s://HOST.",
            ) from error

    async def verify(self) -> str:
        """The server's version; `ConfigurationError` where we cannot sign in, the server is too old, or it has no such
        database. What was right once is not our configuration's fault: from then on it is `GraphUnavailable`."""
        info = await self._to_its_end(self._server_info())
        version = str(info.agent).partition("/")[2]
        numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
        if numbers < OLDEST_SERVER:
            raise ConfigurationError(
                f"The Neo4j server at {self.connection.uri} is {version}; Antiphon needs 2026.01 or newer.",
                remedy="Upgrade it, or unset NEO4J_URI to use the embedded one.",
            )
        await self.run(query("check_graph"))
        self._verified = True
        return version

    async def run(self, query: Query, **parameters: Any) -> list[Row]:
        """Run one stored statement in one round trip; its records as dicts.

        Tried again for a while where an error may pass: stored statements are safe to repeat. Raises `GraphFull` where
        Neo4j has no memory for it, `GraphEnded` where it was ended again and again.
        """
        query.check(parameters)
        return await self._to_its_end(self._alone(query, parameters))

    async def run_dividing(self, query: Query, parameters: Row) -> list[Row]:
        """Run one stored statement; `GraphFull` at once where Neo4j has no memory for it: who asks divides it."""
        query.check(parameters)
        return await self._to_its_end(self._alone(query, parameters, divides=True))

    async def run_within(self, seconds: float, query: Query, **parameters: Any) -> list[Row]:
        """Run one stored statement. After so many seconds the server ends it, also where it waits for a lock:
        `GraphEnded`."""
        query.check(parameters)
        return await self._to_its_end(self._once(query, parameters, seconds))

    async def run_together(
        self, statements: Sequence[tuple[Query, Row]], *, accept: Accept = all_are_right
    ) -> list[list[Row]]:
        """As `transaction`, to its end also where the caller is cancelled."""
        return await self._to_its_end(self.transaction(statements, accept=accept))

    async def transaction(
        self,
        statements: Sequence[tuple[Query, Row]],
        *,
        seconds: float | None = None,
        divides: bool = False,
        accept: Accept = all_are_right,
    ) -> list[list[Row]]:
        """Run stored statements in one write transaction: all or none; the records of each.

        None are kept where `accept` says no of the records.

        With `seconds` the server ends it after so many, and it is not tried again; who `divides` does so where Neo4j
        has no memory for it. For callers that nobody cancels: see `_to_its_end`.
        """
        for statement, parameters in statements:
            statement.check(parameters)
        limit = seconds or self.connection.timeout * SERVERS_SHARE

        async def work(session: AsyncSession) -> list[list[Row]]:
            if len(statements) == 1:
                return [await _rows(session, *statements[0], limit)]
            async with await session.begin_transaction(timeout=limit) as tx:
                results = [await _rows(tx, *statement) for statement in statements]
                await (tx.commit() if accept(results) else tx.rollback())
                return results

        async with self._guarded():
            return await self._again(work, passing(divides=divides, once=seconds is not None))

    async def _alone(self, query: Query, parameters: Row, *, divides: bool = False) -> list[Row]:
        limit = self.connection.timeout * (SERVERS_SHARE if query.writes else 1)
        mode = neo4j.WRITE_ACCESS if query.writes else neo4j.READ_ACCESS
        async with self._guarded():
            return await self._again(
                lambda session: _rows(session, query, parameters, limit), passing(divides=divides), mode
            )

    async def _once(self, query: Query, parameters: Row, seconds: float) -> list[Row]:
        async def work(session: AsyncSession) -> list[Row]:
            return await _rows(session, query, parameters, seconds)

        async with self._guarded(seconds + LATE_SECONDS):
            return await self._again(work, passing(once=True))

    async def _again(
        self, work: _Work[_T], may_pass: Callable[[Exception], bool], mode: str = neo4j.WRITE_ACCESS
    ) -> _T:
        """Do the work, and do it again for a while where an error may pass."""
        give_up = time.monotonic() + self.connection.retry_seconds
        while True:
            try:
                async with self._session(mode) as session:
                    return await work(session)
            except (Neo4jError, DriverError) as error:
                if not may_pass(error) or time.monotonic() > give_up:
                    raise
                full = is_full(error)
            # What has no memory beside others waits longer: they are to end meanwhile.
            await asyncio.sleep(random.uniform(0.2, 0.6) if full else random.uniform(0.02, 0.2))

    async def execute(self, statement: str, *, bounded: bool = True, **parameters: Any) -> list[Row]:
        """Run a statement of a migration or of the shell as it is, in a transaction of its own.

        Not `bounded`: for as long as it takes. A migration goes over the whole graph. What Neo4j undid because two were
        in each other's way, such as two replicas that migrate a new graph, is tried again.
        """

        async def work(session: AsyncSession) -> list[Row]:
            result = await session.run(cast(LiteralString, statement), parameters)
            return [record.data() async for record in result]

        async with self._guarded(-1 if bounded else None):
            return await self._again(work, is_transient)

    async def show(self, statement: str, **parameters: Any) -> list[Row]:
        """Run a statement of a person, and keep nodes, relationships and paths what they are."""

        async def work(session: AsyncSession) -> list[Row]:
            result = await session.run(cast(LiteralString, statement), parameters)
            return [dict(zip(record.keys(), record.values(), strict=True)) async for record in result]

        async with self._guarded(-1):
            return await self._again(work, is_transient)

    async def stream(self, query: Query) -> AsyncIterator[Row]:
        """The records of a stored statement that reads the whole graph, as they come."""
        async with self._guarded(None), self._session(neo4j.READ_ACCESS) as session:
            result = await session.run(cast(LiteralString, query.text))
            async for record in result:
                yield dict(zip(record.keys(), record.values(), strict=True))

    async def look(self, query: Query, seconds: float, **parameters: Any) -> list[Row]:
        """Run a stored statement that goes over much and changes nothing, once.

        The server ends it after so many seconds, whatever else statements may take, and lets it write nothing.
        """
        query.check(parameters)
        async with (
            self._guarded(seconds + LATE_SECONDS),
            self._session(neo4j.READ_ACCESS) as session,
            await session.begin_transaction(timeout=seconds) as tx,
        ):
            return await _rows(tx, query, parameters)

    async def explain(self, query: Query) -> dict[str, Any] | None:
        """The plan of a stored statement, which is not run; None for one that has none (a constraint)."""
        async with self._guarded(), self._session() as session:
            nothing = dict.fromkeys(query.parameters)
            result = await session.run(cast(LiteralString, f"EXPLAIN {query.text}"), nothing)
            return cast(dict[str, Any] | None, (await result.consume()).plan)

    @asynccontextmanager
    async def holding(self, query: Query, seconds: float | None = None, **parameters: Any):
        """Run a write and keep its transaction, and so its locks, open for the body; commit after it.

        After `seconds` the server lets go of the locks, also where we are frozen: `GraphEnded`.
        """
        query.check(parameters)
        async with self._guarded(timeout=None), self._session() as session:
            tx = await session.begin_transaction(timeout=seconds)
            async with tx:
                await (await tx.run(cast(LiteralString, query.text), parameters)).consume()
                yield
                await tx.commit()

    async def close(self) -> None:
        """Close all connections."""
        if self._left:
            await asyncio.wait(self._left, timeout=LEFT_SECONDS)
        await self.driver.close()

    async def _to_its_end(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Do the work to its end, also when the caller is cancelled.

        The driver throws a connection away when it is cancelled, and forgets one that it is just opening.
        """
        task = asyncio.create_task(work)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            self._left.add(task)
            task.add_done_callback(self._forget)
            raise

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._left.discard(task)
        if not task.cancelled():
            task.exception()

    async def _server_info(self) -> neo4j.ServerInfo:
        async with self._guarded():
            return await self.driver.get_server_info()

    def _session(self, mode: str = neo4j.WRITE_ACCESS) -> AsyncSession:
        return self.driver.session(database=self.connection.database, default_access_mode=mode)

    @asynccontextmanager
    async def _guarded(self, timeout: float | None = -1):
        try:
            async with asyncio.timeout(self.connection.timeout if timeout == -1 else timeout):
                yield
        except TimeoutError as error:
            raise GraphUnavailable("Neo4j did not answer in time.") from error
        except (ServiceUnavailable, SessionExpired) as error:
            raise GraphUnavailable("Neo4j is not available.") from error
        except Neo4jError as error:
            raise self._refused(error) from error
        except (UnicodeEncodeError, OverflowError) as error:
            raise GraphError(
                "A value cannot be kept: it is no valid Unicode, or a number of more than 64 bits."
            ) from error
        except (DriverError, OSError) as error:
            raise GraphUnavailable(f"The connection to Neo4j failed: {type(error).__name__}.") from error

    def _refused(self, error: Neo4jError) -> AntiphonError:
        if error.code == _RATE_LIMIT:
            return GraphUnavailable("Neo4j lets nobody sign in for a while, after too many wrong passwords.")
        if error.code == _EXPIRED:
            return self._not_ours("wants a new password first", "Set one: ALTER CURRENT USER SET PASSWORD.")
        if error.code == _NOT_FOUND:
            return self._not_ours(f"has no database {self.connection.database!r}", "Check NEO4J_DATABASE.")
        if isinstance(error, AuthError):
            who = f"refused the sign-in as {self.connection.username!r}"
            return self._not_ours(who, "Check NEO4J_USERNAME and NEO4J_PASSWORD.")
        if was_ended(error):
            _log.warning("Neo4j ended a transaction: %s", error.message)
        return translate(error)

    def _not_ours(self, what: str, remedy: str) -> AntiphonError:
        """The error of a server that does not let us work: how we reach it is wrong, unless it was right before."""
        if self._verified:
            return GraphUnavailable(f"Neo4j {what}.")
        return ConfigurationError(f"Neo4j at {self.connection.uri} {what}.", remedy=remedy)


def why_away(error: GraphUnavailable) -> str:
    """What the driver says of it in one line, with addresses: for who runs the service, not for callers."""
    lines = str(error.__cause__ or error).splitlines()
    return " ".join(line.strip() for line in lines)


async def _rows(runner: _Runner, query: Query, parameters: Row, seconds: float | None = None) -> list[Row]:
    """The records; with `seconds`, of a transaction of its own that the server ends after so many."""
    text = cast(LiteralString, query.text)
    if isinstance(runner, AsyncTransaction):
        result = await runner.run(text, parameters)
    else:
        result = await runner.run(neo4j.Query(text, timeout=seconds), parameters)
    keys, rows = result.keys(), list[Row]()
    until = time.monotonic() + DECODING_SECONDS
    async for record in result:
        rows.append(dict(zip(keys, record.values(), strict=True)))
        if time.monotonic() > until:
            await asyncio.sleep(0)
            until = time.monotonic() + DECODING_SECONDS
    return rows
