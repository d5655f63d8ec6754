"""Events on the real server: all of them, once, in order, whoever wrote them and wherever a reader begins."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from service.conversations.events import PAGE, Events, Happening, cursor_at, event_cursor
from service.conversations.heads import Heads
from service.cursors import encode_cursor
from service.errors import InvalidInput, NotFound
from service.graph.database import Connection, Database
from service.graph.reader import Reader
from service.records import derived_id, new_id
from service.services import Services
from service.signals import Signals
from tests.support.services import cypher, file_task, finished, run_task, running


@pytest.fixture(scope="module")
async def services(connection: Connection, database: Database, tmp_path_factory: Any) -> AsyncIterator[Services]:
    """A service over the echo model."""
    folder: Path = tmp_path_factory.mktemp("events")
    async with running(connection, folder) as services:
        yield services


async def read_all(events: AsyncIterator[Happening]) -> list[dict[str, Any]]:
    """All events of a task that ends."""
    async with asyncio.timeout(60):
        return [event.row async for event in events]


def lonely(services: Services, signals: Signals | None = None) -> Events:
    """The events as another process reads them, which nobody wakes."""
    reader = Reader(services.database)
    return Events(reader, Heads(reader, signals or Signals()))


async def test_events_of_a_task_at_work_are_the_events_in_the_graph(
    services: Services, database: Database, owner: str
) -> None:
    """More than a page of them, read while they are written."""
    task_id = await services.backend.tasks.create_task(owner, file_task(PAGE))
    found = await read_all(services.backend.events.task_events(owner, task_id))
    kept = await cypher(database, "MATCH (e:TaskEvent {taskId: $id}) RETURN e.seq AS seq ORDER BY seq", id=task_id)
    assert [event["seq"] for event in found] == [row["seq"] for row in kept]
    assert len(found) > PAGE


async def test_events_of_another_process_come_by_polling(services: Services, owner: str) -> None:
    """A reader that nobody wakes sees the same."""
    task_id = await services.backend.tasks.create_task(owner, file_task(20))
    found, expected = await asyncio.gather(
        read_all(lonely(services).task_events(owner, task_id)),
        read_all(services.backend.events.task_events(owner, task_id)),
    )
    assert found == expected


async def test_events_go_on_after_every_cursor(services: Services, database: Database, owner: str) -> None:
    """Begun anywhere, what is left is what comes."""
    task_id = await run_task(services, database, owner, file_task(5))
    whole = await read_all(services.backend.events.task_events(owner, task_id))
    for place, event in enumerate(whole):
        rest = await read_all(services.backend.events.task_events(owner, task_id, event_cursor(event)))
        assert rest == whole[place + 1 :]


async def test_events_of_a_task_that_is_retried_hold_both_runs(
    services: Services, database: Database, owner: str
) -> None:
    """A reader from the beginning is not stopped by the first run's end."""
    task_id = await run_task(services, database, owner, file_task(2, max_parallel=1, budget={"tokens": 1}))
    await services.backend.tasks.retry_task(owner, task_id, {"tokens": 1000})
    found = await read_all(services.backend.events.task_events(owner, task_id))
    kept = await cypher(database, "MATCH (e:TaskEvent {taskId: $id}) RETURN e.seq AS seq ORDER BY seq", id=task_id)
    assert [event["seq"] for event in found] == [row["seq"] for row in kept]
    own = [event["status"] for event in found if event["type"] == "TASK"]
    assert (own.count("PENDING"), own.count("PARTIAL"), own[-1]) == (2, 1, "SUCCEEDED")


async def test_events_of_a_cancelled_task_hold_what_was_cancelled_with_it(services: Services, owner: str) -> None:
    """They are written after the task's last event, and still come."""
    task_id = await services.backend.tasks.create_task(owner, file_task(300, max_parallel=1))
    reading = asyncio.create_task(read_all(services.backend.events.task_events(owner, task_id)))
    await asyncio.sleep(0.3)
    await services.backend.tasks.cancel_task(owner, task_id)
    ended = [event["subtaskId"] for event in await reading if event["status"] in ("CANCELLED", "SUCCEEDED")]
    ended = [id for id in ended if id is not None]
    subtasks = await services.backend.reader.read_task_progress(owner, [task_id])
    assert len(set(ended)) == sum(count for _, count in subtasks[task_id])


async def test_conversation_events_are_messages_and_tasks_in_one_order(
    services: Services, database: Database, owner: str
) -> None:
    """From the beginning, more than a page: every message and every event of the task itself, by sequence number."""
    task_id = await run_task(services, database, owner, file_task(PAGE))
    conversation_id = (await services.backend.reader.read_task_head(owner, task_id) or {})["conversationId"]
    messages = "MATCH (m:Message {conversationId: $id}) RETURN m.seq AS seq ORDER BY seq"
    own = "MATCH (e:TaskEvent {conversationId: $id}) RETURN e.seq AS seq ORDER BY seq"
    kept = [row["seq"] for text in (messages, own) for row in await cypher(database, text, id=conversation_id)]
    found: list[int] = []
    events = services.backend.events.conversation_events(owner, conversation_id, encode_cursor("e", -1))
    async with asyncio.timeout(60), aclosing(events) as stream:
        async for event in stream:
            found.append(event.row["seq"])
            if len(found) == len(kept):
                break
    assert found == sorted(kept)


async def test_a_reader_that_leaves_is_forgotten(services: Services, owner: str) -> None:
    """Nobody is kept for a subscriber that has gone."""
    task_id = await services.backend.tasks.create_task(owner, file_task(3))
    signals = Signals()
    async with aclosing(lonely(services, signals).task_events(owner, task_id)) as stream:
        await anext(stream)
        await asyncio.sleep(0)
        assert signals.__dict__["_listeners"]
    await asyncio.sleep(0)
    assert not signals.__dict__["_listeners"]
    await finished(services.database, task_id)


async def test_what_is_not_the_owners_has_no_events(services: Services, database: Database, owner: str) -> None:
    """Another's task and a task that never was are told apart by nobody."""
    task_id = await run_task(services, database, f"another-{new_id()}", file_task(1))
    for id in (task_id, derived_id(task_id, "nothing")):
        with pytest.raises(NotFound):
            await anext(services.backend.events.task_events(owner, id))
        with pytest.raises(NotFound):
            await services.backend.events.now(owner, id)
        with pytest.raises(NotFound):
            await anext(services.backend.events.conversation_events(owner, id, cursor_at(0)))


async def test_a_task_whose_events_are_gone_gives_its_last_state_once(
    services: Services, database: Database, owner: str
) -> None:
    """Whoever has been told its end is told nothing; whoever has not is, from whatever cursor, and then comes back."""
    events = services.backend.events
    task_id = await run_task(services, database, owner, file_task(3))
    whole = await read_all(events.task_events(owner, task_id))
    await cypher(database, "MATCH (e:TaskEvent {taskId: $id}) DELETE e", writes=True, id=task_id)
    for after in (None, event_cursor(whole[0]), event_cursor(whole[-2])):
        (last,) = await read_all(events.task_events(owner, task_id, after))
        assert (last["type"], last["status"], last["error"], last["taskId"]) == ("TASK", "SUCCEEDED", None, task_id)
        assert await read_all(events.task_events(owner, task_id, event_cursor(last))) == []
    assert await read_all(events.task_events(owner, task_id, event_cursor(whole[-1]))) == []


async def test_a_task_that_is_retried_when_its_events_are_gone_is_followed_on(
    services: Services, database: Database, owner: str
) -> None:
    """From the cursor of its last state, what comes is the second run."""
    events = services.backend.events
    task_id = await run_task(services, database, owner, file_task(2, max_parallel=1, budget={"tokens": 1}))
    await cypher(database, "MATCH (e:TaskEvent {taskId: $id}) DELETE e", writes=True, id=task_id)
    (last,) = await read_all(events.task_events(owner, task_id))
    await services.backend.tasks.retry_task(owner, task_id, {"tokens": 1000})
    found = await read_all(events.task_events(owner, task_id, event_cursor(last)))
    own = [event["status"] for event in found if event["type"] == "TASK"]
    assert (last["status"], own[0], own[-1]) == ("PARTIAL", "PENDING", "SUCCEEDED")


@pytest.mark.parametrize(
    "cursor", ["", "x", encode_cursor("e"), encode_cursor("e", "1"), encode_cursor("e", 1, 2, 3), encode_cursor("t", 1)]
)
async def test_a_damaged_cursor_is_the_callers_error(
    services: Services, database: Database, owner: str, cursor: str
) -> None:
    """It names the field."""
    task_id = await run_task(services, database, owner, file_task(1))
    with pytest.raises(InvalidInput):
        await anext(services.backend.events.task_events(owner, task_id, cursor))


async def test_a_cursor_ahead_of_all_that_happened_is_the_callers_error(
    services: Services, database: Database, owner: str
) -> None:
    """Of another conversation, or of a graph that was replaced by an older copy: who waits there misses the rest."""
    task_id = await run_task(services, database, owner, file_task(1))
    conversation_id = (await services.backend.reader.read_task_head(owner, task_id) or {})["conversationId"]
    events, ahead = services.backend.events, encode_cursor("e", 1_000_000)
    for stream in (
        events.task_events(owner, task_id, ahead),
        events.conversation_events(owner, conversation_id, ahead),
    ):
        with pytest.raises(InvalidInput, match="ahead of all"):
            await anext(stream)
