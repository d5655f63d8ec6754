"""Executes operations as graphql-core does, but takes plain values the short way.

Most of what a page holds are scalars that are simply attributes. Whatever is not as simple as that, and everything
that goes wrong, takes graphql-core's own way, so that its rules and its errors stay the only ones.
"""

from __future__ import annotations

from typing import Any, cast

from graphql import GraphQLAbstractType, GraphQLObjectType, get_named_type
from graphql.pyutils import Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from service.api.graphql.encoding import Answer
from service.api.graphql.plain_fields import LONGER_WAY, Plan, object_type, plan, read_plain

LONG_TEXT = 256 * 1024
"""Characters that are written as JSON at once."""


class PlainExecutor(StrawberryGraphQLCoreExecutionContext):
    """Executes one operation; its answer is counted where the caller's context has one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.answer: Answer | None = getattr(self.context_value, "answer", None)
        self.plans: dict[tuple[str | type, int], Plan] = {}

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
            characters = read_plain(plain, source_value, results)
        except Exception:
            return super().execute_fields(parent_type, source_value, path, grouped_field_set, position_context)
        if self.answer is not None:
            self.answer.count(characters)
            if characters > LONG_TEXT:
                return self._with_long_texts(
                    results, super().execute_fields(parent_type, source_value, path, others, None)
                )
        if not others:
            return results
        found = cast(Any, super().execute_fields(parent_type, source_value, path, others, position_context))
        return _merge_later(results, found) if self.is_awaitable(found) else _merge(results, found, others)

    async def _with_long_texts(self, results: dict[str, Any], found: Any) -> dict[str, Any]:
        """Values and what is awaited beside them, with the long texts among them as JSON."""
        results.update(cast("dict[str, Any]", await found if self.is_awaitable(found) else found))
        for name, value in results.items():
            results[name] = await self.written(value)
        return results

    async def written(self, value: Any) -> Any:
        """A long text as JSON, any other value as it is."""
        if value.__class__ is str and len(value) > LONG_TEXT and self.answer is not None:
            return await self.answer.write(value)
        return value

    def complete_abstract_value(
        self,
        return_type: GraphQLAbstractType,
        field_details_list: Any,
        info: Any,
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        """The value of an interface or a union; one of a class of ours is of the type that the class defines."""
        kind = object_type(self.schema, return_type, result.__class__)
        if kind is None:
            return super().complete_abstract_value(
                return_type, field_details_list, info, path, result, position_context
            )
        return self.collect_and_execute_subfields(kind, field_details_list, path, result, position_context)

    def complete_at_once(self, item_type: Any, field_details_list: Any, item: Any) -> Any:
        """An item whose fields are plain, every one; None for any other."""
        key = item.__class__, id(field_details_list)
        found = self.plans.get(key)
        if found is None:
            found = self.plans[key] = self._plan_items(item_type, field_details_list, item.__class__)
        fields, plain, others = found
        if others:
            return None
        values: dict[str, Any] = dict.fromkeys(fields)
        try:
            characters = read_plain(plain, item, values)
        except Exception:
            return None
        if self.answer is None:
            return values
        if characters > LONG_TEXT:
            return None
        self.answer.count(characters)
        return self.answer.encode(values)

    def _plan_items(self, item_type: Any, field_details_list: Any, kind: type) -> Plan:
        known = object_type(self.schema, cast(Any, get_named_type(item_type)), kind)
        if known is None:
            return LONGER_WAY
        fields, deferred, _ = self.collect_subfields(known, field_details_list)
        return LONGER_WAY if deferred else self._plan(known, fields)

    def _plan(self, parent_type: GraphQLObjectType, fields: Any) -> Plan:
        key = parent_type.name, id(fields)
        found = self.plans.get(key)
        if found is None:
            found = self.plans[key] = plan(parent_type, fields)
        return found


def _merge(results: dict[str, Any], found: dict[str, Any], others: dict[str, Any]) -> dict[str, Any]:
    results.update(found)
    for name in others.keys() - found.keys():
        del results[name]
    return results


async def _merge_later(results: dict[str, Any], found: Any) -> dict[str, Any]:
    results.update(await found)
    return results
