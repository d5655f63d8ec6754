"""What all events have in common."""

from __future__ import annotations

import strawberry

from service.api.graphql.scalars import DateTime


@strawberry.interface
class Event:
    """Something that happened in a conversation."""

    cursor: str
    """Go on after this event with `after: cursor`."""

    created_at: DateTime
    """When it happened."""

    conversation_id: strawberry.ID
    """The id of the conversation."""

    @classmethod
    def is_type_of(cls, obj: object, *_: object) -> bool:
        """Whether an object is of this type."""
        return isinstance(obj, cls)
