"""A graph whose analyses a test knows: made by the service itself, then given times and costs that add up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from service.conversations.branches import NewBranch
from service.conversations.marks import NewLink
from service.graph.database import Database
from service.records import Aggregation
from service.services import Services
from service.tasks.creating import NewFile, NewPrompt, NewTask, NewTaskConfig
from service.tasks.revisions import Revision
from tests.support.ledger import DAY_MS, MONDAY_MS, Made, MadeSubtask, MadeTask, measured, write_ledger
from tests.support.services import cypher, finished

NASTY = "=1+1 <script>alert(1)</script> \x1b[31mred\x1b[0m MATCH (n) DETACH DELETE n // '\"\n@SUM(A1)"
"""A text that would harm a query, a page, a terminal and a spreadsheet, if it were more than a text."""
_TURN = """MATCH (t:Task {id: $id})-[:ASKED]->(p), (t)-[:RESULTED_IN]->(r), (t)-[:HAS_SUBTASK]->()-[:ATTEMPTED]->(a)
RETURN p.id AS prompt, r.id AS answer, a.id AS attempt, t.conversationId AS place, r.createdAt.epochMillis AS at"""
_ANSWER = """MATCH (t:Task {id: $id})-[:RESULTED_IN]->(r) RETURN r.id AS r, t.conversationId AS c"""
_READ = """MATCH (:Task {id: $id})-[r:READS]->(s) RETURN r.name AS name, s.id AS id"""
_COSTS = """MATCH (t:Task {id: $id})-[:HAS_SUBTASK]->()-[:ATTEMPTED]->(a) SET a.costUsd = $usd"""
_TIMES = """MATCH (t:Task {id: $id})-[:HAS_SUBTASK]->(s:Subtask)-[:ATTEMPTED]->(a)
WITH t, s, a, CASE s.kind WHEN 'reduce' THEN [3500, 5000] ELSE [[0, 1000], [500, 3000], [0, 2000]][s.index] END AS time
SET t.startedAt = datetime({epochMillis: $at}), t.finishedAt = datetime({epochMillis: $at + 5000}),
  s.startedAt = datetime({epochMillis: $at + time[0]}), s.finishedAt = datetime({epochMillis: $at + time[1]}),
  a.startedAt = s.startedAt, a.finishedAt = s.finishedAt, a.latencyMs = time[1] - time[0], a.queueMs = 0"""
_WANTED = """MATCH (t:Task {id: $id}) SET t.model = 'acme/one'
WITH t MATCH (t)-[:HAS_SUBTASK]->(s)-[:ATTEMPTED]->(a)
SET s.taskId = t.id, a.finishedAt = a.startedAt + duration({milliseconds: coalesce(a.latencyMs, 0)}),
  a.errorCode = CASE a.status WHEN 'FAILED' THEN 'PROVIDER_UNAVAILABLE' WHEN 'RATE_LIMITED' THEN 'RATE_LIMITED' END,
  a.error = CASE a.status WHEN 'FAILED' THEN 'down' WHEN 'RATE_LIMITED' THEN 'slow' END
WITH a WHERE a.status = 'SUCCEEDED' AND a.number = 3
MERGE (m:Model {id: 'home/free'}) ON CREATE SET m.provider = 'home', m.name = 'free', m.createdAt = datetime()
CREATE (a)-[:PASSED_OVER {reason: 'OPEN'}]->(m)"""
_SUMMARIES = """MATCH (a:Attempt {id: $attempt})-[:USED]->(m) SET m.contextWindow = coalesce(m.contextWindow, 8192)
WITH a MATCH (end:Message {id: $end})
CREATE (s:Summary {id: $id, ownerId: a.ownerId, conversationId: end.conversationId, createdAt: datetime(),
  content: 'short',  kind: 'STRETCH', level: 1, tokens: 10, messages: 2, coveredTokens: 100})
CREATE (s)-[:ENDS_AT]->(end) CREATE (s)-[:BEGINS_AT]->(end) CREATE (s)-[:SUMMARIZES]->(end)
CREATE (a)-[:SAW {as: 'SUMMARY'}]->(s)"""

_FORGET = """MATCH (c:Conversation {ownerId: $owner})
CALL (c) {
  OPTIONAL MATCH (c)-[:HAS_TASK]->(t)
  OPTIONAL MATCH (t)-[:HAS_SUBTASK]->(s)
  OPTIONAL MATCH (e:TaskEvent {taskId: t.id})
  OPTIONAL MATCH (t)-[:FILLED_IN]->(x) WHERE COUNT { (x)<-[:FILLED_IN]-() } = 1
  OPTIONAL MATCH (b:Branch)-[:BRANCH_OF]->(c)
  RETURN collect(DISTINCT s) + collect(DISTINCT e) + collect(DISTINCT x) + collect(DISTINCT b) AS parts
}
UNWIND parts AS part
DETACH DELETE part
WITH DISTINCT 1 AS x
MATCH (n) WHERE n.ownerId = $owner
DETACH DELETE n"""


@dataclass
class Analyzed:
    """What was made: ids by a name."""

    owner: str
    ids: dict[str, str] = field(default_factory=dict[str, str])
    at: dict[str, int] = field(default_factory=dict[str, int])

    def name(self, id_: Any) -> Any:
        """The name of an id; what is none stays as it is."""
        return next((name for name, it in self.ids.items() if it == id_), id_)


async def analyzed(services: Services, database: Database, owner: str) -> Analyzed:
    """The graph of an owner: a chat with branches, two tasks over files, a chat with a link, and calls with costs."""
    made = Analyzed(owner)
    await _chat(services, database, made)
    await _files(services, database, made)
    await _ledger(database, made)
    return made


async def forget(database: Database, owner: str) -> None:
    """Delete all of it: what is written past the service keeps no promises, and others check theirs in this graph."""
    for one in (owner, f"{owner}-money"):
        await cypher(database, _FORGET, writes=True, owner=one)
    await cypher(database, "MATCH (m:Model) WHERE NOT EXISTS { (m)--() } DELETE m", writes=True)


async def _ask(services: Services, database: Database, made: Analyzed, name: str, new: NewPrompt) -> None:
    task = await services.backend.tasks.send_prompt(made.owner, new)
    await _note(database, made, name, task)


async def _note(database: Database, made: Analyzed, name: str, task: str) -> None:
    await finished(database, task)
    (row,) = await cypher(database, _TURN, id=task)
    made.ids |= {f"p{name}": row["prompt"], f"r{name}": row["answer"], f"a{name}": row["attempt"], f"t{name}": task}
    made.at[f"r{name}"] = row["at"]
    made.ids.setdefault("chat", row["place"])
    await cypher(database, _COSTS, writes=True, id=task, usd=0.25)


async def _chat(services: Services, database: Database, made: Analyzed) -> None:
    """Main is 1 2 3, the branch other is 1 4; 5 stands in place of 3, and no branch leads to it."""
    await _ask(services, database, made, "1", NewPrompt("One?"))
    chat = made.ids["chat"]
    await _ask(services, database, made, "2", NewPrompt("Two?", conversation_id=chat))
    await _ask(services, database, made, "3", NewPrompt(NASTY, conversation_id=chat))
    branch = await services.backend.branches.create_branch(made.owner, NewBranch(chat, "other", made.ids["r1"]))
    await _ask(services, database, made, "4", NewPrompt("Four?", conversation_id=chat, branch_id=branch))
    revised = await services.backend.turns.revise_message(made.owner, Revision(made.ids["p3"], "Five?", ask=True))
    assert revised.task_id is not None
    await _note(database, made, "5", revised.task_id)
    summary = {"attempt": made.ids["a3"], "end": made.ids["r1"], "id": f"{made.owner}-summary"}
    await cypher(database, _SUMMARIES, writes=True, **summary)


async def _files(services: Services, database: Database, made: Analyzed) -> None:
    """Two tasks read one text both; a chat refers to the other chat."""
    shared = NewFile("shared.txt", f"What both read, for {made.owner}.\nAnd more.")
    for name, own in (("x", ("b.txt", "c.txt")), ("y", ("d.txt",))):
        files = (shared, *(NewFile(it, f"Only {it} of {made.owner}.") for it in own))
        config = NewTaskConfig(aggregation=Aggregation.REDUCE)
        new = NewTask(instruction="Look.", strategy="FILE", files=files, config=config)
        task = await services.backend.tasks.create_task(made.owner, new)
        await finished(database, task)
        (row,) = await cypher(
            database, "MATCH (t:Task {id: $id})-[:RESULTED_IN]->(r) RETURN r.id AS r, t.conversationId AS c", id=task
        )
        made.ids |= {f"t{name}": task, f"r{name}": row["r"], name: row["c"]}
    rows = await cypher(
        database, "MATCH (:Task {id: $id})-[r:READS]->(s) RETURN r.name AS name, s.id AS id", id=made.ids["tx"]
    )
    made.ids |= {row["name"]: row["id"] for row in rows}
    await cypher(database, _TIMES, writes=True, id=made.ids["tx"], at=MONDAY_MS)
    lone = await services.backend.tasks.send_prompt(made.owner, NewPrompt("See there."))
    await finished(database, lone)
    (row,) = await cypher(database, _TURN, id=lone)
    made.ids |= {"lone": row["place"], "plone": row["prompt"], "alone": row["attempt"], "tlone": lone}
    await services.backend.marks.link_messages(made.owner, NewLink(row["prompt"], made.ids["p1"], "see"))


async def _ledger(database: Database, made: Analyzed) -> None:
    """Calls of two models in two days of March: two failed before the third was answered by another model."""
    done = Made(measures=measured(0, 100, 1000, 50, 0.5, timeToFirstTokenMs=10, cachedTokens=400))
    refused = Made("RATE_LIMITED", measures={"latencyMs": 20})
    broken = Made("FAILED", measures=measured(0, 300, 2000, 7, 0.25, timeToFirstTokenMs=30))
    again = Made(measures=measured(0, 200, 2000, 60, 0.75, timeToFirstTokenMs=20), model="acme/two")
    unpriced = Made(measures=measured(0, 400, 10, 20, None), model="home/free", at=MONDAY_MS + DAY_MS)
    unused = Made(measures=measured(0, 600, 3, 4, 0.125), at=MONDAY_MS + DAY_MS)
    subtasks = (
        MadeSubtask((done,)),
        MadeSubtask((refused, broken, again)),
        MadeSubtask((unpriced,)),
        MadeSubtask((unused,), "CANCELLED"),
    )
    task = MadeTask(f"{made.owner}-money", subtasks, strategy="CHUNK")
    await write_ledger(database, task)
    await cypher(database, _WANTED, writes=True, id=task.id)
    made.ids |= {"tmoney": task.id, "smoney": subtasks[1].id}
