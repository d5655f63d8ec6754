"""Executes operations in turns: long lists in slices, plain values the short way (`plain_executor.py`).

Items of long lists are written as JSON as soon as they are complete, where the answer says how (`encoding.py`). What is
told to many who asked the same is executed once.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, cast

from graphql import (
    ExecutionResult,
    GraphQLError,
    GraphQLNonNull,
    OperationDefinitionNode,
    get_named_type,
    is_leaf_type,
    located_error,
)
from graphql.execution.executor import to_nodes
from graphql.pyutils import Path

from service.api.graphql.encoding import Written
from service.api.graphql.pace import begin_share, gather_in_slices, pace
from service.api.graphql.plain_executor import PlainExecutor
from service.api.graphql.variables import without_variables
from service.errors import LimitExceeded

LONG_LIST = 20
"""Items of a list that are completed at once."""


class _Same:
    """An operation of a text that is kept: the same for all who sent that text. (Nodes are compared word for word.)"""

    __slots__ = ("operation",)

    def __init__(self, operation: OperationDefinitionNode) -> None:
        self.operation = operation

    def __hash__(self) -> int:
        return id(self.operation)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.operation is self.operation


class Executor(PlainExecutor):
    """Executes one operation."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pace = pace()
        begin_share()
        # They know the executor: without them it ends with its operation, and is not left to the garbage collector.
        self.async_helpers = cast(Any, None)
        self._event: object = None
        self._variables: str | None = None

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
        executor.plans = {}
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
        if result.data is not None and self.answer is not None:
            try:
                result.data = cast(Any, Written(await self.answer.blocks(result.data)))
            except LimitExceeded as error:
                result = ExecutionResult(None, [GraphQLError(error.message, original_error=error)])
        return result

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
            if completed.__class__ is str and self.answer is not None:
                self.answer.count(len(completed))
                return await self.written(completed)
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
        is_long = items.__class__ is list and len(cast("list[Any]", items)) > LONG_LIST
        if is_long and not is_leaf_type(get_named_type(item_type)):
            return self._complete_in_slices(item_type, field_details_list, info, path, items, position_context)
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
                if (whole := self.complete_at_once(item_type, field_details_list, item)) is not None:
                    results.append(whole)
                    continue
                place = path.add_key(index, None)
                if self.complete_list_item_value(
                    item, results, item_type, field_details_list, info, place, position_context
                ):
                    later.append(index)
                elif self.answer is not None:
                    results[index] = self.answer.encode(results[index])
        except BaseException:
            self.settle_in_background([results[index] for index in later])
            raise
        finally:
            self._end_list()
        for index, value in zip(later, await gather_in_slices([results[index] for index in later]), strict=True):
            results[index] = value if self.answer is None else self.answer.encode(value)
            if self._pace.is_spent:
                await self._pace.turn()
        return results

    def _begin_list(self) -> None:
        if self.answer is not None:
            self.answer.lists += 1

    def _end_list(self) -> None:
        if self.answer is not None:
            self.answer.lists -= 1
