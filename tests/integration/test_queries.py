"""Every stored statement on the real server: it plans, it uses an index, and something uses it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from service.errors import ConfigurationError
from service.graph.database import Connection, Database
from service.graph.queries import LANGUAGE, all_names, query

SERVICE = Path(__file__).parents[2] / "service"
SCRIPTS = SERVICE / "conversations" / "transfer" / "graphfile" / "scripts.py"


@pytest.mark.parametrize("name", all_names())
def test_query_begins_with_its_purpose_and_language(name: str) -> None:
    """A file says what it is for and means one thing wherever it is pasted."""
    first, second = query(name).text.splitlines()[:2]
    assert re.fullmatch(r"// [A-Z].*\.", first)
    assert second == LANGUAGE


def test_every_query_is_used() -> None:
    """A file that nothing names is dead."""
    code = "\n".join(path.read_text() for path in SERVICE.rglob("*.py"))
    assert [name for name in all_names() if f'"{name}"' not in code] == []


def test_python_holds_no_cypher() -> None:
    """Cypher lives in files. What writes a script for others runs none of it."""
    pattern = re.compile(r"\b(MATCH|MERGE|UNWIND)\s*\(|\bUNWIND \$|\bRETURN \w+\b.*\bAS\b")
    guilty = [str(path) for path in SERVICE.rglob("*.py") if path != SCRIPTS and pattern.search(path.read_text())]
    assert guilty == []


async def test_a_database_that_is_not_there_is_named(connection: Connection) -> None:
    """With the variable that names another one."""
    database = Database(replace(connection, database="nowhere"))
    try:
        with pytest.raises(ConfigurationError, match=r"no database 'nowhere'.*NEO4J_DATABASE"):
            await database.execute("RETURN 1")
    finally:
        await database.close()
