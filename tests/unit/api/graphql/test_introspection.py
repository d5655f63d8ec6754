"""Questions about the schema: answered once, counted, and not at all where that is configured."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from graphql import get_introspection_query, parse

from service.api.graphql.introspection import Answers, asks_for_the_schema
from service.api.graphql.schema import build_schema

TYPE = "query($name: String!) { __type(name: $name) { name fields { name } } }"


async def test_the_same_question_has_the_same_answer() -> None:
    """Byte for byte; another variable is another question."""
    schema = build_schema()

    async def ask(name: str) -> bytes:
        return orjson.dumps((await schema.execute(TYPE, {"name": name})).data)

    task = await ask("Task")
    assert await ask("Task") == task
    assert orjson.loads(task)["__type"]["name"] == "Task"
    assert orjson.loads(await ask("Subtask"))["__type"]["name"] == "Subtask"


async def test_an_answer_with_an_error_is_not_kept() -> None:
    """A variable that is missing is an error each time."""
    schema = build_schema()
    for _ in range(2):
        assert (await schema.execute(TYPE, {})).errors


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("{ __schema { types { name } } }", True),
        ("{ a: __schema { types { name } } __typename }", True),
        ("{ ...S } fragment S on Query { ... { __schema { types { name } } } }", True),
        ("{ __typename }", False),
        ("{ __schema { types { name } } models { id } }", False),
        ("{ ...S } fragment S on Query { ...S __schema { types { name } } }", True),
    ],
)
def test_only_what_asks_for_nothing_else_is_kept(text: str, asks: bool) -> None:
    """All else depends on who asks, and when."""
    assert asks_for_the_schema(parse(text), None) is asks


@pytest.mark.parametrize("text", [get_introspection_query(), '{ a: __type(name: "Task") { name } }'])
async def test_it_can_be_switched_off(text: str) -> None:
    """The error says where the schema is to be had; `__typename` stays."""
    schema: Any = build_schema(introspection=False)
    result = await schema.execute(text)
    assert result.data is None
    assert result.errors[0].extensions["code"] == "FORBIDDEN"
    assert "/schema.graphql" in result.errors[0].extensions["remedy"]
    assert (await schema.execute("{ __typename }")).data == {"__typename": "Query"}


def test_what_is_kept_is_bounded() -> None:
    """By its bytes: what was used least lately makes room."""
    answers = Answers(100)
    answers.put(b"a", b"x" * 60)
    answers.put(b"b", b"x" * 30)
    assert answers.get(b"a")
    answers.put(b"c", b"x" * 35)
    assert [answers.get(key) is not None for key in (b"a", b"b", b"c")] == [True, False, True]
