"""What is known of an operation before it is executed: its text read and validated, its variables, and its cost.

In the order in which it is cheap to refuse. Knows nothing of how it is executed, nor of how its errors are told.
"""

from __future__ import annotations

from typing import Any, cast

from graphql import GraphQLError, GraphQLSchema, get_operation_ast
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionContext
from strawberry.types.graphql import OperationType

from service.api.graphql.costs import Costs
from service.api.graphql.documents import is_ambiguous, read_document, validate_document
from service.api.graphql.limits import rules_of, too_costly, too_long
from service.api.graphql.variables import are_long, are_many, check_variables
from service.settings.shapes import LimitSettings

_AMBIGUOUS = "There are several operations here, and `operationName` does not say which one to run."


class Operations:
    """The operations of one schema."""

    def __init__(self, limits: LimitSettings, *, introspection: bool) -> None:
        self._limits = limits
        self._rules = rules_of(limits, introspection=introspection)

    async def prepare(self, schema: GraphQLSchema, wanted: ExecutionContext) -> list[GraphQLError]:
        """What is wrong with an operation; with nothing wrong, `wanted` has its document and a context of its own.

        Raises `MissingQueryError`, `CannotGetOperationTypeError`, `InvalidOperationTypeError` where there is no
        operation that this request may ask.
        """
        text = wanted.query
        if not text:
            raise MissingQueryError
        try:
            document = wanted.graphql_document = await read_document(text, self._limits.max_tokens)
        except GraphQLError as error:
            return [error]
        operation = get_operation_ast(document, wanted.operation_name)
        if operation is None:
            raise CannotGetOperationTypeError(wanted.operation_name)
        if (kind := OperationType(operation.operation.value)) not in wanted.allowed_operations:
            raise InvalidOperationTypeError(kind)
        if errors := await validate_document(schema, self._rules, document, text):
            return errors
        if wanted._provided_operation_name is None and is_ambiguous(document):  # pyright: ignore[reportPrivateUsage]
            return [GraphQLError(_AMBIGUOUS)]
        variables = wanted.variables or {}
        cost = Costs(schema, document, variables, self._limits.max_page).of(operation)
        if cost > self._limits.max_cost:
            return [too_costly(cost, self._limits.max_cost)]
        if kind is not OperationType.MUTATION and variables and are_long(variables):
            return [too_long()]
        if wanted.context is not None:
            # A WebSocket has one context for all its operations, and what one has read is stale for the next.
            wanted.context = wanted.context.fresh(text)
            wanted.context.cost = cost
            if are_many(variables):
                wanted.context.variables = await check_variables(schema, cast(Any, operation), variables)
        return []
