"""The short way through the executor gives what graphql-core's own way gives, errors too."""

from __future__ import annotations

from typing import Any

import pytest
import strawberry
from strawberry.schema.config import StrawberryConfig

from service.api.graphql.executor import Executor
from service.api.graphql.scalars import SCALARS, DateTime
from service.records import TaskStatus

strawberry.enum(TaskStatus)


@strawberry.type
class Thing:
    """Plain attributes, methods, objects and lists."""

    name: str
    number: int
    when: DateTime
    status: TaskStatus
    note: str | None = None
    parts: list[str] = strawberry.field(default_factory=lambda: ["a", "b"])

    @strawberry.field
    def method(self) -> str:
        """Needs nothing but the object."""
        return self.name.upper()

    @strawberry.field
    def twice(self, times: int = 2) -> int:
        """Has an argument."""
        return self.number * times

    @strawberry.field
    async def later(self) -> str:
        """Is awaited."""
        return self.name

    @strawberry.field
    def broken(self) -> str | None:
        """Fails."""
        raise ValueError("broken")

    @strawberry.field
    def child(self) -> Thing:
        """Another one."""
        return Thing(name="child", number=1, when=DateTime(0), status=TaskStatus.FAILED)

    @strawberry.field
    def wrong(self) -> Thing | None:
        """One whose values do not fit their types."""
        return Thing(name=None, number="x", when=DateTime(0), status="NOTHING")  # type: ignore[arg-type]


@strawberry.type
class Query:
    """The root."""

    @strawberry.field
    def thing(self) -> Thing:
        """The thing."""
        return Thing(name="thing", number=21, when=DateTime(1), status=TaskStatus.RUNNING)


def schema(executor: type[Any] | None) -> strawberry.Schema:
    """The same schema, executed the one way or the other."""
    return strawberry.Schema(Query, execution_context_class=executor, config=StrawberryConfig(scalar_map=SCALARS))


@pytest.mark.parametrize(
    "fields",
    [
        "name number when status note method",
        "__typename a: name b: name name",
        "twice(times: 3) name twice later number",
        "later child { later child { name method } } name",
        "parts name",
        "name broken number",
        "name wrong { name }",
        "name wrong { number later }",
        "wrong { status } number",
        "name note @skip(if: true) number @include(if: false)",
        "... { name } ... on Thing { number child { when } }",
    ],
)
async def test_both_ways_give_the_same(fields: str) -> None:
    """Data, their order, and the errors with their paths."""
    answers = [await schema(executor).execute(f"{{ thing {{ {fields} }} }}") for executor in (Executor, None)]
    data = [list(answer.data["thing"].items()) if answer.data else None for answer in answers]
    errors = [[(error.message, error.path) for error in answer.errors or ()] for answer in answers]
    assert data[0] == data[1]
    assert errors[0] == errors[1]
