"""Whether a Neo4j answers: a real Bolt handshake with our password, and a statement."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass, field
from enum import Enum
from typing import LiteralString, cast

from neo4j import AsyncGraphDatabase
from neo4j.exceptions import AuthError, DriverError, Neo4jError

from service.graph.local.conf import Ports
from service.graph.queries import query


@dataclass(frozen=True)
class Neo4jAddress:
    """What a client needs to talk to a server; the password does not show in its `repr`."""

    bolt: str
    browser: str
    username: str
    password: str = field(repr=False)
    database: str = "neo4j"

    @property
    def browser_link(self) -> str:
        """Opens Neo4j Browser where only the password is left to be typed."""
        return f"{self.browser}?dbms={self.bolt.replace('://', f'://{self.username}@')}"


class Answer(Enum):
    """What came of asking a server."""

    READY = "ready"
    REFUSED = "refused"
    AWAY = "away"
    BROKEN = "broken"


def is_broken(error: Neo4jError) -> bool:
    """Whether the database takes no transaction any more until its server is started again: its disk was full."""
    return (error.code or "").startswith("Neo.DatabaseError.Transaction.")


def address_of(ports: Ports, password: str) -> Neo4jAddress:
    """The address of our own server."""
    return Neo4jAddress(
        bolt=f"bolt://127.0.0.1:{ports.bolt}",
        browser=f"http://127.0.0.1:{ports.http}/browser/",
        username="neo4j",
        password=password,
    )


def listens(port: int) -> bool:
    """Whether anything takes connections on this loopback port; answers at once."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def ask(address: Neo4jAddress, timeout: float = 5.0) -> Answer:
    """Read something from the server: READY, REFUSED (not our password), BROKEN (to be started again), or AWAY (no
    answer in `timeout` s)."""
    auth = (address.username, address.password)
    try:
        async with (
            asyncio.timeout(timeout),
            AsyncGraphDatabase.driver(address.bolt, auth=auth) as driver,
            driver.session(database=address.database) as session,
            await session.begin_transaction() as transaction,
        ):
            # The server begins transactions also for a database that has given up.
            await (await transaction.run(cast(LiteralString, query("check_graph").text))).consume()
            return Answer.READY
    except AuthError:
        return Answer.REFUSED
    except Neo4jError as error:
        return Answer.BROKEN if is_broken(error) else Answer.AWAY
    except (DriverError, OSError, TimeoutError):
        return Answer.AWAY
