"""Writes `antiphon/operations.py`: choices, inputs, models and the texts of the operations."""

from __future__ import annotations

import json
from keyword import iskeyword

from graphql import GraphQLEnumType, GraphQLInputField, GraphQLInputObjectType, GraphQLList, GraphQLNonNull, GraphQLType

from codegen.reading import SCALARS, Class, Operation, Operations, snake

HEAD = '''# Generated from schema/ by scripts/generate-client, as long as the schema wants it; do not change it here.
# ruff: noqa: E501
"""What is sent to the service and what comes back, as `schema/operations/*.graphql` have it.

Models have Python's names for fields (`task_status`), inputs GraphQL's (`maxParallel`). A choice in an answer may also
be a text that this client does not know yet: services grow.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, Required, TypeAlias, TypedDict

from pydantic import Field

from antiphon.records import Document, Record, Upload
'''


def operations_module(found: Operations) -> str:
    """The module's text."""
    parts = [HEAD]
    parts += [_enum(enum) for _, enum in sorted(found.enums.items())]
    parts += [_input(model) for _, model in _in_order(found)]
    for operation in found.all:
        parts += [_model(it) for it in operation.classes]
    _check_names(found.all)
    parts += [_document(operation) for operation in found.all]
    return "\n\n".join(_once(parts)) + "\n"


def _once(parts: list[str]) -> list[str]:
    return list(dict.fromkeys(parts))


def _check_names(operations: list[Operation]) -> None:
    known: dict[str, Class] = {}
    for operation in operations:
        for it in operation.classes:
            if known.setdefault(it.name, it).attributes != it.attributes:
                raise SystemExit(f"Two operations would have a class {it.name} each. Rename {operation.name}.")


def _in_order(found: Operations) -> list[tuple[str, GraphQLInputObjectType]]:
    return sorted(found.inputs.items())


def _enum(enum: GraphQLEnumType) -> str:
    values = ", ".join(json.dumps(name) for name in enum.values)
    return f"{enum.name}: TypeAlias = Literal[{values}]\n{_doc(enum.description or '')}"


def _input(model: GraphQLInputObjectType) -> str:
    if any(map(iskeyword, model.fields)):
        return _input_with_keywords(model)
    lines = [f"class {model.name}(TypedDict, total=False):", _doc(model.description or "", 4)]
    for name, field in model.fields.items():
        lines.append(f"    {name}: {_hint(model, field)}")
        lines.append(_doc(field.description or "", 4))
    return "\n".join(lines)


def _input_with_keywords(model: GraphQLInputObjectType) -> str:
    """A dictionary with keys such as `from`, which no class can have; types are named as texts, some come later."""
    pairs = ", ".join(f'{json.dumps(name)}: "{_hint(model, field)}"' for name, field in model.fields.items())
    return (
        f"{model.name} = TypedDict({json.dumps(model.name)}, {{{pairs}}}, total=False)\n{_doc(model.description or '')}"
    )


def _hint(model: GraphQLInputObjectType, field: GraphQLInputField) -> str:
    required = isinstance(field.type, GraphQLNonNull) and not model.is_one_of
    hint = _sent(field.type)
    return f"Required[{hint}]" if required else hint


def _sent(type_: GraphQLType) -> str:
    if isinstance(type_, GraphQLNonNull):
        return _sent(type_.of_type).removesuffix(" | None")
    if isinstance(type_, GraphQLList):
        return f"Sequence[{_sent(type_.of_type)}] | None"
    name = getattr(type_, "name")  # noqa: B009 - any named type has one
    return f"{SCALARS.get(name, name)} | None"


def _model(it: Class) -> str:
    lines = [f"class {it.name}(Record):", _doc(it.description, 4)]
    for attribute in it.attributes:
        name = "typename" if attribute.name == "__typename" else snake(attribute.name)
        if iskeyword(name):
            name, value = (
                f"{name}_",
                f' = Field({"default=None, " if attribute.is_optional else ""}alias="{attribute.name}")',
            )
        elif attribute.name == "__typename":
            value = ' = Field(alias="__typename")'
        else:
            value = " = None" if attribute.is_optional else ""
        lines += [f"    {name}: {attribute.type}{value}", _doc(attribute.description, 4)]
    return "\n".join(lines)


def _document(operation: Operation) -> str:
    constant = snake(operation.name).upper()
    return f'{constant} = Document(\n    "{operation.name}",\n    "{operation.root}",\n    """{operation.text}""",\n)'


def _doc(text: str, indent: int = 0) -> str:
    one = " ".join(text.split()) or "See the schema."
    return " " * indent + f'"""{one}"""'
