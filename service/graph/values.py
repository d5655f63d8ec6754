"""Values of Neo4j as text, for people: a node is told by its labels, its title and its id."""

from __future__ import annotations

import json
from typing import Any, cast

from neo4j.graph import Node, Path, Relationship

_TITLES = ("title", "name", "key", "status")
_LONGEST = 60


def show_value(value: Any) -> str:
    """A value of a result as text: JSON, but for texts and for what is of a graph."""
    if isinstance(value, str):
        return value
    return _shown(value) if isinstance(value, Node | Path | Relationship) else _json(plain_value(value))


def plain_value(value: Any) -> Any:
    """A value of a result as JSON has it: what is of a graph, and a time, is a text."""
    match value:
        case None | str() | int() | float():
            return value
        case dict():
            return {str(key): plain_value(one) for key, one in cast("dict[Any, Any]", value).items()}
        case list():
            return [plain_value(one) for one in cast("list[Any]", value)]
        case _:
            return _shown(value)


def _shown(value: Any) -> str:
    match value:
        case Node():
            labels = "".join(f":{label}" for label in sorted(value.labels))
            title = next((str(value[key]) for key in _TITLES if value.get(key)), "")
            return f"({' '.join(filter(None, (labels, value.get('id'), _json(title[:_LONGEST]) if title else '')))})"
        case Relationship():
            said = ", ".join(f"{key}: {_json(plain_value(one))}" for key, one in value.items())
            return f"[:{value.type} {{{said}}}]" if said else f"[:{value.type}]"
        case Path():
            return _shown(value.nodes[0]) + "".join(map(_step, value.nodes, value.relationships))
        case _:
            return str(value)


def _step(begin: Node, step: Relationship) -> str:
    ahead = step.start_node == begin
    end = _shown(step.end_node if ahead else step.start_node)
    return f"-{_shown(step)}->{end}" if ahead else f"<-{_shown(step)}-{end}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
