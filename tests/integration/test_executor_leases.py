"""Who may write what of a task: leases, and the guards of the writes when two processes do something at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from service.graph.database import Connection, Database
from service.graph.queries import query
from service.graph.store import Store, main_branch
from service.graph.writer import Writer
from service.records import SubtaskStatus, TaskStatus, derived_id, new_id, subtask_id
from service.signals import Signals
from tests.support.books import read_books
from tests.support.services import cypher, file_task, running


@dataclass(frozen=True)
class Held:
    """A task that a process holds, with two subtasks, and nobody running it."""

    store: Store
    database: Database
    owner: str
    task_id: str
    conversation_id: str
    holder: str

    def attempt(self, key: str, number: int = 1) -> dict[str, Any]:
        """A row of `start_attempt`."""
        id_ = subtask_id(self.task_id, key)
        prompt = derived_id(id_, "prompt")
        row = {"subtaskId": id_, "promptId": prompt, "content": "c", "title": "t", "spans": [], "uses": []}
        model = {"id": "test/m", "provider": "test", "name": "m"}
        row |= {
            "attemptId": derived_id(id_, "attempt", number),
            "number": number,
            "model": model,
            "saw": [{"id": prompt, "as": "VERBATIM"}],
        }
        row |= {"passedOver": [], "repair": None, "repairedId": None}
        return row | {"taskId": self.task_id, "leaseOwner": self.holder}

    def outcome(self, key: str, status: str, number: int = 1) -> dict[str, Any]:
        """A row of `finish_attempt` with a response."""
        attempt_id = derived_id(subtask_id(self.task_id, key), "attempt", number)
        id_, accepted = derived_id(attempt_id, "response"), derived_id(subtask_id(self.task_id, key), "answer")
        response = {"id": id_, "acceptedId": accepted, "content": "said", "title": "said", "toolCalls": []}
        response |= {"status": "COMPLETE" if status == "SUCCEEDED" else "PARTIAL", "finishReason": None}
        row = {
            "attemptId": attempt_id,
            "leaseOwner": self.holder,
            "measures": {"status": status, "latencyMs": 5},
            "response": response,
        }
        return row | {
            "subtaskStatus": "FAILED" if status == "FAILED" else "SUCCEEDED",
            "subtaskError": None,
            "tokens": 1,
        }

    async def start(self, key: str, number: int = 1) -> bool:
        """Start an attempt."""
        return await self.store.start_attempt(self.conversation_id, self.attempt(key, number))

    async def finish(self, key: str, status: str, number: int = 1) -> None:
        """Finish an attempt."""
        await self.store.finish_attempt(self.conversation_id, self.outcome(key, status, number))

    async def plan(self, *keys: str) -> None:
        """Plan subtasks."""
        row = {"kind": "part", "title": "t", "spans": [], "part": 1, "parts": 1, "dependsOn": []}
        rows = [
            row | {"id": subtask_id(self.task_id, key), "key": key, "index": i, "status": "READY"}
            for i, key in enumerate(keys)
        ]
        await self.store.plan_subtasks(self.conversation_id, self.task_id, rows, self.holder)


@asynccontextmanager
async def holding_a_task(database: Database, owner: str) -> AsyncIterator[Held]:
    """A task that nobody runs, and that no service of another test finds when its lease has lapsed."""
    store = Store(database, Writer(database), Signals())
    task_id, conversation_id, holder = new_id(), new_id(), f"one-{owner}"
    row = {
        "ownerId": owner, "conversationId": conversation_id, "newConversation": True, "title": "t", "parentId": None,
        "taskId": task_id, "promptId": new_id(), "type": "prompt", "strategy": "FILE", "direct": False,
        "content": "c", "promptTitle": "t", "sources": [], "tools": [], "settings": {}, "idempotencyKey": None,
        "template": {"id": "of-leases", "instruction": "", "reduce": None},
        "requestHash": "h", "leaseOwner": holder, "lease": 2**40,
    }  # fmt: skip
    await store.create_task(row)
    held = Held(store, database, owner, task_id, conversation_id, holder)
    await held.plan("a", "b")
    yield held
    await store.cancel_task(conversation_id, owner, task_id)


@pytest.fixture
async def held(database: Database, owner: str) -> AsyncIterator[Held]:
    """A task that nobody runs."""
    async with holding_a_task(database, owner) as held:
        yield held


@asynccontextmanager
async def claiming(held: Held, claimer: str) -> AsyncIterator[None]:
    """While the body runs, `claimer` has taken the task over and has not committed yet."""
    parameters = {"id": held.task_id, "owner": claimer, "dead": [held.holder], "lease": 2**40}
    async with held.database.holding(query("claim_task"), **parameters):
        yield


async def test_two_processes_take_a_task_over_once(held: Held) -> None:
    """The second to claim waits for the first, looks again, and leaves the task to it."""
    async with claiming(held, "two"):
        late = asyncio.create_task(held.store.claim_tasks("three", [held.holder], seconds=30, limit=1000))
        await asyncio.sleep(0.5)
    assert held.task_id not in await late
    rows = await cypher(held.database, "MATCH (t:Task {id: $id}) RETURN t.leaseOwner AS holder", id=held.task_id)
    assert rows == [{"holder": "two"}]


async def test_who_lost_its_lease_starts_nothing(held: Held) -> None:
    """Also where the start was under way when the task was taken over."""
    async with claiming(held, "two"):
        late = asyncio.create_task(held.start("a"))
        await asyncio.sleep(0.5)
    assert not await late
    assert not await held.store.advance_task(held.conversation_id, held.task_id, TaskStatus.RUNNING, held.holder)
    assert (await read_books(held.database, held.task_id)).attempts == []


async def test_who_lost_its_lease_plans_nothing(held: Held) -> None:
    """Its successor plans the task itself; what was planned by both would be asked for twice."""
    async with claiming(held, "two"):
        late = asyncio.create_task(held.plan("a", "b", "c"))
        await asyncio.sleep(0.5)
    await late
    assert (await read_books(held.database, held.task_id)).statuses() == {"READY": 2}


async def test_lease_of_a_task_that_just_ended_is_not_renewed(held: Held) -> None:
    """Its end was being written when the process that works on it renewed its leases."""
    cancel = {"n": 0, "taskId": held.task_id, "ownerId": held.owner, "at": 0}
    async with held.database.holding(query("cancel_task"), batch={"rows": [cancel]}):
        late = asyncio.create_task(held.store.renew_leases(held.holder, [held.task_id], seconds=30))
        await asyncio.sleep(0.5)
    assert await late == set()
    rows = await cypher(held.database, "MATCH (t:Task {id: $id}) RETURN t.leaseUntil AS until", id=held.task_id)
    assert rows == [{"until": None}]


async def test_attempt_that_just_ended_is_not_interrupted(held: Held) -> None:
    """Its answer was being written when another process took its task over."""
    await held.start("a")
    row = held.outcome("a", "SUCCEEDED") | {"n": 0, "at": 0}
    async with held.database.holding(query("finish_attempt"), batch={"rows": [row]}):
        late = asyncio.create_task(held.store.claim_tasks("two", [held.holder], seconds=30, limit=1000))
        await asyncio.sleep(0.5)
    assert held.task_id in await late
    books = await read_books(held.database, held.task_id)
    assert (books.outcomes(), books.statuses()) == ({"SUCCEEDED": 1}, {"SUCCEEDED": 1, "READY": 1})


async def test_cancelled_task_gets_no_attempts_and_no_subtasks(held: Held) -> None:
    """What was under way when it was cancelled, in this process or another, does not come after it."""
    await held.store.cancel_task(held.conversation_id, held.owner, held.task_id)
    assert not await held.start("a")
    await held.plan("a", "b", "c")
    assert (await read_books(held.database, held.task_id)).statuses() == {"CANCELLED": 2}


async def test_cancelling_ends_attempts_whose_process_is_gone(held: Held) -> None:
    """No attempt is RUNNING in a cancelled task, whoever would have had to end it."""
    await held.start("a")
    await held.store.cancel_task(held.conversation_id, held.owner, held.task_id)
    assert (await read_books(held.database, held.task_id)).outcomes() == {"CANCELLED": 1}


@pytest.mark.parametrize(("status", "kept"), [("CANCELLED", "PARTIAL"), ("SUCCEEDED", "COMPLETE")])
async def test_what_a_cancelled_attempt_received_is_kept(held: Held, status: str, kept: str) -> None:
    """It was paid for; it is written once, and the subtask stays CANCELLED."""
    await held.start("a")
    await held.store.cancel_task(held.conversation_id, held.owner, held.task_id)
    await held.finish("a", status)
    await held.finish("a", status)
    books = await read_books(held.database, held.task_id)
    assert [r["status"] for attempt in books.attempts for r in attempt["responses"]] == [kept]
    assert (books.statuses(), books.outcomes()) == ({"CANCELLED": 2}, {status: 1})


async def test_interrupted_attempt_is_not_finished_later(held: Held) -> None:
    """When another process has taken over, the late answer of the first is kept, and is not the subtask's."""
    await held.start("a")
    assert held.task_id in await held.store.claim_tasks("two", [held.holder], seconds=30, limit=1000)
    await held.finish("a", "SUCCEEDED")
    books = await read_books(held.database, held.task_id)
    assert (books.outcomes(), books.statuses()) == ({"INTERRUPTED": 1}, {"READY": 2})
    assert [(a["latencyMs"], [r["status"] for r in a["responses"]]) for a in books.attempts] == [(5, ["COMPLETE"])]


@pytest.mark.parametrize("status", ["SUCCEEDED", "FAILED"])
async def test_late_end_of_a_cancelled_call_is_not_that_of_its_retry(held: Held, status: str) -> None:
    """Cancelled and retried by another process while the first still calls: its answer is no second one, nor is its
    failure that of the call that is made anew."""
    await held.start("a")
    await held.store.cancel_task(held.conversation_id, held.owner, held.task_id)
    lease = {"leaseOwner": "another", "lease": 2**40}
    row = {"taskId": held.task_id, "ownerId": held.owner, **lease}
    assert await held.store.retry_task(held.conversation_id, row)
    again = replace(held, holder="another")
    await again.start("a", 2)
    await held.finish("a", status, 1)
    assert (await read_books(held.database, held.task_id)).statuses() == {"READY": 1, "RUNNING": 1}
    await again.finish("a", "SUCCEEDED", 2)
    books = await read_books(held.database, held.task_id)
    assert (books.statuses(), books.outcomes()) == ({"READY": 1, "SUCCEEDED": 1}, {"CANCELLED": 1, "SUCCEEDED": 1})


async def test_who_wakes_up_ends_nothing_of_its_successor(held: Held) -> None:
    """A process was frozen before it had written its attempt: the one of its successor has the same id."""
    await held.store.claim_tasks("another", [held.holder], seconds=2**30, limit=1000)
    again = replace(held, holder="another")
    assert await again.start("a")
    await held.finish("a", "CANCELLED")
    await held.store.end_subtask(
        held.conversation_id, subtask_id(held.task_id, "b"), SubtaskStatus.FAILED, "x", None, held.holder
    )
    books = await read_books(held.database, held.task_id)
    assert (books.outcomes(), books.statuses()) == ({"RUNNING": 1}, {"RUNNING": 1, "READY": 1})
    await again.finish("a", "SUCCEEDED")
    assert (await read_books(held.database, held.task_id)).outcomes() == {"SUCCEEDED": 1}


async def test_one_task_that_is_held_stops_no_other(held: Held, database: Database) -> None:
    """Somebody was frozen with a transaction open: other tasks are taken over and renewed, and end, meanwhile."""
    async with holding_a_task(database, held.owner) as free:
        lock = query("append_message")
        row = {"n": 0, "at": 0, "id": new_id(), "conversationId": held.conversation_id, "ownerId": held.owner}
        row |= {"branchId": main_branch(held.conversation_id), "kind": "Prompt", "link": "CONTINUES", "properties": {}}
        async with database.holding(lock, batch={"rows": [row]}), asyncio.timeout(60):
            ids = [held.task_id, free.task_id]
            assert await held.store.renew_leases(held.holder, ids, seconds=30) == set(ids)
            cancelling = asyncio.create_task(held.store.cancel_task(held.conversation_id, held.owner, held.task_id))
            await asyncio.sleep(0.1)
            claimed = await held.store.claim_tasks("two", [held.holder], seconds=30, limit=1000)
            assert (held.task_id in claimed, free.task_id in claimed) == (False, True)
            await held.store.cancel_task(free.conversation_id, free.owner, free.task_id)
            assert not cancelling.done()
        await cancelling
    (task,) = await cypher(database, "MATCH (t:Task {id: $id}) RETURN t.status AS status", id=held.task_id)
    assert task == {"status": "CANCELLED"}


async def test_task_that_cannot_go_on_leaves_no_subtask_open(held: Held) -> None:
    """Ended as FAILED, what had no last state is CANCELLED, and its events come before the task's own."""
    await held.start("a")
    row = {"taskId": held.task_id, "leaseOwner": held.holder, "status": "FAILED", "error": "x", "note": None}
    await held.store.finish_task(held.conversation_id, row | {"answer": None, "madeOf": []})
    books = await read_books(held.database, held.task_id)
    assert books.statuses() == {"CANCELLED": 2}
    assert [(e["type"], e["status"]) for e in books.events[-3:]] == [
        ("SUBTASK", "CANCELLED"),
        ("SUBTASK", "CANCELLED"),
        ("TASK", "FAILED"),
    ]


async def test_service_leaves_the_tasks_of_another_alone(
    connection: Connection, database: Database, tmp_path: Path, owner: str
) -> None:
    """Two services on one Neo4j: what one began, the other does not touch, however long it takes."""
    lease = {"executor": {"lease_seconds": 10.0}, "providers": {"echo": {"options": {"delay_ms": 300}}}}
    async with running(connection, tmp_path / "a", lease) as one, running(connection, tmp_path / "b", lease) as two:
        tasks = [
            await service.backend.tasks.create_task(owner, file_task(40, max_parallel=1)) for service in (one, two)
        ]
        await asyncio.sleep(11)
        rows = await cypher(
            database, "UNWIND $ids AS id MATCH (t:Task {id: id}) RETURN t.leaseOwner AS name", ids=tasks
        )
        assert [row["name"] for row in rows] == [one.instance.holder, two.instance.holder]


async def test_leases_are_of_the_clock_of_neo4j(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process whose clock is hours ahead takes over nothing that is held, and holds nothing for hours."""
    real = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: real() + 5 * 3600 * 10**9)
    assert held.task_id not in await held.store.claim_tasks("ahead", [], seconds=30, limit=1000)
    await held.store.claim_tasks("ahead", [held.holder], seconds=0.05, limit=1000)
    monkeypatch.undo()
    await asyncio.sleep(0.2)
    assert held.task_id in await held.store.claim_tasks("another", [], seconds=30, limit=1000)
