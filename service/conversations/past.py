"""How a conversation stood: its branches and their heads at a moment, or when a message was the newest one.

Owns how it is found out: what was done to branches by hand is undone, newest first; in between a branch only went down,
message by message, so that its head then is the first one above that was there. What was deleted since is not known.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from service.cursors import Order, Page, PageRequest
from service.errors import LimitExceeded, NotFound
from service.graph.reader import Reader

Row = dict[str, Any]

PAST_BRANCHES = Order("past", {"createdAt": int, "id": str})
MOST_CHANGES = 10_000
MOST_WALKED = 20_000
"""Messages that a branch has got since, at most."""


class Past:
    """A conversation of an owner as it stood when `seq` was its newest number; `moment` where that was asked for (ms
    since 1970): before it was made it had no branch."""

    def __init__(self, reader: Reader, owner: str, conversation_id: str, seq: int, moment: int | None = None) -> None:
        self._reader = reader
        self._owner = owner
        self._id = conversation_id
        self._seq = seq
        self._moment = moment

    @property
    def seq(self) -> int:
        """The newest number that it had."""
        return self._seq

    async def branches(self, page: PageRequest) -> Page:
        """A page of the branches, oldest first: `{id, name, createdAt, headId}`. Raises `LimitExceeded`."""
        bounds = PAST_BRANCHES.bounds(page)
        rows = [row for row in await self._stood() if bounds["low"] < _place(row) < bounds["high"]]
        rows.sort(key=_place, reverse=not bounds["up"])
        found = PAST_BRANCHES.page(rows[: bounds["up"] + bounds["down"]], page)
        heads = await self._heads(found.rows)
        return Page(PAST_BRANCHES, [row | {"headId": heads.get(row["id"])} for row in found.rows], *_more(found))

    async def head(self, branch_id: str) -> str | None:
        """The id of a branch's head; None where it had none, or before the conversation was made.

        Raises `NotFound` where the branch was not there.
        """
        stood = await self._stood()
        rows = [row for row in stood if row["id"] == branch_id]
        if not stood:
            return None
        if not rows:
            raise NotFound("This conversation had no such branch then.", field="branch")
        return (await self._heads(rows)).get(branch_id)

    async def _stood(self) -> list[Row]:
        found = await self._reader.read_past(self._owner, self._id, MOST_CHANGES + 1)
        if found is None:
            raise NotFound("There is no such conversation.", field="conversationId")
        if len(found["changes"]) > MOST_CHANGES:
            raise LimitExceeded(f"More than {MOST_CHANGES} changes of branches are not gone through.")
        if self._moment is not None and self._moment < found["createdAt"]:
            return []
        return undo(found["branches"], found["changes"], self._seq, found["createdAt"])

    async def _heads(self, rows: Sequence[Row]) -> dict[str, str | None]:
        wanted = [{"id": row["id"], "headId": row["headId"]} for row in rows if row["headId"]]
        found = await self._reader.read_past_heads(self._owner, self._id, wanted, self._seq)
        if any(row["headId"] is None and row["depth"] >= MOST_WALKED for row in found):
            raise LimitExceeded(f"A branch has got more than {MOST_WALKED} messages since.", remedy="Use `history`.")
        return {row["id"]: row["headId"] for row in found}


def undo(branches: Sequence[Row], changes: Sequence[Row], seq: int, begun: int) -> list[Row]:
    """The branches `{id, name, createdAt, headId}` before all changes with a later number than `seq`.

    `headId` is where each was before the first of them; `begun` is when the conversation was made.
    """
    stood = {row["id"]: dict(row) for row in branches}
    for place in range(len(changes) - 1, -1, -1):
        change = changes[place]
        id = change["branchId"]
        if change["seq"] <= seq:
            break
        if change["action"] == "MADE":
            stood.pop(id, None)
        elif change["action"] == "DELETED":
            made = [it["createdAt"] for it in changes if it["branchId"] == id and it["action"] == "MADE"]
            stood[id] = {"id": id, "name": change["name"], "createdAt": made[0] if made else begun}
        if id in stood and change["action"] in ("MOVED", "REVISED", "DELETED"):
            stood[id]["headId"] = change["formerHeadId"]
        if id in stood and change["action"] == "RENAMED":
            names = [it["name"] for it in changes[:place] if it["branchId"] == id and it["name"]]
            stood[id]["name"] = names[-1] if names else "main"
    return list(stood.values())


async def number_at(reader: Reader, owner: str, conversation_id: str, moment: int) -> int:
    """The newest number that a conversation had at a moment (ms since 1970); 0 before there was anything.

    Numbers and times go up together: it is looked for by halves.
    """
    low, high = 0, None
    while high is None or low < high:
        middle = 1 if high is None else (low + high + 1) // 2
        last, rows = await reader.read_next_number(owner, conversation_id, middle)
        high = last if high is None else high
        following = min(rows, key=lambda row: row["seq"], default=None)
        if following is None or following["seq"] > high or following["at"] > moment:
            high = middle - 1
        else:
            low = following["seq"]
    return low


def _place(row: Row) -> list[Any]:
    return [row["createdAt"], row["id"]]


def _more(page: Page) -> tuple[bool, bool]:
    return page.has_next, page.has_previous
