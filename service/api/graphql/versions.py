"""Documents as GraphQL types: what has a name in a conversation, and its versions."""

from __future__ import annotations

from typing import Any

import strawberry

from service.api.graphql.connections import Connection, connection, paged
from service.api.graphql.context import Info
from service.api.graphql.material import FileInput
from service.api.graphql.messages import LazyConversation
from service.api.graphql.nodes import Node
from service.api.graphql.scalars import DateTime
from service.api.graphql.sources import Source
from service.conversations.listings import VERSIONS
from service.cursors import PageRequest
from service.tasks.documents import NewVersion


@strawberry.type
class DocumentVersion:
    """A text that a document had, from a moment on."""

    number: int
    """Which version it is, from 1."""

    since: DateTime
    """Since when it was the newest."""

    source_id: strawberry.Private[str]

    @strawberry.field
    async def source(self, info: Info) -> Source:
        """The text."""
        return await info.context.load.sources.load(self.source_id)


@strawberry.type
class Document(Node):
    """What has a name in a conversation, such as a file that tasks read. Its texts are its versions."""

    created_at: DateTime
    """When it was read or given first."""

    name: str
    """Its name."""

    newest_version: int
    """The number of its newest version."""

    conversation_id: strawberry.ID
    """The id of the conversation that it is in."""

    source_id: strawberry.Private[str]

    @strawberry.field
    async def source(self, info: Info) -> Source:
        """The text that it has now."""
        return await info.context.load.sources.load(self.source_id)

    @strawberry.field
    async def conversation(self, info: Info) -> LazyConversation:
        """The conversation that it is in."""
        return await info.context.load.conversations.load(self.conversation_id)

    @paged
    async def versions(self, info: Info, page: PageRequest) -> Connection[DocumentVersion]:
        """The texts that it had, oldest first."""
        return connection(await info.context.load.rows(VERSIONS, self.id, page, info), _version)


@strawberry.input
class AddDocumentVersionInput:
    """A newer text of a document. A name that the conversation does not have yet makes a document."""

    conversation_id: strawberry.ID
    """The conversation that the document is in."""

    file: FileInput
    """The text, under the name of the document."""

    idempotency_key: str | None = None
    """The same key does it once: sending it twice is safe."""

    async def record(self) -> NewVersion:
        """As the use case takes it. Raises `InvalidInput` that names the field."""
        return NewVersion(self.conversation_id, await self.file.record("input.file"), self.idempotency_key)


@strawberry.type
class AddDocumentVersionPayload:
    """A document with its newest version."""

    document: Document | None
    """The document."""


def document(row: dict[str, Any]) -> Document:
    """A document of its row."""
    return Document(
        id=row["id"],
        created_at=row["createdAt"],
        name=row["name"],
        newest_version=row["versions"],
        conversation_id=row["conversationId"],
        source_id=row["sourceId"],
    )


def _version(row: dict[str, Any]) -> DocumentVersion:
    return DocumentVersion(number=row["number"], since=row["since"], source_id=row["sourceId"])
