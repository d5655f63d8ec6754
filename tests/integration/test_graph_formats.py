"""The graph as other programs read it: GraphML, Parquet, and a Cypher script, which gives the graph again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any

import networkx
import pyarrow.parquet as parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.conversations.feedback import NewAnnotation
from service.conversations.transfer.graphfile.exporting import CYPHER, GRAPHML, export_tables
from service.conversations.transfer.graphfile.scripts import literal
from service.graph.database import Connection, Database
from service.graph.graph_reads import GraphReads
from service.records import answer_id, new_id
from service.services import Services
from service.tasks.creating import NewTask
from service.tasks.kept_plans import NewStrategy
from tests.integration.test_erasing import chat
from tests.support.graph_files import exported, read, snapshot, wipe
from tests.support.services import cypher, file_task, run_task, running

pytestmark = pytest.mark.usefixtures("promises")
NASTY = "a'); MATCH (n) DETACH DELETE n; // \\u0027 \\' \x1b[31m <b>&]]> \r\n\ufffe 😀 =1+1 ` \u2028 \"quoted\""


@pytest.fixture(scope="module")
async def services(connection: Connection, database: Database, tmp_path_factory: Any) -> AsyncIterator[Services]:
    """A service over the echo model."""
    folder: Path = tmp_path_factory.mktemp("graph-formats")
    async with running(connection, folder) as services:
        yield services


@pytest.fixture(scope="module")
async def owner(services: Services) -> str:
    """An owner of conversations and kept plans with a text of all that is dangerous somewhere."""
    owner = f"owner-{new_id()}"
    _, task = await chat(services, owner, NASTY)
    await services.backend.feedback.annotate(owner, NewAnnotation(answer_id(task, "NONE"), 0.5, comment=NASTY))
    await run_task(services, services.database, owner, file_task(2))
    for words in (NASTY, "Look."):
        plan = {"steps": [{"id": "a", "prompt": words.replace("{", "(") + "{{input}}"}]}
        await services.backend.plans.save_strategy(owner, NewStrategy("unused", plan))
    kept = NewTask(instruction="Do it.", kept="unused", text="A text.")
    await run_task(services, services.database, owner, kept)
    await services.backend.plans.save_strategy(owner, NewStrategy("unused", {"steps": [{"id": "a", "prompt": "Now."}]}))
    return owner


def counted(lines: list[Any], what: str, *, once: bool = True) -> int:
    """How many nodes or relationships a file of our own has; what is shared comes once in other formats."""
    return len({str(line) for line in lines if what in line}) if once else sum(what in line for line in lines)


async def test_networkx_reads_graphml(services: Services, owner: str) -> None:
    """With typed values, and texts without what XML has no place for, which the file counts."""
    file, lines = (
        await exported(services.database, owner, format=GRAPHML),
        read(await exported(services.database, owner)),
    )
    reading: Any = getattr(networkx, "read_graphml")  # noqa: B009
    graph: Any = reading(BytesIO(file), force_multigraph=True)
    assert graph.number_of_nodes() == counted(lines, "node")
    assert graph.number_of_edges() == counted(lines, "relationship")
    prompt = next(
        said for _, said in graph.nodes(data=True) if said["labels"] == "Prompt" and "DETACH" in said["content"]
    )
    assert prompt["content"] == NASTY.replace("\x1b", "").replace("\ufffe", "")
    assert (prompt["depth"], prompt["length"]) == (0, len(NASTY))
    assert b"left out: " in file
    assert b"left out: 0" not in file


async def test_tables_hold_nodes_and_relationships(services: Services, owner: str, tmp_path: Path) -> None:
    """A row each, a column a property, each of its type."""
    files = tmp_path / "nodes.parquet", tmp_path / "relationships.parquet"
    await export_tables(GraphReads(services.database), owner, None, *files)
    lines = read(await exported(services.database, owner))
    tables: list[Any] = [parquet.read_table(file) for file in files]
    nodes, ties = tables
    assert (nodes.num_rows, ties.num_rows) == (counted(lines, "node"), counted(lines, "relationship"))
    assert NASTY in nodes["content"].to_pylist()
    assert str(nodes.schema.field("createdAt").type) == "timestamp[us, tz=UTC]"
    assert {"Message", "Prompt"} in [set(labels) for labels in nodes["labels"].to_pylist()]
    assert set(ties["from"].to_pylist()) <= set(nodes["node"].to_pylist())


async def test_script_gives_the_graph_again(services: Services, owner: str) -> None:
    """Statement by statement, as a person's shell runs them; nothing that a text holds is one."""
    database = services.database
    before, script = await snapshot(database, owner), await exported(database, owner, format=CYPHER)
    await wipe(database, owner)
    for statement in script.decode().split(";\n"):
        if statement.startswith(("MERGE", "MATCH")):
            await database.execute(f"CYPHER 25 {statement}")
    after = [line for line in await snapshot(database, owner) if "['Change']" not in line]
    # What says when it changed for whom is the service's own: a script has none.
    await cypher(database, "MATCH (c:Conversation {ownerId: $o}) SET c.changedAt = c.updatedAt", writes=True, o=owner)
    assert after == [line for line in before if "['Change']" not in line]


async def test_any_text_is_a_literal(services: Services) -> None:
    """Whatever it holds, Neo4j reads it as the text that it is."""
    texts: list[str] = []

    @settings(max_examples=300, database=None)
    @given(st.text(max_size=40) | st.text("\\'\"u0041`;/\n\r\x00{}$", max_size=40))
    def collect(text: str) -> None:
        texts.append(text)

    collect()
    (row,) = await services.database.execute(f"CYPHER 25 RETURN {literal(texts)} AS texts")
    assert row["texts"] == texts
