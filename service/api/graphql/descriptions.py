'''The descriptions in the schema: the docstrings of the Python that it is made of, and no other text.

- A type, an input or an enumeration: the docstring of its class.
- A field with a resolver: the docstring of its method. A field without one, and a member of an enumeration: the text
  below it, as in

      title: str
      """Short and human."""

- An argument: its line under `Args:` in the method's docstring, else what `ARGUMENTS` says of its name.
'''

from __future__ import annotations

import inspect
import re
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
)

from service.docstrings import attribute_docs, paragraphs

ARGUMENTS = {
    "first": "At most so many, from the beginning of the list or after `after`; 20 where this and `last` are null.",
    "after": "A cursor: only what comes after it.",
    "last": "At most so many, from the end of the list or before `before`; in place of `first`.",
    "before": "A cursor: only what comes before it.",
    "id": "Its id.",
    "conversation_id": "The id of the conversation.",
    "task_id": "The id of the task.",
    "status": "Only those in one of these states.",
    "input": "What is wanted.",
}
"""What arguments of these names mean wherever they stand, unless a docstring says it better."""

_DEFINITION = "strawberry-definition"


def describe(schema: GraphQLSchema) -> None:
    """Give each part of a schema that has no description the one that its Python has."""
    for kind in schema.type_map.values():
        definition = kind.extensions.get(_DEFINITION)
        if definition is None:
            continue
        if isinstance(kind, GraphQLEnumType):
            _describe_enum(kind, definition.wrapped_cls)
        elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            _describe_fields(kind, definition.origin)


def _describe_enum(kind: GraphQLEnumType, origin: type) -> None:
    texts = attribute_docs(origin)
    kind.description = kind.description or paragraphs(inspect.getdoc(origin))
    for name, value in kind.values.items():
        value.description = value.description or texts.get(name)


def _describe_fields(kind: GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType, origin: type) -> None:
    texts = attribute_docs(origin)
    # Of a generic type, what stands for one of its types is a class without a docstring of its own.
    kind.description = kind.description or paragraphs(inspect.getdoc(origin))
    for field in kind.fields.values():
        definition: Any = field.extensions.get(_DEFINITION)
        resolver = getattr(definition, "base_resolver", None)
        if resolver is not None:
            text, arguments = split(resolver.wrapped_func.__doc__)
            field.description = field.description or text
            _describe_arguments(field, arguments)
        elif definition is not None:
            field.description = field.description or texts.get(definition.python_name)


def _describe_arguments(field: Any, texts: dict[str, str]) -> None:
    assert isinstance(field, GraphQLField)
    for argument in field.args.values():
        name = argument.extensions[_DEFINITION].python_name
        argument.description = argument.description or texts.get(name) or ARGUMENTS.get(name)


# --- docstrings -----------------------------------------------------------------------------------


def split(docstring: str | None) -> tuple[str | None, dict[str, str]]:
    """What a docstring says, and what it says of each argument."""
    text, _, arguments = inspect.cleandoc(docstring or "").partition("\nArgs:\n")
    # An argument begins on a line of its own; what is indented more goes on with it.
    found = re.findall(r"^    (\w+): (.*(?:\n {6,}.*)*)", arguments, re.MULTILINE)
    return paragraphs(text), {name: " ".join(words.split()) for name, words in found}
