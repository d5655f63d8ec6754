"""The Cypher cookbook tells the truth: each recipe gives the rows of a graph that is known, and scans nothing."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, cast

import pytest

from service.commands.shell import Shell
from service.commands.statements import Typed
from service.conversations.feedback import NewAnnotation
from service.graph.database import Connection, Database, Row
from service.records import new_id
from service.tasks.creating import NewFile
from service.tasks.documents import NewVersion
from tests.support.analyzed import NASTY, Analyzed, analyzed, forget
from tests.support.pages import ROOT
from tests.support.services import cypher, running

PAGE = (ROOT / "docs" / "cypher-cookbook.md").read_text()
_BLOCK = re.compile(r"^#{2,3} (?P<heading>[^\n]+)$|^```cypher\n(?P<text>.*?)^```", re.MULTILINE | re.DOTALL)
_MORE = """MATCH (r:Message {id: $answer})
CREATE (tool:Tool {id: $owner + '-tool', ownerId: $owner, name: 'weather', createdAt: datetime()})
CREATE (r)-[:CALLED {index: 0, toolCallId: 'one', arguments: '{}'}]->(tool)
CREATE (r)-[:CALLED {index: 1, toolCallId: 'two', arguments: '{}'}]->(tool)
CREATE (:Message:Prompt {id: $owner + '-result', ownerId: $owner, role: 'TOOL', isError: true, createdAt: datetime()})
  -[:RESULT_OF {toolCallId: 'two'}]->(r)
CREATE (:Import {id: $owner + '-import', ownerId: $owner, name: 'chats.zip', format: 'chatgpt', status: 'SUCCEEDED',
  createdAt: datetime()})<-[:IMPORTED_BY {made: true}]-(:Conversation {id: $owner + '-brought', ownerId: $owner,
  title: 'Brought', lastSeq: 0, createdAt: datetime(), changedAt: datetime(), updatedAt: datetime({year: 2020})})
CREATE (:Erasure {id: $owner + '-receipt', ownerId: $owner, kind: 'MESSAGE', subjectId: 'gone', status: 'DONE',
  requestedBy: $owner, createdAt: datetime(), finishedAt: datetime()})
WITH r MATCH (t:Task {id: $task})-[:HAS_SUBTASK]->(part:Subtask {index: 0})
SET part.ownerId = $owner, part.reusedAt = datetime() CREATE (part)-[:REUSED {tokens: 9, costUsd: 0.5}]->(r)"""
_HIDE = """MATCH (c:Conversation {id: $chat}) REMOVE c:Conversation SET c:Hidden
WITH c MATCH (c)-[:HAS_TASK]->(t:Task) REMOVE t:Task SET t:Hidden"""
_SHOW = """MATCH (c:Hidden {id: $chat}) REMOVE c:Hidden SET c:Conversation
WITH c MATCH (c)-[:HAS_TASK]->(t:Hidden) REMOVE t:Hidden SET t:Task"""


def recipes() -> dict[str, str]:
    """The statements of the page, by the headings that they stand below."""
    found, heading = dict[str, str](), ""
    for part in _BLOCK.finditer(PAGE):
        heading = part["heading"] or heading
        if part["text"]:
            assert heading not in found, f"{heading} has two statements"
            found[heading] = part["text"]
    return found


RECIPES = recipes()


@dataclass
class Cooked:
    """Runs recipes about a graph that a test knows, and gives names for ids."""

    made: Analyzed
    database: Database

    async def rows(self, heading: str, **more: Any) -> list[Row]:
        """What a recipe gives, about these things."""
        ids = self.made.ids
        known = {"owner": self.made.owner, "conversation": ids["chat"], "branch": "other", "task": ids["tx"]}
        asked = known | {"message": ids["rx"], "text": "One?"} | more
        return await self.database.execute("CYPHER 25\n" + RECIPES[heading], **asked)

    async def cells(self, heading: str, *columns: str, **more: Any) -> list[tuple[Any, ...]]:
        """These columns, with names for ids."""
        return [tuple(self.made.name(row[column]) for column in columns) for row in await self.rows(heading, **more)]


@pytest.fixture(scope="module")
async def cooked(
    connection: Connection, database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Cooked]:
    """One graph for all recipes: made by a service, with some more that takes longer to come by."""
    async with running(connection, tmp_path_factory.mktemp("service")) as services:
        made = await analyzed(services, database, f"owner-{new_id()}")
        newer = NewVersion(made.ids["x"], NewFile("b.txt", f"Newer, for {made.owner}."))
        await services.backend.tasks.add_document_version(made.owner, newer)
        await services.backend.feedback.annotate(
            made.owner, NewAnnotation(made.ids["r2"], rating=-1.0, label="wrong", comment=NASTY)
        )
        await cypher(database, _MORE, writes=True, owner=made.owner, answer=made.ids["r1"], task=made.ids["ty"])
        await services.indexing.catch_up()
    await cypher(database, "CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()", writes=True)
    yield Cooked(made, database)
    await forget(database, made.owner)


Expected = tuple[tuple[str, ...], dict[str, Any], list[tuple[Any, ...]]]
SHOWN: dict[str, Expected] = {
    "One branch from root to tip": (
        ("depth", "role", "message"),
        {},
        [(0, "USER", "p1"), (1, "ASSISTANT", "r1"), (2, "USER", "p4"), (3, "ASSISTANT", "r4")],
    ),
    "All leaves": (
        ("message", "depth", "branches"),
        {},
        [("r4", 3, ["other"]), ("r3", 5, ["main"]), ("r5", 5, [])],
    ),
    "Where conversations fork": (("message", "ways"), {}, [("r1", 2), ("r2", 2)]),
    "Which tools are called, and how often they fail": (("tool", "calls", "failed"), {}, [("weather", 2, 1)]),
    "Answers that were taken over": (("tokens", "usd", "answer"), {}, [(9, 0.5, "r1")]),
    "What a message rests on": (("source", "start"), {}, [("b.txt", 0), ("c.txt", 0), ("shared.txt", 0)]),
    "What is stale": (("document", "versions", "id"), {}, [("b.txt", 2, "tx")]),
    "What summaries cover": (
        ("kind", "level", "messages", "tokensBefore", "tokensAfter"),
        {},
        [("STRETCH", 1, 2, 100, 10)],
    ),
    "What people thought of answers": (("rating", "label", "comment", "message"), {}, [(-1.0, "wrong", NASTY, "r2")]),
    "What was deleted": (("kind", "id", "status"), {}, [("MESSAGE", "gone", "DONE")]),
    "What came from an import": (
        ("file", "format", "status", "isNew", "conversation"),
        {},
        [("chats.zip", "chatgpt", "SUCCEEDED", True, "Brought")],
    ),
    "How much an owner has": (("conversations",), {}, [(5,)]),
    "What is not there yet, or not any more": (("messages",), {}, [(10,)]),
}
CHECKED = {
    "The newest conversations",
    "The newest conversation as a thread",
    "Who answered, day by day",
    "The longest answers",
    "Tasks that did not succeed",
    "What a task cost, with every call",
    "Failed calls, and what came instead",
    "Who used which source",
    "A task as a picture",
    "Where a text occurs",
    "Add something of your own",
}
"""Those with a test of their own."""


def test_every_recipe_has_a_test() -> None:
    """And the page has no other."""
    assert SHOWN.keys() | CHECKED == RECIPES.keys()
    assert not SHOWN.keys() & CHECKED


@pytest.mark.parametrize("heading", SHOWN)
async def test_a_recipe_gives_its_rows(heading: str, cooked: Cooked) -> None:
    """In their order."""
    columns, more, rows = SHOWN[heading]
    assert await cooked.cells(heading, *columns, **more) == rows


@pytest.mark.parametrize("heading", RECIPES)
async def test_another_owner_sees_nothing(heading: str, cooked: Cooked) -> None:
    """Also not with the ids of what is not theirs."""
    rows = await cooked.rows(heading, owner="eve")
    assert [value for row in rows for value in row.values() if value] == []


async def test_what_is_being_deleted_or_imported_is_not_shown(cooked: Cooked) -> None:
    """Its messages have their label still; its conversation and its tasks do not."""
    chat = cooked.made.ids["chat"]
    await cypher(cooked.database, _HIDE, writes=True, chat=chat)
    try:
        for heading in RECIPES.keys() - {"Add something of your own"}:
            rows = await cooked.rows(heading, message=cooked.made.ids["r3"], task=cooked.made.ids["t3"])
            said = json.dumps(rows, default=str)
            assert not any(text in said for text in ("Two?", "Four?", "Five?", chat)), heading
    finally:
        await cypher(cooked.database, _SHOW, writes=True, chat=chat)


async def test_the_newest_are_the_newest(cooked: Cooked) -> None:
    """A list of conversations, and the thread of the first of them."""
    listed = [row[0] for row in await cooked.cells("The newest conversations", "conversation")]
    thread = await cooked.cells("The newest conversation as a thread", "depth", "role", "text")
    assert {"chat", "x", "y", "lone"} < set(listed)
    assert [row[0] for row in thread] == list(range(len(thread)))
    assert thread[0][1] == "USER"
    newest = await cypher(
        cooked.database,
        "MATCH (:Conversation {id: $id})-[:STARTS_WITH]->(p) RETURN p.content AS text",
        id=cooked.made.ids.get(listed[0], listed[0]),
    )
    assert thread[0][2] in [row["text"] for row in newest]


async def test_answers_and_sources_are_counted(cooked: Cooked) -> None:
    """By day, by length, and by who has read them."""
    days = await cooked.rows("Who answered, day by day")
    assert {row["model"] for row in days} == {"echo/echo"}
    # Those of one task were given times of another month.
    assert sum(row["answers"] for row in days) == 9
    longest = await cooked.rows("The longest answers")
    assert [row["characters"] for row in longest] == sorted((row["characters"] for row in longest), reverse=True)
    read = await cooked.cells("Who used which source", "source", "tasks", "conversations")
    assert read == [("shared.txt", 2, 2), ("b.txt", 1, 1), ("c.txt", 1, 1), ("d.txt", 1, 1)]


async def test_money_and_failures_are_told(cooked: Cooked) -> None:
    """Every call of a task, and what came after a failed one."""
    money = {"owner": f"{cooked.made.owner}-money"}
    task = cooked.made.ids["tmoney"]
    cost = await cooked.cells("What a task cost, with every call", "part", "calls", "failed", "usd", task=task, **money)
    assert cost == [(0, 1, 0, 0.5), (1, 3, 2, 1.0), (2, 1, 0, 0.0), (3, 1, 0, 0.125)]
    failed = await cooked.cells(
        "Failed calls, and what came instead", "model", "why", "callsLater", "answeredBy", **money
    )
    assert sorted(failed) == [
        ("acme/one", "PROVIDER_UNAVAILABLE", 1, "acme/two"),
        ("acme/one", "RATE_LIMITED", 2, "acme/two"),
    ]
    await cypher(
        cooked.database,
        "MATCH (t:Task {id: $id}) SET t.status = 'PARTIAL', t.note = 'One is missing.'",
        writes=True,
        id=task,
    )
    assert await cooked.cells("Tasks that did not succeed", "task", "why", **money) == [("tmoney", "One is missing.")]


async def test_a_task_is_drawn_without_its_conversation(cooked: Cooked) -> None:
    """From the answer to the sources."""
    rows = await cooked.database.show("CYPHER 25\n" + RECIPES["A task as a picture"], owner=cooked.made.owner)
    labels = {label for row in rows for node in cast(Any, row["path"]).nodes for label in node.labels}
    assert {"Response", "Prompt", "Source"} <= labels
    assert "Conversation" not in labels


async def test_something_of_ones_own_may_stand_beside_ours(cooked: Cooked) -> None:
    """And can be taken off again."""
    (row,) = await cooked.rows("Add something of your own")
    assert "MyFavorite" in row["labels"]
    await cypher(
        cooked.database,
        "MATCH (m:Message {id: $id}) REMOVE m:MyFavorite, m.myNote",
        writes=True,
        id=cooked.made.ids["rx"],
    )


async def test_a_text_is_found_where_it_occurs(cooked: Cooked) -> None:
    """In the prompt that says it, and in the answer that says it again; the passage is what stands there."""
    rows = await cooked.rows("Where a text occurs", text="Four?")
    assert sorted(cooked.made.name(row["message"]) for row in rows) == ["p4", "r4"]
    assert all("Four?" in row["passage"] for row in rows)
    phrase = await cooked.rows("Where a text occurs", text='drop: "DETACH" delete')
    assert phrase == []
    assert len(await cooked.rows("Where a text occurs", text='(n) detach "DELETE" n // ')) >= 2


@pytest.mark.parametrize("text", ["/b testing", "7-abc", 'a "quoted" word', "\\", "", "*", "(x", "C++ AND NOT", "a:b"])
async def test_whatever_is_looked_for_is_words(text: str, cooked: Cooked) -> None:
    """No sign of Lucene's is one here: no error, and nothing that has none of the words."""
    assert await cooked.rows("Where a text occurs", text=text) == []


@pytest.mark.parametrize(
    ("form", "read"), [("csv", lambda text: list(csv.DictReader(io.StringIO(text, newline="")))), ("json", json.loads)]
)
async def test_rows_go_to_a_file(
    form: str, read: Callable[[str], list[Row]], cooked: Cooked, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """A text with quotes, lines and a formula is one cell again; nodes, times and lists are texts."""
    shell = Shell(cooked.database, {"id": cooked.made.ids["p3"]}, form)
    statement = """MATCH (m:Message {id: $id}) RETURN m.content AS text, 'a, "b"\nc' AS lines, [1, 'x'] AS list,
      m.createdAt AS at, null AS nothing, true AS yes, 0.5 AS half, m AS node"""
    await shell.take(Typed(statement, 1))
    out, err = capfdbinary.readouterr()
    (row,) = read(out.decode())
    assert row["text"] == ("'" if form == "csv" else "") + NASTY
    assert row["lines"] == 'a, "b"\nc'
    assert row["list"] == ('[1, "x"]' if form == "csv" else [1, "x"])
    assert (row["nothing"], row["yes"], row["half"]) == (("", "true", "0.5") if form == "csv" else (None, True, 0.5))
    assert re.match(r"\d{4}-\d\d-\d\dT", row["at"])
    assert row["node"].startswith("(:Message:Prompt ")
    assert err.decode() == "1 row\n"
    await shell.take(Typed("UNWIND [] AS x RETURN x", 1))
    assert capfdbinary.readouterr().out == (b"" if form == "csv" else b"[]\n")
