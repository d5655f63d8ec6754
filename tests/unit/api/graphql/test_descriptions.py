"""Descriptions come from docstrings: of classes, of methods and their arguments, and below attributes."""

from __future__ import annotations

import ast
from enum import Enum
from pathlib import Path
from typing import Generic, TypeVar

import strawberry
from graphql import GraphQLEnumType, GraphQLObjectType

from service.api import graphql
from service.api.graphql.descriptions import ARGUMENTS, attribute_docs, describe, split


@strawberry.enum
class Colour(Enum):
    """How a thing looks."""

    RED = "RED"
    """As blood."""


@strawberry.type
class Named:
    """What has a name."""

    name: str
    """Short
    and human."""

    secret: strawberry.Private[str]


@strawberry.type
class Thing(Named):
    """A thing."""

    colour: Colour = Colour.RED
    """How it looks."""

    @strawberry.field
    def parts(self, first: int, more: int) -> list[str]:
        """What it is made of,
        largest first.

        - One item.

        Args:
            more: So many more, and this
                goes on.
        """
        return []


T = TypeVar("T")


@strawberry.type
class Box(Generic[T]):
    """A box with one thing in it."""

    content: T
    """What is in it."""


@strawberry.type
class Query:
    """What can be read."""

    thing: Thing
    """The thing."""

    box: Box[Thing]
    """The thing in a box."""


def test_each_part_of_a_schema_has_the_text_of_its_python() -> None:
    """Inherited fields too; how the source is wrapped is not seen."""
    schema = strawberry.Schema(Query)._schema
    describe(schema)
    thing, colour = schema.type_map["Thing"], schema.type_map["Colour"]
    assert isinstance(thing, GraphQLObjectType)
    assert isinstance(colour, GraphQLEnumType)
    assert (thing.description, colour.description) == ("A thing.", "How a thing looks.")
    assert colour.values["RED"].description == "As blood."
    assert thing.fields["name"].description == "Short and human."
    assert thing.fields["colour"].description == "How it looks."
    assert thing.fields["parts"].description == "What it is made of, largest first.\n\n- One item."
    arguments = {name: it.description for name, it in thing.fields["parts"].args.items()}
    assert arguments == {"first": ARGUMENTS["first"], "more": "So many more, and this goes on."}


def test_a_generic_type_has_its_text_for_each_of_its_types() -> None:
    """Whatever is in the box."""
    schema = strawberry.Schema(Query)._schema
    describe(schema)
    box = schema.type_map["ThingBox"]
    assert isinstance(box, GraphQLObjectType)
    assert (box.description, box.fields["content"].description) == ("A box with one thing in it.", "What is in it.")


def test_a_text_that_is_not_below_an_attribute_is_none() -> None:
    """The docstring of a class, and classes without a source."""
    assert set(attribute_docs(Thing)) == {"name", "colour"}
    assert attribute_docs(type("Made", (), {})) == {}


def test_a_method_without_a_docstring_says_nothing() -> None:
    """Nothing is made up for it."""
    assert split(None) == (None, {})


def test_descriptions_stand_in_docstrings_alone() -> None:
    """Scalars have no class to put one into."""
    calls = (
        node for file in Path(graphql.__file__).parent.glob("*.py") for node in ast.walk(ast.parse(file.read_text()))
    )
    described = [ast.unparse(it.func) for it in calls if isinstance(it, ast.Call) and has_description(it)]
    assert {name for name in described if name.startswith("strawberry.")} == {"strawberry.scalar"}


def has_description(call: ast.Call) -> bool:
    """Whether a call is given one."""
    return any(keyword.arg == "description" for keyword in call.keywords)
