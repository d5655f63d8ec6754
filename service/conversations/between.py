"""The way from one message to another: up to where their paths part, and down again.

Owns how far is looked for that message. The graph between two messages never changes, so a place is a number. Knows
the graph only through `Reader`.
"""

from __future__ import annotations

from service.cursors import Order, Page, PageRequest
from service.errors import LimitExceeded, NotFound
from service.graph.reader import Reader

BETWEEN = Order("between", {"index": int})
MOST_WALKED = 20_000
"""Messages that are walked over above both."""
_LEVELS = (64, 1_024, MOST_WALKED)


async def path_between(reader: Reader, owner: str, ends: tuple[str, str], page: PageRequest) -> Page | None:
    """A page of the messages from one to another, both included; None where no message is above both.

    Raises `NotFound` with the field, `InvalidInput` for a cursor, `LimitExceeded`.
    """
    bounds = BETWEEN.bounds(page)
    found = await reader.read_messages(owner, ends)
    for field, id in zip(("from", "to"), ends, strict=True):
        if id not in found:
            raise NotFound("There is no such message.", field=field)
    joint = await _joint(reader, owner, ends)
    return None if joint is None else BETWEEN.page(await reader.read_path_between(owner, ends, joint, bounds), page)


async def _joint(reader: Reader, owner: str, ends: tuple[str, str]) -> str | None:
    """The deepest message at or above both. Each look goes further up than the one before."""
    for levels in _LEVELS:
        found = await reader.read_nearest_common(owner, ends, levels=levels, most=MOST_WALKED + 1)
        if found["met"] > MOST_WALKED:
            break
        if found["id"] is not None or found["isWhole"]:
            return found["id"]
    raise LimitExceeded(
        f"These messages part more than {MOST_WALKED} messages above them.",
        remedy="Ask for a part of the way, or read it with `history`.",
    )
