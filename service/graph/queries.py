"""The stored Cypher: one file a statement in a folder of `cypher/queries/`, found by its name.

Owns reading the files and checking parameters. Knows nothing of the driver.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from service.errors import GraphError, InvalidInput
from service.resources import resource

_PARAMETER = re.compile(r"\$(\w+)")
_COMMENT = re.compile(r"^\s*//.*$", re.MULTILINE)
_WRITES = re.compile(r"\b(CREATE|MERGE|SET|DELETE|REMOVE|FOREACH)\b")
LANGUAGE = "CYPHER 25"


@dataclass(frozen=True, slots=True)
class Query:
    """One stored statement. `parameters` are the names after `$`; `writes` says whether it changes the graph."""

    name: str
    purpose: str
    text: str
    parameters: frozenset[str]
    writes: bool

    def check(self, given: Mapping[str, Any]) -> None:
        """Raise `GraphError` unless exactly the named parameters are given."""
        if frozenset(given) != self.parameters:
            missing = sorted(self.parameters - set(given))
            unknown = sorted(set(given) - self.parameters)
            raise GraphError(f"{self.name}.cypher: missing parameters {missing}, unknown parameters {unknown}.")


def parse(name: str, text: str) -> Query:
    """Make a `Query` of a file's text: a comment line with its purpose, `CYPHER 25`, the statement."""
    first, _, rest = text.partition("\n")
    if not first.startswith("// "):
        raise InvalidInput(f"{name}.cypher: the first line must be a comment that says what the query is for.")
    statement = _COMMENT.sub("", rest)
    if not statement.lstrip().startswith(LANGUAGE):
        raise InvalidInput(f"{name}.cypher: the statement must begin with {LANGUAGE}.")
    return Query(
        name=name,
        purpose=first[3:].strip(),
        text=text,
        parameters=frozenset(_PARAMETER.findall(statement)),
        writes=bool(_WRITES.search(statement)),
    )


@cache
def query(name: str) -> Query:
    """The stored statement of that name; `KeyError` where there is none."""
    return parse(name, _files()[name].read_text(encoding="utf-8"))


@cache
def _files() -> dict[str, Path]:
    """Every statement's file. Folders are for people: a name is there once."""
    files = sorted(folder().rglob("*.cypher"))
    found = {path.stem: path for path in files}
    if len(found) < len(files):
        raise GraphError("Two files below cypher/queries have the same name.")
    return found


def folder() -> Path:
    """Where the stored statements are."""
    return resource("cypher", "queries")


def all_names() -> list[str]:
    """The names of all stored statements, sorted."""
    return sorted(_files())
