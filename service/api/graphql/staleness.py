"""Why things are stale, as GraphQL types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

from service.api.graphql.context import Info
from service.conversations.staleness import Key, Reason, StaleKind

if TYPE_CHECKING:
    from service.api.graphql.messages import Message
    from service.api.graphql.sources import Source
    from service.api.graphql.tasks import Task
    from service.api.graphql.versions import Document

LazyDocument = Annotated["Document", strawberry.lazy("service.api.graphql.versions")]
LazySource = Annotated["Source", strawberry.lazy("service.api.graphql.sources")]
LazyMessage = Annotated["Message", strawberry.lazy("service.api.graphql.messages")]
LazyTask = Annotated["Task", strawberry.lazy("service.api.graphql.tasks")]


@strawberry.type
class StaleReason:
    """Why something is stale."""

    kind: StaleKind
    """What it is that is newer."""

    document_id: strawberry.ID | None
    """DOCUMENT: the id of the document that has a newer version."""

    document_name: str | None
    """DOCUMENT: its name."""

    source_id: strawberry.ID | None
    """DOCUMENT: the id of its newest text."""

    message_id: strawberry.ID | None
    """CORRECTION: the id of the message that corrects."""

    corrected_id: strawberry.ID | None
    """CORRECTION: the id of the message that is corrected."""

    task_id: strawberry.ID | None
    """REFRESH: the id of the newest task that did the same job."""

    @strawberry.field
    async def document(self, info: Info) -> LazyDocument | None:
        """DOCUMENT: the document."""
        return None if self.document_id is None else await info.context.load.documents.load(self.document_id)

    @strawberry.field
    async def source(self, info: Info) -> LazySource | None:
        """DOCUMENT: its newest text."""
        return None if self.source_id is None else await info.context.load.sources.load(self.source_id)

    @strawberry.field
    async def message(self, info: Info) -> LazyMessage | None:
        """CORRECTION: the message that corrects."""
        return await info.context.load.message(self.message_id)

    @strawberry.field
    async def task(self, info: Info) -> LazyTask | None:
        """REFRESH: the newest task that did the same job."""
        return None if self.task_id is None else await info.context.load.tasks.load(self.task_id)


async def stale(info: Info, key: Key) -> bool:
    """Whether something is stale."""
    return bool(await info.context.load.staleness.load(key))


async def stale_because(info: Info, key: Key) -> list[StaleReason]:
    """Why something is stale."""
    found: tuple[Reason, ...] = await info.context.load.staleness.load(key)
    info.context.count(len(found))
    return [_reason(reason) for reason in found]


def _reason(reason: Reason) -> StaleReason:
    return StaleReason(
        kind=reason.kind,
        document_id=_id(reason.document_id),
        document_name=reason.name or None,
        source_id=_id(reason.source_id),
        message_id=_id(reason.message_id),
        corrected_id=_id(reason.corrected_id),
        task_id=_id(reason.task_id),
    )


def _id(said: str) -> strawberry.ID | None:
    return strawberry.ID(said) if said else None
