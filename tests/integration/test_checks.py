"""The graph keeps its promises, `antiphon check` says so, and what breaks one is seen by the check that is about it."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.generate import Wish, fill
from service.app import connection_of
from service.chat import Tool
from service.conversations.feedback import NewAnnotation
from service.conversations.marks import NewLink
from service.cursors import PageRequest
from service.errors import GraphError
from service.folders import cache_folder
from service.graph.checks import Finding, read_checks, run_checks
from service.graph.database import Connection, Database
from service.graph.local import LocalSettings, start
from service.graph.migrations import migrate
from service.graph.queries import Query
from service.graph.store import main_branch
from service.records import answer_id, derived_id
from service.services import Services
from service.tasks.creating import NewFile, NewPrompt, NewTask, NewTaskConfig
from service.tasks.kept_plans import NewStrategy
from service.tasks.refreshing import Refresh
from service.tasks.replays import Replay
from service.tasks.revisions import Revision
from service.tasks.turns import Regeneration
from tests.support.graph_model import unknown_in
from tests.support.services import cypher, file_task, files, finished, run_task, running

ROOT = Path(__file__).parents[2]
CHECKS = {check.name: check for check in read_checks()}
OWNER = "ada"
LONG = "\n\n".join(f"Paragraph {i} is about the number {i}, and about nothing else." for i in range(60))
PLAN = {"steps": [{"id": "a", "prompt": "One: {{input}}"}, {"id": "b", "prompt": "Two: {{steps.a}}"}]}
OTHER_PLAN = {"steps": [{"id": "a", "prompt": "Anew: {{input}}"}]}
COUNTED = """MATCH (c:Conversation) WHERE c.id IN $ids
RETURN sum(COUNT { (c)<-[:IN_CONVERSATION]-(:Message) }) AS messages, sum(COUNT { (c)<-[:BRANCH_OF]-() }) AS branches,
  sum(COUNT { (c)<-[:BRANCH_OF]-()-[:HEAD]->(m) WHERE m.conversationId = c.id }) AS heads"""
WEATHER = Tool("get_weather", "The weather.", {"type": "object"})

# What is done to a graph, and the checks that must see it.
BREAKAGES = {
    "MATCH (m:Prompt)-[r:IN_CONVERSATION]->() LIMIT 1 DELETE r": {"message_is_in_one_conversation"},
    "MATCH (m:Response) LIMIT 1 SET m.ownerId = 'eve'": {"message_is_in_one_conversation", "owners_do_not_mix"},
    "MATCH (m:Response) LIMIT 1 SET m.depth = 7": {"depth_counts_what_is_above"},
    "MATCH (b:Branch)-[r:HEAD]->() LIMIT 1 DELETE r": {"branch_points_into_its_chat"},
    "MATCH ({status: 'SUCCEEDED'})-[r:RESULTED_IN]->(x) WHERE EXISTS { (x)-[:SYNTHESIZES]->() } LIMIT 1 DELETE r": {
        "only_answers_synthesize",
        "response_has_a_maker",
        "task_has_one_answer",
    },
    "MATCH ()-[r:REFERENCES]->() LIMIT 1 REMOVE r.fromId": {"links_know_their_ends"},
    "MATCH (t:Task {status: 'SUCCEEDED'}) LIMIT 1 REMOVE t.finishedAt": {"finished_task_has_an_end"},
    "MATCH (t:Task {status: 'SUCCEEDED'}) LIMIT 1 SET t.error = 'Why?'": {"error_says_why"},
    "MATCH (t:Task) LIMIT 1 REMOVE t.model": {"task_has_its_settings"},
    "MATCH (run:Run) LIMIT 1 DETACH DELETE run": {"retries_are_runs"},
    "MATCH (s:Subtask {kind: 'part'}) LIMIT 1 SET s.index = 99": {"subtasks_are_numbered"},
    "MATCH (a:Attempt {status: 'SUCCEEDED'}) LIMIT 1 REMOVE a.finishedAt": {"attempt_has_an_end_or_not"},
    "MATCH (a:Attempt {status: 'SUCCEEDED'}) LIMIT 1 SET a.latencyMs = -1, a.timeToFirstTokenMs = null": {
        "measures_make_sense"
    },
    "MATCH (a:Attempt)-[r:SAW]->() LIMIT 1 DELETE r": {"attempt_saw_the_path"},
    "MATCH (:Subtask {kind: 'part'})-[r:COVERS]->() LIMIT 1 SET r.end = 1000000": {
        "subtask_covers_what_its_task_reads",
        "prompt_is_about_what_its_subtask_covers",
    },
    "MATCH (t:Task {strategy: 'FILE'})-[r:READS {index: 0}]->() LIMIT 1 SET r.index = 5": {
        "readings_are_numbered",
        "subtask_covers_what_its_task_reads",
    },
    "MATCH (s:Source) LIMIT 1 SET s.length = 0": {"source_is_a_text_of_an_owner"},
    "MATCH (s:Strategy)-[r:SUPERSEDES]->() DELETE r": {"plan_versions_follow_each_other"},
    "MATCH (t:Task)-[:FOLLOWED]->() LIMIT 1 SET t.plan = '{}'": {"task_has_the_plan_that_it_followed"},
    "MATCH (x)-[:SYNTHESIZES]->(y) LIMIT 1 CREATE (x)-[:SYNTHESIZES]->(y)": {"edges_are_there_once"},
    "MATCH (t:Task) LIMIT 1 CREATE (:TaskEvent {taskId: t.id, seq: 100000, type: 'TASK', status: 'RUNNING'})": {
        "events_are_numbered",
        "last_event_says_the_state",
    },
    "MATCH (t:Task) LIMIT 1 SET t.createdAt = datetime('2020-01-01T00:00:00+02:00')": {"times_are_utc"},
    "MATCH (m:Message)-[:REVISES]->() SET m.depth = 3": {
        "revision_stands_beside_its_original",
        "conversation_starts_with_its_roots",
        "depth_counts_what_is_above",
    },
    "MATCH (t:Task)-[:REGENERATES]->() REMOVE t.movesBranch": {"task_that_asks_again_stands_beside"},
    "MATCH (t:Task)-[r:REPLAYS_ATTEMPT]->() SET t.replayOf = 'x'": {"replay_stands_beside"},
    "MATCH (t:Tool)<-[r:OFFERS]-() DELETE r": {"tools_are_offered_or_called", "everything_is_tied"},
    "MATCH (a:Annotation)-[on:ON]->() DELETE on": {"annotation_is_of_one_message", "everything_is_tied"},
    "MATCH (a:Annotation) SET a.rating = 5": {"annotation_is_of_one_message"},
    "MATCH (:Document)-[r:NEWEST]->() WITH r LIMIT 1 DELETE r": {"document_has_its_versions"},
    "MATCH (:Subtask)-[:REUSED]->(r) WITH r LIMIT 1 SET r.status = 'PARTIAL'": {"reused_answer_is_whole"},
    "MATCH (r:Response) LIMIT 1 SET r.toolCalls = '[]'": {"nothing_hides_in_json"},
}


@pytest.fixture(scope="module")
async def graph(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Database]:
    """A graph of this file's own, with what the service of today writes."""
    folder = tmp_path_factory.mktemp("checked")
    server = await start(
        folder / "neo4j", cache_folder(), settings=LocalSettings(heap="384m", page_cache="64m", brief=True)
    )
    database = Database(connection_of(server))
    await migrate(database)
    async with running(database.connection, folder) as services:
        await work(services, database)
    yield database
    await database.close()
    await server.stop()


async def work(services: Services, database: Database, owner: str = OWNER) -> None:
    """Tasks of each kind and end, a chat, a retry, and two versions of a kept plan."""
    tasks, plans = services.backend.tasks, services.backend.plans
    await run_task(services, database, owner, file_task(4))
    chunks = NewTaskConfig(chunk_tokens=300, aggregation="REDUCE")
    await run_task(
        services, database, owner, NewTask(instruction="Shorten.", strategy="CHUNK", text=LONG, config=chunks)
    )
    for plan in (PLAN, OTHER_PLAN):
        await plans.save_strategy(owner, NewStrategy("mine", plan))
        kept = NewTask(instruction="Do it.", kept="mine", text="A text.")
        await run_task(services, database, owner, kept)
    first = await tasks.send_prompt(owner, NewPrompt("Hello", config=NewTaskConfig(tools=(WEATHER,))))
    await finished(database, first)
    (chat,) = await cypher(database, "MATCH (c)-[:HAS_TASK]->(:Task {id: $id}) RETURN c.id AS id", id=first)
    second = await tasks.send_prompt(owner, NewPrompt("And then?", chat["id"]))
    await finished(database, second)
    a, b, *_ = (await services.backend.history.paths(owner, [(chat["id"], main_branch(chat["id"]))], PageRequest(9)))[
        chat["id"], main_branch(chat["id"])
    ].rows
    await services.backend.marks.pin_message(owner, a["id"], True)
    await services.backend.marks.link_messages(owner, NewLink(b["id"], a["id"], "corrects", "It was said wrongly."))
    await services.backend.feedback.annotate(owner, NewAnnotation(b["id"], -0.5, "wrong", "It was 1987."))
    short = await run_task(services, database, owner, file_task(3, max_parallel=1, budget={"tokens": 1}))
    await tasks.retry_task(owner, short, {"tokens": 1000})
    await finished(database, short)
    prompt, turns = derived_id(first, "prompt"), services.backend.turns
    await turns.revise_message(owner, Revision(prompt, "Good day"))
    (again,) = await turns.regenerate(owner, Regeneration(answer_id(first, "NONE")))
    await finished(database, again)
    said, other = ((derived_id(second, "prompt"), "And now?"),), answer_id(first, "NONE")
    replay = Replay(response_id=answer_id(second, "NONE"), without=(other,), instead=said)
    await finished(database, await services.backend.replays.replay(owner, replay))
    await reuse(services, database, owner)
    cut = await tasks.create_task(owner, NewTask(instruction="Look.", strategy="FILE", files=files(40)))
    await tasks.cancel_task(owner, cut)


async def reuse(services: Services, database: Database, owner: str) -> None:
    """Tasks that take answers that are there: in the same conversation, in another, and over newer versions."""
    refresh = services.backend.refreshing.refresh_task
    config = NewTaskConfig(aggregation="REDUCE", reuse=True)
    new = NewTask(instruction="Look well.", strategy="FILE", files=files(3), config=config)
    first = await run_task(services, database, owner, new)
    await run_task(services, database, owner, new)
    newer = (NewFile("file-1.txt", "Newer."), NewFile("more.txt", "More."))
    for wish in (Refresh(first, files=newer), Refresh(first, removed=("file-0.txt",))):
        done = await refresh(owner, wish)
        assert done.task_id is not None
        await finished(database, done.task_id)
    asked = NewTask(instruction="Look.", strategy="NONE", files=files(2))
    done = await refresh(owner, Refresh(await run_task(services, database, owner, asked), files=newer))
    assert done.task_id is not None
    await finished(database, done.task_id)
    for _ in range(2):
        again = await services.backend.tasks.send_prompt(owner, NewPrompt("Once.", config=NewTaskConfig(reuse=True)))
        await finished(database, again)


@pytest.mark.parametrize("name", CHECKS)
async def test_check_is_a_statement_that_only_reads(name: str, database: Database) -> None:
    """It begins with what must hold, is short, is planned by the server, and needs nothing."""
    check = CHECKS[name]
    lines = check.text.splitlines()
    assert re.fullmatch(r"// [A-Z`].*\.", lines[0])
    assert re.fullmatch(r"// Of .*\.", lines[1])
    assert lines[2] == "CYPHER 25"
    assert len(lines) < 40
    assert not check.parameters
    assert await database.explain(check)


async def test_graph_of_today_is_clean(graph: Database) -> None:
    """Whatever a task was, and however it ended."""
    findings = [finding async for finding in run_checks(graph)]
    assert len(findings) == len(CHECKS)
    assert [finding for finding in findings if finding.is_broken or finding.error] == []


async def test_graph_model_page_says_all_that_is_written_today(graph: Database) -> None:
    """Who adds a property or a relationship says so in cypher/graph.yaml."""
    assert await unknown_in(graph) == []


@pytest.mark.parametrize("breakage", BREAKAGES)
async def test_breakage_is_seen_by_its_check(breakage: str, graph: Database) -> None:
    """By those that are about it; what is broken here is never committed."""
    async with graph.driver.session() as session, await session.begin_transaction() as tx:
        done = await (await tx.run(f"CYPHER 25 {breakage}")).consume()  # pyright: ignore[reportArgumentType]
        assert done.counters.contains_updates
        seen = {name for name, check in CHECKS.items() if await count(tx, check)}
        await tx.rollback()
    assert seen >= BREAKAGES[breakage]


async def count(tx: Any, check: Query) -> int:
    """How much breaks a check."""
    (row,) = await (await tx.run(check.text)).data()
    assert len(row["ids"]) == min(5, row["count"])
    return row["count"]


async def test_statement_that_takes_too_long_is_ended(graph: Database) -> None:
    """By the server; and one that would change something is refused."""
    endless = "CYPHER 25 UNWIND range(1, 1000000000) AS i UNWIND range(1, 1000) AS j RETURN count(i + j) AS count"
    with pytest.raises(GraphError, match="Neo4j ended"):
        await graph.look(Query("endless", "", endless, frozenset(), writes=False), 0.2)
    with pytest.raises(GraphError, match="refused"):
        await graph.look(Query("write", "", "CYPHER 25 CREATE (:Task)", frozenset(), writes=False), 5)


async def antiphon_check(connection: Connection, folder: Path, *options: str) -> tuple[int, str, str]:
    """The command on a configured Neo4j: its exit code, output and errors."""
    said = {"NEO4J_URI": connection.uri, "NEO4J_USERNAME": connection.username, "NEO4J_PASSWORD": connection.password}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "service.cli", "check", *options),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT), "ANTIPHON_DATA_DIR": str(folder)} | (said if connection.uri else {}),
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def test_command_tells_what_is_broken(graph: Database, tmp_path: Path) -> None:
    """0 for a graph that is as promised; 1 with a line for each promise that is broken."""
    code, out, _ = await antiphon_check(graph.connection, tmp_path)
    assert (code, out) == (0, f"{len(CHECKS)} promises: none broken\n")
    await graph.execute("MATCH (t:Task {status: 'SUCCEEDED'}) WITH t LIMIT 1 SET t.error = 'Why?'")
    (task,) = await cypher(graph, "MATCH (t:Task {error: 'Why?'}) RETURN t.id AS id")
    try:
        code, out, _ = await antiphon_check(graph.connection, tmp_path)
        line = f"error_says_why: {CHECKS['error_says_why'].purpose} 1 break it: {task['id']}"
        assert (code, out.splitlines()) == (1, [line, f"{len(CHECKS)} promises: 1 broken"])
        code, out, _ = await antiphon_check(graph.connection, tmp_path, "--json")
        (found,) = [finding for finding in json.loads(out)["checks"] if finding["count"]]
        assert (code, Finding(**found).ids) == (1, [task["id"]])
    finally:
        await graph.execute("MATCH (t:Task {error: 'Why?'}) REMOVE t.error")


async def test_command_says_that_what_it_found_is_not_ours(graph: Database, tmp_path: Path) -> None:
    """Nodes that another application writes beside ours, under our labels, have no ids to be named by."""
    await graph.execute("CREATE (:Task {name: 'Clean the house'})")
    try:
        code, out, _ = await antiphon_check(graph.connection, tmp_path)
        assert code == 1
        assert f"{CHECKS['task_has_one_template'].purpose} 1 break it and have no id: they are not Antiphon's." in out
    finally:
        await graph.execute("MATCH (t:Task {name: 'Clean the house'}) DELETE t")


async def test_command_says_why_it_could_not_look(graph: Database, tmp_path: Path) -> None:
    """2, and what to do: Neo4j is away, none runs, the graph is not migrated."""
    away = Connection("bolt://127.0.0.1:9", "neo4j", "none")
    assert (await antiphon_check(away, tmp_path))[0] == 2
    code, _, err = await antiphon_check(Connection("bolt://none", "", ""), tmp_path)
    assert code == 2
    assert "not checked" in err
    await graph.execute("MATCH (v:Migration {version: 13}) SET v.version = -13")
    try:
        code, _, err = await antiphon_check(graph.connection, tmp_path)
    finally:
        await graph.execute("MATCH (v:Migration {version: -13}) SET v.version = 13")
    assert (code, "antiphon migrate" in err) == (2, True)


async def test_generated_graph_is_clean(graph: Database) -> None:
    """What benchmarks are run on keeps the promises too: several conversations, in several batches."""
    shape = {"forks": 20, "merges": 10, "diamonds": 30, "decompositions": 10}
    filled = await fill(graph, Wish(messages=3000, tokens=5, conversations=2, owner=OWNER, **shape))
    (row,) = await cypher(graph, COUNTED, ids=[it.id for it in filled])
    assert row == {"messages": 6000, "branches": 42, "heads": 42}
    assert [finding async for finding in run_checks(graph) if finding.is_broken or finding.error] == []
