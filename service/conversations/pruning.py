"""Pruning: the messages that only a deleted branch reached go, a piece at a time, and with them what their tasks left.

Owns what is counted beforehand, and that what was begun is gone on with, by whichever service. What may go is in
`prune_messages.cypher`: it is looked at again with every piece.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from service.conversations.sweeping import sweep_on
from service.errors import AntiphonError
from service.graph.prunings import Prunings

Row = dict[str, Any]

SWEEP_SECONDS = 60.0
AT_ONCE = 100
MOST_COUNTED = 20_000
PAGE = 200
"""As `read_prunable.cypher` has it."""

_log = logging.getLogger(__name__)


class BranchMessages(StrEnum):
    """What becomes of messages when their branch is deleted."""

    KEEP = "KEEP"
    """They stay, also those that no other branch reaches."""

    PRUNE = "PRUNE"
    """Those that only this branch reaches are deleted for good, and with them what was asked there."""


@dataclass(frozen=True, slots=True)
class Prunable:
    """What would be deleted. `is_complete` is whether all of it was counted."""

    messages: int = 0
    tasks: int = 0
    attempts: int = 0
    tokens: int = 0
    usd: float = 0.0
    is_complete: bool = True


class Pruner:
    """Deletes what is left of deleted branches, in pieces, again and again until nothing is."""

    def __init__(self, prunings: Prunings) -> None:
        self._prunings = prunings
        self._wanted = asyncio.Event()

    def wake(self) -> None:
        """There is something to delete."""
        self._wanted.set()

    async def run(self) -> None:
        """Go on with what is there, then wait for more: also for what another service left half-done."""
        await sweep_on("Deleting what is left of branches", self.sweep, SWEEP_SECONDS, self._wanted)

    async def sweep(self) -> int:
        """Delete all that is to be deleted; how many pieces that took."""
        pieces, after = 0, ""
        while rows := await self._prunings.read_prunings(after, AT_ONCE):
            after = rows[-1]["id"]
            pieces += await self._delete(rows)
        return pieces

    async def _delete(self, rows: Sequence[Row]) -> int:
        """A piece of each in turn: a large one does not keep a small one waiting."""
        pieces, left = 0, list(rows)
        while left:
            left = [row for row in left if await self._piece(row)]
            pieces += len(left)
        return pieces

    async def _piece(self, row: Row) -> bool:
        try:
            return await self._prunings.prune(row) > 0
        except AntiphonError as error:
            _log.warning("Messages of a deleted branch were not deleted; it is tried again later: %s", error)
            return False


class Counting:
    """What a branch's pruning would delete, counted page by page without deleting anything."""

    def __init__(self, prunings: Prunings, most: int = MOST_COUNTED) -> None:
        self._prunings = prunings
        self._most = most

    async def count(self, owner: str, conversation_id: str, branch_id: str) -> Prunable:
        """Follow the branch up as far as nothing that stays hangs on it."""
        gone: dict[str, Row] = {}
        # By a message that may go next: those below it that go, and how many they were when it was last looked at.
        below: dict[str, list[str]] = {}
        looked: dict[str, int] = {}
        ends: list[Row] = [{"id": branch_id, "gone": [], "next": None}]
        while ends and len(gone) < self._most:
            known = len(gone)
            found = await self._prunings.read_prunable(owner, conversation_id, branch_id, ends)
            for row in found:
                _note(row, gone, below)
            if len(found) < PAGE or len(gone) == known:
                looked |= {end["next"]: len(end["gone"]) for end in ends}
            ends = [
                {"id": ids[0], "gone": list(ids), "next": id_}
                for id_, ids in below.items()
                if id_ not in gone and looked.get(id_, 0) < len(ids)
            ][:AT_ONCE]
        return _sum(gone, not ends)


def _note(row: Row, gone: dict[str, Row], below: dict[str, list[str]]) -> None:
    if row["id"] in gone:
        return
    gone[row["id"]] = row
    for parent in row["parents"]:
        below.setdefault(parent, []).append(row["id"])


def _sum(gone: dict[str, Row], is_complete: bool) -> Prunable:
    tasks = {task["id"]: task for row in gone.values() for task in row["tasks"]}
    # The answers of a task are counted with it, also those that another replaced.
    own = sum(row["isPrompt"] or not row["tasks"] for row in gone.values())
    return Prunable(
        messages=own + sum(task["prompts"] + task["answers"] for task in tasks.values()),
        tasks=len(tasks),
        attempts=sum(task["attempts"] for task in tasks.values()),
        tokens=sum(task["tokens"] for task in tasks.values()),
        usd=sum(task["usd"] for task in tasks.values()),
        is_complete=is_complete,
    )
