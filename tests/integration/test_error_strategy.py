"""The strategy ERROR through the real executor: a mixed log becomes cases, prompts with their edges, and a report."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from service.graph.database import Connection, Database
from service.services import Services
from service.tasks.creating import NewFile, NewTask, NewTaskConfig
from tests.support.books import faults_of, read_books
from tests.support.services import cypher, run_task, running

SAMPLES = Path(__file__).parents[1] / "unit" / "strategies" / "error_samples"
HARMLESS = "2026-03-01 10:00:00 INFO shop: all is well, 0 errors\n" * 50
ORDERS = "".join(f"2026-03-01 10:00:{n:02} ERROR shop: order {n} is lost\n" for n in range(40))
CODE = "\n".join(f"# line {number}" for number in range(1, 41))
SPANS = """
MATCH (t:Task {id: $id})-[:HAS_SUBTASK]->(s)-[:ASKED]->(p)-[about:ABOUT]->(source:Source)<-[reads:READS]-(t)
RETURN s.key AS key, reads.name AS name, substring(source.text, about.start, about.end - about.start) AS text
ORDER BY s.index, about.start
"""
ROOTS = """
MATCH (t:Task {id: $id})-[:RESULTED_IN]->(answer)
MATCH (answer)-[:SYNTHESIZES*1..]->()-[:RESPONDS_TO]->(p:Prompt)-[:ABOUT]->(:Source)<-[reads:READS]-(t)
RETURN DISTINCT reads.name AS name ORDER BY name
"""


@pytest.fixture
async def services(connection: Connection, database: Database, tmp_path: Path) -> AsyncIterator[Services]:
    """A service over the echo model."""
    async with running(connection, tmp_path) as services:
        yield services


def mixed() -> tuple[NewFile, ...]:
    """A build log with a traceback, equal errors and a panic in it, and one of the sources that it names."""
    parts = [(SAMPLES / f"{name}.txt").read_text(encoding="utf-8") for name in ("python_chained", "go_panic")]
    text = HARMLESS + parts[0] + HARMLESS + ORDERS + HARMLESS + parts[1]
    return (NewFile("build.log", text), NewFile("shop/chained.py", CODE))


async def test_mixed_log_becomes_cases_and_a_report(services: Services, database: Database, owner: str) -> None:
    """Forty equal errors, a traceback and a panic are three prompts; the report is asked for with their table."""
    new = NewTask(strategy="ERROR", files=mixed())
    books = await read_books(database, await run_task(services, database, owner, new))
    assert books.task["status"] == "SUCCEEDED"
    assert [(subtask["key"], subtask["kind"]) for subtask in books.subtasks] == [
        ("case:0/3", "part"),
        ("case:1/3", "part"),
        ("case:2/3", "part"),
        ("report", "reduce"),
    ]
    prompts = [subtask["prompt"] for subtask in books.subtasks]
    assert "Case 1 of 3: ValueError: invalid literal" in prompts[0]
    assert "shop/chained.py, lines 1 to 32; lines 10, 12, 17, 19, 22 are reported\n# line 1\n" in prompts[0]
    assert "Kind: Go panic." in prompts[1]
    assert "It occurs 40 times: first in build.log, line 126" in prompts[2]
    assert "Sample 3 of 3: build.log, line 128\n2026-03-01 10:00:02 ERROR shop: order 2 is lost" in prompts[2]
    assert "Rank the root causes" in prompts[3]
    assert "3. ERROR: shop: order 0 is lost (log ERROR): 40 times, first in build.log, line 126" in prompts[3]
    assert faults_of(books) == []


async def test_cases_lead_to_the_characters_of_their_sources(
    services: Services, database: Database, owner: str
) -> None:
    """Each prompt is ABOUT its samples and quotes; the answer leads through the cases to both sources."""
    task_id = await run_task(services, database, owner, NewTask(type="explain_errors", files=mixed()))
    rows = await cypher(database, SPANS, id=task_id)
    assert [(row["key"], row["name"]) for row in rows if row["key"] != "case:2/3"] == [
        ("case:0/3", "shop/chained.py"),
        ("case:0/3", "build.log"),
        ("case:1/3", "build.log"),
    ]
    orders = [row["text"] for row in rows if row["key"] == "case:2/3"]
    assert orders == [f"2026-03-01 10:00:0{n} ERROR shop: order {n} is lost" for n in range(3)]
    assert [row["name"] for row in await cypher(database, ROOTS, id=task_id)] == ["build.log", "shop/chained.py"]


async def test_left_out_cases_are_in_the_note(services: Services, database: Database, owner: str) -> None:
    """With LIST there is no report; what `maxCases` left out is told in the task's note."""
    config = NewTaskConfig(aggregation="LIST", max_cases=2)
    new = NewTask(type="explain_errors", files=mixed(), config=config)
    books = await read_books(database, await run_task(services, database, owner, new))
    assert [subtask["key"] for subtask in books.subtasks] == ["case:0/2+", "case:1/2+"]
    assert books.task["note"] == (
        "1 of 3 cases (40 of 42 occurrences) were left out by maxCases; "
        "the weightiest: ERROR: shop: order 0 is lost (40 times)."
    )
    assert faults_of(books) == []


async def test_list_of_errors_is_grouped(services: Services, database: Database, owner: str) -> None:
    """Items that are errors as a whole: equal ones are one prompt."""
    items = ("Printer 3 is on fire", "Printer 4 is on fire", "The door is stuck")
    new = NewTask(type="explain_errors", items=items, config=NewTaskConfig(aggregation="NONE"))
    books = await read_books(database, await run_task(services, database, owner, new))
    assert [subtask["key"] for subtask in books.subtasks] == ["case:0/2", "case:1/2"]
    assert "It occurs 2 times: first in item 1, line 1, last in item 2, line 1." in books.subtasks[0]["prompt"]
