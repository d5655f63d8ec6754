"""Texts of operations: which are kept parsed, and what they ask for."""

from __future__ import annotations

import pytest
from graphql import GraphQLError

from service.api.graphql.documents import LONGEST_KEPT, is_subscription, parse_document
from service.api.graphql.schema import build_schema

SHORT = "{ models { id } }"
LONG = f'{{ conversation(id: "{"x" * LONGEST_KEPT}") {{ nothing }} }}'


def test_a_text_is_parsed_once_and_a_long_one_is_not_kept() -> None:
    """A file that was written into a mutation does not stay in memory after it."""
    assert parse_document(SHORT, 100) is parse_document(SHORT, 100)
    assert parse_document(LONG, 100) is not parse_document(LONG, 100)


def test_the_bound_of_tokens_holds_for_what_is_kept() -> None:
    """Also where the same text was within another bound."""
    parse_document(SHORT, 100)
    with pytest.raises(GraphQLError):
        parse_document(SHORT, 2)


async def test_a_long_text_is_validated_too() -> None:
    """Though nothing of it is kept."""
    result = await build_schema().execute(LONG)
    assert result.errors is not None
    assert "nothing" in result.errors[0].message


@pytest.mark.parametrize(
    ("text", "operation", "is_one"),
    [
        ("subscription { a }", None, True),
        ("query { subscription }", None, False),
        ("query A { a } subscription B { b }", "B", True),
        ("query A { a } subscription B { b }", "A", False),
        ("subscription {", None, False),
        ("", None, False),
        (None, None, False),
    ],
)
def test_a_subscription_is_known_by_its_operation(text: str | None, operation: str | None, is_one: bool) -> None:
    """A text that says none, or is wrong, is not one."""
    assert is_subscription(text, operation, 100) is is_one
