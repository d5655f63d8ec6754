"""What has an id, and the enumerations of the contract."""

from __future__ import annotations

import strawberry

from service import errors, records
from service.conversations.catalog import ConversationOrder
from service.conversations.history import Direction
from service.conversations.usage import UsageDimension


@strawberry.interface(description="Something with an id that `node` finds again.")
class Node:
    """Something with an id."""

    id: strawberry.ID

    @classmethod
    def resolve_type(cls, obj: object, *_: object) -> str:
        """The GraphQL type of an object: its class has the same name. (Strawberry's own way looks at all types.)"""
        return type(obj).__name__

    @classmethod
    def is_type_of(cls, obj: object, *_: object) -> bool:
        """Whether an object is of this type."""
        return isinstance(obj, cls)


def _enum(kind: type, description: str, name: str | None = None) -> None:
    strawberry.enum(kind, name=name, description=description)


_enum(records.TaskStatus, "The state of a task; the last four are final.")
_enum(records.SubtaskStatus, "The state of a subtask; the last four are final.")
_enum(records.AttemptStatus, "What came of one call to a provider.")
_enum(records.ResponseStatus, "How whole a response is.")
_enum(records.FinishReason, "Why a model stopped; OTHER for a word that is none of these.")
_enum(
    errors.ErrorCode,
    "What went wrong with a task, a subtask or an attempt; a plug-in's own kind is shown as PROVIDER_ERROR.",
)
_enum(records.Role, "Who speaks in a message.")
_enum(records.Aggregation, "How the subtasks' answers become the task's answer.")
_enum(records.OnFailure, "What one failed subtask means for the others.")
_enum(
    Direction, "ANCESTORS: what a message came from, newest first. DESCENDANTS: what came from it.", "HistoryDirection"
)
_enum(ConversationOrder, "What conversations are listed by, the newest first.")
_enum(UsageDimension, "What usage is grouped by; a day is one in UTC, an outcome the status of an attempt.")
