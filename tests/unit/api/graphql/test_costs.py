"""What an operation may cost is known from its text and its variables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from graphql import get_introspection_query, get_operation_ast, parse

from service.api.graphql.costs import MOST, Costs
from service.api.graphql.schema import build_schema
from service.resources import resource
from service.settings.shapes import LimitSettings

SCHEMA = build_schema()
LIMITS = LimitSettings()


def cost(text: str, **variables: Any) -> int:
    """The cost of a text's only operation."""
    document = parse(text)
    operation = get_operation_ast(document)
    assert operation is not None
    return Costs(SCHEMA._schema, document, variables, LIMITS.max_page).of(operation)  # pyright: ignore[reportPrivateUsage]


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("{ viewer { id } }", 2),
        ("{ tasks(first: 7) { nodes { id title } } }", 1 + 1 + 7 * 2),
        ("{ tasks { nodes { id } } }", 1 + 1 + 20),
        ("{ tasks(last: 5) { edges { node { id } } } }", 1 + 1 + 5 * 2),
        ("{ tasks(first: 10) { nodes { subtasks(first: 30) { nodes { id } } } } }", 2 + 10 * (2 + 30)),
        ("{ tasks(first: 100000) { nodes { id } } }", 2 + LIMITS.max_page),
        ('{ nodes(ids: ["a", "b", "c"]) { id } }', 1 + 3),
        ("{ tasks(first: 7) { ...T } } fragment T on TaskConnection { nodes { id } }", 2 + 7),
        ("{ tasks(first: 7) { ... on TaskConnection { nodes { id } } pageInfo { hasNextPage } } }", 2 + 7 + 2),
    ],
)
def test_a_field_counts_for_every_node_of_its_pages(text: str, fields: int) -> None:
    """Of nested pages, as often as both together."""
    assert cost(text) == fields


def test_pages_are_what_the_variables_say() -> None:
    """Their defaults where they say nothing."""
    text = "query($n: Int = 3) { tasks(first: $n) { nodes { id } } }"
    assert (cost(text), cost(text, n=50), cost(text, n=None)) == (2 + 3, 2 + 50, 2 + 3)


def test_fragments_that_multiply_are_counted_without_being_followed() -> None:
    """2^80 fields: the counting itself takes no time."""
    parts = [f"fragment f{i} on Query {{ ...f{i + 1} ...f{i + 1} }}" for i in range(80)]
    assert cost("{ ...f0 } " + " ".join(parts) + " fragment f80 on Query { models { id } }") == MOST


def test_a_fragment_that_spreads_itself_comes_to_an_end() -> None:
    """Another rule refuses it."""
    assert cost("{ ...f } fragment f on Query { viewer { id } ...f }") == 2


def test_introspection_counts() -> None:
    """What tools ask is within the limit, once; under many aliases it is not."""
    assert 10_000 < cost(get_introspection_query()) < LIMITS.max_cost
    many = " ".join(f"a{i}: __schema {{ ...S }}" for i in range(25))
    fragment = (
        "fragment S on __Schema { types { fields { args { name type { name ofType { name ofType { name } } } } } } }"
    )
    assert cost(f"{{ {many} }} {fragment}") > LIMITS.max_cost


@pytest.mark.parametrize("file", sorted(resource("schema", "operations").glob("*.graphql")), ids=lambda file: file.stem)
def test_the_shipped_operations_are_within_the_limit(file: Path) -> None:
    """With the largest pages."""
    text = file.read_text(encoding="utf-8")
    assert cost(text, first=200, last=200, ids=["x"] * 200) <= LIMITS.max_cost


async def test_what_costs_too_much_is_refused_before_it_is_executed() -> None:
    """The error names the cost, the limit and the remedy."""
    lists = "tasks(first: 200) { nodes { subtasks(first: 200) { nodes { attempts(first: 200) { nodes { id } } } } } }"
    result = await SCHEMA.execute("{ " + lists + " }")
    assert (result.data, len(result.errors or ())) == (None, 1)
    (error,) = result.errors or ()
    assert "8,080,402 fields" in error.message
    assert "500,000" in error.message
    assert (error.extensions or {})["code"] == "LIMIT_EXCEEDED"
    assert "first" in (error.extensions or {})["remedy"]
