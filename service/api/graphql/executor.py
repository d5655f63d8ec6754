"""Executes operations as graphql-core does, but takes plain values the short way.

Most of what a page holds are scalars that are simply attributes. Whatever is not as simple as that, and everything
that goes wrong, takes graphql-core's own way, so that its rules and its errors stay the only ones.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from graphql import GraphQLField, GraphQLNonNull, GraphQLObjectType, Undefined, is_leaf_type
from graphql.pyutils import Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

Read = Callable[[Any], Any]
Plain = tuple[str, Read, Callable[[Any], Any], bool]
"""The name in the response, how to read the value, how to coerce it, whether it may be null."""


class Executor(StrawberryGraphQLCoreExecutionContext):
    """Executes one operation."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._plans: dict[tuple[str, int], tuple[Any, list[Plain], dict[str, Any]]] = {}

    def build_per_event_executor(self, payload: Any) -> Executor:
        """The executor of one event of a subscription; what it remembers of its fields ends with the event."""
        executor = cast(Executor, super().build_per_event_executor(payload))
        executor._plans = {}
        executor._relevant_sub_fields = {}
        return executor

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Path | None,
        grouped_field_set: Any,
        position_context: Any,
    ) -> Any:
        """The values of an object's fields."""
        _, plain, others = self._plan(parent_type, grouped_field_set)
        if not plain:
            return super().execute_fields(parent_type, source_value, path, grouped_field_set, position_context)
        # The response has the order of the request, whatever is computed when.
        results: dict[str, Any] = dict.fromkeys(grouped_field_set)
        try:
            for name, read, coerce, nullable in plain:
                value = read(source_value)
                if value is None and nullable:
                    continue
                results[name] = value = coerce(value)
                if value is None or value is Undefined:
                    raise TypeError
        except Exception:
            return super().execute_fields(parent_type, source_value, path, grouped_field_set, position_context)
        if not others:
            return results
        found: Any = super().execute_fields(parent_type, source_value, path, others, position_context)
        return _merge_later(results, found) if self.is_awaitable(found) else _merge(results, found, others)

    def _plan(self, parent_type: GraphQLObjectType, fields: Any) -> tuple[Any, list[Plain], dict[str, Any]]:
        key = parent_type.name, id(fields)
        plan = self._plans.get(key)
        if plan is None:
            plain: list[Plain] = []
            others: dict[str, Any] = {}
            for name, details in fields.items():
                node = details[0].node
                found = None if node.arguments else _plain(parent_type, name, node.name.value)
                if found is None:
                    others[name] = details
                else:
                    plain.append(found)
            # The fields are kept with the plan, so that their identity is not given to others.
            plan = self._plans[key] = fields, plain, others
        return plan


def _merge(results: dict[str, Any], found: dict[str, Any], others: dict[str, Any]) -> dict[str, Any]:
    results.update(found)
    for name in others.keys() - found.keys():
        del results[name]
    return results


async def _merge_later(results: dict[str, Any], found: Any) -> dict[str, Any]:
    results.update(await found)
    return results


def _plain(parent_type: GraphQLObjectType, name: str, field_name: str) -> Plain | None:
    if field_name == "__typename":
        return name, lambda _: parent_type.name, str, False
    field = parent_type.fields.get(field_name)
    read = None if field is None or field.args else _read(field)
    if field is None or read is None:
        return None
    kind = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type  # pyright: ignore[reportUnknownVariableType]
    return (name, read, kind.coerce_output_value, kind is field.type) if is_leaf_type(kind) else None


def _read(field: GraphQLField) -> Read | None:
    definition = cast("StrawberryField | None", field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF))
    if definition is None or not definition.is_basic_field:
        return _method(definition)
    attribute = definition.python_name
    return lambda source: getattr(source, attribute)


def _method(definition: StrawberryField | None) -> Read | None:
    """A resolver that needs nothing but the object."""
    resolver = cast("StrawberryResolver[Any] | None", definition.base_resolver if definition else None)
    if definition is None or resolver is None or definition.extensions or resolver.is_async:
        return None
    if resolver.arguments or resolver.info_parameter or resolver.root_parameter or not resolver.self_parameter:
        return None
    return cast(Read, resolver.wrapped_func)
