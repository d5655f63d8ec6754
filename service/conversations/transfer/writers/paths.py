"""The paths of a conversation, for formats that have no branches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.conversations.transfer.outgoing import Outgoing

ON_NO_BRANCH = "a message that is on no branch is left out"


def paths(going: Outgoing) -> Iterator[Sequence[int]]:
    """The one path that is exported; of a tree that of each branch, each place once. Counts what is on none."""
    if going.is_path:
        yield going.order
        return
    told, seen = bytearray(len(going.tree)), set[int]()
    for head in going.heads:
        if head.index in seen:
            continue
        seen.add(head.index)
        path = going.tree.path(head.index)
        for index in path:
            told[index] = 1
        yield path
    if left := told.count(0):
        going.note(ON_NO_BRANCH, left)
