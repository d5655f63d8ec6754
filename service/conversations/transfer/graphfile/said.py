"""How properties are said outside of the graph: none that is of one machine alone, and each moment as a text.

Owns the order of a node's properties, and what a node without an id is called. Knows no format.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from service.conversations.transfer.graphfile.items import MACHINES, Node, Row, Tie
from service.graph.model import kinds, ties
from service.graph.moments import moment_text


@cache
def moments_of(kind: str) -> tuple[str, ...]:
    """The properties of a kind that are moments."""
    return tuple(name for name, type_ in kinds()[kind].types.items() if type_ == "DATETIME")


@cache
def tie_moments(type_: str, start: str, end: str) -> tuple[str, ...]:
    """The same of a relationship."""
    types = ties().get((type_, start, end), {})
    return tuple(name for name, said in types.items() if said == "DATETIME")


def said_of_node(node: Node, say: Callable[[Any], Any] = moment_text) -> Row:
    """A node's properties; `say` is how a moment is said."""
    left = MACHINES.get(node.kind)
    found = {name: value for name, value in node.properties.items() if name not in left} if left else node.properties
    return _spelled(found, moments_of(node.kind), say)


def said_of_tie(tie: Tie, say: Callable[[Any], Any] = moment_text) -> Row:
    """A relationship's."""
    if not tie.properties:
        return tie.properties
    return _spelled(tie.properties, tie_moments(tie.type, tie.start.kind, tie.end.kind), say)


def name_of(node: Node) -> str:
    """The id of a node, or a name that it has in this file alone."""
    said: Any = node.properties
    return said.get("id") or f"{node.kind.lower()}-{said.get('conversationId')}-{said.get('seq')}"


def _spelled(properties: Row, moments: tuple[str, ...], say: Callable[[Any], Any]) -> Row:
    found = {name: say(properties[name]) for name in moments if properties.get(name) is not None}
    return properties | found if found else properties
