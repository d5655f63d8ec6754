"""What an analysis is: its purpose, parameters and columns, as the head of its file says them.

Pure. Owns the form of that head; `docs/analytics.md` explains it. Knows nothing of Neo4j.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from service.errors import GraphError
from service.graph.queries import LANGUAGE

OWNER, PROJECTION = "ownerId", "projection"
GIVEN = (OWNER, PROJECTION)
"""Parameters that no caller gives: whose data it is, and the name of what GDS holds in memory meanwhile."""
_PARAMETER = re.compile(r"// \$(\w+) ([A-Z]+)(?: (\S+)\.\.(\S+))?( = ([^:]*))?: (.+)")
_COLUMN = re.compile(r"// (\w+) ([A-Z]+(?:<[A-Z]+>)?)(?: \(([^)]+)\))?: (.+)")
_NOTHING = "''"
_PASTE = "// In Neo4j Browser first: "


class ValueType(StrEnum):
    """What a parameter takes, or what a column holds."""

    STRING = "STRING"
    """A text."""

    INTEGER = "INTEGER"
    """A whole number."""

    FLOAT = "FLOAT"
    """A number."""

    BOOLEAN = "BOOLEAN"
    """True or false."""

    DATE = "DATE"
    """A day, such as 2026-01-31."""

    DATETIME = "DATETIME"
    """A moment, such as 2026-01-31T12:00:00Z."""

    TIMEZONE = "TIMEZONE"
    """The name of a time zone, such as Europe/Berlin."""

    LIST = "LIST<STRING>"
    """A list of texts."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """What an analysis may be told. `default` is text, None where it must be told; numbers are from `low` to `high`."""

    name: str
    type: ValueType
    what: str
    default: str | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """What a cell of a row holds, and in which unit, if it has one."""

    name: str
    type: ValueType
    what: str
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Analysis:
    """One analysis. `parameters` are those that a caller may give; `text` is its Cypher."""

    name: str
    purpose: str
    parameters: tuple[Parameter, ...]
    columns: tuple[Column, ...]
    text: str
    group: str = ""

    @property
    def uses_gds(self) -> bool:
        """Whether it runs an algorithm of Graph Data Science."""
        return f"${PROJECTION}" in self.text


def describe(name: str, text: str, group: str = "") -> Analysis:
    """The analysis of a file's text. Raises `GraphError` for a line of its head that means nothing."""
    first, *head = text[: text.index(f"\n{LANGUAGE}\n")].splitlines()
    parameters, columns = list[Parameter](), list[Column]()
    for line in head:
        if match := _PARAMETER.fullmatch(line):
            parameters.append(_parameter(match))
        elif match := _COLUMN.fullmatch(line):
            columns.append(Column(match[1], ValueType(match[2]), match[4], match[3]))
        elif not line.startswith(_PASTE):
            raise GraphError(f"{name}.cypher: this line says neither a parameter nor a column: {line}")
    shown = tuple(one for one in parameters if one.name not in GIVEN)
    return Analysis(name, first.removeprefix("// "), shown, tuple(columns), text, group)


def pasted(text: str) -> str | None:
    """The command that gives Neo4j Browser the parameters of a file, as its head has it."""
    return next((line.removeprefix(_PASTE) for line in text.splitlines() if line.startswith(_PASTE)), None)


def _parameter(match: re.Match[str]) -> Parameter:
    low, high = (None if one is None else float(one) for one in (match[3], match[4]))
    default = None if match[5] is None else match[6].replace(_NOTHING, "")
    return Parameter(match[1], ValueType(match[2]), match[7], default, low, high)
