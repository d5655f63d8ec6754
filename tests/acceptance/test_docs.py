"""The docs tell the truth: their commands run, their GraphQL fits the schema, their Cypher is planned.

A block marked `sh` is run as it stands, against a running service; one marked `console` is not: it needs what a test
cannot have, or ids of the reader's own. A GraphQL operation with an `…` is checked, and one without is run.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest
from graphql import OperationDefinitionNode, build_schema, parse, print_ast, validate

from service.api.graphql.schema import export
from service.graph.database import Database
from service.graph.queries import Query
from tests.support.front import Service
from tests.support.pages import ROOT, blocks

PAGES = sorted((ROOT / "docs").glob("*.md"))
SHOWN = ("README.md", "CHANGELOG.md", "docs", "tests", "benchmarks", "antiphon")
HERE = ("http://127.0.0.1:8000", "http://localhost:8000", "localhost:8000")
SCHEMA = build_schema(export())


def in_pages(*languages: str) -> list[Any]:
    """Every block of these languages, as a parameter named after its page and place."""
    found = [
        (page.stem, number, text)
        for page in PAGES
        for language in languages
        for number, text in enumerate(blocks(language, page.read_text()), start=1)
    ]
    return [pytest.param(text, id=f"{stem}-{number}") for stem, number, text in found]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What a reader has before them in a checkout; what a command writes is written beside it."""
    for name in SHOWN:
        (tmp_path / name).symlink_to(ROOT / name)
    return tmp_path


@pytest.mark.parametrize("block", in_pages("sh"))
async def test_commands_work(block: str, service: Service, folder: Path) -> None:
    """Each says something, and no error."""
    for address in HERE:
        block = block.replace(address, service.url)
    own = {
        "ANTIPHON_URL": service.url,
        "ANTIPHON_DATA_DIR": str(folder / "data"),
        "PATH": f"{ROOT}:{os.environ['PATH']}",
    }
    process = await asyncio.create_subprocess_exec(
        *("sh", "-e", "-c", block),
        cwd=folder,
        env=os.environ | own,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said = (await process.communicate())[0].decode()
    assert process.returncode == 0, said
    assert said.strip()
    assert '"errors"' not in said


@pytest.mark.parametrize("block", in_pages("graphql"))
async def test_operations_fit_the_schema_and_work(block: str, service: Service) -> None:
    """One after the other, as a reader would try them."""
    for operation in parse(block).definitions:
        assert isinstance(operation, OperationDefinitionNode)
        text = print_ast(operation)
        assert validate(SCHEMA, parse(text)) == []
        if "…" not in text and operation.operation.value != "subscription":
            assert "errors" not in await service.post(text)


@pytest.mark.parametrize("statement", in_pages("cypher"))
async def test_statements_are_planned(statement: str, database: Database) -> None:
    """What is to be pasted into Neo4j Browser is Cypher."""
    assert await database.explain(Query("docs", "", "CYPHER 25 " + statement, frozenset(), False))
