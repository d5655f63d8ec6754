"""Events of tasks that ended long ago go; everything else stays."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from service.conversations.retention import Retention
from service.cursors import encode_cursor
from service.graph.database import Connection, Database
from service.services import Services
from tests.support.services import cypher, file_task, finished, run_task, running

HEAD = "MATCH (:Task {id: $id})<-[:HAS_TASK]-(c) RETURN c.id AS id, c.lastSeq AS seq"
EVENTS = "MATCH (e:TaskEvent {taskId: $id}) RETURN count(e) AS events"
LONG_AGO = "MATCH (t:Task {id: $id}) SET t.finishedAt = datetime() - duration({hours: 25}) RETURN t.id AS id"
MESSAGES = "MATCH (:Task {id: $id})<-[:HAS_TASK]-(c)<-[:IN_CONVERSATION]-(m:Message) RETURN count(m) AS messages"


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


async def test_who_follows_a_conversation_is_told_the_end_of_a_task_whose_events_are_gone(
    services: Services, database: Database, owner: str
) -> None:
    """Once, at its place: a page that slept over the retention would show the task at work for ever."""
    task_id = await run_task(services, database, owner, file_task(2))
    ((head),) = await cypher(database, HEAD, id=task_id)
    await database.execute(LONG_AGO, id=task_id)
    while await Retention(services.store, hours=24).sweep():
        pass
    found = await told(services, owner, head["id"], after=0, upto=head["seq"])
    own = [row["status"] for row in found if "kind" not in row]
    assert (own, found[-1]["seq"]) == (["SUCCEEDED"], head["seq"])
    assert [row["seq"] for row in found] == sorted({row["seq"] for row in found})
    assert await told(services, owner, head["id"], after=head["seq"] - 1, upto=head["seq"]) == found[-1:]


async def test_a_task_that_is_run_again_is_not_told_as_ended(
    services: Services, database: Database, owner: str
) -> None:
    """Its new events are all that is told of it."""
    task_id = await run_task(services, database, owner, file_task(2, max_parallel=1, budget={"tokens": 1}))
    await database.execute(LONG_AGO, id=task_id)
    await Retention(services.store, hours=24).sweep()
    ((before),) = await cypher(database, HEAD, id=task_id)
    await services.backend.tasks.retry_task(owner, task_id, {"tokens": 1000})
    await finished(database, task_id)
    ((after),) = await cypher(database, HEAD, id=task_id)
    found = await told(services, owner, after["id"], after=0, upto=after["seq"])
    # Besides, the branch moves to the new answer.
    own = [row for row in found if "kind" not in row and "action" not in row]
    assert (own[0]["status"], own[-1]["status"]) == ("PENDING", "SUCCEEDED")
    assert own[0]["seq"] > before["seq"]


async def told(services: Services, owner: str, conversation_id: str, *, after: int, upto: int) -> list[dict[str, Any]]:
    """What somebody is told who comes back to a conversation, up to a number."""
    found: list[dict[str, Any]] = []
    events = services.backend.events.conversation_events(owner, conversation_id, encode_cursor("e", after))
    async with asyncio.timeout(60), aclosing(events) as stream:
        async for event in stream:
            found.append(event.row)
            if event.row["seq"] >= upto:
                return found
    raise AssertionError("the conversation is gone")
