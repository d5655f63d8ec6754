"""A Cypher script, which Neo4j Browser and cypher-shell run: a statement a node, a statement a relationship.

Owns how a value is a literal: whatever a text holds, it stays inside its quotation marks. Run twice, it adds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from service.conversations.transfer.graphfile.items import Item, Node, Row, Tie, transferred
from service.conversations.transfer.graphfile.said import (
    moments_of,
    name_of,
    said_of_node,
    said_of_tie,
    tie_moments,
)
from service.graph.model import kinds

_SPECIAL = re.compile("[\\\\'\\x00-\\x1f\\x7f-\\x9f\u2028\u2029\ufeff]")
_HEAD = "// Conversations as nodes and relationships. Run it in an empty database: cypher-shell -f FILE\n"


class Script:
    """Writes one file."""

    def begin(self) -> bytes:
        """What finds nodes by their ids while relationships are written."""
        indexes = [
            f"CREATE INDEX {_name('file_' + kind.lower())} IF NOT EXISTS FOR (n:{_name(kind)}) ON (n.id);\n"
            for kind in transferred()
        ]
        return (_HEAD + "".join(indexes) + "CALL db.awaitIndexes(600);\n").encode()

    def encode(self, items: Iterable[Item]) -> bytes:
        """Statements of these."""
        return "".join(_statement(item) for item in items if isinstance(item, (Node, Tie))).encode()

    def end(self) -> bytes:
        """That it is whole."""
        return b"// This is the end of the file.\n"


def literal(value: Any) -> str:
    """A value as Cypher has it."""
    if isinstance(value, str):
        return "'" + _SPECIAL.sub(_escaped, value) + "'"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(literal, value)) + "]"  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    return repr(value)


def _escaped(found: re.Match[str]) -> str:
    # What is said by its number is put in before Cypher looks for the end of a text: those two are not.
    char = found[0]
    return f"\\{char}" if char in "\\'" else f"\\u{ord(char):04x}"


def _statement(item: Node | Tie) -> str:
    if isinstance(item, Node):
        # A node that has no id is known by a name of its own.
        key = {"id": name_of(item)}
        first, *more = reversed(kinds()[item.kind].labels)
        said = _map(said_of_node(item) | key, moments_of(item.kind))
        labels = "".join(f", n:{_name(label)}" for label in more)
        return f"MERGE (n:{_name(first)} {_map(key)}) SET n += {said}{labels};\n"
    ends = [f"MATCH ({n}:{_name(end.kind)} {_map({'id': end.id})})" for n, end in (("a", item.start), ("b", item.end))]
    said = _map(said_of_tie(item), tie_moments(item.type, item.start.kind, item.end.kind))
    return f"{' '.join(ends)} MERGE (a)-[:{_name(item.type)} {said}]->(b);\n"


def _map(properties: Row, moments: Iterable[str] = ()) -> str:
    times = frozenset(moments)
    said = (
        f"{_name(name)}: {f'datetime({literal(value)})' if name in times else literal(value)}"
        for name, value in properties.items()
        if value is not None
    )
    return "{" + ", ".join(said) + "}"


def _name(name: str) -> str:
    return f"`{name}`"
