"""The order of the strategies in their list: the built-in ones, then the plans that were saved, then those models made.

Owns what a cursor in this list holds, and which part of a page lies in which group. Knows no statement.
"""

from __future__ import annotations

from typing import Any

from service.cursors import Bounds, Order
from service.strategies import describe

Place = dict[str, Any]
"""Where a strategy stands: `group`, `at` (in the group, the highest first) and `id`."""

LISTED = Order("k", {"group": int, "at": int, "id": str}, descending=True)
BUILT_IN, SAVED, MADE = 3, 2, 1
ORIGINS = {SAVED: "CALLER", MADE: "MODEL"}
"""What the graph calls the groups that are in it; they are in order of time."""
_TOP = 1_000_000


def built_in() -> list[Place]:
    """The places of the built-in strategies."""
    return [{"group": BUILT_IN, "at": _TOP - i, "id": it.name} for i, it in enumerate(describe())]


def saved_cursor(id: str, at: int) -> str:
    """The cursor of a plan that was saved then, in ms since 1970."""
    return LISTED.cursor({"group": SAVED, "at": at, "id": id})


def groups(bounds: Bounds) -> tuple[int, ...]:
    """The groups in the order in which they are read."""
    return (BUILT_IN, SAVED, MADE) if bounds["down"] else (MADE, SAVED, BUILT_IN)


def within(bounds: Bounds, group: int, limit: int) -> Bounds | None:
    """The bounds inside a group, for as many as are still wanted; None where the page has nothing of it."""
    low, high = bounds["low"], bounds["high"]
    if not limit or not low[0] <= group <= high[0]:
        return None
    return {
        "low": low[1:] if low[0] == group else LISTED.lowest[1:],
        "high": high[1:] if high[0] == group else LISTED.highest[1:],
        "up": limit if bounds["up"] else 0,
        "down": limit if bounds["down"] else 0,
    }


def between(bounds: Bounds, places: list[Place]) -> list[Place]:
    """Of all places of a group, the highest first, those that a stored statement would read of it."""
    found = [place for place in places if bounds["low"] < [place["at"], place["id"]] < bounds["high"]]
    return found[: bounds["down"]] or found[::-1][: bounds["up"]]
