"""Executes operations as graphql-core does, but takes plain values the short way, and long lists in slices.

Most of what a page holds are scalars that are simply attributes. Whatever is not as simple as that, and everything
that goes wrong, takes graphql-core's own way, so that its rules and its errors stay the only ones. Items of long lists
are written as JSON as soon as they are complete, where the answer says how (`encoding.py`).
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, cast

from graphql import (
    ExecutionResult,
    GraphQLError,
    GraphQLNonNull,
    GraphQLObjectType,
    OperationDefinitionNode,
    Undefined,
    get_named_type,
    is_leaf_type,
    located_error,
)
from graphql.execution.executor import to_nodes
from graphql.pyutils import Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from service.api.graphql.encoding import Answer, Written
from service.api.graphql.pace import begin_share, gather_in_slices, pace
from service.api.graphql.plain_fields import Plain, plain_field
from service.api.graphql.variables import without_variables
from service.errors import LimitExceeded

LONG_LIST = 20
"""Items of a list that are completed at once."""

LONG_TEXT = 256 * 1024
"""Characters that are written as JSON at once."""


class _Same:
    """An operation of a text that is kept: the same for all who sent that text. (Nodes are compared word for word.)"""

    __slots__ = ("operation",)

    def __init__(self, operation: OperationDefinitionNode) -> None:
        self.operation = operation

    def __hash__(self) -> int:
        return id(self.operation)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.operation is self.operation


class Executor(StrawberryGraphQLCoreExecutionContext):
    """Executes one operation."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pace = pace()
        begin_share()
        # They know the executor: without them it ends with its operation, and is not left to the garbage collector.
        self.async_helpers = cast(Any, None)
        self._answer: Answer | None = getattr(self.context_value, "answer", None)
        self._event: object = None
        self._variables: str | None = None
        self._plans: dict[tuple[str, int], tuple[Any, list[Plain], dict[str, Any]]] = {}

    @classmethod
    def build(cls, schema: Any, document: Any, *given: Any, **named: Any) -> Any:
        """The executor of an operation, whose variables may have been checked already; or what is wrong."""
        known = getattr(named.get("context_value"), "variables", None)
        if known is None:
            return cast(Any, super().build(schema, document, *given, **named))
        if isinstance(known, list):
            return cast(Any, known)
        plain = without_variables(document, named.get("operation_name"))
        executor = cast(Any, super().build(schema, plain, *given, **named | {"raw_variable_values": {}}))
        executor.variable_values = known
        return executor

    def build_per_event_executor(self, payload: Any) -> Executor:
        """The executor of one event of a subscription; what it remembers of its fields ends with the event."""
        executor = cast(Executor, super().build_per_event_executor(payload))
        executor._plans = {}
        executor._relevant_sub_fields = {}
        executor._event = self.context_value.event_key if self.context_value else None
        if self._variables is None:
            self._variables = executor._variables = str(self.variable_values.coerced)
        return executor

    def execute_operation(self, serially: bool | None = None) -> Any:
        """Execute it; an event that others have asked the same of was executed once."""
        if self._event is None:
            return super().execute_operation(serially)
        # The same text and variables: of a text that is kept there is one operation.
        key = self._event, _Same(self.operation), self._variables
        return self._told(self.context_value.backend.told.once(key, self._tell))

    async def _told(self, telling: Awaitable[ExecutionResult]) -> ExecutionResult:
        told = await telling
        return ExecutionResult(told.data, told.errors)

    async def _tell(self) -> ExecutionResult:
        found = cast(Any, super().execute_operation(False))
        result = cast(ExecutionResult, await found if self.is_awaitable(found) else found)
        if result.data is not None and self._answer is not None:
            try:
                result.data = cast(Any, Written(await self._answer.blocks(result.data)))
            except LimitExceeded as error:
                result = ExecutionResult(None, [GraphQLError(error.message, original_error=error)])
        return result

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
        characters, found = 0, cast(Any, None)
        try:
            for name, read, coerce, nullable in plain:
                value = read(source_value)
                if value is None and nullable:
                    continue
                results[name] = value = coerce(value)
                if value.__class__ is str:
                    characters += len(value)
                elif value is None or value is Undefined:
                    raise TypeError
        except Exception:
            return super().execute_fields(parent_type, source_value, path, grouped_field_set, position_context)
        if self._answer is not None:
            self._answer.count(characters)
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
            results[name] = await self._written(value)
        return results

    async def _written(self, value: Any) -> Any:
        if value.__class__ is str and len(value) > LONG_TEXT and self._answer is not None:
            return await self._answer.write(value)
        return value

    async def complete_awaitable_value(
        self,
        return_type: Any,
        field_details_list: Any,
        info: Any,
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        """The value of what is awaited, as soon as there is time to complete it."""
        try:
            resolved = await result
            if self._pace.is_spent:
                await self._pace.turn()
            completed: Any = self.complete_value(
                return_type, field_details_list, info, path, resolved, position_context
            )
            if self.is_awaitable(completed):
                return cast(Any, await completed)
            if completed.__class__ is str and self._answer is not None:
                self._answer.count(len(completed))
                return await self._written(completed)
        except Exception as error:
            # Of many that fail together, most are cancelled by the first before they are told of.
            if self._pace.is_spent:
                await self._pace.turn()
            self.handle_field_error(error, return_type, field_details_list, path)
            return None
        return completed

    def handle_field_error(self, raw_error: Exception, return_type: Any, field_details_list: Any, path: Path) -> None:
        """As graphql-core does; but no frame holds an error that is raised, so that it ends with the operation."""
        error = located_error(raw_error, to_nodes(field_details_list), path.as_list())
        try:
            if self.error_propagation and isinstance(return_type, GraphQLNonNull):
                raise error
            self.collected_errors.add(error, path)
        finally:
            del error, raw_error

    def complete_iterable_value(
        self,
        item_type: Any,
        field_details_list: Any,
        info: Any,
        path: Path,
        items: Any,
        position_context: Any,
    ) -> Any:
        """The items of a list; those of a long one in slices."""
        if (
            isinstance(items, list)
            and len(cast("list[Any]", items)) > LONG_LIST
            and not is_leaf_type(get_named_type(item_type))
        ):
            items = cast("list[Any]", items)
            return self._complete_in_slices(item_type, field_details_list, info, path, items, position_context)
        items = cast(Any, items)
        return super().complete_iterable_value(item_type, field_details_list, info, path, items, position_context)

    async def _complete_in_slices(
        self, item_type: Any, field_details_list: Any, info: Any, path: Path, items: list[Any], position_context: Any
    ) -> list[Any]:
        results: list[Any] = []
        later: list[int] = []
        self._begin_list()
        try:
            for index, item in enumerate(items):
                if self._pace.is_spent:
                    await self._pace.turn()
                place = path.add_key(index, None)
                if self.complete_list_item_value(
                    item, results, item_type, field_details_list, info, place, position_context
                ):
                    later.append(index)
                elif self._answer is not None:
                    results[index] = self._answer.encode(results[index])
        except BaseException:
            self.settle_in_background([results[index] for index in later])
            raise
        finally:
            self._end_list()
        for index, value in zip(later, await gather_in_slices([results[index] for index in later]), strict=True):
            results[index] = value if self._answer is None else self._answer.encode(value)
            if self._pace.is_spent:
                await self._pace.turn()
        return results

    def _begin_list(self) -> None:
        if self._answer is not None:
            self._answer.lists += 1

    def _end_list(self) -> None:
        if self._answer is not None:
            self._answer.lists -= 1

    def _plan(self, parent_type: GraphQLObjectType, fields: Any) -> tuple[Any, list[Plain], dict[str, Any]]:
        key = parent_type.name, id(fields)
        plan = self._plans.get(key)
        if plan is None:
            plain: list[Plain] = []
            others: dict[str, Any] = {}
            for name, details in fields.items():
                node = details[0].node
                found = None if node.arguments else plain_field(parent_type, name, node.name.value)
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
