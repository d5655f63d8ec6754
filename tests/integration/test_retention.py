"""Events of tasks that ended long ago go; everything else stays."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from service.app import Services
from service.conversations.retention import Retention
from service.graph.database import Connection, Database
from tests.support.services import cypher, file_task, run_task, running

EVENTS = "MATCH (e:TaskEvent {taskId: $id}) RETURN count(e) AS events"
LONG_AGO = "MATCH (t:Task {id: $id}) SET t.finishedAt = datetime() - duration({hours: 25}) RETURN t.id AS id"
MESSAGES = "MATCH (:Task {id: $id})<-[:HAS_TASK]-(c)<-[:IN_CONVERSATION]-(m) RETURN count(m) AS messages"


@pytest.fixture
async def services(connection: Connection, database: Database, tmp_path: Path) -> AsyncIterator[Services]:
    """A service over the echo model."""
    async with running(connection, tmp_path) as services:
        yield services


async def test_events_of_old_tasks_are_deleted(services: Services, database: Database, owner: str) -> None:
    """More than go at once; those of a task that ended just now stay, and so does what the old one made."""
    old, new = [await run_task(services, database, owner, file_task(count)) for count in (600, 2)]
    before = await cypher(database, MESSAGES, id=old)
    await database.execute(LONG_AGO, id=old)
    kept = await cypher(database, EVENTS, id=new)
    assert await Retention(services.store, hours=24).sweep() > 1200
    assert await cypher(database, EVENTS, id=old) == [{"events": 0}]
    assert await cypher(database, EVENTS, id=new) == kept
    assert await cypher(database, MESSAGES, id=old) == before
