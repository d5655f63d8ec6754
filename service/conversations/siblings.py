"""Where a message stands among those beside it: between which answers, or which wordings, one chooses there.

Owns how it is counted: once for all that stand beside each other. Which messages those are, `read_siblings` says.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from service.graph.reader import Reader

MOST_SIBLINGS = 20_000
"""Messages beside each other that are counted."""
ALONE = (0, 1)


async def sibling_places(reader: Reader, owner: str, ids: Sequence[str]) -> list[tuple[int, int]]:
    """The place of each message among its siblings, from 0, and how many there are, itself among them."""
    places: dict[str, tuple[int, int]] = {}
    for group in await reader.read_sibling_numbers(owner, ids, MOST_SIBLINGS):
        for id, seq in group["asked"]:
            places[id] = place(seq, group["seqs"])
    return [places.get(id, ALONE) for id in ids]


def place(seq: int, seqs: Sequence[int]) -> tuple[int, int]:
    """The place of a number among sorted ones, and how many there are with it."""
    index = bisect_left(seqs, seq)
    is_among = index < len(seqs) and seqs[index] == seq
    return index, len(seqs) + (not is_among)
