"""What the graph says of a task after the fact, and whether its books balance."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from service.graph.database import Database
from service.records import SubtaskStatus, TaskStatus
from tests.support.services import cypher

_READ = """
MATCH (t:Task {id: $id})<-[:HAS_TASK]-(c:Conversation)
RETURN t {.status, .error, .errorCode, .note, .unfinished} AS task,
  COLLECT { MATCH (t)-[:RESULTED_IN]->(r) RETURN r {.id, .content} } AS answers,
  COLLECT {
    MATCH (t)-[:HAS_SUBTASK]->(s) WITH s ORDER BY s.index
    RETURN s {.id, .key, .index, .status, .error, .errorCode, .kind,
      prompts: COUNT { (s)-[:ASKED]->() }, prompt: HEAD(COLLECT { MATCH (s)-[:ASKED]->(p) RETURN p.content }),
      attempts: COLLECT { MATCH (s)-[:ATTEMPTED]->(a) WITH a ORDER BY a.number
        RETURN a {.number, .status, .error, .errorCode, .latencyMs, .queueMs, .inputTokens, .outputTokens,
          .cachedTokens, .costUsd, .usageEstimated, .promptTokens, .reservedTokens,
          saw: COUNT { (a)-[:SAW]->() },
          model: HEAD(COLLECT { MATCH (a)-[:USED]->(m) RETURN m.id }),
          responses: COLLECT { MATCH (a)-[:YIELDED]->(r)-[:RESPONDS_TO]->(:Prompt)<-[:ASKED]-(s)
            RETURN r {.id, .status, .content} }} }}
  } AS subtasks,
  COLLECT { MATCH (e:TaskEvent {taskId: t.id}) WITH e ORDER BY e.seq
    RETURN e {.seq, .type, .status, .subtaskId, .attempt} } AS events,
  COLLECT { MATCH (x:Message)-[:IN_CONVERSATION]->(c) RETURN x.seq } AS seqs
"""


@dataclass(frozen=True, slots=True)
class Books:
    """All that the graph holds of a task: rows as they are there."""

    task: dict[str, Any]
    answers: list[dict[str, Any]]
    subtasks: list[dict[str, Any]]
    events: list[dict[str, Any]]
    seqs: list[int]

    @property
    def answer(self) -> str:
        """The text of the task's answer."""
        assert len(self.answers) == 1, f"{len(self.answers)} answers"
        return self.answers[0]["content"]

    @property
    def attempts(self) -> list[dict[str, Any]]:
        """All attempts."""
        return [attempt for subtask in self.subtasks for attempt in subtask["attempts"]]

    def statuses(self) -> Counter[str]:
        """How many subtasks have each status."""
        return Counter(subtask["status"] for subtask in self.subtasks)

    def outcomes(self) -> Counter[str]:
        """How many attempts have each status."""
        return Counter(attempt["status"] for attempt in self.attempts)


async def read_books(database: Database, task_id: str) -> Books:
    """The books of a task. A commit changes nodes before indexes: who waits for its lock finds all of it."""
    settled = "MATCH (:Task {id: $id})<-[:HAS_TASK]-(c:Conversation) REMOVE c.taskId"
    await cypher(database, settled, writes=True, id=task_id)
    (row,) = await cypher(database, _READ, id=task_id)
    return Books(**row)


def faults_of(books: Books) -> list[str]:
    """What a finished task's books must never show; empty where they balance."""
    faults: list[str] = []
    status = TaskStatus(books.task["status"])
    if not status.is_final or books.task["unfinished"]:
        faults.append(f"the task is {status}")
    for subtask in books.subtasks:
        faults += [f"{subtask['key']}: {fault}" for fault in _subtask_faults(subtask)]
    return faults + _event_faults(books)


def _subtask_faults(subtask: dict[str, Any]) -> list[str]:
    faults: list[str] = []
    attempts = subtask["attempts"]
    outcomes = Counter(attempt["status"] for attempt in attempts)
    accepted = [r for a in attempts if a["status"] == "SUCCEEDED" for r in a["responses"] if r["status"] == "COMPLETE"]
    if not SubtaskStatus(subtask["status"]).is_final:
        faults.append(f"is {subtask['status']}")
    if outcomes["RUNNING"]:
        faults.append(f"{outcomes['RUNNING']} attempts are RUNNING for ever")
    if subtask["status"] == "SUCCEEDED" and len(accepted) != 1:
        faults.append(f"{len(accepted)} accepted responses")
    if outcomes["SUCCEEDED"] > 1 or len(accepted) > 1:
        faults.append("answered twice")
    if any(len(attempt["responses"]) > 1 for attempt in attempts):
        faults.append("an attempt yielded two responses")
    if [attempt["number"] for attempt in attempts] != list(range(1, len(attempts) + 1)):
        faults.append(f"attempts are numbered {[attempt['number'] for attempt in attempts]}")
    if attempts and (subtask["prompts"] != 1 or any(attempt["saw"] != 1 for attempt in attempts)):
        faults.append("the prompt, or what an attempt saw, is not written once")
    return faults


def _event_faults(books: Books) -> list[str]:
    faults: list[str] = []
    seqs = [event["seq"] for event in books.events]
    if len({*seqs, *books.seqs}) != len(seqs) + len(books.seqs):
        faults.append("a sequence number is used twice")
    own = [event["status"] for event in books.events if event["type"] == "TASK"]
    if own[0] != "PENDING" or own[-1] != books.task["status"] or Counter(own)["PENDING"] != 1:
        faults.append(f"the task's events are {own}")
    if books.events[-1]["type"] != "TASK":
        faults.append("the task's end is not its last event")
    if sum(TaskStatus(status).is_final for status in own) != 1:
        faults.append("the task ended twice")
    said = Counter(
        (event["subtaskId"], event["status"], event["attempt"]) for event in books.events if event["type"] == "SUBTASK"
    )
    happened = Counter(
        [(s["id"], "RUNNING", a["number"]) for s in books.subtasks for a in s["attempts"]]
        + [(s["id"], s["status"], None) for s in books.subtasks]
    )
    if said != happened:
        faults.append(f"events said but not so: {said - happened}; so but not said: {happened - said}")
    return faults
