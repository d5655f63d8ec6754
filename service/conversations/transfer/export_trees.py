"""The tree of a conversation's chat without its texts, in some forty bytes a message: what is above and below what.

Owns orders: by number, along a branch, branch by branch. Pure. Messages are known by their index, from 0, in the order
in which they were written, so that whatever a message goes on from has a smaller one.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence

NONE = -1
SAID = 1_000
"""Ids that are kept as texts."""


class Tree:
    """A tree that is filled message by message, each after all that is above it."""

    def __init__(self) -> None:
        self._seqs, self._lengths = array("q"), array("q")
        self._parents, self._first, self._last, self._next = array("i"), array("i"), array("i"), array("i")
        self._merged: dict[int, tuple[int, ...]] = {}
        self._ids = bytearray()
        self._other_ids: dict[int, str] = {}
        self._said: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self._seqs)

    def add(self, seq: int, id: str, length: int, parents: Sequence[int]) -> None:
        """Add a message: its number and id, the characters of its text, and the numbers of what it goes on from.

        A parent that is not there is passed over.
        """
        index = len(self._seqs)
        above = [found for number in parents if (found := self.find(number)) is not None]
        self._seqs.append(seq)
        self._lengths.append(length)
        self._keep_id(index, id)
        self._first.append(NONE)
        self._last.append(NONE)
        self._next.append(NONE)
        if not above:
            self._parents.append(NONE)
            return
        self._parents.append(above[0])
        self._put_below(above[0], index)
        if len(above) > 1:
            self._merged[index] = tuple(above)

    def find(self, seq: int) -> int | None:
        """The index of the message with a number."""
        low, high = 0, len(self._seqs)
        if high and self._seqs[high - 1] == seq:
            return high - 1
        while low < high:
            middle = (low + high) // 2
            if self._seqs[middle] < seq:
                low = middle + 1
            else:
                high = middle
        return low if low < len(self._seqs) and self._seqs[low] == seq else None

    def seq(self, index: int) -> int:
        """The number of a message in its conversation."""
        return self._seqs[index]

    def id(self, index: int) -> str:
        """The id of a message."""
        # Each is asked for three times soon after one another: with what is above it, and with what is below it.
        if (said := self._said.get(index)) is None:
            if len(self._said) >= SAID:
                self._said.clear()
            said = self._said[index] = self._other_ids.get(index) or _uuid(self._ids[16 * index : 16 * index + 16])
        return said

    def length(self, index: int) -> int:
        """The characters of a message."""
        return self._lengths[index]

    def parent(self, index: int) -> int:
        """What a message goes on from; of a merge the first of it; `NONE` for a first message."""
        return self._parents[index]

    def parents(self, index: int) -> tuple[int, ...]:
        """All that a message goes on from."""
        if (merged := self._merged.get(index)) is not None:
            return merged
        return () if self._parents[index] == NONE else (self._parents[index],)

    @property
    def merges(self) -> int:
        """How many messages go on from several."""
        return len(self._merged)

    def children(self, index: int) -> Iterator[int]:
        """What goes on from a message, oldest first; a merge is told below the first of what it goes on from alone."""
        child = self._first[index]
        while child != NONE:
            yield child
            child = self._next[child]

    def roots(self) -> Iterator[int]:
        """The first messages."""
        return (index for index in range(len(self)) if self._parents[index] == NONE)

    def path(self, end: int) -> list[int]:
        """A message and all above it, in the order in which they are told: of merged branches what they share once,
        then each side's own. Whatever a message goes on from comes before it."""
        return self._path(end, bytearray(end + 1))

    def _path(self, end: int, seen: bytearray) -> list[int]:
        """The same without what was seen before. What is told is marked as seen."""
        told: list[int] = []
        left: list[int] = [end]
        while left:
            index = left.pop()
            if index < 0:
                told.append(~index)
            elif not seen[index]:
                seen[index] = 1
                left.append(~index)
                left.extend(reversed([above for above in self.parents(index) if not seen[above]]))
        return told

    def sections(self, heads: Iterable[int]) -> Iterator[list[int]]:
        """Branch by branch, for each head what no earlier one had; then what no head reaches."""
        seen = bytearray(len(self))
        for head in heads:
            yield self._path(head, seen)
        yield [index for index in range(len(self)) if not seen[index]]

    def pages(self, order: Sequence[int], messages: int, characters: int) -> Iterator[Sequence[int]]:
        """An order in pages of at most so many messages and characters; one that is longer is a page of its own."""
        start = size = 0
        for place, index in enumerate(order):
            size += self._lengths[index]
            if place > start and (place - start >= messages or size > characters):
                yield order[start:place]
                start, size = place, self._lengths[index]
        if start < len(order):
            yield order[start:]

    def _put_below(self, above: int, index: int) -> None:
        if self._first[above] == NONE:
            self._first[above] = index
        else:
            self._next[self._last[above]] = index
        self._last[above] = index

    def _keep_id(self, index: int, id: str) -> None:
        try:
            known = bytes.fromhex(id.replace("-", ""))
        except ValueError:
            known = b""
        if len(known) != 16 or _uuid(known) != id:
            self._other_ids[index], known = id, bytes(16)
        self._ids += known


def _uuid(known: bytes | bytearray) -> str:
    """As `UUID` writes it, in a third of the time."""
    said = known.hex()
    return f"{said[:8]}-{said[8:12]}-{said[12:16]}-{said[16:20]}-{said[20:]}"
