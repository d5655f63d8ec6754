"""`docs/graph-model.md` and its picture: made of `cypher/graph.yaml`, what is in the graph, and of the migrations.

Owns how both are read, how the page is written, and what a real graph has that the page does not. `scripts/graph-model`
writes both; with `--check` it says whether they are what it would write.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from service.graph.database import Database
from service.graph.migrations import read_migrations
from tests.support import graph_picture
from tests.support.generated import ROOT, keep
from tests.support.services import cypher

PAGE = ROOT / "docs" / "graph-model.md"
PICTURE = ROOT / "docs" / "graph-model.svg"
GRAPH = ROOT / "cypher" / "graph.yaml"
OWN = {"id": "STRING, its own id, made by the service", "createdAt": "DATETIME, when it was written"}
HEAD = """# The graph model

<!-- Made by scripts/graph-model of cypher/graph.yaml and cypher/migrations. Do not edit it here. -->

What is in the graph: labels, relationships, properties, constraints and indexes. [The graph](graph.md) says how it
is put together, the [Cypher cookbook](cypher-cookbook.md) has questions. A test compares this page with a
real database.

![The labels that a newcomer meets, and how they are tied.](graph-model.svg)

Prompts and responses are messages: an arrow at the dashed frame may be one of either. The picture shows
{shown} of {all} labels, and what ties them most. The tables below have all.
Left out is what you do not need at first: {left_out}.

Types are Neo4j's. `DATETIME` is in UTC. A property that is not there is null.
"""
_CREATED = re.compile(
    r"CREATE (CONSTRAINT|INDEX) (\w+) IF NOT EXISTS\s+FOR (?:\(n:(?=\w+\) )|\(\)-\[r:(?=\w+\]-\(\) ))"
    r"(\w+)(?:\)|\]-\(\)) (?:ON|REQUIRE) \(?([^()]+?)\)?( IS UNIQUE)?$"
)
_DROPPED = re.compile(r"DROP (?:CONSTRAINT|INDEX) (\w+)")
_EDGE = re.compile(r"\((\w+)\)-\[:(\w+)(?: \{(.*)\})?\]->\((\w+)\)")


@dataclass(frozen=True)
class Label:
    """A label: what it is, and its properties with their types and meanings."""

    name: str
    what: str
    of: str | None
    properties: dict[str, tuple[str, str]]


@dataclass(frozen=True)
class Edge:
    """A relationship between two labels, with the types of its properties."""

    start: str
    type: str
    end: str
    properties: dict[str, str]
    what: str


@dataclass(frozen=True)
class Rule:
    """A constraint or an index."""

    name: str
    label: str
    properties: tuple[str, ...]
    is_unique: bool


def labels() -> dict[str, Label]:
    """The labels, in the order of the page."""
    said: dict[str, dict[str, Any]] = yaml.safe_load(GRAPH.read_text())["labels"]
    return {name: _label(name, one) for name, one in said.items()}


def edges() -> list[Edge]:
    """The relationships, in the order of the page."""
    return [
        _edge(text, what) for one in yaml.safe_load(GRAPH.read_text())["relationships"] for text, what in one.items()
    ]


def rules() -> dict[str, Rule]:
    """The constraints and indexes that the migrations leave behind."""
    found: dict[str, Rule] = {}
    for statement in (text for migration in read_migrations() for text in migration.statements):
        if dropped := _DROPPED.match(statement):
            found.pop(dropped[1])
        elif created := _CREATED.match(" ".join(statement.split())):
            names = tuple(name.strip().removeprefix("n.").removeprefix("r.") for name in created[4].split(","))
            found.setdefault(created[2], Rule(created[2], created[3], names, created[1] == "CONSTRAINT"))
    return found


def page() -> str:
    """The page as it should be."""
    known = labels()
    head = HEAD.format(left_out=graph_picture.left_out(), shown=len(graph_picture.PLACES) + 1, all=len(known))
    return "\n".join([head, *_labels(), *_edges(), *_rules()])


def picture() -> str:
    """The picture as it should be."""
    return graph_picture.picture(labels(), edges())


async def unknown_in(database: Database) -> list[str]:
    """What a graph has that the page does not say: properties, their types, relationships."""
    rows = await cypher(
        database,
        """MATCH (n) UNWIND keys(n) AS key
        RETURN DISTINCT labels(n) AS labels, key, valueType(n[key]) AS type ORDER BY labels, key""",
    )
    tied = await cypher(
        database,
        """MATCH (a)-[r]->(b) UNWIND keys(r) + [null] AS key
        RETURN DISTINCT labels(a) AS start, type(r) AS type, labels(b) AS end, key, valueType(r[key]) AS value""",
    )
    said = [f"{row['labels']}.{row['key']}: {row['type']}" for row in rows if not _is_said(row)]
    return said + [f"{row}" for row in tied if not _is_said_of_edge(row)]


def _is_said(row: dict[str, Any]) -> bool:
    known = labels()
    return any(_fits(row["type"], known[name].properties.get(row["key"])) for name in row["labels"])


def _is_said_of_edge(row: dict[str, Any]) -> bool:
    known = [
        one for one in edges() if (one.type, one.start in row["start"], one.end in row["end"]) == (row["type"], 1, 1)
    ]
    if row["key"] is None:
        return known != []
    return any(_fits(row["value"], (one.properties.get(row["key"], ""), "")) for one in known)


def _fits(seen: str, said: tuple[str, str] | None) -> bool:
    """Whether a value's type is the one on the page; whole seconds are written as such, empty lists are of nothing."""
    type = seen.removesuffix(" NOT NULL").replace("ZONED ", "").replace(" NOT NULL", "")
    return said is not None and type in (said[0], {"FLOAT": "INTEGER", "LIST<STRING>": "LIST<NOTHING>"}.get(said[0]))


def _label(name: str, said: dict[str, Any]) -> Label:
    own = {} if said.get("bare") or said.get("of") else OWN
    rows = {key: str(text).partition(", ") for key, text in (own | said["properties"]).items()}
    return Label(name, said["what"], said.get("of"), {key: (row[0], row[2]) for key, row in rows.items()})


def _edge(text: str, what: str) -> Edge:
    match = _EDGE.fullmatch(text)
    assert match, f"{GRAPH.name}: {text!r} is no relationship"
    properties = dict(re.findall(r"(\w+): (\w+)", match[3] or ""))
    return Edge(match[1], match[2], match[4], properties, what)


def _labels() -> Iterator[str]:
    yield "## Labels\n\n| label | what it is |\n|---|---|"
    for label in labels().values():
        yield f"| [`{label.name}`](#{label.name.lower()}) | {label.what} |"
    for label in labels().values():
        more = f" It has the properties of [`{label.of}`](#{label.of.lower()}), and these:" if label.of else ""
        yield f"\n### {label.name}\n\n{label.what}{more}\n\n| property | type | what it is |\n|---|---|---|"
        for name, (type, what) in label.properties.items():
            yield f"| `{name}` | {type} | {what} |"


def _edges() -> Iterator[str]:
    yield "\n## Relationships\n\n| relationship | what it is | properties |\n|---|---|---|"
    for one in edges():
        has = ", ".join(f"`{name}` {type}" for name, type in one.properties.items())
        yield f"| `(:{one.start})-[:{one.type}]->(:{one.end})` | {one.what} | {has} |"


def _rules() -> Iterator[str]:
    yield "\n## Constraints\n\nA constraint is an index too: it finds a node or a relationship fast.\n"
    yield "| name | label or type | unique |\n|---|---|---|"
    for rule in rules().values():
        if rule.is_unique:
            yield f"| `{rule.name}` | `{rule.label}` | {', '.join(rule.properties)} |"
    yield "\n## Indexes\n\n| name | label or type | properties |\n|---|---|---|"
    for rule in rules().values():
        if not rule.is_unique:
            yield f"| `{rule.name}` | `{rule.label}` | {', '.join(rule.properties)} |"
    yield ""


def main() -> int:
    """Write the page and the picture; with `--check` say whether they are up to date."""
    return keep({PAGE: page(), PICTURE: picture()}, "cypher/graph.yaml", "scripts/graph-model")


if __name__ == "__main__":
    sys.exit(main())
