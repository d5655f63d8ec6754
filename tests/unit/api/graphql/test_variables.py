"""Many variables are checked beside the event loop, by the same rules."""

from __future__ import annotations

from typing import Any, cast

import pytest

from service.api.graphql.context import Context
from service.api.graphql.schema import build_schema
from service.api.graphql.variables import FEW, are_many

SCHEMA = build_schema()
TEXT = "query($ids: [ID!]!, $n: Int = 3) { nodes(ids: $ids) { id } tasks(first: $n) { nodes { id } } }"


@pytest.mark.parametrize(
    ("given", "many"),
    [
        (None, False),
        ({}, False),
        ({"a": "x" * 10**6}, False),
        ({"a": [1] * FEW}, True),
        ({"a": [[1] * 100] * 10}, True),
        ({"a": {"b": {str(number): number for number in range(FEW)}}}, True),
        ({"a": [1] * 500}, False),
    ],
)
def test_values_are_counted_and_not_their_length(given: dict[str, Any] | None, many: bool) -> None:
    """A long text is one value."""
    assert are_many(given) is many


@pytest.mark.parametrize("ids", [[None], [1.5], [{}], ["x", ["y"]]])
async def test_what_is_wrong_with_many_is_said_as_of_few(ids: Any) -> None:
    """The same errors, in the same words."""
    few = await SCHEMA.execute(TEXT, {"ids": ids}, Context(cast(Any, None), "ann"))
    many = await SCHEMA.execute(TEXT, {"ids": ids, "more": [1] * FEW}, Context(cast(Any, None), "ann"))
    assert few.errors
    assert [error.message for error in many.errors or ()] == [error.message for error in few.errors]


async def test_many_errors_are_not_all_told() -> None:
    """Fifty, and that there are more."""
    result = await SCHEMA.execute(TEXT, {"ids": [None] * 20_000}, Context(cast(Any, None), "ann"))
    assert 50 <= len(result.errors or ()) <= 51
