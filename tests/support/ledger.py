"""Attempts whose figures a test knows: written to the graph as the executor writes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from service.graph.database import Database
from service.graph.queries import parse
from service.records import new_id

DAY_MS = 86_400_000
MONDAY_MS = 1_772_409_600_000
"""2026-03-02T00:00:00Z."""

_WRITE = """// Tasks with their subtasks and attempts.
CYPHER 25
UNWIND $batch.tasks AS row
MERGE (c:Conversation {id: row.conversationId})
  ON CREATE SET c.ownerId = row.ownerId, c.title = 'About ' + row.conversationId, c.lastSeq = 0,
    c.changedAt = datetime(), c.createdAt = datetime(), c.updatedAt = datetime()
CREATE (c)-[:HAS_TASK]->(t:Task {id: row.id, ownerId: row.ownerId, conversationId: c.id, type: row.type,
  strategy: row.strategy, status: 'SUCCEEDED', title: 't', createdAt: datetime(),
  startedAt: datetime({epochMillis: 1000}), finishedAt: datetime({epochMillis: 8500})})
WITH row, t
UNWIND row.subtasks AS sub
CREATE (t)-[:HAS_SUBTASK]->(s:Subtask {id: sub.id, taskId: t.id, index: sub.index, key: toString(sub.index),
  title: 's', status: sub.status, createdAt: datetime()})
WITH row, s, sub
UNWIND sub.attempts AS one
MERGE (m:Model {id: one.model})
  ON CREATE SET m.provider = split(one.model, '/')[0], m.name = split(one.model, '/')[1], m.createdAt = datetime()
CREATE (s)-[:ATTEMPTED]->(a:Attempt {id: one.id, number: one.number, status: one.status, ownerId: row.ownerId,
  createdAt: datetime(), startedAt: datetime({epochMillis: one.at})})
SET a += one.measures
CREATE (a)-[:USED]->(m)
"""


@dataclass(frozen=True, slots=True)
class Made:
    """One attempt. `measures` are the properties that `finish_attempt` gives it."""

    status: str = "SUCCEEDED"
    model: str = "acme/one"
    at: int = MONDAY_MS
    measures: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class MadeSubtask:
    """One subtask with its attempts, in order."""

    attempts: tuple[Made, ...]
    status: str = "SUCCEEDED"
    id: str = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class MadeTask:
    """One task, that ran from the second 1 to the second 8.5 of 1970."""

    owner: str
    subtasks: tuple[MadeSubtask, ...]
    conversation_id: str = field(default_factory=new_id)
    type: str = "prompt"
    strategy: str = "FILE"
    id: str = field(default_factory=new_id)


def measured(queue: int, latency: int, sent: int, received: int, usd: float | None, **more: Any) -> dict[str, Any]:
    """The measures of a call: ms, tokens and USD."""
    said = {"queueMs": queue, "latencyMs": latency, "inputTokens": sent, "outputTokens": received, "costUsd": usd}
    return said | more


async def write_ledger(database: Database, *tasks: MadeTask) -> None:
    """Write tasks with their subtasks and attempts."""
    await database.run(parse("write_ledger", _WRITE), batch={"tasks": [_task_row(task) for task in tasks]})


def _task_row(task: MadeTask) -> dict[str, Any]:
    return {
        "id": task.id,
        "ownerId": task.owner,
        "conversationId": task.conversation_id,
        "type": task.type,
        "strategy": task.strategy,
        "subtasks": [_subtask_row(index, subtask) for index, subtask in enumerate(task.subtasks)],
    }


def _subtask_row(index: int, subtask: MadeSubtask) -> dict[str, Any]:
    attempts = [
        {
            "id": new_id(),
            "number": number,
            "status": made.status,
            "model": made.model,
            "at": made.at,
            "measures": made.measures,
        }
        for number, made in enumerate(subtask.attempts, start=1)
    ]
    return {"id": subtask.id, "index": index, "status": subtask.status, "attempts": attempts}
