"""The order in which a path is told where branches were merged: what the sides share once, then each side's own. Pure.

Knows messages by id, parents and depth alone. What a side begins with is told by `Side`, so that it can be labelled.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


class Placed(Protocol):
    """A message with its place: `parents` in the order in which they were merged."""

    @property
    def depth(self) -> int:
        """How many messages are above it, on the longest way."""
        ...

    @property
    def parents(self) -> Sequence[str]:
        """What it continues from or responds to."""
        ...


@dataclass(frozen=True, slots=True)
class Side:
    """Where a merge's own part of one side begins: the merged message, and the number of the side from 0."""

    merge: str
    number: int


@dataclass(frozen=True, slots=True)
class Parts:
    """What some messages and all above them fall into: what each has alone, and ends of what they share.

    Of two `shared_ends`, one may be above the other.
    """

    own: tuple[frozenset[str], ...]
    shared_ends: tuple[str, ...]


@dataclass(slots=True)
class _Stretch:
    """What is still to be told: the ends that it is told from, and within which messages (None: all that are there)."""

    ends: Sequence[str]
    within: Collection[str]
    merge: str | None = None


def in_order(end: str, messages: Mapping[str, Placed]) -> list[str | Side]:
    """`end` and all of `messages` above it, oldest first; a `Side` before each merged side's own part, if it has one.

    Whatever a message rests on comes before it. Linear in the messages, but for what merged sides have alone, which is
    sorted.
    """
    told: list[str | Side] = []
    left: list[_Stretch | Side] = [_Stretch([end], messages)]
    # From the end to the beginning, so the list is turned round in the end.
    while left:
        stretch = left.pop()
        if isinstance(stretch, Side):
            told.append(stretch)
        elif len(stretch.ends) > 1:
            left += _sides(stretch, messages)
        else:
            above = _down_to_a_merge(stretch, messages, told)
            if above is not None:
                left.append(above)
    return told[::-1]


def parts(
    ends: Sequence[str], messages: Mapping[str, Placed], within: Collection[str] | None = None, *, nearest: bool = False
) -> Parts:
    """What several messages, and all above them, have alone and share.

    It looks no further than to where everything is shared; with `nearest`, to where it is known which of the shared
    ends is above none of the others.
    """
    within = messages if within is None else within
    masks: dict[str, int] = {}
    for number, end in enumerate(ends):
        masks[end] = masks.get(end, 0) | 1 << number
    waiting = [(-messages[end].depth, end) for end in masks]
    heapq.heapify(waiting)
    alone = sum(not _is_shared(masks[end]) for end in masks)
    own: list[set[str]] = [set() for _ in ends]
    shared: list[str] = []
    below_shared: set[str] = set()
    while waiting and (alone or (nearest and len(waiting) > 1)):
        _, id_ = heapq.heappop(waiting)
        mask = masks[id_]
        if _is_shared(mask):
            shared.append(id_)
        else:
            alone -= 1
            own[mask.bit_length() - 1].add(id_)
        for parent in messages[id_].parents:
            if parent not in within:
                continue
            if _is_shared(mask):
                below_shared.add(parent)
            before = masks.get(parent)
            now = masks[parent] = (before or 0) | mask
            if before is None:
                heapq.heappush(waiting, (-messages[parent].depth, parent))
                alone += not _is_shared(now)
            elif _is_shared(now) and not _is_shared(before):
                alone -= 1
    shared += (id_ for _, id_ in sorted(waiting))
    return Parts(tuple(map(frozenset, own)), tuple(id_ for id_ in shared if id_ not in below_shared))


def unshared(ends: Sequence[str], messages: Mapping[str, Placed]) -> dict[str, frozenset[int]]:
    """The messages that are not above all of several ends, each with the numbers, from 0, of those that it is above.

    It looks no further than to where everything is shared by all.
    """
    whole = (1 << len(ends)) - 1
    masks: dict[str, int] = {}
    for number, end in enumerate(ends):
        masks[end] = masks.get(end, 0) | 1 << number
    waiting = [(-messages[end].depth, end) for end in masks if end in messages]
    heapq.heapify(waiting)
    partial = sum(masks[id_] != whole for _, id_ in waiting)
    found: dict[str, frozenset[int]] = {}
    while waiting and partial:
        _, id_ = heapq.heappop(waiting)
        mask = masks[id_]
        if mask != whole:
            partial -= 1
            found[id_] = frozenset(number for number in range(len(ends)) if mask >> number & 1)
        for parent in messages[id_].parents:
            if parent not in messages:
                continue
            before = masks.get(parent)
            now = masks[parent] = (before or 0) | mask
            if before is None:
                heapq.heappush(waiting, (-messages[parent].depth, parent))
            partial += (now != whole) - (before is not None and before != whole)
    return found


def _down_to_a_merge(stretch: _Stretch, messages: Mapping[str, Placed], told: list[str | Side]) -> _Stretch | None:
    """Tell one message after the other as long as each continues one; what is left to tell above."""
    ends = stretch.ends
    while len(ends) == 1:
        told.append(ends[0])
        merge, ends = ends[0], [up for up in messages[ends[0]].parents if up in stretch.within]
        if len(ends) > 1:
            return _Stretch(ends, stretch.within, merge)
    return None


def _sides(stretch: _Stretch, messages: Mapping[str, Placed]) -> Iterable[_Stretch | Side]:
    """What is shared, and then each side: what comes last is told first."""
    found = parts(stretch.ends, messages, stretch.within)
    if found.shared_ends:
        yield _Stretch(found.shared_ends, stretch.within)
    for number, (end, own) in enumerate(zip(stretch.ends, found.own, strict=True)):
        if own:
            if stretch.merge is not None:
                yield Side(stretch.merge, number)
            yield _Stretch([end], own)


def _is_shared(mask: int) -> bool:
    return mask & (mask - 1) != 0
