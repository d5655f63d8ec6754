"""Deletions as GraphQL types: what they take, the receipt that they leave, and what would go."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

import strawberry

from service.api.graphql.context import Info
from service.api.graphql.nodes import Node
from service.api.graphql.scalars import BigInt, DateTime
from service.conversations.deleting import COUNTED, Children, Deletion, ErasureKind, ErasureStatus
from service.conversations.deleting import Erasable as Found

strawberry.enum(ErasureKind)
strawberry.enum(ErasureStatus)
strawberry.enum(Children, name="DeletedChildren")


@strawberry.type
class ErasureCount:
    """How many nodes of a label."""

    label: str
    """What they are, in the plural: `prompts`, `responses`, `sources`, …

    `attempts` stay without any text, so that it is known what they cost.
    """

    count: BigInt
    """How many."""


@strawberry.type
class Erasure(Node):
    """The receipt of a deletion. It holds no text, and stays."""

    erasure_kind: ErasureKind
    """What was deleted."""

    subject_id: strawberry.ID
    """The id that it had; of an owner, the owner's name."""

    erasure_status: ErasureStatus
    """RUNNING while its bytes are taken out of the graph, then DONE. Nobody finds it in either."""

    requested_by: str
    """Who asked for it."""

    created_at: DateTime
    """When it was asked for: from then on nobody found it."""

    finished_at: DateTime | None
    """When nothing of it was left in the graph."""

    counts: list[ErasureCount]
    """What was deleted up to now, by label."""


@strawberry.type
class Erasable:
    """What a deletion would take with it. Nothing is changed."""

    counts: list[ErasureCount]
    """How many nodes would go, by label."""

    cancels: list[strawberry.ID]
    """The ids of tasks at work, which would be cancelled first."""

    shared_sources: int
    """How many texts were read there, and would stay: others read them, too."""

    is_complete: bool
    """False where there is more: counting ends after some ten thousand messages."""


@strawberry.input
class DeleteConversationInput:
    """A conversation to be deleted for good."""

    conversation_id: strawberry.ID
    """The conversation's id."""

    dry_run: bool = False
    """Change nothing, and say what would go."""

    idempotency_key: str | None = None
    """The same key does it once: sending it twice is safe."""


@strawberry.input
class DeleteMessageInput:
    """A message to be deleted for good, with its responses and all that is made of it."""

    message_id: strawberry.ID
    """The message's id."""

    children: Children = Children.DELETE
    """What becomes of the prompts that go on from it."""

    dry_run: bool = False
    """Change nothing, and say what would go."""

    idempotency_key: str | None = None
    """The same key does it once: sending it twice is safe."""


@strawberry.input
class DeleteSourceInput:
    """A text to be deleted for good, wherever it was read."""

    source_id: strawberry.ID
    """The source's id."""

    dry_run: bool = False
    """Change nothing, and say what would go."""

    idempotency_key: str | None = None
    """The same key does it once: sending it twice is safe."""


@strawberry.input
class DeleteDocumentInput:
    """A document to be deleted for good, with all of its versions."""

    document_id: strawberry.ID
    """The document's id."""

    dry_run: bool = False
    """Change nothing, and say what would go."""

    idempotency_key: str | None = None
    """The same key does it once: sending it twice is safe."""


@strawberry.input
class DeleteOwnerInput:
    """All that you have, to be deleted for good."""

    owner_id: strawberry.ID
    """Who you are, as `viewer { id }` says it: so that nobody does it by mistake."""

    dry_run: bool = False
    """Change nothing, and say what would go."""

    idempotency_key: str | None = None
    """The same key does it once: sending it twice is safe."""


@strawberry.type
class DeleteConversationPayload:
    """A conversation that is gone, or with `dryRun` one that is still there."""

    deleted_id: strawberry.ID
    """The id that it had; with `dryRun`, has."""

    erasure: Erasure | None = None
    """The receipt; null with `dryRun`."""

    erasable: Erasable | None = None
    """With `dryRun`: what would go. Null otherwise."""


@strawberry.type
class DeleteMessagePayload:
    """A message that is gone, or with `dryRun` one that is still there."""

    deleted_id: strawberry.ID
    """The id that it had; with `dryRun`, has."""

    erasure: Erasure | None = None
    """The receipt; null with `dryRun`."""

    erasable: Erasable | None = None
    """With `dryRun`: what would go. Null otherwise."""


@strawberry.type
class DeleteSourcePayload:
    """A text that is gone, or with `dryRun` one that is still there."""

    deleted_id: strawberry.ID
    """The id that it had; with `dryRun`, has."""

    erasure: Erasure | None = None
    """The receipt; null with `dryRun`."""

    erasable: Erasable | None = None
    """With `dryRun`: what would go. Null otherwise."""


@strawberry.type
class DeleteDocumentPayload:
    """A document that is gone, or with `dryRun` one that is still there."""

    deleted_id: strawberry.ID
    """The id that it had; with `dryRun`, has."""

    erasure: Erasure | None = None
    """The receipt; null with `dryRun`."""

    erasable: Erasable | None = None
    """With `dryRun`: what would go. Null otherwise."""


@strawberry.type
class DeleteOwnerPayload:
    """All that you had is gone, or with `dryRun` still there."""

    deleted_id: strawberry.ID
    """Who you are."""

    erasure: Erasure | None = None
    """The receipt; null with `dryRun`."""

    erasable: Erasable | None = None
    """With `dryRun`: what would go. Null otherwise."""


def deletion(info: Info, id: str, key: str | None) -> Deletion:
    """What the caller wants deleted."""
    return Deletion(info.context.caller, id, key)


async def erasable(counting: Awaitable[Found]) -> Erasable:
    """What was counted."""
    found = await counting
    ids = [strawberry.ID(id) for id in found.cancels]
    return Erasable(
        counts=_counts(found.counts), cancels=ids, shared_sources=found.shared_sources, is_complete=found.is_complete
    )


async def read_erasure(info: Info, id: str) -> Erasure | None:
    """A receipt of the caller's."""
    row = await info.context.backend.deleting.read_erasure(info.context.caller, id)
    return None if row is None else erasure(row)


def erasure(row: dict[str, Any]) -> Erasure:
    """A receipt of its row."""
    return Erasure(
        id=strawberry.ID(row["id"]),
        erasure_kind=ErasureKind(row["kind"]),
        subject_id=strawberry.ID(row["subjectId"]),
        erasure_status=ErasureStatus(row["status"]),
        requested_by=row["requestedBy"],
        created_at=row["createdAt"],
        finished_at=row["finishedAt"],
        counts=_counts(row),
    )


def _counts(row: dict[str, Any]) -> list[ErasureCount]:
    return [ErasureCount(label=name, count=BigInt(row[name])) for name in COUNTED if row.get(name)]
