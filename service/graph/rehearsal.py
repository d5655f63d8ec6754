"""A stage: a database whose statements all run in one transaction that is undone, so that nothing of them stays.

The first time that a server plans and runs a statement takes it up to some seconds, and the next few times are slow as
well. What is played here beforehand, in whole, is quick when somebody waits for it. Knows no statement's meaning.

A server keeps another plan of a statement for transactions that have written something, and for texts of another size:
so a stage remembers what was run, and `replay` runs it once more, each by itself, when the stage is gone.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any, LiteralString, cast

from neo4j import AsyncTransaction
from neo4j.exceptions import DriverError, Neo4jError

from service.errors import GraphError
from service.graph.database import Accept, Connection, Database, Row, all_are_right
from service.graph.queries import Query

_SECONDS = 60.0
"""How long a server lets a stage stand: what it locked is free again then, whatever became of us."""


Script = dict[str, tuple[Query, Row]]
"""The statements that were run, by name, each with what it was last given."""


@asynccontextmanager
async def rehearsing(database: Database, script: Script) -> AsyncGenerator[Database]:
    """A stage on this database, taken down at the end; what is run there is noted in `script`.

    Raises `GraphError` where the server has no stage for us.
    """
    try:
        async with (
            database.driver.session(database=database.connection.database) as session,
            await session.begin_transaction(timeout=_SECONDS) as transaction,
        ):
            try:
                yield _Stage(database.connection, transaction, script)
            except BaseException:
                # Something may be under way in it, which a proper end would wait for.
                transaction.cancel()
                raise
            await transaction.rollback()
    except (Neo4jError, DriverError, OSError) as error:
        raise GraphError(f"A rehearsal was broken off: {error}") from error


async def replay(database: Database, script: Script) -> None:
    """Run each statement of a script for what the stage left, which is nothing: writes are given no row."""
    for query, given in script.values():
        if not query.writes:
            await database.run(query, **given)
        elif query.parameters == frozenset({"batch"}):
            await database.run(query, batch={"rows": []})


class _Stage(Database):
    """One transaction as a database. One statement at a time: a transaction takes no more."""

    def __init__(self, connection: Connection, transaction: AsyncTransaction, script: Script) -> None:
        self.connection = connection
        self._script = script
        self._transaction = transaction
        self._turn = asyncio.Lock()
        self._left = set()

    async def run(self, query: Query, **parameters: Any) -> list[Row]:
        """As in a database; nothing is tried again."""
        return (await self.transaction([(query, parameters)]))[0]

    async def run_dividing(self, query: Query, parameters: Row) -> list[Row]:
        """As `run`: there is nothing to divide."""
        return await self.run(query, **parameters)

    async def run_within(self, seconds: float, query: Query, **parameters: Any) -> list[Row]:
        """As `run`: nothing here waits for anybody."""
        return await self.run(query, **parameters)

    async def transaction(
        self,
        statements: Sequence[tuple[Query, Row]],
        *,
        seconds: float | None = None,
        divides: bool = False,
        accept: Accept = all_are_right,
    ) -> list[list[Row]]:
        """Run them in their order; how long, how much, and what is kept of them, is the stage's own matter."""
        self._script.update({query.name: (query, given) for query, given in statements})
        return await self._to_its_end(self._play(statements))

    async def _play(self, statements: Sequence[tuple[Query, Row]]) -> list[list[Row]]:
        async with self._turn:
            try:
                return [await self._rows(query, given) for query, given in statements]
            except (Neo4jError, DriverError, OSError) as error:
                # Not one that may pass: the transaction is over.
                raise GraphError(f"A rehearsal was broken off: {error}") from error

    async def _rows(self, query: Query, given: Row) -> list[Row]:
        result = await self._transaction.run(cast(LiteralString, query.text), given)
        keys = result.keys()
        return [dict(zip(keys, values, strict=True)) for values in await result.values()]
