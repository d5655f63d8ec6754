"""Changes as GraphQL events: what was done to a conversation besides adding to it."""

from __future__ import annotations

from typing import Any

import strawberry

from service.api.graphql.annotations import Annotation
from service.api.graphql.branches import Branch
from service.api.graphql.context import Info
from service.api.graphql.conversations import Conversation
from service.api.graphql.event import Event
from service.api.graphql.messages import Message
from service.api.graphql.summaries import Summary
from service.api.graphql.versions import Document
from service.conversations.changes import ChangeAction, ChangeType


@strawberry.type
class BranchChanged(Event):
    """A branch was made, renamed, moved by hand, or deleted. A message that is added to it says so itself."""

    action: ChangeAction
    """What was done."""

    branch_id: strawberry.ID
    """The id of the branch."""

    name: str
    """What the branch was called then."""

    idempotency_key: str | None
    """The `idempotencyKey` of the request that caused it."""

    @strawberry.field
    async def branch(self, info: Info) -> Branch | None:
        """The branch, as it is now; null where it was deleted."""
        return await info.context.load.branches.load(self.branch_id)


@strawberry.type
class ConversationChanged(Event):
    """The conversation has another title, or another default branch."""

    action: ChangeAction
    """What was done."""

    title: str | None
    """The new title; null where another default branch was chosen."""

    idempotency_key: str | None
    """The `idempotencyKey` of the request that caused it."""

    @strawberry.field
    async def conversation(self, info: Info) -> Conversation | None:
        """The conversation, as it is now; null where it was deleted."""
        return await info.context.load.conversations.load(self.conversation_id)


@strawberry.type
class MessageChanged(Event):
    """A message was pinned, or is pinned no more. What it says never changes."""

    action: ChangeAction
    """What was done."""

    message_id: strawberry.ID
    """The id of the message."""

    idempotency_key: str | None
    """The `idempotencyKey` of the request that caused it."""

    @strawberry.field
    async def message(self, info: Info) -> Message | None:
        """The message, as it is now; null where it was deleted."""
        return await info.context.load.messages.load(self.message_id)


@strawberry.type
class MessagesDeleted(Event):
    """Messages are gone. Where many are deleted, several such events tell of it."""

    action: ChangeAction
    """What was done: DELETED."""

    message_ids: list[strawberry.ID]
    """The ids that they had."""

    idempotency_key: str | None
    """The `idempotencyKey` of the request that caused it."""


@strawberry.type
class LinkChanged(Event):
    """A link between two messages was made or deleted."""

    action: ChangeAction
    """What was done."""

    link_id: strawberry.ID
    """The id of the link."""

    kind: str | None
    """What it says of the two."""

    from_id: strawberry.ID
    """The id of the message that it begins at."""

    to_id: strawberry.ID
    """The id of the message that it leads to."""

    idempotency_key: str | None
    """The `idempotencyKey` of the request that caused it."""

    @strawberry.field(name="from")
    async def from_message(self, info: Info) -> Message | None:
        """The message that it begins at; null where it is deleted by now."""
        return await info.context.load.messages.load(self.from_id)

    @strawberry.field(name="to")
    async def to_message(self, info: Info) -> Message | None:
        """The message that it leads to; null where it is deleted by now."""
        return await info.context.load.messages.load(self.to_id)


@strawberry.type
class AnnotationChanged(Event):
    """Somebody said what they think of a message, said something else, or took it back."""

    action: ChangeAction
    """What was done: MADE, CHANGED or DELETED."""

    annotation_id: strawberry.ID
    """The id of the annotation."""

    message_id: strawberry.ID
    """The id of the message."""

    idempotency_key: str | None
    """The `idempotencyKey` of the request that caused it."""

    @strawberry.field
    async def annotation(self, info: Info) -> Annotation | None:
        """The annotation, as it is now; null where it was withdrawn."""
        return await info.context.load.annotations.load(self.annotation_id)

    @strawberry.field
    async def message(self, info: Info) -> Message | None:
        """The message; null where it is deleted by now."""
        return await info.context.load.messages.load(self.message_id)


@strawberry.type
class SummaryAdded(Event):
    """A new summary: one that somebody asked for, or one that the service made by itself."""

    summary_id: strawberry.ID
    """The id of the summary."""

    idempotency_key: str | None
    """The `idempotencyKey` of the request that caused it; null where the service made it by itself."""

    @strawberry.field
    async def summary(self, info: Info) -> Summary | None:
        """The summary; null where it was deleted since."""
        return await info.context.load.summaries.load(self.summary_id)


@strawberry.type
class DocumentsChanged(Event):
    """Documents have a newer version, or one was made without a task. What rests on older versions is stale from now
    on: read `stale` of what you show again."""

    action: ChangeAction
    """What was done: RENEWED, or MADE."""

    document_ids: list[strawberry.ID]
    """The ids of the documents."""

    name: str
    """The name of the first of them."""

    idempotency_key: str | None
    """The `idempotencyKey` of the request that caused it."""

    @strawberry.field
    async def documents(self, info: Info) -> list[Document]:
        """The documents, as they are now, without those that are deleted by now."""
        info.context.count(len(self.document_ids))
        found = await info.context.load.documents.load_many(self.document_ids)
        return [document for document in found if document is not None]


CHANGES = [
    BranchChanged,
    ConversationChanged,
    MessageChanged,
    MessagesDeleted,
    LinkChanged,
    AnnotationChanged,
    SummaryAdded,
    DocumentsChanged,
]

Changed = (
    BranchChanged
    | ConversationChanged
    | MessageChanged
    | MessagesDeleted
    | LinkChanged
    | AnnotationChanged
    | SummaryAdded
    | DocumentsChanged
)


def changed(row: dict[str, Any], common: dict[str, Any]) -> Changed:
    """The event of a change; `common` is what all events have."""
    if row["type"] == ChangeType.SUMMARY:
        return SummaryAdded(**common, summary_id=row["subjectId"], idempotency_key=row["idempotencyKey"])
    common |= {"action": ChangeAction(row["action"]), "idempotency_key": row["idempotencyKey"]}
    kind, subject = ChangeType(row["type"]), strawberry.ID(row["subjectId"] or "")
    if kind is ChangeType.BRANCH:
        return BranchChanged(**common, branch_id=subject, name=row["name"])
    if kind is ChangeType.CONVERSATION:
        title = row["name"] if common["action"] is ChangeAction.RENAMED else None
        return ConversationChanged(**common, title=title)
    if kind is ChangeType.LINK:
        from_id, to_id = map(strawberry.ID, row["ids"])
        return LinkChanged(**common, link_id=subject, kind=row["name"], from_id=from_id, to_id=to_id)
    if kind is ChangeType.ANNOTATION:
        return AnnotationChanged(**common, annotation_id=subject, message_id=strawberry.ID(row["ids"][0]))
    if kind is ChangeType.DOCUMENT:
        return DocumentsChanged(**common, document_ids=[strawberry.ID(id) for id in row["ids"]], name=row["name"])
    if row["ids"] is not None:
        return MessagesDeleted(**common, message_ids=[strawberry.ID(id) for id in row["ids"]])
    return MessageChanged(**common, message_id=subject)
