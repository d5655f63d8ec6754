"""Strategies as a GraphQL type: the built-in ones, and plans that are kept, each version by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from service.api.graphql.context import Info
from service.api.graphql.nodes import Node
from service.api.graphql.plans import Plan, plan
from service.api.graphql.scalars import DateTime
from service.strategies import describe
from service.tasks.kept_plans import StrategyRow, strategy_row

if TYPE_CHECKING:
    from service.api.graphql.tasks import Task

LazyTask = Annotated["Task", strawberry.lazy("service.api.graphql.tasks")]


@strawberry.type
class Strategy(Node):
    """A way to decompose a task: a built-in one, whose id is its name, or a kept plan in one of its versions."""

    name: str
    """What tasks call it by."""

    description: str
    """What it is good for."""

    version: int | None
    """Counts the plans that were kept under this name, from 1; null where it is built in."""

    plan: Plan | None
    """The plan, where it is a kept one."""

    saved_at: DateTime | None
    """Since when the plan is kept."""

    use_count: int | None
    """How many tasks followed the kept plan, in this version or one before it."""

    success_rate: float | None
    """Which part of those that ended and were not cancelled succeeded, from 0 to 1; null where there is none."""

    row: strawberry.Private[StrategyRow]

    @strawberry.field
    async def previous(self, info: Info) -> Strategy | None:
        """The version before this one, which tasks that began with it go on with."""
        id = self.row.previous_id
        return None if id is None else await info.context.load.strategies.load(id)

    @strawberry.field
    async def made_by(self, info: Info) -> LazyTask | None:
        """The task whose model made it; null where it is built in or was saved by a caller."""
        return None if self.row.made_by is None else await info.context.load.tasks.load(self.row.made_by)


def strategy(row: StrategyRow) -> Strategy:
    """A strategy as it is listed."""
    return Strategy(
        id=strawberry.ID(row.id),
        name=row.name,
        description=row.description,
        version=row.version,
        plan=None if row.plan is None else plan(row.plan),
        saved_at=None if row.created_at is None else DateTime(row.created_at),
        use_count=row.use_count,
        success_rate=row.success_rate,
        row=row,
    )


def kept_strategy(row: dict[str, Any]) -> Strategy:
    """A kept plan of its row in the graph."""
    return strategy(strategy_row(row))


def find_built_in(id: str) -> Strategy | None:
    """The built-in strategy, or a plug-in's, of that name."""
    return next((strategy(StrategyRow(it.name, it.name, it.description)) for it in describe() if it.name == id), None)
