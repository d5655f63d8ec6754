"""What a file of a graph is made of, whatever its format: nodes, ties, and where a conversation begins and ends.

Owns what of the graph goes into a file, and what is of one machine alone. A leaf: knows neither formats nor the graph.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from service.graph.model import Types, kinds, ties

Row = dict[str, Any]


class Begin(NamedTuple):
    """A conversation begins: what is there up to the number `as_of`."""

    conversation_id: str
    as_of: int


class Node(NamedTuple):
    """A node: what it is most exactly, and its properties; moments are texts."""

    kind: str
    properties: Row


class End(NamedTuple):
    """What a tie is tied to. A change is none: it has no id."""

    kind: str
    id: str


class Tie(NamedTuple):
    """A relationship. `across` names the other conversation, where an end is in another one."""

    type: str
    start: End
    end: End
    properties: Row
    across: str | None = None


class BeginStrategies(NamedTuple):
    """The kept plans of the owner begin: they are of no conversation."""


class Whole(NamedTuple):
    """A conversation ends, or the kept plans do for None, and this is how much there was of it."""

    conversation_id: str | None
    nodes: int
    relationships: int


Item = Begin | BeginStrategies | Node | Tie | Whole

OWN = (
    "Conversation",
    "Erasure",
    "Prompt",
    "Response",
    "Annotation",
    "Branch",
    "Document",
    "Summary",
    "Claim",
    "Task",
    "Run",
    "Subtask",
    "Attempt",
    "Change",
)
"""What is of one conversation."""
SHARED = ("Source", "Tool", "Template", "Model", "Strategy")
"""What several conversations may have in common."""

MACHINES: Mapping[str, frozenset[str]] = {
    "Conversation": frozenset({"idempotencyKey", "searchedSeq", "changedAt"}),
    "Task": frozenset({"idempotencyKey", "causeKey", "keepsEvents", "leaseOwner", "leaseUntil", "documentsLeft"}),
    "Attempt": frozenset({"heldBy"}),
    "Change": frozenset({"idempotencyKey", "causeKey"}),
    "Strategy": frozenset({"idempotencyKey"}),
    "Source": frozenset({"searchedTo"}),
    "Erasure": frozenset({"idempotencyKey", "partOf", "upto", "changedAt", "seq", "touchedAt"}),
}
"""Properties that say something of the service that wrote them, and nothing of what was said."""


@cache
def transferred() -> Mapping[str, Types]:
    """The kinds that go into a file, each with its properties and their types."""
    found: dict[str, Types] = {}
    for name in (*OWN, *SHARED):
        left = MACHINES.get(name, frozenset())
        found[name] = {key: type_ for key, type_ in kinds()[name].types.items() if key not in left}
    return found


@cache
def transferred_ties() -> Mapping[tuple[str, str, str], Types]:
    """The relationships that go into a file."""
    there = {*OWN, *SHARED}
    return {
        (type_, start, end): types
        for (type_, start, end), types in ties().items()
        if start in there and end in there and type_ != "HAD_TASK"
    }
