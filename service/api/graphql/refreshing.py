"""Refreshed tasks as GraphQL types: the same job over newer versions, and what that would ask."""

from __future__ import annotations

import strawberry
from strawberry import UNSET

from service.api.graphql.choices import chosen
from service.api.graphql.context import Info
from service.api.graphql.material import TaskInput
from service.api.graphql.scalars import BigInt
from service.api.graphql.tasks import Task
from service.tasks.foreseeing import Foreseen as ForeseenRecord
from service.tasks.refreshing import Refresh


@strawberry.input
class RefreshTaskInput:
    """A task to be done again over newer versions of what it read. Only what changed is asked."""

    task_id: strawberry.ID
    """The task that is done again; it must have ended."""

    input: TaskInput | None = UNSET
    """What is newer. A file with the name of one that the task read takes its place, other files are added. A text or
    a list takes the place of all. Left out, the task reads what its documents say now."""

    whole: bool = False
    """Whether `input.files` are all that is read from now on; otherwise files that it does not name stay."""

    removed: list[str] | None = None
    """Names of files that are not read any more."""

    dry_run: bool = False
    """Whether it is only said what would be asked."""

    idempotency_key: str | None = None
    """The same key makes the same task: sending it twice is safe."""

    async def record(self) -> Refresh:
        """As the use case takes it. Raises `InvalidInput` that names the field."""
        given = chosen(self.input) or TaskInput()
        items = chosen(given.list)
        return Refresh(
            task_id=self.task_id,
            text=chosen(given.text),
            items=None if items is None else tuple(items),
            files=await given.new_files(),
            whole=self.whole,
            removed=tuple(self.removed or ()),
            dry_run=self.dry_run,
            idempotency_key=self.idempotency_key,
        )


@strawberry.type
class Foreseen:
    """What a task would ask. An answer that is not there yet is taken to be about as long as the one before it."""

    calls: int
    """Calls that would be made."""

    reused: int
    """Answers that would be taken over."""

    input_tokens: BigInt
    """Tokens that these calls would read."""

    output_tokens: BigInt
    """Tokens that they would write, as far as former answers tell."""

    cost_usd: float | None
    """What they would cost; null where a price is not known."""

    is_exact: bool
    """Whether the calls are all that would be made: a plan may go on from words that nobody knows yet."""

    titles: list[str]
    """What would be asked about: the titles of the first 100."""


@strawberry.type
class RefreshTaskPayload:
    """A refreshed task, or what it would ask."""

    task: Task | None
    """The new task; null for a dry run."""

    foreseen: Foreseen | None
    """What it would ask; null unless it is a dry run."""


async def refresh_task(info: Info, input: RefreshTaskInput) -> RefreshTaskPayload:
    """Refresh a task, or say what that would ask."""
    done = await info.context.begin_write().refreshing.refresh_task(info.context.caller, await input.record())
    task = await info.context.load.tasks.load(done.task_id) if done.task_id else None
    return RefreshTaskPayload(task=task, foreseen=foreseen(done.foreseen) if done.foreseen else None)


def foreseen(record: ForeseenRecord) -> Foreseen:
    """What would be asked, as it is shown."""
    return Foreseen(
        calls=record.calls,
        reused=record.reused,
        input_tokens=BigInt(record.input_tokens),
        output_tokens=BigInt(record.output_tokens),
        cost_usd=record.cost_usd,
        is_exact=record.is_exact,
        titles=record.titles,
    )
