"""The schema: all types together, with the limits and the caches that every operation goes through."""

from __future__ import annotations

from functools import cache
from typing import Any, cast

import orjson
import strawberry
from graphql import DocumentNode, ExecutionResult, GraphQLError
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext
from strawberry.types.execution import PreExecutionError

from service.api.graphql.branches import Branch
from service.api.graphql.choices import mark_choices
from service.api.graphql.context import Context
from service.api.graphql.conversations import Conversation
from service.api.graphql.descriptions import describe
from service.api.graphql.events import EVENTS
from service.api.graphql.executor import Executor
from service.api.graphql.faults import show_error
from service.api.graphql.introspection import Answers, key_of
from service.api.graphql.messages import Prompt, Response
from service.api.graphql.models import Model
from service.api.graphql.mutation import Mutation
from service.api.graphql.operations import Operations
from service.api.graphql.pace import begin_share, pace
from service.api.graphql.query import Query
from service.api.graphql.scalars import SCALARS
from service.api.graphql.sources import Source
from service.api.graphql.strategies import Strategy
from service.api.graphql.subscription import Subscription
from service.api.graphql.subtasks import Attempt, Subtask
from service.api.graphql.tasks import Task
from service.api.graphql.turns import LIGHT, CostTurns
from service.settings.shapes import LimitSettings

TYPES = [Prompt, Response, Conversation, Branch, Task, Subtask, Attempt, Model, Source, Strategy, *EVENTS]


class Schema(strawberry.Schema):
    """A schema whose parts have the descriptions of their Python, and whose errors are fit to be shown.

    It has none of Strawberry's extensions: entering and leaving five of them took longer than a small operation.
    """

    def __init__(self, operations: Operations, **parts: Any) -> None:
        super().__init__(**parts)
        self._operations = operations
        self._known = Answers()
        self._turns = CostTurns()
        mark_choices(self._schema)
        describe(self._schema)

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Show what was expected, mask and log what was not."""
        for error in errors:
            show_error(error)

    async def _prepare_operation_async(self, context: ExecutionContext, extensions_runner: Any) -> Any:
        """All that is known before an operation is executed; the error where it is not."""
        errors = await self._operations.prepare(self._schema, context)
        return PreExecutionError(None, errors) if errors else None

    async def _execute_operation(self, execution_context: ExecutionContext, *how: Any, **named: Any) -> Any:
        """Execute it; a question about the schema alone was answered once."""
        wanted = execution_context
        document = cast(DocumentNode, wanted.graphql_document)
        key = key_of(document, wanted.query or "", wanted.operation_name, wanted.variables)
        if key and (known := self._known.get(key)) is not None:
            if wanted.context is not None and wanted.context.cost > LIGHT:
                # It is long: to send one after the other leaves nobody else a turn.
                begin_share()
                await pace().turn()
            return ExecutionResult(cast(Any, orjson.Fragment(known)), None)
        result = await self._execute_in_turn(wanted, *how, **named)
        if key and result.data is not None and not result.errors:
            encoded = orjson.dumps(result.data)
            self._known.put(key, encoded)
            result.data = orjson.Fragment(encoded)
        return result

    async def _execute_in_turn(self, wanted: ExecutionContext, *how: Any, **named: Any) -> Any:
        """Execute it; where it is heavy, when it is its turn."""
        context: Context | None = wanted.context
        try:
            if context is None or context.cost <= LIGHT:
                return await super()._execute_operation(wanted, *how, **named)
            async with self._turns.turn(context.owner or "", context.cost):
                return await super()._execute_operation(wanted, *how, **named)
        finally:
            if context is not None:
                context.end()


def build_schema(limits: LimitSettings | None = None, *, introspection: bool = True) -> Schema:
    """The schema, with the limits of one operation's text, and whether it may be asked for itself."""
    return Schema(
        Operations(limits or LimitSettings(), introspection=introspection),
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=TYPES,
        execution_context_class=Executor,
        config=StrawberryConfig(scalar_map=SCALARS),
    )


@cache
def export() -> str:
    """The schema in the schema definition language, as `schema/schema.graphql` holds it."""
    return build_schema().as_str() + "\n"
