"""The graph of the first edition: what it holds before anything newer has touched it; brought up to date, nothing of it
is lost, and the service goes on with it. It is in `graphs/`, and is never made anew."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from service.app import connection_of
from service.folders import cache_folder
from service.graph.checks import run_checks
from service.graph.database import Database, Row
from service.graph.local import LocalSettings, start
from service.graph.migrations import migrate, read_migrations
from service.tasks.kept_settings import parse_settings, parse_tools
from tests.support.graph_model import rules, unknown_in
from tests.support.graphs import FOLDER, export_graph, load_graph, migrations_of, read_graph
from tests.support.services import MODEL, cypher, finished, running

EDITION_1 = FOLDER / "edition-1.jsonl.gz"
"""Of November 2026: two owners, and each kind of task, subtask, attempt and answer that there was, finished or not."""
STATUSES = {
    "Task": {"PENDING", "PLANNING", "RUNNING", "SUCCEEDED", "PARTIAL", "FAILED", "CANCELLED"},
    "Subtask": {"PENDING", "READY", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED", "SKIPPED"},
    "Attempt": {"RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "RATE_LIMITED", "CANCELLED", "INTERRUPTED"},
    "Response": {"COMPLETE", "PARTIAL", "FAILED"},
}
MODELS = ("deep", "narrow", "quick", "wordy", "alto", "backup", "large", "dead", "unsteady", "m")


@pytest.fixture(scope="module")
async def old_graph(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Database]:
    """The graph as the first edition wrote it, with its constraints and indexes; the Neo4j is this file's own.

    Who wants it as it was stands above those who want it `migrated`.
    """
    home = tmp_path_factory.mktemp("migrated") / "neo4j"
    settings = LocalSettings(heap="384m", page_cache="64m", brief=True)
    server = await start(home, cache_folder(), settings=settings)
    database = Database(connection_of(server))
    await migrate(database, migrations_of(EDITION_1, tmp_path_factory.mktemp("migrations")))
    await load_graph(database, EDITION_1)
    yield database
    await database.close()
    await server.stop()


@pytest.fixture(scope="module")
async def migrated(old_graph: Database) -> Database:
    """The old graph with every migration applied to it."""
    assert (await migrate(old_graph))[0].startswith("V004")
    return old_graph


def old(label: str) -> list[Row]:
    """The properties of a label's nodes, as the first edition wrote them."""
    return [node["properties"] for node in read_graph(EDITION_1)[0] if label in node["labels"]]


async def counted(database: Database, statement: str, **parameters: str) -> Counter[str]:
    """How often a statement returns each `name`."""
    return Counter(row["name"] for row in await cypher(database, statement, **parameters))


async def test_first_edition_is_loaded_as_it_was_written(old_graph: Database, tmp_path: Path) -> None:
    """Each node and each relationship of the file, and no other: written again it is the same."""
    nodes, edges = read_graph(EDITION_1)
    labels = Counter(label for node in nodes for label in node["labels"])
    assert await counted(old_graph, "MATCH (n) UNWIND labels(n) AS name RETURN name") == labels | {"MigrationLock": 1}
    assert (labels["Conversation"], labels["Task"], labels["Attempt"], labels["Message"]) == (113, 135, 313, 694)
    await export_graph(old_graph, tmp_path / "again.jsonl.gz")
    again, tied = read_graph(tmp_path / "again.jsonl.gz")
    assert again == nodes
    assert sorted(map(repr, tied)) == sorted(map(repr, edges))


async def test_first_edition_has_each_state_that_there_was(old_graph: Database) -> None:
    """What a migration must know how to treat is there."""
    statement = "MATCH (n:$($label)) RETURN DISTINCT n.status AS name"
    said = {label: set(await counted(old_graph, statement, label=label)) for label in STATUSES}
    assert said == STATUSES


async def test_no_json_is_left(migrated: Database) -> None:
    """What an analyst asks about is a property or an edge; plans and JSON Schemas alone are texts of their own kind."""
    statement = """MATCH (n) WHERE NOT n:Migration AND NOT n:Template UNWIND keys(n) AS key
        WITH n, key WHERE NOT key IN ['content', 'text', 'plan', 'responseSchema', 'title', 'error', 'note', 'brief']
        WITH labels(n) AS labels, key, toString(n[key]) AS value WHERE value STARTS WITH '{' OR value STARTS WITH '[{'
        RETURN labels, key, value"""
    known = [row for row in await cypher(migrated, statement) if row["key"] != "metadata"]
    assert known == []


async def test_a_text_of_an_owner_is_one_source(migrated: Database) -> None:
    """Each text once, with all its readings; what was read, and under which name, is what it was."""
    rows = await cypher(migrated, "MATCH (s:Source) RETURN s.ownerId AS owner, s.sha256 AS sha256, s.text AS text")
    assert max(Counter((row["owner"], row["sha256"]) for row in rows).values()) == 1
    assert {row["text"] for row in rows} == {source["text"] for source in old("Source")}
    read = "MATCH (t:Task)-[r:READS]->(s) RETURN t.id AS task, r.index AS index, r.name AS name, s.text AS text"
    nodes, edges = read_graph(EDITION_1)
    was = {
        (nodes[edge["start"]]["properties"]["id"], said["index"], said["name"], said["text"])
        for edge in edges
        if edge["type"] == "READS"
        for said in [nodes[edge["end"]]["properties"]]
    }
    assert {(r["task"], r["index"], r["name"], r["text"]) for r in await cypher(migrated, read)} == was


async def test_what_was_read_under_a_name_is_a_version(migrated: Database) -> None:
    """Each text that a task read under a name of its own, in the order in which tasks read them."""
    statement = """MATCH (d:Document)-[v:HAS_VERSION]->(s) WITH d, v, s ORDER BY v.number
        RETURN d.conversationId AS place, d.name AS name, collect(s.sha256) AS texts"""
    found = {(row["place"], row["name"]): row["texts"] for row in await cypher(migrated, statement)}
    read = """MATCH (t:Task)-[r:READS]->(s) WHERE r.name <> 'text' AND NOT r.name =~ 'item [0-9]+'
        RETURN t.conversationId AS place, t.id AS task, r.name AS name, s.sha256 AS text ORDER BY t.createdAt, s.id"""
    wanted: dict[tuple[str, str], list[str]] = {}
    for row in await cypher(migrated, read):
        texts = wanted.setdefault((row["place"], row["name"]), [])
        if texts[-1:] != [row["text"]]:
            texts.append(row["text"])
    assert found == wanted != {}


async def test_spans_cover_the_same_characters(migrated: Database) -> None:
    """Of each subtask, in their order, with their labels."""
    texts = {source["id"]: source["text"] for source in old("Source")}
    was = {
        subtask["id"]: [[texts[id_][start:end], label or None] for id_, start, end, label in spans]
        for subtask in old("Subtask")
        if (spans := json.loads(subtask.get("spans") or "[]"))
    }
    statement = """MATCH (s:Subtask)-[c:COVERS]->(source) WITH s, c, source ORDER BY c.index
        RETURN s.id AS id, collect([substring(source.text, c.start, c.end - c.start), c.label]) AS spans"""
    assert {row["id"]: row["spans"] for row in await cypher(migrated, statement)} == was


async def test_settings_are_what_they_were(migrated: Database) -> None:
    """Each task's, with its tools, its instruction and its templates."""
    statement = """MATCH (t:Task)-[:FILLED_IN]->(w:Template) MATCH (t)-[:ASKED]->(p)
        RETURN t.id AS id, properties(t) AS settings, w.instruction AS template, w.reduce AS reduce,
          coalesce(t.instruction, p.content) AS instruction,
          COLLECT { MATCH (t)-[o:OFFERS]->(x)
            RETURN {description: o.description, parameters: o.parameters, name: x.name} ORDER BY o.index } AS tools"""
    found = {row["id"]: row for row in await cypher(migrated, statement)}
    assert len(found) == len(old("Task"))
    for task in old("Task"):
        was, row = json.loads(task["config"]), found[task["id"]]
        now = json.loads(json.dumps(asdict(parse_settings(row["settings"], parse_tools(row["tools"])))))
        later = [now.pop(name) for name in ("context", "reconcile", "reuse")]
        assert later == ["SUMMARIZED", False, False], "what came later has its default"
        assert now == was["settings"]
        assert (row["template"], row["reduce"]) == (was["templates"]["instruction"], was["templates"]["reduce"])
        assert row["instruction"] == was["instruction"]


async def test_tool_calls_are_what_they_were(migrated: Database) -> None:
    """Each response's, in their order."""
    was = {r["id"]: json.loads(r["toolCalls"]) for r in old("Response") if r.get("toolCalls")}
    statement = """MATCH (r:Response)-[c:CALLED]->(tool) WITH r, c, tool ORDER BY c.index
        RETURN r.id AS id, collect({id: c.toolCallId, name: tool.name, arguments: c.arguments}) AS calls"""
    assert {row["id"]: row["calls"] for row in await cypher(migrated, statement)} == was


async def test_answers_that_are_not_whole_say_so(migrated: Database) -> None:
    """An answer that was put together for a task that is PARTIAL is PARTIAL, and says why."""
    statement = """MATCH (t:Task {status: 'PARTIAL'})-[:RESULTED_IN]->(r)-[:SYNTHESIZES]->()
        RETURN DISTINCT r.status AS status, r.note IS NULL AS silent"""
    assert await cypher(migrated, statement) == [{"status": "PARTIAL", "silent": False}]


async def test_runs_are_what_they_were(migrated: Database) -> None:
    """As many as there were retries, with the answers that they had, and what they left undone."""
    statement = """MATCH (run:Run) OPTIONAL MATCH (run)-[:RESULTED_IN]->(r)
        RETURN count(run) AS runs, count(r) AS answers, sum(COUNT { (run)-[:LEFT]->() }) AS left"""
    (row,) = await cypher(migrated, statement)
    assert row == {"runs": sum(task.get("retries", 0) for task in old("Task")), "answers": 9, "left": 18}


async def test_messages_know_their_length(migrated: Database) -> None:
    """Each as many characters as its text has: a page need not read the texts to know."""
    statement = (
        "MATCH (m:Message) RETURN count(m) AS messages, sum(CASE m.length WHEN size(m.content) THEN 1 END) AS known"
    )
    (row,) = await cypher(migrated, statement)
    assert row == {"messages": len(old("Message")), "known": len(old("Message"))}


async def test_every_promise_is_kept(migrated: Database) -> None:
    """What older versions did not write down is asked of what was written since."""
    assert [finding async for finding in run_checks(migrated) if finding.is_broken or finding.error] == []


async def test_bringing_back_twice_changes_nothing(migrated: Database) -> None:
    """A migration that was cut is begun again."""
    count = "MATCH (n) OPTIONAL MATCH (n)-[r]->() RETURN count(DISTINCT n) AS nodes, count(r) AS edges"
    before = await cypher(migrated, count)
    for statement in read_migrations()[12].statements:
        await migrated.execute(statement, bounded=False)
    assert await cypher(migrated, count) == before


async def test_graph_model_page_says_all_that_is_there(migrated: Database) -> None:
    """Every property with its type, and every relationship."""
    assert await unknown_in(migrated) == []


async def test_graph_model_page_has_the_constraints_and_indexes(migrated: Database) -> None:
    """Those that the database has, and no others."""
    shown = await cypher(
        migrated,
        """SHOW INDEXES YIELD name, type, labelsOrTypes, properties, owningConstraint
        WHERE type = 'RANGE' AND NOT labelsOrTypes[0] STARTS WITH 'Migration'
        RETURN name, labelsOrTypes[0] AS label, properties, owningConstraint IS NOT NULL AS unique""",
    )
    said = {name: (rule.label, [*rule.properties], rule.is_unique) for name, rule in rules().items()}
    assert {row["name"]: (row["label"], row["properties"], row["unique"]) for row in shown} == said


async def test_migrating_again_changes_nothing(migrated: Database) -> None:
    """What is applied is applied."""
    assert await migrate(migrated) == []


async def test_the_service_goes_on_with_what_was_unfinished(migrated: Database, tmp_path: Path) -> None:
    """Its models are others by now; every task that the first edition left comes to an end, and can be read."""
    providers: dict[str, Any] = {
        name: {"protocol": "echo", "models": dict.fromkeys(MODELS, MODEL)}
        for name in ("acme", "choir", "orbit", "shaky", "slow")
    }
    unfinished = await cypher(migrated, "MATCH (t:Task {unfinished: true}) RETURN t.id AS id, t.ownerId AS owner")
    settings = {"providers": providers, "executor": {"lease_seconds": 3}}
    async with running(migrated.connection, tmp_path, settings) as services:
        for task in unfinished:
            assert await finished(migrated, task["id"])
            assert await services.backend.reader.read_tasks(task["owner"], [task["id"]])
    assert [finding async for finding in run_checks(migrated) if finding.is_broken or finding.error] == []
