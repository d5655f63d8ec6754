"""The schema: all types together, with the limits and the caches that every operation goes through."""

from __future__ import annotations

from functools import cache
from typing import Any, cast

import strawberry
from graphql import GraphQLError, get_operation_ast
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext
from strawberry.types.execution import PreExecutionError

from service.api.graphql.choices import mark_choices
from service.api.graphql.context import Context
from service.api.graphql.conversations import Branch, Conversation
from service.api.graphql.descriptions import describe
from service.api.graphql.documents import DocumentValidation, OperationName, read_document
from service.api.graphql.events import EVENTS
from service.api.graphql.executor import Executor
from service.api.graphql.faults import show_error
from service.api.graphql.introspection import Answers, IntrospectionCache
from service.api.graphql.limits import OperationCost, OperationLimits
from service.api.graphql.messages import Prompt, Response
from service.api.graphql.models import Model
from service.api.graphql.mutation import Mutation
from service.api.graphql.query import Query
from service.api.graphql.scalars import SCALARS
from service.api.graphql.sources import Source
from service.api.graphql.strategies import Strategy
from service.api.graphql.subscription import Subscription
from service.api.graphql.subtasks import Attempt, Subtask
from service.api.graphql.tasks import Task
from service.api.graphql.turns import LIGHT, CostTurns
from service.api.graphql.variables import are_many, check_variables
from service.settings.shapes import LimitSettings

TYPES = [Prompt, Response, Conversation, Branch, Task, Subtask, Attempt, Model, Source, Strategy, *EVENTS]


class Schema(strawberry.Schema):
    """A schema whose parts have the descriptions of their Python, and whose errors are fit to be shown."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._turns = CostTurns()
        mark_choices(self._schema)
        describe(self._schema)

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Show what was expected, mask and log what was not."""
        for error in errors:
            show_error(error)

    async def _prepare_operation_async(self, context: ExecutionContext, extensions_runner: Any) -> Any:
        """Read the text beside the event loop; Strawberry would read it here."""
        try:
            if context.query and context.graphql_document is None:
                most = context.parse_options.get("max_tokens")
                context.graphql_document = await read_document(context.query, most)
        except GraphQLError as error:
            context.pre_execution_errors = [error]
            return PreExecutionError(data=None, errors=[error])
        refused = await super()._prepare_operation_async(context, extensions_runner)
        if refused is None and context.context is not None and are_many(context.variables):
            operation = get_operation_ast(cast(Any, context.graphql_document), context.operation_name)
            context.context.variables = await check_variables(
                self._schema, cast(Any, operation), context.variables or {}
            )
        return refused

    async def _execute_operation(  # pyright: ignore[reportIncompatibleMethodOverride] - Strawberry gives no names
        self, execution_context: ExecutionContext, *how: Any
    ) -> Any:
        """Execute it; where it is heavy, when it is its turn."""
        context: Context | None = execution_context.context
        try:
            if context is None or context.cost <= LIGHT:
                return await super()._execute_operation(execution_context, *how)
            async with self._turns.turn(context.owner or "", context.cost):
                return await super()._execute_operation(execution_context, *how)
        finally:
            if context is not None:
                context.end()


def build_schema(limits: LimitSettings | None = None, *, introspection: bool = True) -> Schema:
    """The schema, with the limits of one operation's text, and whether it may be asked for itself."""
    bounds, kept = limits or LimitSettings(), Answers()
    return Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=TYPES,
        extensions=[
            lambda: OperationLimits(bounds, introspection),
            DocumentValidation,
            OperationName,
            lambda: OperationCost(bounds),
            lambda: IntrospectionCache(kept),
        ],
        execution_context_class=Executor,
        config=StrawberryConfig(scalar_map=SCALARS),
    )


@cache
def export() -> str:
    """The schema in the schema definition language, as `schema/schema.graphql` holds it."""
    return build_schema().as_str() + "\n"
