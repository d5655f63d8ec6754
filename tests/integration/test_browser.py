"""Neo4j Browser as it is served, and its saved queries over a graph that has something of everything.

It is done without a browser: `tests/unit/graph/local/test_browser.py` runs the script of the page in Node.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from neo4j import AsyncDriver, AsyncGraphDatabase
from neo4j.graph import Graph

from benchmarks.generate import Wish, fill
from service.commands.shell import Shell
from service.commands.statements import Typed
from service.errors import AntiphonError
from service.graph.database import Connection, Database
from service.graph.local.browser import pages
from service.graph.local.home import home_at, read_state
from service.graph.saved import about, all_saved, saved
from tests.conftest import HOME, WORKER
from tests.support.browsed import Told, tell, telling
from tests.support.graph_picture import PLACES

MOST_NODES, MOST_ROWS = 70, 220
"""Of more nodes nobody can read what stands in them."""
NOWHERE = "00000000-0000-7000-8000-000000000000"
# What each picture must have, and of what it begins at.
SHOWS = {
    "newest_thread": ({"Prompt", "Response"}, "conversation"),
    "branches_and_merges": ({"Branch", "Prompt", "Response"}, "conversation"),
    "fan_out": ({"Task", "Prompt", "Response", "Subtask", "Attempt"}, "task"),
    "answer_to_sources": ({"Prompt", "Response", "Source"}, "task"),
    "summaries_by_level": ({"Summary"}, None),
    "what_the_model_saw": ({"Attempt", "Prompt", "Response", "Subtask"}, None),
    "stale": ({"Document", "Source", "Task", "Response"}, None),
}
BEGINS_SOMEWHERE = [query for query in all_saved() if "STARTS WITH ''" in query.text]


@pytest.fixture(scope="module")
async def told(connection: Connection, database: Database, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """A conversation with some of everything, and 2,000 messages before it."""
    (filled,) = await fill(database, Wish(messages=2_000, tokens=8, forks=40, merges=10, decompositions=10))
    async with telling(connection, tmp_path_factory.mktemp("browsed")) as service:
        return await tell(service, conversation=filled.id)


@pytest.fixture(scope="module")
async def driver(connection: Connection) -> AsyncIterator[AsyncDriver]:
    """What Browser has: a driver, and graphs for answers."""
    async with AsyncGraphDatabase.driver(connection.uri, auth=(connection.username, connection.password)) as driver:
        yield driver


async def graph_of(driver: AsyncDriver, text: str) -> tuple[Graph, int]:
    """What Browser would draw, and the number of rows."""
    async with driver.session() as session:
        result = await session.run(text)  # pyright: ignore[reportArgumentType]
        rows = [record async for record in result]
        return await result.graph() if not rows else _drawn(rows), len(rows)


def _drawn(rows: list[Any]) -> Graph:
    values: list[Any] = [value for row in rows for value in row.values() if value is not None]
    return next((value.graph for value in values if hasattr(value, "graph")), Graph())


def labels_of(graph: Graph) -> set[str]:
    """The labels of a drawn graph, without what a message is called besides."""
    return {label for node in graph.nodes for label in node.labels}


@pytest.mark.parametrize("name", SHOWS)
async def test_a_saved_query_draws_what_it_says(name: str, told: Told, driver: AsyncDriver) -> None:
    """In a conversation of 2,000 messages too, it can be read, and has no node that pulls all into a ball."""
    wanted, kind = SHOWS[name]
    text = saved(name).text if kind is None else about(saved(name), getattr(told, kind))
    graph, rows = await graph_of(driver, text)
    assert wanted <= labels_of(graph)
    assert "Conversation" not in labels_of(graph)
    assert 0 < len(graph.nodes) <= MOST_NODES
    assert 0 < rows <= MOST_ROWS


@pytest.mark.parametrize("name", ["answer_to_lines", "attempts", "money"])
async def test_a_saved_query_has_rows_to_read(name: str, told: Told, database: Database) -> None:
    """Of a task that had failures."""
    rows = await database.execute(about(saved(name), told.task))
    assert 0 < len(rows) <= 200
    if name == "attempts":
        assert {"FAILED", "SUCCEEDED"} <= {row["status"] for row in rows}
        assert rows[0]["wasted"]
        assert sum(row["usd"] or 0 for row in rows) > 0


async def test_a_thread_holds_together(told: Told, driver: AsyncDriver) -> None:
    """What was said in the chat, and nothing that a task asked in parts."""
    graph, _ = await graph_of(driver, about(saved("newest_thread"), told.conversation))
    assert all(node["conversationId"] == told.conversation for node in graph.nodes)
    assert not any(re.fullmatch(r"choir-\d+\.txt", str(node["title"])) for node in graph.nodes)
    assert {"CONTINUES", "RESPONDS_TO"} <= {one.type for one in graph.relationships}


async def test_branches_are_those_of_the_chat(told: Told, driver: AsyncDriver) -> None:
    """Those that grew last. What a task asked in parts, or for a summary, is no place where ways part."""
    graph, _ = await graph_of(driver, about(saved("branches_and_merges"), told.conversation))
    assert {"main", "doubts"} <= {node["name"] for node in graph.nodes if "Branch" in node.labels}
    assert not any(re.match(r"Summary of |choir-\d+\.txt", str(node["title"])) for node in graph.nodes)


async def test_what_an_answer_is_made_of_is_drawn_once(told: Told, driver: AsyncDriver) -> None:
    """The prompt that combined the answers is not beside the answer to it."""
    graph, _ = await graph_of(driver, about(saved("answer_to_sources"), told.task))
    assert {one.type for one in graph.relationships} == {"SYNTHESIZES", "RESPONDS_TO", "ABOUT"}


@pytest.mark.parametrize("name", ["attempts", "money"])
async def test_a_table_begins_at_the_newest_task_with_more_than_one_call(
    name: str, told: Told, database: Database
) -> None:
    """The newest of all asked one question."""
    rows = await database.execute(saved(name).text)
    assert rows == await database.execute(about(saved(name), told.task))
    alone = await database.execute(about(saved(name), told.last))
    assert len(alone) == 1


@pytest.mark.parametrize("query", BEGINS_SOMEWHERE, ids=lambda query: query.name)
async def test_a_saved_query_of_nothing_is_empty(query: Any, database: Database) -> None:
    """As in a new graph: no row, and no error."""
    assert await database.execute(query.text.replace("STARTS WITH ''", f"STARTS WITH '{NOWHERE}'")) == []


async def test_saved_queries_begin_at_the_newest(told: Told, database: Database) -> None:
    """All of them as they are: they need no parameter."""
    for query in all_saved():
        assert await database.execute(query.text), query.name


async def test_the_model_is_drawn_without_what_only_the_service_needs(told: Told, driver: AsyncDriver) -> None:
    """Every tie has both its ends."""
    async with driver.session() as session:
        found = await session.run(saved("model").text)  # pyright: ignore[reportArgumentType]
        row = await found.single(strict=True)
    drawn = {label for node in row["labels"] for label in node.labels}
    assert {"Conversation", "Prompt", "Response", "Task"} <= drawn
    assert drawn <= PLACES.keys()
    assert {"CONTINUES", "RESPONDS_TO"} <= {one.type for one in row["ties"]}


async def test_the_shell_runs_what_browser_runs(
    told: Told, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    """With parameters, and with errors that say in which line."""
    shell = Shell(database)
    for text in (
        f":param id => '{told.task}'",
        ":param many => 1 + 1",
        "MATCH (t:Task {id: $id}) RETURN t, $many AS n",
    ):
        await shell.take(Typed(text, 1))
    assert shell.parameters == {"id": told.task, "many": 2}
    assert "(:Task " in (said := capsys.readouterr().out)
    assert "What does this report" in said
    for wrong in (":param x", ":nothing", "RETURN $missing", ":param x => 1 AS a, 2 AS b"):
        with pytest.raises(AntiphonError):
            await shell.take(Typed(wrong, 7))
        assert "line 7" in capsys.readouterr().err
    await shell.take(Typed(":params clear", 1))
    assert shell.parameters == {}


async def test_the_shell_runs_all_files_at_once(told: Told, connection: Connection, tmp_path: Path) -> None:
    """As `cat … | antiphon neo4j shell`; a wrong statement ends it, with what came before it shown."""
    login = {"NEO4J_URI": connection.uri, "NEO4J_USERNAME": connection.username, "NEO4J_PASSWORD": connection.password}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "service.cli", "neo4j", "shell"),
        env=os.environ | login | {"ANTIPHON_DATA_DIR": str(tmp_path)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    typed = "".join(query.text for query in all_saved()) + f":param id => '{told.task}'\nRETURN $id;\nRETURN $other;\n"
    out, err = (text.decode() for text in await process.communicate(typed.encode()))
    assert process.returncode == 1
    assert len(re.findall(r"^\d+ rows?$", err, re.MULTILINE)) == len(all_saved()) + 1
    assert told.task in out
    assert f"line {typed.count(chr(10))}:" in err


async def test_browser_is_served_with_our_pages(connection: Connection) -> None:
    """From one origin, to which it is held; the script comes before Browser's own."""
    state = await asyncio.to_thread(read_state, home_at(Path(os.environ[HOME]) / f"neo4j-{WORKER}"))
    assert state is not None
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{state.http_port}/browser/") as http:
        page = await http.get("")
        (script,) = re.findall(r'<script src="(antiphon/[^"]*)"></script><script src="ui-libs', page.text)
        assert (await http.get(script)).text == pages()["ready.js"]
        for name, text in pages().items():
            found = await http.get(f"antiphon/{name}")
            assert (found.status_code, found.text) == (200, text)
        policy = page.headers["content-security-policy"]
        assert not re.search(r"https:|cdn|\*(?<!:\*)", policy)
        for bundle in re.findall(r'<script src="([^"]*)"', page.text):
            assert (await http.head(bundle)).status_code == 200
