"""What is in one context and not in another: by the messages of the graph that they were made from. Pure.

Bounded: contexts are as long as windows. Knows nothing of how they are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.conversations.context.assembling import ContextItem

MOST_NAMED = 1_000
"""Messages of each kind that are named; of the others it is only told how many there are."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Messages that are in the first context alone, in the second alone, or in both with other texts; the first of
    them by id, and how many there are. `same` is how many are the same in both."""

    removed: tuple[str, ...]
    removed_count: int
    added: tuple[str, ...]
    added_count: int
    changed: tuple[str, ...]
    changed_count: int
    same: int


def difference(a: Sequence[ContextItem], b: Sequence[ContextItem]) -> Difference:
    """What is different between two contexts."""
    before, after = ({item.id: item.message for item in items if item.id} for items in (a, b))
    removed = [id_ for id_ in before if id_ not in after]
    added = [id_ for id_ in after if id_ not in before]
    changed = [id_ for id_, message in before.items() if id_ in after and after[id_] != message]
    same = len(before) - len(removed) - len(changed)
    named = [tuple(ids[:MOST_NAMED]) for ids in (removed, added, changed)]
    return Difference(named[0], len(removed), named[1], len(added), named[2], len(changed), same)
