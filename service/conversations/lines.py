"""Two lines of a conversation side by side: what they share, where they part, and what each has alone.

Owns how far is looked: from both ends up to where everything is shared. Asks nobody and writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from service.chat import ModelConfig
from service.conversations.context.counts import Counts
from service.conversations.context.order import in_order, parts, unshared
from service.conversations.context.paths import EVERYTHING, MOST_DEPTHS, PathAbove, PathMessage, PathReader
from service.errors import LimitExceeded

MOST_COMPARED = 50_000
"""Messages that are looked at for one comparison."""
Wanted = Callable[[Sequence[str], Mapping[str, PathMessage]], Iterable[str]]
"""Of messages that were read, the ids of those that are wanted."""
COUNTED_AS = ModelConfig("any", "any", "any", EVERYTHING, EVERYTHING, tokenizer="o200k")
"""Tokens are those of the vocabulary o200k: which model will be asked is not known."""


@dataclass(frozen=True, slots=True)
class OwnPart:
    """What one line has alone: the ids of its messages, oldest first, and their tokens."""

    ids: list[str]
    tokens: int


@dataclass(frozen=True, slots=True)
class LineComparison:
    """What several lines have alone, and the newest messages that they share, none of them above another."""

    own: tuple[OwnPart, ...]
    nearest: list[str] = field(default_factory=list[str])


@dataclass(frozen=True, slots=True)
class OfSides:
    """A message that not all of several lines have, and the numbers, from 0, of those that have it."""

    message: PathMessage
    lines: frozenset[int]


class Lines:
    """Compares the lines of a conversation."""

    def __init__(self, reader: PathReader, counts: Counts) -> None:
        self._reader = reader
        self._counts = counts

    async def compare(self, owner: str, conversation_id: str, ends: Sequence[str]) -> LineComparison:
        """What the paths of several messages of a conversation have alone. Raises `LimitExceeded`."""
        above = await self._read(owner, conversation_id, ends, _own_ids)
        found = parts(ends, above.messages, nearest=True)
        own = tuple(_own(end, ids, above) for end, ids in zip(ends, found.own, strict=True))
        return LineComparison(own, list(found.shared_ends))

    async def unshared(self, owner: str, conversation_id: str, ends: Sequence[str]) -> list[OfSides]:
        """What is not on the paths of all of several messages, oldest first. Raises `LimitExceeded`."""
        above = await self._read(owner, conversation_id, ends, unshared)
        found = [OfSides(above.messages[id_], lines) for id_, lines in unshared(ends, above.messages).items()]
        return sorted(found, key=lambda it: (it.message.depth, min(it.lines), it.message.id))

    async def _read(self, owner: str, conversation_id: str, ends: Sequence[str], wanted: Wanted) -> PathAbove:
        """The paths of several messages, as far up as something that was not read may be wanted."""
        above = PathAbove(owner, conversation_id, "", COUNTED_AS, EVERYTHING, tuple(dict.fromkeys(ends)))
        await above.read(self._reader, self._counts, 0)
        while not above.is_whole and _is_open(ends, above, wanted):
            if len(above.messages) > MOST_COMPARED:
                raise LimitExceeded(
                    f"What these have alone is more than {MOST_COMPARED} messages.",
                    remedy="Compare messages that are nearer to where they part.",
                )
            await above.read(self._reader, self._counts, MOST_DEPTHS)
        return above


def _own_ids(ends: Sequence[str], messages: Mapping[str, PathMessage]) -> Iterable[str]:
    return (id_ for ids in parts(ends, messages).own for id_ in ids)


def _is_open(ends: Sequence[str], above: PathAbove, wanted: Wanted) -> bool:
    """Whether something that was not read may be wanted. All that is deeper than it was read."""
    if any(end not in above.messages for end in ends):
        return True
    ids = wanted(ends, above.messages)
    return any(up not in above.messages for id_ in ids for up in above.messages[id_].parents)


def _own(end: str, ids: frozenset[str], above: PathAbove) -> OwnPart:
    messages: dict[str, PathMessage] = {id_: above.messages[id_] for id_ in ids}
    told = [it for it in in_order(end, messages) if isinstance(it, str)] if messages else []
    tokens = sum((messages[id_].tokens or 0) for id_ in told)
    return OwnPart(told, tokens)
