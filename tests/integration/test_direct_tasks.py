"""Tasks of one prompt, which go the short way: the graph is the one that the long way leaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from service.graph.database import Connection, Database
from service.records import TaskStatus, new_id
from service.services import Services
from service.tasks.creating import NewPrompt
from service.tasks.direct import BEGINNING, DirectTask, direct_task
from service.tasks.material import Material
from tests.support.books import faults_of, read_books
from tests.support.scripted_provider import ScriptedProvider
from tests.support.services import cypher, finished, provider, running

pytestmark = pytest.mark.usefixtures("promises")
EVENTS = "MATCH (e:TaskEvent {taskId: $id}) RETURN e.type AS type, e.status AS status ORDER BY e.seq"
SHAPE = """
MATCH (t:Task {id: $id})<-[:HAS_TASK]-(c:Conversation)
MATCH (t)-[:ASKED]->(p:Prompt)<-[:ASKED]-(s:Subtask)<-[:HAS_SUBTASK]-(t)
MATCH (s)-[:ATTEMPTED]->(a:Attempt)-[:YIELDED]->(r:Response)-[:RESPONDS_TO]->(p), (t)-[:RESULTED_IN]->(r)
RETURN t.status AS task, s.status AS subtask, a.number AS number, a.status AS attempt, r.content AS said,
  EXISTS { (c)<-[:BRANCH_OF]-(:Branch)-[:HEAD]->(r) } AS isHead, s.tokens = a.outputTokens AS counted,
  [key IN keys(s) WHERE key <> 'id' | key] AS properties
"""


@pytest.fixture
async def services(connection: Connection, database: Database, tmp_path: Path) -> AsyncIterator[Services]:
    """A service over the echo model."""
    async with running(connection, tmp_path) as services:
        yield services


async def ask(services: Services, database: Database, owner: str, **more: Any) -> str:
    """One prompt, answered; the id of its task."""
    task_id = await services.backend.tasks.send_prompt(owner, NewPrompt(content="Who?", **more))
    assert await finished(database, task_id) == TaskStatus.SUCCEEDED
    return task_id


async def test_the_graph_and_the_events_are_those_of_every_task(
    services: Services, database: Database, owner: str
) -> None:
    """One subtask, one attempt, the answer at the branch's head; each state once, in order."""
    task_id = await ask(services, database, owner)
    (shape,) = await cypher(database, SHAPE, id=task_id)
    assert "status" in shape.pop("properties")
    assert shape == {
        "task": "SUCCEEDED", "subtask": "SUCCEEDED", "number": 1, "attempt": "SUCCEEDED", "said": "Who?",
        "isHead": True, "counted": True,
    }  # fmt: skip
    events = [(row["type"], row["status"]) for row in await cypher(database, EVENTS, id=task_id)]
    assert events == [
        ("TASK", "PENDING"), ("TASK", "PLANNING"), ("TASK", "RUNNING"),
        ("SUBTASK", "RUNNING"), ("SUBTASK", "SUCCEEDED"), ("TASK", "SUCCEEDED"),
    ]  # fmt: skip


def row_of(owner: str, services: Services) -> dict[str, Any]:
    """A row of `create_task` that nobody runs."""
    task_id = new_id()
    settings = {"model": "echo/echo", "maxParallel": 2, "maxAttempts": 1, "retrySeconds": 1.0, "fallbackModels": []}
    settings |= {"aggregation": "CONCAT", "onFailure": "CONTINUE", "connectSeconds": 1.0, "firstTokenSeconds": 1.0}
    settings |= {
        "totalSeconds": 9.0,
        "responseFormat": "TEXT",
        "aggregationNamed": False,
        "instruction": None,
        "reconcile": None,
        "reuse": None,
    }
    return {
        "ownerId": owner, "conversationId": new_id(), "newConversation": True, "title": "t", "parentId": None,
        "taskId": task_id, "promptId": new_id(), "type": "prompt", "strategy": "NONE", "direct": True, "plan": None,
        "content": "Who?", "promptTitle": "t", "sources": [], "tools": [], "settings": settings, "idempotencyKey": None,
        "template": {"id": "none", "instruction": "{{instruction}}", "reduce": None}, "requestHash": "h",
        **services.executor.lease(),
    }  # fmt: skip


async def begun(services: Services, owner: str) -> tuple[dict[str, Any], DirectTask]:
    """A task of one prompt that is written and not run."""
    row = row_of(owner, services)
    direct = direct_task(row)
    assert direct is not None
    await services.store.create_task(row, [direct.subtask])
    return row, direct


async def test_what_is_known_of_it_beforehand_is_what_would_be_read(services: Services, owner: str) -> None:
    """The task and its subtask as they were written are those that another process reads when it takes over."""
    row, direct = await begun(services, owner)
    assert await Material(services.store).task(row["taskId"]) == direct.task
    work, read = direct.work(), await services.store.load_subtask_work(direct.subtask_id)
    assert read is not None
    # What is not there is null, or not there.
    assert {key: work.get(key) for key in read if key != "readyAt"} == {k: v for k, v in read.items() if k != "readyAt"}


async def test_states_are_gone_through_once_though_the_answer_was_lost(
    services: Services, database: Database, owner: str
) -> None:
    """The first attempt is written again: no state comes twice."""
    row, direct = await begun(services, owner)
    for _ in range(2):
        written = await services.store.start_attempt(row["conversationId"], attempt(row, direct), BEGINNING)
        assert written
    states = [one["status"] for one in await cypher(database, EVENTS, id=row["taskId"]) if one["type"] == "TASK"]
    assert states == ["PENDING", "PLANNING", "RUNNING"]


def attempt(row: dict[str, Any], direct: DirectTask) -> dict[str, Any]:
    """A row of `start_attempt`."""
    model = {"id": "echo/echo", "provider": "echo", "name": "echo", "contextWindow": 1000}
    said = {"subtaskId": direct.subtask_id, "promptId": row["promptId"], "content": None, "title": "", "spans": []}
    said |= {
        "attemptId": f"{direct.subtask_id}-1",
        "number": 1,
        "model": model,
        "saw": [{"id": row["promptId"], "as": "VERBATIM"}],
        "uses": [],
    }
    return said | {"taskId": row["taskId"], "leaseOwner": row["leaseOwner"], "passedOver": [], "repair": None}


def outcome(direct: DirectTask) -> dict[str, Any]:
    """A row of `finish_attempt`: it succeeded."""
    end = direct.end("")
    response = {"id": f"{direct.subtask_id}-r", "acceptedId": end["answer"]["id"], "content": "Ann", "title": "Ann"}
    response |= {"status": "COMPLETE", "finishReason": "stop", "toolCalls": [], "note": None}
    measures = {"status": "SUCCEEDED", "latencyMs": 1, "queueMs": 0, "inputTokens": 1, "outputTokens": 1}
    done = {"subtaskStatus": "SUCCEEDED", "subtaskError": None, "subtaskCode": None, "tokens": 1}
    return {"attemptId": f"{direct.subtask_id}-1", "measures": measures, "response": response, **done}


async def test_an_answer_that_comes_too_late_to_be_accepted_ends_no_task(
    services: Services, database: Database, owner: str
) -> None:
    """Its attempt was taken for dead meanwhile: the answer is kept, the task goes on."""
    row, direct = await begun(services, owner)
    place = row["conversationId"]
    assert await services.store.start_attempt(place, attempt(row, direct), BEGINNING)
    dead = row["leaseOwner"].partition("/")[0]
    assert row["taskId"] in await services.store.claim_tasks("another", [dead], seconds=30, limit=1000)
    ended = await services.store.finish_attempt(place, outcome(direct), direct.end(row["leaseOwner"]))
    assert ended is TaskStatus.RUNNING
    (kept,) = await cypher(
        database, "MATCH (r:Response {id: $id}) RETURN r.content AS said", id=f"{direct.subtask_id}-r"
    )
    assert kept == {"said": "Ann"}
    await services.store.cancel_task(place, owner, row["taskId"])


async def test_an_end_that_is_written_twice_is_there_once(services: Services, database: Database, owner: str) -> None:
    """Its answer was lost on the way: the second write says that the task has ended."""
    row, direct = await begun(services, owner)
    place = row["conversationId"]
    assert await services.store.start_attempt(place, attempt(row, direct), BEGINNING)
    for _ in range(2):
        ended = await services.store.finish_attempt(place, outcome(direct), direct.end(row["leaseOwner"]))
        assert ended is TaskStatus.SUCCEEDED
    (shape,) = await cypher(database, SHAPE, id=row["taskId"])
    assert shape["isHead"]


async def test_where_its_first_call_fails_it_goes_on_as_every_task(
    connection: Connection, database: Database, tmp_path: Path, owner: str
) -> None:
    """An error, then an answer: two attempts, and a prompt in the same conversation that is told of both turns."""
    async with ScriptedProvider() as fake:
        fake.say_bytes([b'{"error": {"message": "upstream"}}'], b"application/json")
        for word in ("Ann", "41"):
            fake.say({"choices": [{"delta": {"content": word}, "finish_reason": "stop"}]}, "[DONE]")
        async with running(connection, tmp_path, provider(f"{fake.url}/v1")) as services:
            first = await ask(services, database, owner)
            (place,) = await cypher(database, "MATCH (t:Task {id: $id}) RETURN t.conversationId AS id", id=first)
            await ask(services, database, owner, conversation_id=place["id"])
    (shape,) = await cypher(database, SHAPE, id=first)
    assert (shape["number"], shape["said"], shape["isHead"]) == (2, "Ann", False)
    assert [message["content"] for message in fake.requests[-1]["messages"]] == ["Who?", "Ann", "Who?"]


async def test_the_books_of_many_at_once_balance(services: Services, database: Database, owner: str) -> None:
    """Forty callers with three turns each: every conversation is one chain, and nothing is there twice."""

    async def talk() -> list[str]:
        tasks = [await ask(services, database, owner)]
        (place,) = await cypher(database, "MATCH (t:Task {id: $id}) RETURN t.conversationId AS id", id=tasks[0])
        for _ in range(2):
            tasks.append(await ask(services, database, owner, conversation_id=place["id"]))
        return tasks

    told = await asyncio.gather(*(talk() for _ in range(40)))
    depths = """MATCH (t:Task) WHERE t.id IN $ids MATCH (t)-[:RESULTED_IN]->(r) RETURN r.depth AS depth ORDER BY t.id"""
    for tasks in told:
        assert [row["depth"] for row in await cypher(database, depths, ids=tasks)] == [1, 3, 5]
    for task_id in (id_ for tasks in told for id_ in tasks):
        assert faults_of(await read_books(database, task_id)) == []
