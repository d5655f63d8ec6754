"""Values of Neo4j as text, for people: a node is told by its labels, its title and its id."""

from __future__ import annotations

import json
from typing import Any

from neo4j.graph import Node, Path, Relationship

_TITLES = ("title", "name", "key", "status")
_LONGEST = 60


def show_value(value: Any) -> str:
    """A value of a result as text: JSON, but for what is of a graph."""
    if isinstance(value, str):
        return value
    return _shown(value) if isinstance(value, Node | Path | Relationship) else json.dumps(_plain(value), ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple) and not isinstance(value, Path):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, str | int | float | bool) else _shown(value)


def _shown(value: Any) -> str:
    match value:
        case Node():
            labels = "".join(f":{label}" for label in sorted(value.labels))
            title = next((str(value[key]) for key in _TITLES if value.get(key)), "")
            return f"({' '.join(filter(None, (labels, value.get('id'), json.dumps(title[:_LONGEST], ensure_ascii=False) if title else '')))})"
        case Relationship():
            return f"[:{value.type}{_properties(value)}]"
        case Path():
            text = _shown(value.start_node)
            for node, step in zip(value.nodes, value.relationships, strict=False):
                ahead = step.start_node == node
                other = step.end_node if ahead else step.start_node
                text += f"{'-' if ahead else '<-'}{_shown(step)}{'->' if ahead else '-'}{_shown(other)}"
            return text
        case _:
            return str(value)


def _properties(of: Relationship) -> str:
    said = ", ".join(f"{key}: {json.dumps(_plain(one), ensure_ascii=False)}" for key, one in of.items())
    return f" {{{said}}}" if said else ""
