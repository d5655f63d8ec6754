"""What may be in the graph: `cypher/graph.yaml`, as kinds of nodes and the ties that they may have.

Owns reading that file. A kind is what a node is most exactly: `Prompt`, not `Message`. Knows nothing of what is done
with nodes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from service.resources import read_resource

Types = Mapping[str, str]
"""The properties of something, and their types as Neo4j names them."""

_TIE = re.compile(r"\((\w+)\)-\[:(\w+)(?: \{(.*)\})?\]->\((\w+)\)")
_OWN = {"id": "STRING", "createdAt": "DATETIME"}


@dataclass(frozen=True, slots=True)
class Kind:
    """What a node is: its labels, and the types of its properties."""

    name: str
    labels: tuple[str, ...]
    types: Types


@cache
def kinds() -> Mapping[str, Kind]:
    """All kinds, by name. A label that others stand beside, such as `Message`, is none."""
    said: dict[str, dict[str, Any]] = _read()["labels"]
    general = {one["of"] for one in said.values() if "of" in one}
    return {name: _kind(name, said) for name in said if name not in general}


@cache
def ties() -> Mapping[tuple[str, str, str], Types]:
    """The types of the properties of each relationship that there may be, by its type and the kinds of its ends."""
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    for text in (text for one in _read()["relationships"] for text in one):
        match = _TIE.fullmatch(text)
        assert match, f"graph.yaml: {text!r} is no relationship"
        types = dict(re.findall(r"(\w+): ([\w<>]+)", match[3] or ""))
        for start in _kinds_of(match[1]):
            for end in _kinds_of(match[4]):
                found.setdefault((match[2], start, end), {}).update(types)
    return found


def _kinds_of(label: str) -> list[str]:
    return [kind.name for kind in kinds().values() if label in kind.labels]


def _kind(name: str, said: dict[str, dict[str, Any]]) -> Kind:
    above = said[name].get("of")
    types: dict[str, str] = {} if said[name].get("bare") else dict(_OWN)
    for label in (above, name):
        if label:
            types |= {key: str(text).partition(", ")[0] for key, text in said[label]["properties"].items()}
    return Kind(name, (above, name) if above else (name,), types)


@cache
def _read() -> dict[str, Any]:
    return yaml.safe_load(read_resource("cypher", "graph.yaml"))
