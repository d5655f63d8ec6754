"""The parts of a source as subtasks: their keys, titles and spans, and the end of a task made of parts.

A key carries its number and how many there are (`part:3/12`), so that a task of thousands of parts can be seen
to be complete without cutting its text again. A part that was too long for the model is cut into pieces, and these
again; their keys say of what (`part:3/12>0/2`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from service.errors import ContextOverflow
from service.records import Aggregation, OnFailure, Span, SubtaskStatus
from service.strategies.interface import Ask, Finish, SourceText, TaskState
from service.strategies.recutting import Kept, numbers, recut
from service.strategies.reducing import Names, Progress, Reduction, cut_up, piece_key, reduce_tree
from service.strategies.splitting import split
from service.strategies.syntax import syntax_of

MOST_CUTS = 4
"""How often what is too long for the model is cut in half: down to a sixteenth of a part."""

_KEY = re.compile(r"(.*)part:(\d+)/(\d+)")
_LEAF = re.compile(r"(?:file:\d+|(?:file:\d+/)?part:\d+/\d+)(?:>\d+/\d+)*")
_NUMBERS = re.compile(r"(\d+)/\d+")
_TITLE_LENGTH = 60


def part_key(index: int, total: int, prefix: str = "") -> str:
    """The key of part `index` (from 0) of `total`."""
    return f"{prefix}part:{index}/{total}"


def all_parts(keys: Iterable[str], prefix: str = "") -> list[str] | None:
    """The keys of all parts with this prefix, in order, when every one was asked already; else None."""
    counts: dict[int, int] = {}
    for key in keys:
        match = _KEY.fullmatch(key)
        if match and match[1] == prefix:
            total = int(match[3])
            counts[total] = counts.get(total, 0) + 1
    total = next((total for total, count in counts.items() if count == total), None)
    return None if total is None else [part_key(index, total, prefix) for index in range(total)]


@dataclass(frozen=True, slots=True)
class Part:
    """A span of a source, what it is called, and its number of how many."""

    span: Span
    title: str
    part: int
    parts: int


def parts_of(state: TaskState, source: SourceText) -> list[Part]:
    """The source cut into parts that each fit into a prompt, or into `chunk_tokens` where that is less.

    Of a newer version, the parts that it has in common with the older one stay what they were.
    """
    wanted = state.settings.chunk_tokens
    budget = state.room if wanted is None else min(state.room, wanted)
    syntax = syntax_of(source.name, source.media_type)

    def cut(start: int, end: int) -> list[tuple[int, int]]:
        text = source.text if end - start == len(source.text) else source.text[start:end]
        cuts = split(text, budget, state.settings.chunk_overlap, state.count, syntax)
        return [(start + low, start + high) for low, high in cuts]

    former = state.former.get(source.id)
    kept = recut(source.text, former, cut) if former else [Kept(*span) for span in cut(0, len(source.text))]
    fresh = [(index + 1, len(kept)) for index in range(len(kept))]
    numbered = numbers(kept) if former and len(kept) > 1 else fresh
    return [
        Part(
            Span(source.id, one.start, one.end),
            one.was.title if one.was and len(kept) > 1 else part_title(source.name, number - 1, total),
            number,
            total,
        )
        for one, (number, total) in zip(kept, numbered, strict=True)
    ]


def part_title(name: str, index: int, total: int) -> str:
    """What a part is called: `report.md, part 3 of 12`, or the name alone when it is the whole."""
    short = short_name(name)
    return short if total == 1 else f"{short}, part {index + 1} of {total}"


def short_name(name: str) -> str:
    """A source's name, short enough for a title: its end is kept, where a path has the file's name."""
    name = " ".join(name.split()) or "text"
    return name if len(name) <= _TITLE_LENGTH else "…" + name[-_TITLE_LENGTH + 1 :]


def pending(progress: Progress, asks: Sequence[Ask]) -> bool:
    """Whether something of these is still to be asked or answered."""
    return not all(progress.final(ask.key) for ask in asks)


# --- parts that are too long for the model ------------------------------------------------------


Cut = Callable[[str], Sequence[Ask]]
"""Makes smaller asks of the one with this key; none where that cannot be."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """What stands for parts that have ended: the asks that are waited for, or else all keys, in order.

    `whole` says that no part was cut again.
    """

    asks: tuple[Ask, ...]
    keys: tuple[str, ...]
    whole: bool


def in_pieces(progress: Progress, parts: Sequence[str], cut: Cut) -> Pieces:
    """The parts, and in place of those that were too long for the model the pieces that `cut` makes of them.

    What cannot be cut, or was made by `MOST_CUTS` cuts, stays. What was cut before and has ended is not cut again. What
    cannot help is not tried: see decision 027.
    """
    placing = _Placing(progress, cut)
    for part in parts:
        placing.place(part)
    return Pieces(tuple(placing.asks), tuple(placing.keys), whole=placing.keys == list(parts))


class _Placing:
    def __init__(self, progress: Progress, cut: Cut) -> None:
        self.asks: list[Ask] = []
        self.keys: list[str] = []
        self._progress = progress
        self._cut = cut

    def place(self, key: str, cuts: int = 0) -> None:
        """Put what stands for `key`, which was made by so many cuts, behind what was placed before."""
        if not self._progress.overflowed(key) or cuts == MOST_CUTS or not self._progress.may_cut(key):
            self.keys.append(key)
        elif total := self._progress.pieces.get(key):
            for index in range(total):
                self.place(piece_key(key, index, total), cuts + 1)
        elif pieces := self._cut(key):
            self._ask(pieces, cuts)
        else:
            self.keys.append(key)

    def _ask(self, pieces: Sequence[Ask], cuts: int) -> None:
        """Ask about all pieces, or about the first alone until it is seen that a smaller one helps."""
        first = pieces[0].key
        if self._progress.helps(first):
            self.asks += [piece for piece in pieces if not self._progress.final(piece.key)]
        elif self._progress.final(first):
            self.place(first, cuts + 1)
        else:
            self.asks.append(pieces[0])


class Cutter:
    """Cuts what was asked about parts into pieces. `parts` gives their asks; it is called when one must be cut."""

    def __init__(self, state: TaskState, parts: Callable[[], Iterable[Ask]]) -> None:
        self._state = state
        self._parts = parts
        self._known: dict[str, Ask] = {}

    def cut(self, key: str) -> tuple[Ask, ...]:
        """The pieces of the part, or of the piece, with this key; none where it cannot be cut.

        None too where the sources are cut otherwise now than they were when it was asked.
        """
        ask = self._ask(key)
        pieces = cut_again(self._state, ask) if ask else ()
        self._known |= {piece.key: piece for piece in pieces}
        return pieces

    def _ask(self, key: str) -> Ask | None:
        if not self._known:
            self._known = {ask.key: ask for ask in self._parts()}
        if key not in self._known and ">" in key:
            self.cut(key.rpartition(">")[0])
        return self._known.get(key)


def cut_again(state: TaskState, ask: Ask) -> tuple[Ask, ...]:
    """An ask about one span as asks about pieces of it, each of about half its tokens; none where it cannot be cut."""
    (span,) = ask.spans
    source = next(source for source in state.sources if source.id == span.source_id)
    text = source.text[span.start : span.end]
    # A little more than the half: borders are seldom in the middle, and two pieces are wanted, not three.
    budget = state.count(text) * 11 // 20
    if budget < 1:
        return ()
    syntax = syntax_of(source.name, source.media_type)
    cuts = split(text, budget, state.settings.chunk_overlap, state.count, syntax)
    return tuple(_piece(ask, span.start, cut, (index, len(cuts))) for index, cut in enumerate(cuts) if len(cuts) > 1)


def _piece(ask: Ask, offset: int, cut: tuple[int, int], place: tuple[int, int]) -> Ask:
    index, total = place
    start, end = cut
    return replace(
        ask,
        key=piece_key(ask.key, index, total),
        title=f"{ask.title}, piece {index + 1} of {total}",
        spans=(replace(ask.spans[0], start=offset + start, end=offset + end),),
        part=index + 1 if ask.parts == 1 else ask.part,
        parts=total if ask.parts == 1 else ask.parts,
        replaces=ask.key,
    )


# --- the end ------------------------------------------------------------------------------------


def stopped(state: TaskState) -> bool:
    """Whether nothing new may be asked: the task is halted, or a failure ends it at once.

    What was too long for the model is no such failure: it is cut.
    """
    return state.halted is not None or (
        state.settings.on_failure is OnFailure.FAIL_FAST
        and any(done.status is SubtaskStatus.FAILED and done.code != ContextOverflow.code for done in state.subtasks)
    )


def so_far(progress: Progress, parts: Sequence[str] | None, asked: Iterable[str], names: Names) -> Reduction:
    """What was answered when nothing more is asked, as far combined as it is; nothing is cut for it.

    `parts` are the keys of all parts where every one was asked, `asked` those of all that was.
    """
    known = _answered(progress, asked)
    pieces = in_pieces(progress, parts or (), lambda _: ())
    if [key for key in pieces.keys if progress.succeeded(key)] == known:
        return reduce_tree(progress, pieces.keys, names, complete=pieces.whole and parts is not None)
    return reduce_tree(progress, known, names, complete=False)


def _answered(progress: Progress, asked: Iterable[str]) -> list[str]:
    """Those of parts and their pieces that were answered, in the order of the text."""
    keys = [key for key in asked if _LEAF.fullmatch(key)]
    parts = [key for key in keys if "part:" in key] or keys
    return sorted(filter(progress.succeeded, parts), key=_place)


def _place(key: str) -> list[int]:
    return [int(number) for number in _NUMBERS.findall(key)]


def finish(state: TaskState, keys: Sequence[str]) -> Finish:
    """The end of the task, its answer made of the answers of `keys`; the note counts what is missing in it."""
    aggregation = state.settings.aggregation
    if aggregation is Aggregation.REDUCE and len(keys) > 1:
        aggregation = Aggregation.CONCAT
    divided = cut_up(done.key for done in state.subtasks)
    cut = [done.key for done in state.subtasks if done.key in divided and done.status is SubtaskStatus.FAILED]
    # What a former run asked and this one does not want is not missing either.
    over = [] if stopped(state) else [done.key for done in state.subtasks if not done.status.is_final]
    return Finish(tuple(keys), aggregation, _note(state, cut, over), replaced=(*cut, *over))


def _note(state: TaskState, cut: Sequence[str], over: Sequence[str]) -> str | None:
    said = [state.halted] if state.halted else []
    replaced = {*cut, *over}
    counted = [done for done in state.subtasks if done.key not in replaced]
    missing: dict[str, int] = {}
    for done in counted:
        if done.status is not SubtaskStatus.SUCCEEDED:
            word = done.status.lower() if done.status.is_final else "not finished"
            missing[word] = missing.get(word, 0) + 1
    if missing:
        counts = ", ".join(f"{count} {word}" for word, count in missing.items())
        said.append(f"Of {len(counted)} subtasks: {counts}.")
    if cut:
        many = "1 prompt was" if len(cut) == 1 else f"{len(cut)} prompts were"
        said.append(f"{many} too long for the model and asked again in smaller pieces.")
        if not any(done.status is SubtaskStatus.SUCCEEDED for done in state.subtasks):
            said.append("The smallest was refused just the same, so nothing else was cut.")
    return " ".join(said) or None
