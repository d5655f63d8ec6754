"""Questions about the schema itself: the same question is answered once.

Owns which operations ask for nothing else, and the answers that are kept. Knows nothing of callers: the schema is the
same for all of them.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import orjson
from graphql import DocumentNode as Document
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValidationRule,
    get_operation_ast,
)

MOST_ANSWERS = 64
MOST_BYTES = 8 * 1024 * 1024
"""What kept answers may take together: the largest that tools ask for has 200 KB."""
LONGEST_KEY = 20_000
_FIELDS = ("__schema", "__type")


class Answers:
    """Answers as JSON, the one used last at the end."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most, self._bytes = most_bytes, 0
        self._kept: OrderedDict[bytes, bytes] = OrderedDict()

    def get(self, key: bytes) -> bytes | None:
        """The answer to a question that was asked before."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def put(self, key: bytes, answer: bytes) -> None:
        """Keep an answer; what was used least lately makes room for it."""
        self._bytes += len(answer) - len(self._kept.pop(key, b""))
        self._kept[key] = answer
        while self._bytes > self._most or len(self._kept) > MOST_ANSWERS:
            self._bytes -= len(self._kept.popitem(last=False)[1])


def key_of(document: Document, text: str, operation: str | None, variables: Any) -> bytes | None:
    """By what the answer of an operation is kept; None where it asks for more than the schema."""
    if not any(name in text for name in _FIELDS) or not asks_for_the_schema(document, operation):
        return None
    try:
        key = orjson.dumps([text, operation, variables or {}])
    except orjson.JSONEncodeError:
        return None
    return key if len(key) <= LONGEST_KEY else None


def asks_for_the_schema(document: Document, operation: str | None) -> bool:
    """Whether an operation asks for the schema and for nothing else."""
    found = get_operation_ast(document, operation)
    fragments = {it.name.value: it for it in document.definitions if isinstance(it, FragmentDefinitionNode)}
    names = set(_root_names(found, fragments)) if found else set[str]()
    return names <= {*_FIELDS, "__typename"} and not names.isdisjoint(_FIELDS)


def _root_names(operation: OperationDefinitionNode, fragments: dict[str, FragmentDefinitionNode]) -> list[str]:
    names: list[str] = []
    sets: list[SelectionSetNode] = [operation.selection_set]
    left = dict(fragments)
    while sets:
        for selection in sets.pop().selections:
            if isinstance(selection, FieldNode):
                names.append(selection.name.value)
            elif isinstance(selection, InlineFragmentNode):
                sets.append(selection.selection_set)
            elif isinstance(selection, FragmentSpreadNode) and (fragment := left.pop(selection.name.value, None)):
                sets.append(fragment.selection_set)
    return names


class NoIntrospection(ValidationRule):
    """Refuses questions about the schema."""

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        """Refuse a field that asks one."""
        if node.name.value in _FIELDS:
            remedy = "Read the schema at /schema.graphql, or set server.introspection."
            extensions = {"code": "FORBIDDEN", "remedy": remedy, "retryable": False}
            message = f"Introspection is switched off: `{node.name.value}` is not answered."
            self.report_error(GraphQLError(message, node, extensions=extensions))


def lengths_of_lists(schema: GraphQLSchema) -> dict[str, int]:
    """About how many there are in the lists of an introspection, by the name of the field."""
    return {
        "types": len(schema.type_map),
        "fields": 8,
        "args": 3,
        "inputFields": 5,
        "enumValues": 6,
        "interfaces": 2,
        "possibleTypes": 4,
        "directives": len(schema.directives),
        "locations": 1,
    }
