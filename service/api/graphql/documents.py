"""Texts of operations: each is read and validated once.

Reading and validating a text is work that grows with the square of it. What is not short is done in a thread, one text
at a time, so that others go on meanwhile.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
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
    TokenKind,
    ValidationContext,
    ValidationRule,
    get_operation_ast,
    parse,
    validate,
)

MOST_DOCUMENTS = 128
"""Texts that are kept parsed."""

MOST_DIGITS = 400
"""Digits of a number: Python refuses to read very long ones, which GraphQL's rules do not expect."""

_NUMBERS = (TokenKind.INT, TokenKind.FLOAT)

SHORT = 400
"""Characters of a text that is read at once, in about a millisecond: it does not wait for those of others."""

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
        """What is kept, or what `make` makes of a text, in the thread unless it is short."""
        if (found := self._found.get(key)) is not None:
            self._found.move_to_end(key)
            return found
        made = await beside(make) if len(text) > SHORT else make()
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
    source, token = (document.loc.source, document.loc.start_token) if document.loc else (None, None)
    while token is not None:
        if token.kind in _NUMBERS and len(token.value or "") > MOST_DIGITS:
            message = f"A number has {MOST_DIGITS} digits at most."
            raise GraphQLError(message, source=source, positions=[token.start])
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


async def validate_document(
    schema: GraphQLSchema, rules: tuple[type[ASTValidationRule], ...], document: DocumentNode, text: str
) -> list[GraphQLError]:
    """What is wrong with a text, by these rules. (Strawberry's own give each wrong choice two errors.)"""
    return await _validated.get((schema, rules, text), text, lambda: check_document(schema, document, rules))


def is_ambiguous(document: DocumentNode) -> bool:
    """Whether there are several operations, so that one must be named. (Strawberry would run the first.)"""
    return sum(isinstance(definition, OperationDefinitionNode) for definition in document.definitions) > 1
