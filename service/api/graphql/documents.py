"""What an operation's text says: parsed once for all who send it, and which of its operations is meant."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache

from graphql import (
    ASTValidationRule,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
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


def parse_document(text: str, max_tokens: int | None) -> DocumentNode:
    """A text, parsed. Raises `GraphQLError`."""
    if len(text) > LONGEST_KEPT:
        return parse(text, max_tokens=max_tokens)
    return _parse_once(text, max_tokens)


@lru_cache(MOST_DOCUMENTS)
def _parse_once(text: str, max_tokens: int | None) -> DocumentNode:
    return parse(text, max_tokens=max_tokens)


def is_subscription(text: str | None, operation: str | None, max_tokens: int) -> bool:
    """Whether this operation of a text is a subscription; a text that says none is not."""
    if "subscription" not in (text or ""):
        return False
    with suppress(GraphQLError):
        found = get_operation_ast(parse_document(text or "", max_tokens), operation)
        return found is not None and found.operation is OperationType.SUBSCRIPTION
    return False


class DocumentCache(SchemaExtension):
    """Takes texts that were parsed before. (Strawberry's own raises where a stream can report nothing any more.)"""

    def on_parse(self) -> Iterator[None]:
        """Set the document; a text that is wrong is left for Strawberry to parse, and to say so."""
        execution = self.execution_context
        with suppress(GraphQLError):
            execution.graphql_document = parse_document(
                execution.query or "", execution.parse_options.get("max_tokens")
            )
        yield


class DocumentValidation(SchemaExtension):
    """Validates a text that is kept once, by GraphQL's own rules. (Strawberry's give each wrong choice two errors.)"""

    def on_validate(self) -> Iterator[None]:
        """Set the errors."""
        execution = self.execution_context
        document = execution.graphql_document
        if document is not None:
            check = validate if len(execution.query or "") > LONGEST_KEPT else _validate_once
            schema = execution.schema._schema  # pyright: ignore[reportPrivateUsage]
            execution.pre_execution_errors = check(schema, document, execution.validation_rules)
        yield


@lru_cache(MOST_DOCUMENTS)
def _validate_once(
    schema: GraphQLSchema, document: DocumentNode, rules: tuple[type[ASTValidationRule], ...]
) -> list[GraphQLError]:
    return validate(schema, document, rules)


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
