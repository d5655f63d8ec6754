"""The variables of a request, checked against their types: many of them beside the event loop.

Owns how many values are checked at once. GraphQL's own rules say what is wrong with them.
"""

from __future__ import annotations

from typing import Any, cast

from graphql import DocumentNode, GraphQLError, GraphQLSchema, OperationDefinitionNode, get_operation_ast
from graphql.execution.values import VariableValues, get_variable_values

from service.api.graphql.documents import beside

FEW = 1_000
"""Values that are checked at once."""

LONG = 100_000
"""Characters that the variables of a query may have, each value counted as one at least."""

MOST_ERRORS = 50
"""Errors that are told of one request's variables."""

Checked = list[GraphQLError] | VariableValues


async def check_variables(schema: GraphQLSchema, operation: OperationDefinitionNode, given: dict[str, Any]) -> Checked:
    """Variables as the resolvers get them, or what is wrong with them."""
    wanted = operation.variable_definitions or ()
    return await beside(lambda: get_variable_values(schema, wanted, given, max_errors=MOST_ERRORS))


def are_many(given: dict[str, Any] | None) -> bool:
    """Whether there are more values than are checked at once."""
    left: list[Any] = [given]
    count = 0
    while left and count <= FEW:
        value = left.pop()
        if isinstance(value, dict | list):
            count += len(cast("list[Any]", value))
            left.extend(cast("dict[str, Any]", value).values() if isinstance(value, dict) else cast("list[Any]", value))
    return count > FEW


def are_long(given: dict[str, Any] | None) -> bool:
    """Whether they are longer than what is looked for can be: strings go to Neo4j in one piece."""
    left: list[Any] = list((given or {}).values())
    size = 0
    while left and size <= LONG:
        value = left.pop()
        size += len(value) if isinstance(value, str) else 1
        if isinstance(value, dict | list):
            left.extend(cast("dict[str, Any]", value).values() if isinstance(value, dict) else cast("list[Any]", value))
    return size > LONG


def without_variables(document: DocumentNode, name: str | None) -> DocumentNode:
    """A document whose operation has no variables any more: they are checked."""
    operation = get_operation_ast(document, name)
    definitions = [_plain(it) if it is operation else it for it in document.definitions]
    return DocumentNode(definitions=tuple(definitions))


def _plain(operation: Any) -> OperationDefinitionNode:
    return OperationDefinitionNode(
        operation=operation.operation,
        name=operation.name,
        variable_definitions=(),
        directives=operation.directives,
        selection_set=operation.selection_set,
        loc=operation.loc,
    )
