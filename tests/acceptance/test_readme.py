"""The README tells the truth: its commands run, its links lead somewhere, its Cypher is Cypher."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path

import pytest

from service.graph.database import Database
from service.graph.queries import Query
from service.graph.saved import all_saved
from tests.support.front import Service

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
HERE = "http://127.0.0.1:8000"
# `demo`, `test` and `serve` are what continuous integration and other suites run; `check` is run on a graph of its own
# in tests/integration/test_checks.py, for here tests share one in which not all is whole.
ELSEWHERE = ("./antiphon demo", "./antiphon test", "./antiphon serve", "./antiphon check")


def blocks(language: str, page: str = README) -> list[str]:
    """A page's blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    """The README's commands: a line each, or a `curl` with its body."""
    found: list[str] = []
    for block in blocks("sh"):
        found += [block.strip()] if block.startswith("curl") else block.strip().splitlines()
    return [command for command in found if not command.startswith(ELSEWHERE)]


@pytest.mark.parametrize("command", commands())
async def test_readme_command_works(command: str, service: Service, tmp_path: Path) -> None:
    """Each command, as it stands, against a running service; none reports an error."""
    environ = os.environ | {"ANTIPHON_URL": service.url, "ANTIPHON_DATA_DIR": str(tmp_path)}
    process = await asyncio.create_subprocess_shell(
        command.replace(HERE, service.url),
        cwd=ROOT,
        env=environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said = (await process.communicate())[0].decode()
    assert process.returncode == 0, said
    assert said.strip()
    assert '"errors"' not in said


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\((?!http)([^)#]+)\)", README))))
def test_readme_link_leads_somewhere(link: str) -> None:
    """What the README points at is there."""
    assert (ROOT / link).exists()


@pytest.mark.parametrize("statement", blocks("cypher"))
async def test_readme_cypher_is_valid(statement: str, database: Database) -> None:
    """What the README asks people to paste is planned by the server."""
    assert await database.explain(Query("readme", "", "CYPHER 25 " + statement, frozenset(), False))


async def test_browser_queries_are_valid(database: Database) -> None:
    """So is what the demo prints."""
    for query in all_saved():
        assert await database.explain(Query(query.name, "", query.text, frozenset(), False))
