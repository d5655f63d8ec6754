"""Combining many answers into one by asking the model, as a tree when they do not fit into one prompt.

Owns the keys and the shape of the tree. Knows the sizes of answers, never their texts.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate

from service.errors import ContextOverflow
from service.records import SubtaskStatus
from service.strategies.interface import Ask, DoneSubtask, TaskState

ANSWER_OVERHEAD = 16
"""Tokens that an answer takes in a prompt beside its text: its heading and the lines around it."""

_PIECE = re.compile(r"(.+)>(\d+)/(\d+)")


def piece_key(key: str, index: int, total: int) -> str:
    """The key of piece `index` (from 0) of `total` that are asked for in place of `key`."""
    return f"{key}>{index}/{total}"


def whole_of(key: str) -> str:
    """The key of what a piece is of, however often that was cut."""
    return key.partition(">")[0]


def cut_up(keys: Iterable[str]) -> set[str]:
    """The keys in place of which pieces are among `keys`."""
    return {match[1] for key in keys if (match := _PIECE.fullmatch(key))}


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a task stands: its subtasks by key, and the room of a prompt in tokens.

    `pieces` says of what was cut up into how many pieces, where all of them have ended; `helped` are those of which a
    piece has ended otherwise than by being too long. `tried` is the one that may be cut while nothing was answered.
    """

    subtasks: Mapping[str, DoneSubtask]
    room: int
    pieces: Mapping[str, int]
    helped: frozenset[str] = frozenset()
    tried: str | None = None

    @classmethod
    def of(cls, state: TaskState) -> Progress:
        """The progress of a task's state."""
        subtasks = {done.key: done for done in state.subtasks}
        ended = (_PIECE.fullmatch(done.key) for done in state.subtasks if done.status.is_final)
        counts = Counter((match[1], int(match[3])) for match in ended if match)
        pieces = {key: total for (key, total), count in counts.items() if count == total}
        of_pieces = [done for done in state.subtasks if ">" in done.key]
        helped = frozenset(whole_of(done.key) for done in of_pieces if done.status.is_final and not _overflowed(done))
        answered = any(done.status is SubtaskStatus.SUCCEEDED for done in state.subtasks)
        long = [] if answered or helped else [*of_pieces, *filter(_overflowed, state.subtasks)]
        return cls(subtasks, state.room, pieces, helped, whole_of(long[0].key) if long else None)

    def succeeded(self, key: str) -> bool:
        """Whether the subtask was answered."""
        return key in self.subtasks and self.subtasks[key].status is SubtaskStatus.SUCCEEDED

    def final(self, key: str) -> bool:
        """Whether the subtask was asked and will not change any more."""
        return key in self.subtasks and self.subtasks[key].status.is_final

    def overflowed(self, key: str) -> bool:
        """Whether the subtask failed because its prompt was longer than the model's window."""
        return key in self.subtasks and _overflowed(self.subtasks[key])

    def helps(self, key: str) -> bool:
        """Whether a piece of the same whole as `key` has ended otherwise than by being too long."""
        return whole_of(key) in self.helped

    def may_cut(self, key: str) -> bool:
        """Whether what `key` is of may be cut: one alone is, until anything at all was answered."""
        return self.tried is None or self.tried == whole_of(key)

    def size(self, key: str) -> int:
        """What the subtask's answer takes in a prompt, in tokens."""
        return self.subtasks[key].tokens + ANSWER_OVERHEAD


def _overflowed(done: DoneSubtask) -> bool:
    return done.status is SubtaskStatus.FAILED and done.code == ContextOverflow.code


@dataclass(frozen=True, slots=True)
class Names:
    """How the asks of a tree are called. `top` is the key of the last one (None: as all others).

    `marks` are what leaves are known by, whatever their keys: groups are made by them.
    """

    prefix: str = ""
    top: str | None = None
    title: str = "Combine"
    marks: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Reduction:
    """How far a tree has come: the asks that it waits for, or the keys of what is left when it is done.

    One key is left when all went well; more when the model failed to combine them. `complete` says that
    nothing failed on the way, and nothing had to be asked in smaller pieces.
    """

    asks: tuple[Ask, ...]
    keys: tuple[str, ...]
    complete: bool = True


def reduce_tree(progress: Progress, parts: Sequence[str], names: Names, *, complete: bool = True) -> Reduction:
    """The next level of the tree over the answers of `parts` (final, in order), or its end.

    Parts that failed are left out. A group that was too long for the model is divided into smaller ones. Answers that
    a failed ask should have combined go up a level as they are, so that nothing paid for is lost; when a whole level
    fails, the tree ends there. `complete` is false when something was left out or cut up before.
    """
    keys = tuple(key for key in parts if progress.succeeded(key))
    complete = complete and len(keys) == len(parts)
    level = 1
    marks = {key: names.marks.get(key) or progress.subtasks[key].sha or key for key in keys}
    while len(keys) > 1:
        groups = _level(progress, keys, level, _Style(names, complete, marks))
        asks = _divided(progress, groups)
        if not all(progress.final(ask.key) for ask in asks):
            return Reduction(asks, keys, complete)
        complete = complete and asks == groups and all(progress.succeeded(ask.key) for ask in asks)
        if not any(progress.succeeded(ask.key) for ask in asks):
            break
        marks |= {ask.key: marks[ask.uses[0]] for ask in asks}
        keys = _raised(progress, keys, asks)
        level += 1
    return Reduction((), keys, complete)


@dataclass(frozen=True, slots=True)
class _Style:
    names: Names
    complete: bool
    marks: Mapping[str, str]

    def key(self, level: int, index: int, group: tuple[str, ...], *, last: bool) -> str:
        plain = f"{self.names.prefix}reduce:{level}:{index}"
        if last and self.names.top:
            plain = self.names.top
        # A tree with gaps, or of smaller pieces, is another than the one that a retry makes: its keys name its groups.
        return plain if self.complete else f"{plain}~{_digest(group)}"


def _digest(keys: tuple[str, ...]) -> str:
    return hashlib.blake2s("\n".join(keys).encode(), digest_size=6).hexdigest()


def _level(progress: Progress, keys: tuple[str, ...], level: int, style: _Style) -> tuple[Ask, ...]:
    groups = [group for group in _groups(progress, keys, style.marks) if len(group) > 1]
    last = len(groups) == 1 and len(groups[0]) == len(keys)
    return tuple(
        Ask(
            key=style.key(level, index, group, last=last),
            title=_title(style.names.title, index, len(groups)),
            kind="reduce",
            uses=group,
            depends_on=group,
        )
        for index, group in enumerate(groups)
    )


def _title(title: str, index: int, groups: int) -> str:
    return title if groups == 1 else f"{title}, group {index + 1} of {groups}"


def _divided(progress: Progress, asks: tuple[Ask, ...]) -> tuple[Ask, ...]:
    """The asks, with smaller ones in place of those that were too long for the model, as far as they can be divided.

    Until one of a group was answered only its first half is tried: what cannot help is not asked.
    """
    placed: list[Ask] = []
    for ask in asks:
        smaller = _halves(progress, ask) if progress.overflowed(ask.key) else ()
        tried = smaller if smaller and progress.helps(smaller[0].key) else smaller[:1]
        placed += _divided(progress, tried) if tried else (ask,)
    return tuple(placed)


def _halves(progress: Progress, ask: Ask) -> tuple[Ask, ...]:
    """The same answers in groups of half the size; none for two answers, which go together or not at all."""
    if len(ask.uses) < 3:
        return ()
    half = sum(map(progress.size, ask.uses)) // 2
    groups = [group for group in _filled(progress, ask.uses, half) if len(group) > 1]
    return tuple(
        replace(
            ask,
            key=piece_key(ask.key, index, len(groups)),
            title=f"{ask.title}, piece {index + 1} of {len(groups)}",
            uses=group,
            depends_on=group,
            replaces=ask.key,
        )
        for index, group in enumerate(groups)
    )


def _groups(progress: Progress, keys: tuple[str, ...], marks: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Neighbours that fit into a prompt together, two at least: else the tree would not get narrower.

    What does not fit is cut in its middle third, where a mark has the least hash: so a longer answer, or one more,
    changes no group but its own. Filling each prompt would move all answers after it.
    """
    sizes = list(accumulate(map(progress.size, keys), initial=0))

    def cut(start: int, end: int) -> list[tuple[str, ...]]:
        count = end - start
        if count < 3 or sizes[end] - sizes[start] <= progress.room:
            return [keys[start:end]]
        low = max(2, count // 3)
        middle = range(start + low, max(end - low, start + low) + 1)
        place = min(middle, key=lambda at: (_weight(marks[keys[at]]) if at < end else b"", at))
        return cut(start, place) + cut(place, end)

    return cut(0, len(keys))


def _weight(mark: str) -> bytes:
    return hashlib.blake2s(mark.encode(errors="surrogatepass"), digest_size=8).digest()


def _filled(progress: Progress, keys: tuple[str, ...], room: int) -> list[tuple[str, ...]]:
    """Neighbours that fit into so much room together, two at least: else the tree would not get narrower."""
    groups: list[list[str]] = []
    used = 0
    for key in keys:
        size = progress.size(key)
        if groups and (len(groups[-1]) < 2 or used + size <= room):
            groups[-1].append(key)
            used += size
        else:
            groups.append([key])
            used = size
    return [tuple(group) for group in groups]


def _raised(progress: Progress, keys: tuple[str, ...], asks: tuple[Ask, ...]) -> tuple[str, ...]:
    """The keys of the next level: each group's answer in its place, and what was not combined."""
    stands_for = {used: ask.key for ask in asks if progress.succeeded(ask.key) for used in ask.uses}
    return tuple(dict.fromkeys(stands_for.get(key, key) for key in keys))
