"""What each branch of a conversation has for itself: the messages that no other reaches, and where it parts.

All branches go up together, the deepest messages first, so that where they meet the walk ends. Owns how many messages
are looked at for it. A message knows from which heads it was reached, as the bits of a number.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from service.graph.reader import Reader
from service.graph.store import main_branch

MOST_LOOKED_AT = 20_000
"""Messages that are looked at for all branches that are asked about at once; what is not known by then is not told."""
_LEVELS = (16, 128, *[1024] * 20)
"""How many depths are read at once: few at first, as most branches part near their ends."""

Row = dict[str, Any]


@dataclass(slots=True)
class Share:
    """What a branch has for itself. `own` is None, and `answers` empty, where that is too much to look at.

    `forked_at`: the newest message that it has in common with the default branch.
    """

    own: int | None = None
    answers: list[str] = field(default_factory=list[str])
    forked_at: str | None = None


async def read_shares(reader: Reader, owner: str, keys: Sequence[tuple[str, str]]) -> list[Share]:
    """The share of each branch, by the ids of its conversation and its own."""
    conversations = list(dict.fromkeys(conversation for conversation, _ in keys))
    heads = await reader.read_branch_heads(owner, conversations)
    left, found = MOST_LOOKED_AT, dict[str, Share]()
    for id in conversations:
        walk = Walk(heads.get(id, {"rows": [], "defaultBranchId": None}), main_branch(id))
        for levels in _LEVELS:
            if left <= 0 or walk.is_over:
                break
            ids, bound = walk.next(levels)
            rows = await reader.read_levels(owner, id, ids, bound=bound, most=left)
            left -= len(rows)
            walk.climb(rows, bound, whole=left > 0)
        found |= walk.shares()
    return [found.get(branch, Share(own=0)) for _, branch in keys]


class Walk:
    """A walk up from the heads of all branches of a conversation. Pure: it says what is to be read next."""

    def __init__(self, heads: Row, main_branch_id: str) -> None:
        self._branches = [branch for branch, _, _ in heads["rows"]]
        self._reached: dict[str, int] = {}
        self._waiting: list[tuple[int, str]] = []
        self._shares = [Share(own=0) for _ in self._branches]
        default = heads["defaultBranchId"] or main_branch_id
        self._default = 1 << self._branches.index(default) if default in self._branches else 0
        self._parted = 0
        self._is_whole = True
        for index, (_, message, depth) in enumerate(heads["rows"]):
            self._reach(message, depth, 1 << index)

    @property
    def is_over(self) -> bool:
        """Whether all that is asked is known, or nothing more will be."""
        return not self._is_whole or not any(self._tells(self._reached[id]) for _, id in self._waiting)

    def next(self, levels: int) -> tuple[list[str], int]:
        """The messages above which to read, and down to which depth."""
        bound = max(0, -self._waiting[0][0] - levels + 1)
        return [id for depth, id in self._waiting if -depth >= bound], bound

    def climb(self, rows: Sequence[Any], bound: int, *, whole: bool) -> None:
        """Go up through what was read: `whole` where it was all down to the depth."""
        self._is_whole = whole
        read = {row[0]: row for row in rows}
        while self._waiting and -self._waiting[0][0] >= bound and self._is_whole:
            _, id = heapq.heappop(self._waiting)
            # One that was deleted meanwhile has nothing above it.
            _, _, is_answer, parents = read.get(id, (id, 0, False, ()))
            self._count(id, self._reached[id], is_answer=is_answer)
            for parent, depth in parents:
                self._reach(parent, depth, self._reached[id])

    def shares(self) -> dict[str, Share]:
        """What is known of each branch."""
        unknown = 0
        for _, id in self._waiting:
            reached = self._reached[id]
            unknown |= reached if _is_one(reached) else 0
        for index, share in enumerate(self._shares):
            if unknown & (1 << index):
                share.own, share.answers = None, []
        return dict(zip(self._branches, self._shares, strict=True))

    def _reach(self, id: str, depth: int, reached: int) -> None:
        if id not in self._reached:
            heapq.heappush(self._waiting, (-depth, id))
        self._reached[id] = self._reached.get(id, 0) | reached

    def _count(self, id: str, reached: int, *, is_answer: bool) -> None:
        if _is_one(reached):
            share = self._shares[reached.bit_length() - 1]
            share.own = (share.own or 0) + 1
            share.answers += [id] * is_answer
        if reached & self._default:
            fresh = reached & ~self._default & ~self._parted
            self._parted |= fresh
            for index in _bits(fresh):
                self._shares[index].forked_at = id

    def _tells(self, reached: int) -> bool:
        """Whether what is above a message may say more: it is one branch's own, or some have not met the default."""
        if _is_one(reached) or not reached & self._default:
            return True
        return reached & ~self._default & ~self._parted != 0


def _is_one(reached: int) -> bool:
    return reached & (reached - 1) == 0


def _bits(reached: int) -> list[int]:
    """The indices of the bits that are set."""
    found: list[int] = []
    while reached:
        low = reached & -reached
        found.append(low.bit_length() - 1)
        reached ^= low
    return found
