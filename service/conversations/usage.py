"""What an owner's calls took and cost, by model, by day, and so on.

Owns the dimensions, the bounds of a question and the order of its answer. Knows nothing of GraphQL.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from service.conversations.catalog import Conversations
from service.errors import InvalidInput, LimitExceeded
from service.graph.reader import Reader

Row = dict[str, Any]

MOST_ROWS = 10_000
_FIRST_MS, _LAST_MS = 0, 253_402_300_799_999


class UsageDimension(StrEnum):
    """What usage is grouped by. A day is one in UTC, an outcome the status of an attempt."""

    MODEL = "MODEL"
    """`provider/name` of the model that was called."""

    PROVIDER = "PROVIDER"
    """The provider of the model."""

    DAY = "DAY"
    """The day on which a call began, in UTC."""

    STRATEGY = "STRATEGY"
    """The strategy of the task."""

    TASK_TYPE = "TASK_TYPE"
    """The type of the task."""

    CONVERSATION = "CONVERSATION"
    """The conversation."""

    OUTCOME = "OUTCOME"
    """The status of the call."""

    PURPOSE = "PURPOSE"
    """What the call was for: ANSWER (a prompt as it is), SUMMARY, CONFLICTS (of a merge); of a task in pieces PART,
    STEP, PLAN, COMBINATION."""


@dataclass(frozen=True, slots=True)
class UsageFilter:
    """Which attempts count: those that began at `since` or later and before `until`, in ms since 1970; None is any."""

    conversation_id: str | None = None
    since: int | None = None
    until: int | None = None


class Usage:
    """The use case of usage."""

    def __init__(self, reader: Reader, conversations: Conversations, *, most_rows: int = MOST_ROWS) -> None:
        self._reader = reader
        self._conversations = conversations
        self._most = most_rows

    async def read_usage(self, owner: str, dimension: UsageDimension, which: UsageFilter) -> list[Row]:
        """A row for each key of the dimension: days in order, all else by cost, then by tokens, highest first.

        Raises `InvalidInput` for a time that ends before it begins, `NotFound` for a conversation that is not the
        owner's, `LimitExceeded` for more rows than are answered at once.
        """
        since, until = await self._checked(owner, which)
        rows = await self._reader.read_usage(
            owner,
            groupBy=dimension.value,
            conversationId=which.conversation_id,
            since=since,
            until=until,
            limit=self._most + 1,
        )
        if len(rows) > self._most:
            raise LimitExceeded(f"There are more than {self._most} rows.", remedy="Ask for a shorter time.")
        return sorted(rows, key=_by_day if dimension is UsageDimension.DAY else _by_weight)

    async def read_ratings(self, owner: str, dimension: UsageDimension, which: UsageFilter) -> dict[str, Row]:
        """How the answers of those attempts were rated, by keys of the dimension; those with no rating are left out."""
        since, until = _times(which)
        times = {"since": since, "until": until}
        rows = await self._reader.read_ratings(
            owner, groupBy=dimension.value, conversationId=which.conversation_id, **times
        )
        return {row["key"]: row for row in rows}

    async def read_saved(self, owner: str, which: UsageFilter) -> Row:
        """What was not asked because the answer was there: `{calls, tokens, costUsd, priced}`. Raises as above."""
        since, until = await self._checked(owner, which)
        said = {"conversationId": which.conversation_id, "since": since, "until": until}
        return (await self._reader.read_saved(owner, **said))[0]

    async def _checked(self, owner: str, which: UsageFilter) -> tuple[int, int]:
        since, until = _times(which)
        if since > until:
            raise InvalidInput("The time ends before it begins.", field="until")
        if which.conversation_id is not None:
            await self._conversations.require(owner, which.conversation_id)
        return since, until


def _times(which: UsageFilter) -> tuple[int, int]:
    return _FIRST_MS if which.since is None else which.since, _LAST_MS if which.until is None else which.until


def _by_day(row: Row) -> Any:
    return row["key"]


def _by_weight(row: Row) -> Any:
    return -row["costUsd"], -row["inputTokens"] - row["outputTokens"], row["key"]
