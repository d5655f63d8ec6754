"""Every statement is planned without scans: the stored ones, those of Neo4j Browser, analyses, and recipes.

They are planned over a graph that nobody has written to: where other tests have left a few nodes of a label, a scan of
those may be the quickest, and the plan would say nothing of the statement.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from service.folders import cache_folder
from service.graph.analyses import folder
from service.graph.database import Connection, Database
from service.graph.local import LocalSettings, start
from service.graph.migrations import migrate
from service.graph.queries import all_names, parse, query
from service.graph.saved import Saved, all_saved
from tests.integration.test_cypher_cookbook import RECIPES
from tests.support.query_plans import SCANS, operators

ANALYSES = sorted(folder().rglob("*.cypher"))


@pytest.fixture(scope="module")
async def unwritten(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Database]:
    """A migrated graph without any node of ours."""
    settings = LocalSettings(heap="512m", page_cache="64m", brief=True)
    server = await start(tmp_path_factory.mktemp("plans"), cache_folder(), settings=settings)
    address = server.address
    database = Database(Connection(address.bolt, address.username, address.password))
    try:
        await migrate(database)
        yield database
    finally:
        await database.close()
        await server.stop()


@pytest.mark.parametrize("name", all_names())
async def test_query_is_planned_without_a_scan(name: str, unwritten: Database) -> None:
    """A statement finds its nodes by an id or an index, never by looking at all of a label."""
    plan = await unwritten.explain(query(name))
    if plan is not None:
        assert not [operator for operator in operators(plan) if operator.endswith(SCANS)]


@pytest.mark.parametrize("saved", all_saved(), ids=lambda saved: saved.name)
async def test_browser_statement_is_planned_without_a_scan(saved: Saved, unwritten: Database) -> None:
    """What people run in Neo4j Browser is a statement like any other. It has no cartesian rows."""
    plan = await unwritten.explain(parse(saved.name, saved.text))
    assert plan is not None
    assert not [operator for operator in operators(plan) if operator.endswith((*SCANS, "CartesianProduct"))]


@pytest.mark.parametrize("path", ANALYSES, ids=lambda path: path.stem)
async def test_file_is_planned_without_a_scan(path: Any, unwritten: Database) -> None:
    """An analysis begins at its owner, never at all of a label."""
    plan = await unwritten.explain(parse(path.stem, path.read_text()))
    assert plan is not None
    assert not [operator for operator in operators(plan) if operator.endswith(SCANS)]


@pytest.mark.parametrize("heading", RECIPES)
async def test_a_recipe_scans_nothing(heading: str, unwritten: Database) -> None:
    """It begins at an owner, an id or an index, and has no cartesian rows."""
    plan = await unwritten.explain(parse("recipe", f"// A recipe.\nCYPHER 25\n{RECIPES[heading]}"))
    assert plan is not None
    assert not [name for name in operators(plan) if name.endswith((*SCANS, "CartesianProduct"))]
