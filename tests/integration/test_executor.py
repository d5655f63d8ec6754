"""The executor on real parts: what a task leaves in the graph, how it aggregates, and how much it does at once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.graph.database import Connection, Database
from service.services import Services
from service.tasks.creating import NewFile, NewPrompt, NewTask, NewTaskConfig
from tests.support.books import faults_of, read_books
from tests.support.services import cypher, file_task, files, finished, provider, run_task, running
from tests.support.slow_provider import slow_provider

LINEAGE = """
MATCH (t:Task {id: $id})-[:RESULTED_IN]->(answer)
MATCH (answer)-[:SYNTHESIZES*0..]->()-[:RESPONDS_TO]->(p:Prompt)-[about:ABOUT]->(source:Source)<-[reads:READS]-(t)
RETURN DISTINCT reads.name AS name, about.start AS start, about.end AS end, source.text AS text
ORDER BY name, start
"""


@pytest.fixture
async def services(connection: Connection, database: Database, tmp_path: Path) -> AsyncIterator[Services]:
    """A service over the echo model, and a small model `tiny/m` that is echo too."""
    tiny = {"family": "tiny", "context_window": 600, "max_output_tokens": 100, "tokenizer": "bytes"}
    prefixed = {"protocol": "echo", "options": {"prefix": "{}"}, "models": {"m": tiny}}
    settings = {"providers": {"tiny": {"protocol": "echo", "models": {"m": tiny}}, "prefixed": prefixed}}
    async with running(connection, tmp_path, settings) as services:
        yield services


@pytest.fixture
def slow() -> Iterator[str]:
    """A provider that takes 0.2 s."""
    with slow_provider(0.2) as base_url:
        yield base_url


def stats(base_url: str) -> dict[str, Any]:
    """What the slow provider counted."""
    return httpx.get(base_url.removesuffix("/v1") + "/stats", trust_env=False).json()


# --- edges --------------------------------------------------------------------------------------


async def test_file_task_leads_from_its_answer_to_every_source(
    services: Services, database: Database, owner: str
) -> None:
    """One Cypher from the final answer reaches the span of each file."""
    task_id = await run_task(services, database, owner, file_task(3))
    rows = await cypher(database, LINEAGE, id=task_id)
    assert [row["name"] for row in rows] == ["file-0.txt", "file-1.txt", "file-2.txt"]
    assert all((row["start"], row["end"]) == (0, len(row["text"])) for row in rows)


async def test_reduce_tree_leads_from_its_answer_to_every_part(
    services: Services, database: Database, owner: str
) -> None:
    """A text of many parts, combined as a tree: the spans that the answer rests on cover all of it."""
    text = "\n\n".join(f"Paragraph {i}. " + "Words and more words. " * 6 for i in range(40))
    config = NewTaskConfig(model="prefixed/m", aggregation="REDUCE", chunk_tokens=100)
    new = NewTask(instruction="Sum up.", strategy="CHUNK", text=text, config=config)
    task_id = await run_task(services, database, owner, new)
    spans = [(row["start"], row["end"]) for row in await cypher(database, LINEAGE, id=task_id)]
    assert len(spans) > 10
    assert "".join(text[start:end] for start, end in spans) == text


async def test_reduce_tree_has_all_its_edges(services: Services, database: Database, owner: str) -> None:
    """Reduce prompts USE what they combine, their responses SYNTHESIZE the same, every prompt DECOMPOSES the task's."""
    config = NewTaskConfig(model="tiny/m", aggregation="REDUCE")
    new = NewTask(instruction="Sum up.", strategy="FILE", files=files(12, "Content {i} " * 8), config=config)
    task_id = await run_task(services, database, owner, new)
    (row,) = await cypher(
        database,
        """
        MATCH (t:Task {id: $id})-[:ASKED]->(root:Prompt)
        RETURN t.status AS status,
          COUNT { (t)-[:HAS_SUBTASK]->({kind: 'reduce'}) } AS reduces,
          COUNT { MATCH (t)-[:HAS_SUBTASK]->(s)-[:ASKED]->(p) WHERE NOT (p)-[:DECOMPOSES]->(root) } AS strangers,
          COUNT { MATCH (t)-[:HAS_SUBTASK]->(s {kind: 'reduce'})-[:ASKED]->(p)<-[:RESPONDS_TO]-(r)
            WHERE COUNT { (p)-[:USES]->() } < 2 OR COUNT { (p)-[:USES]->() } <> COUNT { (s)-[:DEPENDS_ON]->() }
              OR EXISTS { (p)-[:USES]->(u) WHERE NOT (r)-[:SYNTHESIZES]->(u) } } AS loose,
          COUNT { MATCH (t)-[:HAS_SUBTASK]->()-[:ATTEMPTED]->(a)
            WHERE NOT (a)-[:SAW]->(:Message) OR NOT (a)-[:USED]->(:Model) } AS blind,
          COUNT { (t)-[:RESULTED_IN]->()<-[:HEAD]-(:Branch {name: 'main'}) } AS heads
        """,
        id=task_id,
    )
    assert row.pop("reduces") > 2
    assert row == {"status": "SUCCEEDED", "strangers": 0, "loose": 0, "blind": 0, "heads": 1}


async def test_direct_prompt_is_about_its_sources(services: Services, database: Database, owner: str) -> None:
    """The strategy NONE with files: the task's own prompt is about them, and its response is the answer."""
    task_id = await run_task(services, database, owner, NewTask(instruction="Look.", files=files(2)))
    rows = await cypher(database, LINEAGE, id=task_id)
    books = await read_books(database, task_id)
    assert [(row["name"], row["start"], row["end"] == len(row["text"])) for row in rows] == [
        ("file-0.txt", 0, True),
        ("file-1.txt", 0, True),
    ]
    assert books.answers[0]["id"] == books.attempts[0]["responses"][0]["id"]


# --- conversations ------------------------------------------------------------------------------


async def ask(services: Services, database: Database, owner: str, content: str, **more: Any) -> dict[str, Any]:
    """Send a prompt and wait: its task, conversation, prompt and response."""
    task_id = await services.backend.tasks.send_prompt(owner, NewPrompt(content, **more))
    await finished(database, task_id)
    (row,) = await cypher(
        database,
        "MATCH (c)-[:HAS_TASK]->(t:Task {id: $id})-[:ASKED]->(p), (t)-[:RESULTED_IN]->(r) "
        "RETURN t.id AS task, c.id AS conversation, p.id AS prompt, r.id AS response",
        id=task_id,
    )
    return row


async def test_second_prompt_continues_the_first_response(services: Services, database: Database, owner: str) -> None:
    """Two prompts after each other are one path, and the second call saw the path from its beginning."""
    first = await ask(services, database, owner, "One.")
    second = await ask(services, database, owner, "Two.", conversation_id=first["conversation"])
    (row,) = await cypher(
        database,
        "MATCH (t:Task {id: $id})-[:ASKED]->(p)-[:CONTINUES]->(before) "
        "MATCH (t)-[:HAS_SUBTASK]->()-[:ATTEMPTED]->()-[:SAW]->(saw) "
        "RETURN before.id AS before, saw.id AS saw, p.depth AS depth",
        id=second["task"],
    )
    assert row == {"before": first["response"], "saw": first["prompt"], "depth": 2}


async def test_prompts_at_the_same_time_keep_one_chain(services: Services, database: Database, owner: str) -> None:
    """Ten prompts at once in one conversation: a path without a fork, and each is answered."""
    first = await ask(services, database, owner, "One.")
    place = first["conversation"]
    rows = await asyncio.gather(
        *(ask(services, database, owner, f"Prompt {i}.", conversation_id=place) for i in range(10))
    )
    parents = await cypher(
        database,
        "UNWIND $ids AS id MATCH (:Message {id: id})-[:CONTINUES]->(before) RETURN before.id AS id",
        ids=[row["prompt"] for row in rows],
    )
    assert len({parent["id"] for parent in parents}) == 10
    assert len({row["response"] for row in rows}) == 10


async def test_parent_forks_and_leaves_the_branch_alone(services: Services, database: Database, owner: str) -> None:
    """A prompt under an older message is a sibling; the main branch stays where it was."""
    first = await ask(services, database, owner, "One.")
    place = first["conversation"]
    second = await ask(services, database, owner, "Two.", conversation_id=place)
    fork = await ask(services, database, owner, "Other.", conversation_id=place, parent_id=first["response"])
    (row,) = await cypher(
        database,
        "MATCH (c:Conversation {id: $id})<-[:BRANCH_OF]-(b:Branch)-[:HEAD]->(head) "
        "MATCH (:Message {id: $fork})-[:CONTINUES]->(parent) RETURN head.id AS head, parent.id AS parent",
        id=place,
        fork=fork["prompt"],
    )
    assert row == {"head": second["response"], "parent": first["response"]}


# --- aggregation --------------------------------------------------------------------------------


def raw(aggregation: str, *items: str, **config: Any) -> NewTask:
    """A FILE task whose answers are the items themselves: the echo of a template that says nothing else."""
    settings = NewTaskConfig(aggregation=aggregation, **config)
    return NewTask(type="raw", instruction="x", strategy="FILE", items=items, config=settings)


@pytest.fixture
async def echoing(connection: Connection, database: Database, tmp_path: Path) -> AsyncIterator[Services]:
    """A service with a task type that sends a part's text alone."""
    async with running(connection, tmp_path, {"task_types": {"raw": {"instruction": "{{ input }}"}}}) as services:
        yield services


@pytest.mark.parametrize(
    ("aggregation", "items", "answer"),
    [
        ("CONCAT", ("one", "two", "three"), "one\n\ntwo\n\nthree"),
        ("LIST", ('{"a": 1}', "[2]"), '[{"a": 1}, [2]]'),
        ("LIST", ("plain", '{"a": 1}'), '["plain", "{\\"a\\": 1}"]'),
        ("MERGE", ('{"a": [1], "b": 1}', '{"a": [2], "b": null}'), '{"a": [1, 2], "b": 1}'),
    ],
)
async def test_aggregation_makes_the_answer(
    echoing: Services, database: Database, owner: str, aggregation: str, items: tuple[str, ...], answer: str
) -> None:
    """The answers of the parts, in their order, become the task's answer."""
    task_id = await run_task(echoing, database, owner, raw(aggregation, *items))
    books = await read_books(database, task_id)
    said = books.answer if aggregation == "CONCAT" else json.dumps(json.loads(books.answer))
    assert said == answer
    assert faults_of(books) == []


async def test_merging_asks_for_objects(echoing: Services, database: Database, owner: str) -> None:
    """An answer that is none is refused where it arrives, and is what the merged ones lack."""
    task_id = await run_task(echoing, database, owner, raw("MERGE", '{"a": 1}', "not json", retries={"maxAttempts": 1}))
    books = await read_books(database, task_id)
    assert (books.task["status"], json.loads(books.answer)) == ("PARTIAL", {"a": 1})
    assert [one["errorCode"] for one in books.subtasks] == [None, "INVALID_ANSWER"]
    assert faults_of(books) == []


async def test_merging_what_is_no_json_fails_and_says_which(echoing: Services, database: Database, owner: str) -> None:
    """Where the task allows any text: it is FAILED, its error names the part, the answers are kept."""
    new = raw("MERGE", '{"a": 1}', "not json", response_format="TEXT")
    task_id = await run_task(echoing, database, owner, new)
    books = await read_books(database, task_id)
    assert (books.task["status"], books.answers) == ("FAILED", [])
    assert "item 2" in books.task["error"]
    assert books.statuses() == {"SUCCEEDED": 2}


async def test_aggregation_none_leaves_the_answers_as_they_are(
    echoing: Services, database: Database, owner: str
) -> None:
    """With NONE the task has no answer of its own."""
    task_id = await run_task(echoing, database, owner, raw("NONE", "one", "two"))
    books = await read_books(database, task_id)
    assert (books.task["status"], books.answers, faults_of(books)) == ("SUCCEEDED", [], [])


async def test_reducing_asks_the_model_once_for_few_answers(echoing: Services, database: Database, owner: str) -> None:
    """Answers that fit into one prompt are combined by one call, whose words are the answer."""
    task_id = await run_task(echoing, database, owner, raw("REDUCE", "one", "two", "three"))
    books = await read_books(database, task_id)
    assert [subtask["kind"] for subtask in books.subtasks] == ["part", "part", "part", "reduce"]
    assert books.answer == books.subtasks[-1]["attempts"][0]["responses"][0]["content"]
    assert faults_of(books) == []


# --- how much at once ---------------------------------------------------------------------------


async def test_max_parallel_is_obeyed_and_reached(
    connection: Connection, database: Database, tmp_path: Path, slow: str, owner: str
) -> None:
    """Forty calls, eight at once: never more, and all eight places are used."""
    async with running(connection, tmp_path, provider(slow)) as services:
        task_id = await run_task(services, database, owner, file_task(40, max_parallel=8))
    assert (stats(slow)["most"], stats(slow)["calls"]) == (8, 40)
    assert faults_of(await read_books(database, task_id)) == []


async def test_two_thousand_subtasks_leave_all_their_nodes(
    connection: Connection, database: Database, tmp_path: Path, owner: str
) -> None:
    """Nothing is lost in a large task, and its books balance."""
    async with running(connection, tmp_path) as services:
        task_id = await run_task(services, database, owner, file_task(2000, max_parallel=64, aggregation="LIST"))
        books = await read_books(database, task_id)
    assert (books.statuses(), books.outcomes()) == ({"SUCCEEDED": 2000}, {"SUCCEEDED": 2000})
    assert faults_of(books) == []
    assert len(json.loads(books.answer)) == 2000


async def test_five_megabytes_are_chunked(
    connection: Connection, database: Database, tmp_path: Path, owner: str
) -> None:
    """A large text is cut into parts that cover it, each about its own span."""
    text = "".join(f"{i}: The quick brown fox jumps over the lazy dog.\n" for i in range(100_000))
    config = NewTaskConfig(chunk_tokens=10_000, aggregation="NONE")
    new = NewTask(type="summarize", strategy="CHUNK", files=(NewFile("large.txt", text),), config=config)
    async with running(connection, tmp_path) as services:
        task_id = await run_task(services, database, owner, new)
    spans = await cypher(
        database,
        "MATCH (:Task {id: $id})-[:HAS_SUBTASK]->()-[:ASKED]->()-[a:ABOUT]->() "
        "RETURN a.start AS s, a.end AS e ORDER BY s",
        id=task_id,
    )
    assert len(text) > 5_000_000
    assert [span["s"] for span in spans[1:]] == [span["e"] for span in spans[:-1]]
    assert (spans[0]["s"], spans[-1]["e"]) == (0, len(text))
