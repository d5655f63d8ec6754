"""Texts of operations: which are kept parsed, and what they ask for."""

from __future__ import annotations

import asyncio
import threading

import pytest
from graphql import GraphQLError, parse, specified_rules

from service.api.graphql.documents import LONGEST_KEPT, beside, is_subscription, read_document, validate_document
from service.api.graphql.schema import build_schema
from tests.support.turns import Turns

SHORT = "{ models { id } }"
LONG = f'{{ conversation(id: "{"x" * LONGEST_KEPT}") {{ nothing }} }}'


async def test_a_text_is_parsed_once_and_a_long_one_is_not_kept() -> None:
    """A file that was written into a mutation does not stay in memory after it."""
    assert await read_document(SHORT, 100) is await read_document(SHORT, 100)
    assert await read_document(LONG, 100) is not await read_document(LONG, 100)


async def test_the_bound_of_tokens_holds_for_what_is_kept() -> None:
    """Also where the same text was within another bound."""
    await read_document(SHORT, 100)
    with pytest.raises(GraphQLError):
        await read_document(SHORT, 2)


async def test_a_long_text_is_validated_too() -> None:
    """Though nothing of it is kept."""
    result = await build_schema().execute(LONG)
    assert result.errors is not None
    assert "nothing" in result.errors[0].message


async def test_others_go_on_while_a_text_is_validated() -> None:
    """Repeated fields are compared with one another, which takes long: the loop turns meanwhile."""
    spread = " ".join(f"...f{n}" for n in range(100))
    fragments = " ".join(f"fragment f{n} on Query {{ viewer {{ id }} }}" for n in range(100))
    schema, text = build_schema(), f"{{ {spread} }} {fragments}"
    async with Turns() as turns:
        errors = await validate_document(schema._schema, specified_rules, parse(text), text)
    assert errors == []
    # Parsed and validated at once it would turn a few times only.
    assert turns.count > 50


async def test_a_short_text_does_not_wait_for_those_of_others() -> None:
    """Others may send so many new texts that the thread has much to read, and that what was kept is gone."""
    done = threading.Event()
    reading = asyncio.create_task(beside(done.wait))
    await asyncio.sleep(0)
    assert (await read_document("{ a_text_that_nobody_has_sent }", 100)).definitions
    assert not reading.done()
    done.set()
    await reading


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
async def test_a_subscription_is_known_by_its_operation(text: str | None, operation: str | None, is_one: bool) -> None:
    """A text that says none, or is wrong, is not one."""
    assert await is_subscription(text, operation, 100) is is_one


async def test_a_number_of_very_many_digits_is_refused() -> None:
    """Python refuses to read it, which GraphQL's rules do not expect: it was an internal error."""
    with pytest.raises(GraphQLError, match="400 digits"):
        await read_document("{ conversations(first: %s) { nodes { id } } }" % ("1" * 5000), None)
