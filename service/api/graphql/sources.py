"""Sources as GraphQL types: what tasks read."""

from __future__ import annotations

from typing import Any

import strawberry

from service.api.graphql.context import Info
from service.api.graphql.nodes import Node
from service.api.graphql.scalars import BigInt, DateTime


@strawberry.type
class Source(Node):
    """A file or text that a task reads."""

    created_at: DateTime
    """When it was first read."""

    name: str
    """The name under which it was first read."""

    media_type: str
    """What kind of text it is."""

    bytes: BigInt
    """Its size as it was sent."""

    length: BigInt
    """Its size in characters."""

    sha256: str
    """Of its text in UTF-8, in hexadecimal."""

    @strawberry.field
    async def text(self, info: Info) -> str:
        """All of its text."""
        return await info.context.load.source_texts.load((self.id, self.length))


def source(row: dict[str, Any]) -> Source:
    """A source of its row."""
    return Source(
        id=row["id"],
        created_at=row["createdAt"],
        name=row["title"],
        media_type=row["mediaType"],
        bytes=row["bytes"],
        length=row["length"],
        sha256=row["sha256"],
    )
