"""Fields that are simply attributes, and resolvers that need nothing but the object: most of what a page holds.

Owns which fields they are, and how each is read without the ceremony of a resolver.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from graphql import GraphQLField, GraphQLList, GraphQLNonNull, GraphQLObjectType, is_leaf_type
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from service.api.graphql.nodes import PLAIN

Read = Callable[[Any], Any]
Plain = tuple[str, Read, Callable[[Any], Any], bool]
"""The name in the response, how to read the value, how to coerce it, whether it may be null."""


def plain_field(parent_type: GraphQLObjectType, name: str, field_name: str) -> Plain | None:
    """How a field of that name in the schema and in the response is read; None where it is not plain."""
    if field_name == "__typename":
        return name, lambda _: parent_type.name, str, False
    field = parent_type.fields.get(field_name)
    read = None if field is None or field.args else _read(field)
    if field is None or read is None:
        return None
    kind = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type  # pyright: ignore[reportUnknownVariableType]
    coerce = kind.coerce_output_value if is_leaf_type(kind) else _list_of_leaves(kind)
    return None if coerce is None else (name, read, coerce, kind is field.type)


def _list_of_leaves(kind: Any) -> Callable[[Any], Any] | None:
    """How a list of scalars, none of them null, is coerced."""
    if not isinstance(kind, GraphQLList) or not isinstance(kind.of_type, GraphQLNonNull):  # pyright: ignore[reportUnknownMemberType]
        return None
    leaf = cast(Any, kind.of_type).of_type  # pyright: ignore[reportUnknownMemberType]
    return (lambda values: [leaf.coerce_output_value(value) for value in values]) if is_leaf_type(leaf) else None


def _read(field: GraphQLField) -> Read | None:
    definition = cast("StrawberryField | None", field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF))
    attribute = _attribute(definition) if definition else None
    if attribute is None:
        return _method(definition)
    return lambda source: getattr(source, attribute)


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
