"""What a line of our own format may say: each value against `cypher/graph.yaml`, and nothing else is taken.

Asks nobody: what lines say together is checked in the graph, over what has arrived.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from hashlib import sha256
from typing import Any, cast

import orjson

from service.conversations.transfer.graphfile.items import End, Node, Row, Tie, transferred, transferred_ties
from service.conversations.transfer.graphfile.lines import FIRST_VERSION, FORMAT, MOMENT, VERSION
from service.conversations.transfer.graphfile.needed import NEEDED, NOT_NEGATIVE, WORDS
from service.graph.model import Types, kinds
from service.graph.moments import moment

ACROSS = frozenset({"REFERENCES", "REPEATS"})
LONGEST_LINE = 64_000_000
SHORT_LINE, MOST_VALUES = 64_000, 100_000
"""A longer line is looked at before it is read: 60 MB of empty lists are 2 GB and ten seconds in which nobody else
has a turn. A text of any length is one value."""
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LONG = 1 << 63
_HIGHEST = 1 << 53
"""Of a number in a conversation, so that it can go up for ever."""


class Refused(Exception):
    """A line cannot be taken; says which value, and what to do."""

    def __init__(self, sentence: str, remedy: str = "Export the conversation again, and do not edit the file.") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.remedy = remedy


def parsed(line: bytes) -> Row:
    """What a line says."""
    if len(line) > LONGEST_LINE:
        raise Refused("The line is longer than 64 MB.")
    if len(line) > SHORT_LINE and _is_crowded(line):
        raise Refused("The line holds more values than a node or a relationship can have.")
    try:
        said = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise Refused(f"The line is no JSON: {error.msg}.") from error
    return _map(said, "The line")


def _is_crowded(line: bytes) -> bool:
    """Whether there are more brackets, commas and texts than a line can have. Of texts nothing is looked at."""
    plain = line.replace(b"\\\\", b"").replace(b'\\"', b"")
    # Now each quote begins or ends a text.
    if plain.count(b'"') > 2 * MOST_VALUES:
        return True
    outside = plain.split(b'"')[::2]
    return sum(part.count(sign) for part in outside for sign in (b"[", b"{", b",")) > MOST_VALUES


def check_header(said: Row) -> None:
    """The first line. Raises `Refused` where the file is none of ours, or of a newer version."""
    if said.get("format") != FORMAT:
        raise Refused(f"The file is not of the format {FORMAT!r}.", "Name the format that it has.")
    if said.get("version") not in (FIRST_VERSION, VERSION):
        was, known = _short(said.get("version")), f"{FIRST_VERSION} and {VERSION}"
        raise Refused(f"The file is of version {was}; this service reads versions {known}.", "Upgrade the service.")


def node_of(said: Any) -> Node:
    """A node, its moments as the graph has them."""
    said = _map(said, "node", {"labels", "properties"})
    kind = _kind(said.get("labels"))
    types = transferred()[kind]
    properties = _properties(said.get("properties"), types, kind)
    needed = NEEDED[kind].split() + [name for name in ("id", "createdAt") if name in types and kind != "Model"]
    for name in needed:
        if properties.get(name) is None:
            raise Refused(f"{kind}.{name} is missing.")
    for (of, name), words in WORDS.items():
        if of == kind and name in properties and properties[name] not in words.split():
            raise Refused(f"{kind}.{name} is {_short(properties[name])}; it may be {', '.join(words.split())}.")
    if kind != "Model" and "id" in types:
        _id(properties["id"], f"{kind}.id")
    _CHECKS.get(kind, lambda _: None)(properties)
    return Node(kind, properties)


def tie_of(said: Any) -> Tie:
    """A relationship."""
    said = _map(said, "relationship", {"type", "from", "to", "properties", "across"})
    start, end = _end(said.get("from"), "from"), _end(said.get("to"), "to")
    place = (str(said.get("type")), start.kind, end.kind)
    types = transferred_ties().get(place)
    if types is None:
        raise Refused(f"There is no relationship (:{place[1]})-[:{_short(place[0])}]->(:{place[2]}).")
    if start == end:
        raise Refused("A relationship goes from something to itself.")
    across = said.get("across")
    if across is not None:
        _id(across, "across")
        if place[0] not in ACROSS:
            raise Refused(f"{place[0]} cannot go across conversations.")
    return Tie(place[0], start, end, _properties(said.get("properties"), types, place[0]), across)


def place_of(said: Any, what: str) -> str:
    """The id of a conversation that begins or ends."""
    return _id(_map(said, what).get("id"), f"{what}.id")


def count_of(said: Any, name: str) -> int:
    """A number of the line that ends something."""
    value = _map(said, "whole").get(name)
    if not isinstance(value, int):
        raise Refused(f"{name} is no number.")
    return value


def counts_of(said: Any) -> tuple[int, int]:
    """How many nodes and relationships there were, by the line that ends something."""
    return count_of(said, "nodes"), count_of(said, "relationships")


def _kind(labels: Any) -> str:
    found = _kinds_by_labels().get(tuple(labels)) if _is_texts(labels) else None
    if found is None:
        raise Refused(f"There are no nodes with the labels {_short(labels)}, or they are not imported.")
    return found


@cache
def _kinds_by_labels() -> Mapping[tuple[str, ...], str]:
    return {kinds()[name].labels: name for name in transferred()}


def _end(said: Any, what: str) -> End:
    said = _map(said, what, {"label", "id"})
    label, id_ = said.get("label"), said.get("id")
    if label not in transferred() or label == "Change" or not isinstance(id_, str):
        raise Refused(f"{what} is {_short(said)}: it needs a label and an id.")
    return End(label, id_ if label == "Model" else _id(id_, f"{what}.id"))


def _properties(said: Any, types: Types, what: str) -> Row:
    found: Row = {}
    for name, value in _map(said, "properties").items():
        if name not in types:
            raise Refused(f"{what} has no property {_short(name)}, or it is not imported.")
        if value is not None:
            found[name] = _value(value, types[name], f"{what}.{name}")
            if name in NOT_NEGATIVE and not 0 <= found[name] < _HIGHEST:
                raise Refused(f"{what}.{name} is negative, or too great.")
    return found


def _value(value: Any, type_: str, what: str) -> Any:
    if type_ == "DATETIME":
        try:
            return moment(_map(value, what, {MOMENT})[MOMENT])
        except (KeyError, TypeError, ValueError) as error:
            wanted = f'{{"{MOMENT}": "2026-01-02T03:04:05.678Z"}}'
            raise Refused(f"{what} is {_short(value)}; a moment is {wanted}, in UTC.") from error
    if not _IS[type_](value):
        raise Refused(f"{what} is {_short(value)}; it must be {type_}.")
    return value


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in cast(list[Any], value))


def _is_number(value: Any) -> bool:
    return isinstance(value, float)


_IS: Mapping[str, Callable[[Any], bool]] = {
    "STRING": lambda value: isinstance(value, str),
    "INTEGER": lambda value: isinstance(value, int) and not isinstance(value, bool) and -_LONG <= value < _LONG,
    "FLOAT": _is_number,
    "BOOLEAN": lambda value: isinstance(value, bool),
    "LIST<STRING>": _is_texts,
    "LIST<FLOAT>": lambda value: isinstance(value, list) and all(map(_is_number, cast(list[Any], value))),
}


def _map(said: Any, what: str, names: set[str] | None = None) -> Row:
    if not isinstance(said, dict):
        raise Refused(f"{what} is {_short(said)}; it must be a JSON object.")
    if names is not None and (unknown := set(cast(Row, said)) - names):
        raise Refused(f"{what} has no {_short(sorted(unknown)[0])}; it has {', '.join(sorted(names))}.")
    return cast(Row, said)


def _id(value: Any, what: str) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise Refused(f"{what} is {_short(value)}; an id is a UUID in small letters.")
    return value


def _short(value: Any) -> str:
    text = ascii(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _check_message(said: Row) -> None:
    # Of Neo4j a character is what UTF-16 has one unit for, of Python a code point: both were written.
    content: str = said["content"]
    if said["length"] not in (len(content), len(content.encode("utf-16-le")) // 2):
        raise Refused("length is not that of the content.")
    if not said["title"].strip():
        raise Refused("title is empty.")


def _check_source(said: Row) -> None:
    text: str = said["text"]
    raw = text.encode()
    if said["sha256"] != sha256(raw).hexdigest() or said["bytes"] != len(raw):
        raise Refused("sha256 or bytes of a source is not that of its text.")
    if said["length"] not in (len(text), len(text.encode("utf-16-le")) // 2):
        raise Refused("length is not that of the text.")


def _check_model(said: Row) -> None:
    if said.get("id") != f"{said['provider']}/{said['name']}" or len(said["id"]) > 500:
        raise Refused("The id of a model is its provider, a slash and its name.")
    if said.get("contextWindow", 1) <= 0:
        raise Refused("contextWindow is not above 0.")


def _check_task(said: Row) -> None:
    if (said["responseFormat"] == "JSON_SCHEMA") != ("responseSchema" in said):
        raise Refused("A task has a responseSchema just where its responseFormat is JSON_SCHEMA.")
    if (said["strategy"] != "DYNAMIC") and "plan" in said:
        raise Refused("A task has a plan only where its strategy is DYNAMIC.")
    ended = said["status"] in ("SUCCEEDED", "PARTIAL", "FAILED", "CANCELLED")
    if ended == bool(said.get("unfinished")) or (ended and "finishedAt" not in said):
        raise Refused("A task is unfinished just until it has one of its last states, and a moment at which it ended.")


def _check_erasure(said: Row) -> None:
    if not said["joins"]:
        raise Refused("Of deletions only those are imported that joined what was left.")


def _check_plan(said: Row) -> None:
    if said.get("currentName", said["name"]) != said["name"] or said["version"] < 1:
        raise Refused("currentName of a kept plan is its name, on the newest version, and the first version is 1.")
    try:
        _map(orjson.loads(said["plan"]), "Strategy.plan")
    except orjson.JSONDecodeError as error:
        raise Refused("The plan of a kept plan is no JSON.") from error


_CHECKS: Mapping[str, Callable[[Row], None]] = {
    "Prompt": _check_message,
    "Response": _check_message,
    "Source": _check_source,
    "Model": _check_model,
    "Task": _check_task,
    "Erasure": _check_erasure,
    "Strategy": _check_plan,
}
