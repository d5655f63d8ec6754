"""Texts of operations: each is read once, beside the event loop, and which of its operations is meant.

Reading and validating a text is work that grows with the square of it. It is done in a thread, one text at a time, so
that others go on meanwhile.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Hashable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any, Generic, TypeVar, cast

from graphql import (
    ASTValidationRule,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    ValidationContext,
    ValidationRule,
    get_operation_ast,
    parse,
    validate,
)
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionContext

MOST_DOCUMENTS = 128
"""Texts that are kept parsed."""

LONGEST_KEPT = 20_000
"""Characters. What is longer has a value written into it, is not sent again, and would be held for nothing."""

_T = TypeVar("_T")


_thread = ThreadPoolExecutor(1, "antiphon-documents")


async def beside(make: Callable[[], _T]) -> _T:
    """What `make` makes in the thread."""
    return await asyncio.get_running_loop().run_in_executor(_thread, make)


class BoundsRule(ValidationRule):
    """A rule about how much a document may hold; such rules come first."""


class _Kept(Generic[_T]):
    """What was made lately, by what it was made of."""

    def __init__(self) -> None:
        self._found: OrderedDict[Hashable, _T] = OrderedDict()

    async def get(self, key: Hashable, text: str, make: Callable[[], _T]) -> _T:
        """What is kept, or what `make` makes of a text in the thread."""
        if (found := self._found.get(key)) is not None:
            self._found.move_to_end(key)
            return found
        made = await beside(make)
        if len(text) <= LONGEST_KEPT:
            self._found[key] = made
            if len(self._found) > MOST_DOCUMENTS:
                self._found.popitem(last=False)
        return made


_parsed: _Kept[DocumentNode] = _Kept()
_validated: _Kept[list[GraphQLError]] = _Kept()


async def read_document(text: str, max_tokens: int | None) -> DocumentNode:
    """A text, parsed. Raises `GraphQLError`."""
    return await _parsed.get((text, max_tokens), text, lambda: _parse(text, max_tokens))


def _parse(text: str, max_tokens: int | None) -> DocumentNode:
    document = parse(text, max_tokens=max_tokens)
    # Each token knows the one before and the one after: as a ring they would be left to the garbage collector.
    token = document.loc.start_token if document.loc else None
    while token is not None:
        token.prev, token = None, token.next
    return document


def check_document(
    schema: GraphQLSchema, document: DocumentNode, rules: Sequence[type[ASTValidationRule]]
) -> list[GraphQLError]:
    """What is wrong with a document. The bounds come first: what is refused by them is compared with no rule."""
    first = [rule for rule in rules if issubclass(rule, BoundsRule)]
    return _check(schema, document, first) or _check(schema, document, [rule for rule in rules if rule not in first])


def _check(
    schema: GraphQLSchema, document: DocumentNode, rules: Sequence[type[ASTValidationRule]]
) -> list[GraphQLError]:
    made: list[ASTValidationRule] = []

    def noted(rule: type[ASTValidationRule], context: ValidationContext) -> ASTValidationRule:
        made.append(rule(context))
        return made[-1]

    try:
        return validate(schema, document, [cast(Any, partial(noted, rule)) for rule in rules])
    finally:
        # Rules know their own methods: what they remember of a document would be left to the garbage collector.
        for rule in made:
            vars(rule).clear()


async def is_subscription(text: str | None, operation: str | None, max_tokens: int) -> bool:
    """Whether this operation of a text is a subscription; a text that says none is not."""
    if "subscription" not in (text or ""):
        return False
    with suppress(GraphQLError):
        found = get_operation_ast(await read_document(text or "", max_tokens), operation)
        return found is not None and found.operation is OperationType.SUBSCRIPTION
    return False


class DocumentValidation(SchemaExtension):
    """Validates a text that is kept once, by GraphQL's own rules. (Strawberry's give each wrong choice two errors.)"""

    async def on_validate(self) -> AsyncIterator[None]:
        """Set the errors."""
        execution = self.execution_context
        document, rules, text = execution.graphql_document, execution.validation_rules, execution.query or ""
        if document is not None:
            schema = execution.schema._schema  # pyright: ignore[reportPrivateUsage]
            key = schema, rules, text
            found = await _validated.get(key, text, lambda: check_document(schema, document, rules))
            execution.pre_execution_errors = found
        yield


class OperationName(SchemaExtension):
    """Refuses several operations where none is named: Strawberry would run the first."""

    def on_validate(self) -> Iterator[None]:
        """Set the error, where there is no other."""
        execution = self.execution_context
        if not execution.pre_execution_errors and _is_ambiguous(execution):
            message = "There are several operations here, and `operationName` does not say which one to run."
            execution.pre_execution_errors = [GraphQLError(message)]
        yield


def _is_ambiguous(execution: ExecutionContext) -> bool:
    if execution._provided_operation_name is not None or execution.graphql_document is None:  # pyright: ignore[reportPrivateUsage]
        return False
    definitions = execution.graphql_document.definitions
    return sum(isinstance(definition, OperationDefinitionNode) for definition in definitions) > 1
