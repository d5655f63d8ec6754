"""Fields that are simply attributes, and resolvers that need nothing but the object: most of what a page holds.

Owns which fields they are, how each is read without the ceremony of a resolver, and which types a class alone tells.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter
from typing import Any, cast

from graphql import (
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    Undefined,
    is_leaf_type,
)
from strawberry.schema.schema_converter import CustomGraphQLEnumType, GraphQLCoreConverter
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from service.api.graphql.nodes import PLAIN

Read = Callable[[Any], Any]
Coerce = Callable[[Any], Any]
Plain = tuple[Read, Coerce, bool]
"""How to read the value, how to coerce it, whether it may be null."""

Plan = tuple[dict[str, Any], list[tuple[str, Plain]], dict[str, Any]]
"""Fields by their names in the response: all of them, the plain ones, the others."""

LONGER_WAY: Plan = {}, [], {"": None}
"""The plan of what has no plan."""

_MOST_KEPT = 4096


def plan(parent_type: GraphQLObjectType, fields: dict[str, Any]) -> Plan:
    """What is to be done for these fields. They stay with it, so that their identity is not given to others."""
    plain: list[tuple[str, Plain]] = []
    others: dict[str, Any] = {}
    for name, details in fields.items():
        node = details[0].node
        found = None if node.arguments else plain_field(parent_type, node.name.value)
        if found is None:
            others[name] = details
        else:
            plain.append((name, found))
    return fields, plain, others


def read_plain(plain: list[tuple[str, Plain]], source: Any, values: dict[str, Any]) -> int:
    """Read an object's plain fields; how many characters they have.

    Raises whatever is not as simple as it seemed: the longer way tells what is wrong.
    """
    characters = 0
    for name, (read, coerce, nullable) in plain:
        value = read(source)
        if value is None and nullable:
            continue
        values[name] = value = coerce(value)
        if value.__class__ is str:
            characters += len(value)
        elif value is None or value is Undefined:
            raise TypeError(name)
    return characters


@lru_cache(_MOST_KEPT)
def plain_field(parent_type: GraphQLObjectType, name: str) -> Plain | None:
    """How a field of that name is read where it is asked for without arguments; None where it is not plain."""
    if name == "__typename":
        return lambda _: parent_type.name, str, False
    field = parent_type.fields.get(name)
    read = None if field is None or field.args else _read(field)
    if field is None or read is None:
        return None
    kind = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type  # pyright: ignore[reportUnknownVariableType]
    coerce = _leaf(kind) if is_leaf_type(kind) else _list_of_leaves(kind)
    return None if coerce is None else (read, coerce, kind is field.type)


@lru_cache(_MOST_KEPT)
def object_type(schema: GraphQLSchema, named: Any, kind: type) -> GraphQLObjectType | None:
    """The type of what is of this class where one of this name is wanted; None where the class does not say it."""
    definition = cast("StrawberryObjectDefinition | None", vars(kind).get("__strawberry_definition__"))
    if definition is None or definition.is_interface or definition.is_graphql_generic or definition.concrete_of:
        return None
    found = schema.get_type(definition.name)
    if not isinstance(found, GraphQLObjectType):
        return None
    return found if found is named or schema.is_sub_type(named, found) else None


def _leaf(kind: Any) -> Coerce:
    """How a scalar or a member of an enum is coerced."""
    if isinstance(kind, CustomGraphQLEnumType):
        return {member: kind.coerce_output_value(member) for member in cast(Any, kind.wrapped_cls)}.__getitem__
    return kind.coerce_output_value


def _list_of_leaves(kind: Any) -> Coerce | None:
    """How a list of scalars, none of them null, is coerced."""
    if not isinstance(kind, GraphQLList) or not isinstance(kind.of_type, GraphQLNonNull):  # pyright: ignore[reportUnknownMemberType]
        return None
    leaf = cast(Any, kind.of_type).of_type  # pyright: ignore[reportUnknownMemberType]
    if not is_leaf_type(leaf):
        return None
    coerce = _leaf(leaf)
    return lambda values: [coerce(value) for value in values]


def _read(field: GraphQLField) -> Read | None:
    definition = cast("StrawberryField | None", field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF))
    attribute = _attribute(definition) if definition else None
    if attribute is None:
        return _method(definition)
    return attrgetter(attribute)


def _attribute(definition: StrawberryField) -> str | None:
    return definition.python_name if definition.is_basic_field else definition.metadata.get(PLAIN)


def _method(definition: StrawberryField | None) -> Read | None:
    """A resolver that needs nothing but the object."""
    resolver = cast("StrawberryResolver[Any] | None", definition.base_resolver if definition else None)
    if definition is None or resolver is None or definition.extensions or resolver.is_async:
        return None
    if resolver.arguments or resolver.info_parameter or resolver.root_parameter or not resolver.self_parameter:
        return None
    return cast(Read, resolver.wrapped_func)
