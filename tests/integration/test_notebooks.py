"""The notebooks run from their first cell to their last, over the example, and what they find is right."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from service.app import create_app
from service.commands.server import serving
from service.conversations.analytics.running import Analytics
from service.conversations.transfer.graphfile.exporting import export_tables
from service.graph.analyses import Analyses
from service.graph.database import Connection, Database
from service.graph.graph_reads import GraphReads
from service.records import new_id
from tests.support import notebooks as kept
from tests.support.example_graph import play
from tests.support.graph_files import imported
from tests.support.graph_files import read as read_lines
from tests.support.locked_packages import locked_packages
from tests.support.notebooks import EXAMPLE, FOLDER, ROOT, Notebook
from tests.support.services import configuration, cypher

pytestmark = pytest.mark.usefixtures("promises")
RENEW = os.environ.get("RENEW_NOTEBOOKS", "")
"""What `scripts/notebooks` says: `outputs` are kept as they come now, with `graph` the example is played anew."""

# Cells that a test has run after those of a notebook: they print what these have found.
SHOWN = {
    "costs": """import json
print(json.dumps([by_model.rows(), by_day["usd"].sum(), parallel.select("taskId", "reached").rows()]))""",
    "export": """import json
def in_order(table):
    if "kind" in table.columns:  # what all owners share is as old as the graph that has it
        age = pl.when(~pl.col("kind").is_in(["Template", "Model"])).then("createdAt")
        table = table.with_columns(createdAt=age)
    return table.select(sorted(table.columns)).sort(sorted(set(table.columns) - {"labels"}))
of_lines, of_tables = (read(file) for file in (FILE, Path(os.environ["TABLES"])))
same = [in_order(one).equals(in_order(other)) for one, other in zip(of_lines, of_tables)]
spans_of = paths.select("source", "from", "to").rows()
print(json.dumps([same, answer, spans_of, ranks.select("id", "madeOfIt").rows(), sum(forks["forks"])]))""",
    "analytics": """import json
print(json.dumps([strategies["costUsd"].sum(), days["calls"].sum(), path["key"].to_list(), bool(command)]))""",
}
ALGORITHMS = """import json
print(json.dumps([gds is not None, ranks.select('id', 'score').rows(), groups]))"""


@dataclass
class Ran:
    """What is known of the example, and what came of each notebook over it."""

    owner: str
    analytics: Analytics
    database: Database
    lines: list[Any]
    done: dict[str, Notebook]
    shown: dict[str, list[Any]]

    def nodes(self, label: str) -> list[dict[str, Any]]:
        """The properties of the nodes with that label, as the file has them."""
        found = [line["node"] for line in self.lines if "node" in line]
        return [node["properties"] for node in found if label in node["labels"]]

    async def rows(self, name: str, **given: str) -> list[dict[str, Any]]:
        """What the service says itself."""
        found = await self.analytics.run(self.owner, name, given)
        return [dict(zip([it.name for it in found.analysis.columns], row, strict=True)) for row in found.rows]


@asynccontextmanager
async def _served(connection: Connection, folder: Path, owner: str) -> AsyncGenerator[str]:
    config = configuration(folder, {"server": {"api_keys": {"token-of-a-reader": owner}}})
    async with serving(create_app(config, connection=connection), config, port=0) as url:
        yield url


def _environ(connection: Connection, url: str, owner: str, folder: Path) -> dict[str, str]:
    """What a person has set."""
    login = {"NEO4J_URI": connection.uri, "NEO4J_USERNAME": connection.username, "NEO4J_PASSWORD": connection.password}
    own = {"ANTIPHON_URL": url, "ANTIPHON_TOKEN": "token-of-a-reader", "ANTIPHON_OWNER": owner}
    files = {"TABLES": str(folder / "tables.zip"), "IPYTHONDIR": str(folder / "ipython"), "MPLCONFIGDIR": str(folder)}
    path = {"PATH": f"{ROOT}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT / "clients" / "python")}
    return os.environ | login | own | files | path


async def _tables(database: Database, owner: str, folder: Path) -> None:
    """The example as two Parquet files in a zip."""
    files = folder / "nodes.parquet", folder / "relationships.parquet"
    await export_tables(GraphReads(database), owner, None, *files)
    packed = folder / "packed"
    packed.mkdir()
    for file in files:
        file.rename(packed / file.name)
    shutil.make_archive(str(folder / "tables"), "zip", packed)


def _again(name: str, *changes: tuple[str, str]) -> list[str]:
    """The cells of a notebook once more, but for plots, with something changed."""
    texts = [kept.source(cell) for cell in kept.code_cells(kept.read(FOLDER / f"{name}.ipynb"))]
    texts = [text for text in texts if "plt.show()" not in text]
    for before, after in changes:
        assert any(before in text for text in texts)
        texts = [text.replace(before, after) for text in texts]
    return texts


@pytest.fixture(scope="module")
async def ran(connection: Connection, database: Database, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """All notebooks, run two at a time."""
    folder, owner = tmp_path_factory.mktemp("notebooks"), f"owner-{new_id()}"
    if RENEW == "graph":
        EXAMPLE.write_bytes(await play(connection, folder / "played", f"owner-{new_id()}"))
    report = await imported(database, owner, EXAMPLE.read_bytes())
    assert (report.is_whole, report.problems) == (True, [])
    await _tables(database, owner, folder)
    more: dict[str, list[str]] = {name: [text] for name, text in SHOWN.items()} | {
        "algorithms": [
            ALGORITHMS,
            *_again("algorithms", ('"gds.pageRank.stream"', '"gds.none"'))[:-1],
            ALGORITHMS,
            "import sys\nsys.modules['graphdatascience'] = None",
            *_again("algorithms")[:2],
        ]
    }
    done: dict[str, Notebook] = {}
    shown: dict[str, list[Any]] = {}
    turns = asyncio.Semaphore(2)
    async with _served(connection, folder / "service", owner) as url:
        environ = _environ(connection, url, owner, folder)

        async def run(path: Path) -> None:
            own = environ
            if path.stem == "algorithms":
                packages = await asyncio.to_thread(locked_packages, "graphdatascience")
                own = environ | {"PYTHONPATH": f"{packages}:{environ['PYTHONPATH']}"}
            async with turns:
                done[path.stem], said = await kept.run_beside(path, folder, own, more[path.stem])
            shown[path.stem] = [json.loads(line) if line[:1] == "[" else line for line in said.splitlines()]

        await asyncio.gather(*map(run, kept.notebooks()))
    lines = read_lines(EXAMPLE.read_bytes())
    return Ran(owner, Analytics(Analyses(database), seconds=30, most=2), database, lines, done, shown)


def test_what_is_kept_is_what_comes_of_it(ran: Ran) -> None:
    """Word for word, in every cell; `scripts/notebooks` keeps it as it comes now."""
    for name, notebook in ran.done.items():
        path = FOLDER / f"{name}.ipynb"
        if RENEW:
            kept.write(path, kept.without_machine(notebook))
        assert kept.told(kept.read(path)) == kept.told(notebook), name


async def test_costs_are_those_of_the_calls(ran: Ran) -> None:
    """By model and altogether, as the file has them, and as many at once as the analysis says."""
    by_model, usd, reached = ran.shown["costs"][0]
    calls = ran.nodes("Attempt")
    assert sum(row[1] for row in by_model) == len(calls)
    assert sum(row[2] for row in by_model) == sum(it["status"] != "SUCCEEDED" for it in calls)
    assert usd == pytest.approx(sum(it.get("costUsd", 0) for it in calls), abs=1e-5)
    said = {row["model"]: (row["calls"], row["costUsd"]) for row in await ran.rows("spend_by_model", days="0")}
    assert {row[0]: (row[1], pytest.approx(row[6], abs=1e-6)) for row in by_model} == said
    parallel = {row["taskId"]: row["reached"] for row in await ran.rows("parallelism", days="0")}
    assert dict(reached) == parallel


async def test_exports_are_read_alike_and_lead_to_sources(ran: Ran) -> None:
    """Lines and tables give the same; paths are those of the analysis; who was used how often is in the file."""
    same, answer, paths, ranks, forks = ran.shown["export"][0]
    assert same == [True, True]
    task = next(
        row["id"]
        for row in await cypher(ran.database, "MATCH (t:Task)-[:RESULTED_IN]->({id: $id}) RETURN t.id AS id", id=answer)
    )
    found = await ran.rows("answer_sources", taskId=task)
    assert sorted((row["source"], row["start"], row["end"]) for row in found) == sorted(
        (name, start, end) for name, start, end in paths
    )
    ties = [line["relationship"] for line in ran.lines if "relationship" in line]
    used = {(it["from"]["id"], it["to"]["id"]) for it in ties if it["type"] in ("USES", "SYNTHESIZES")}
    assert {id for id, _ in ranks} == {id for _, id in used}
    above = Counter(it["to"]["id"] for it in ties if it["type"] in ("CONTINUES", "RESPONDS_TO"))
    assert forks == sum(count > 1 for count in above.values())


def test_analyses_come_by_the_client_and_the_command(ran: Ran) -> None:
    """With the sums of the file."""
    usd, calls, path, by_command = ran.shown["analytics"][0]
    assert usd == pytest.approx(sum(it.get("costUsd", 0) for it in ran.nodes("Attempt")))
    assert calls == len(ran.nodes("Attempt"))
    assert path[-1].startswith("reduce:")
    assert by_command


async def test_algorithms_find_the_same_with_graph_data_science_and_without(ran: Ran) -> None:
    """And what the service finds; no graph stays in memory, and what is not there is said."""
    lists: list[Any] = [it for it in ran.shown["algorithms"] if not isinstance(it, str)]
    first, second = lists
    assert (first[0], second[0]) == (True, False)
    assert [id for id, _ in first[1]] == [id for id, _ in second[1]]
    assert [score for _, score in first[1]] == pytest.approx([score for _, score in second[1]], abs=2e-4)
    assert first[2] == second[2]
    assert [it.split(".")[0] for it in ran.shown["algorithms"] if isinstance(it, str)] == [
        "This Neo4j has no Graph Data Science",
        "The client is not installed (pip install graphdatascience)",
    ]
    ranks = await ran.rows("most_reused_responses")
    assert dict(first[1]) == {
        row["responseId"]: pytest.approx(row["score"], abs=2e-4)
        for row in ranks
        if row["usedIn"] + row["synthesizedIn"]
    }
    said: dict[str, set[str]] = {}
    for row in await ran.rows("conversation_communities"):
        said.setdefault(row["community"], set()).add(row["conversationId"])
    found: list[list[str]] = [sorted(group) for group in first[2]]
    assert sorted(found) == sorted(map(sorted, said.values()))
    graphs = "CALL gds.graph.list() YIELD graphName WHERE graphName STARTS WITH 'notebook-' RETURN graphName"
    assert await cypher(ran.database, graphs) == []


def test_what_is_kept_holds_nothing_of_a_machine() -> None:
    """No path, no address, no password, no error, and cells in their order."""
    assert [(path.name, what) for path in kept.notebooks() for what in kept.problems_of(path)] == []
