"""What has an id, and the enumerations of the contract."""

from __future__ import annotations

import strawberry

from service import errors, records
from service.conversations.catalog import ConversationOrder
from service.conversations.changes import ChangeAction
from service.conversations.history import Direction, HistoryEdges
from service.conversations.staleness import StaleKind
from service.conversations.usage import UsageDimension

PLAIN = "plain"
"""In a field's `metadata`: the attribute that is its value wherever it is not None."""


@strawberry.interface
class Node:
    """Something with an id that `node` finds again."""

    id: strawberry.ID
    """What `node` finds it by."""

    @classmethod
    def is_type_of(cls, obj: object, *_: object) -> bool:
        """Whether an object is of this type."""
        return isinstance(obj, cls)


for _kind in (
    records.TaskStatus,
    records.SubtaskStatus,
    records.AttemptStatus,
    records.ResponseStatus,
    records.FinishReason,
    errors.ErrorCode,
    records.Role,
    records.Aggregation,
    records.OnFailure,
    ChangeAction,
    records.ContextPolicy,
    records.SummaryLength,
    records.SummaryKind,
    records.SummaryForm,
    records.ClaimKind,
    records.ItemKind,
    ConversationOrder,
    UsageDimension,
    StaleKind,
):
    strawberry.enum(_kind)
strawberry.enum(Direction, name="HistoryDirection")
strawberry.enum(HistoryEdges)
