"""The strategy ERROR: the different errors in the input, each asked about once, and a report that ranks causes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from service.records import Aggregation
from service.strategies.error_prompts import (
    Desk,
    Material,
    case_material,
    input_material,
    report_brief,
    report_room,
    times,
)
from service.strategies.failures.cases import Case, find_cases
from service.strategies.interface import Ask, Asks, Finish, Plan, SourceText, TaskState
from service.strategies.parts import Pieces, finish, in_pieces, pending, stopped
from service.strategies.reducing import Names, Progress, Reduction, piece_key, reduce_tree

MAX_CASES = 50
"""So many cases are asked about where `max_cases` does not say otherwise."""

INPUT = "input"
"""The key of the one ask about an input in which no error was found."""

_NAMES = Names(top="report", title="Rank the causes")
_KEY = re.compile(r"case:(\d+)/(\d+)(\+?)")
_TITLE = 80
_TOLD = 5
_REMEMBERED = 2
_known: dict[bytes, tuple[Case, ...]] = {}


def plan(state: TaskState) -> Plan:
    """Find the errors in logs, tracebacks and the output of compilers and tests, and ask about each kind of error once.

    Equal errors are one case with its count and samples; given sources are quoted around the lines that are named.
    With REDUCE the answers become a report that ranks the root causes.
    """
    progress = Progress.of(state)
    asked = _all_asked(progress.subtasks)
    if stopped(state):
        pieces = in_pieces(progress, asked or _some_asked(progress.subtasks), lambda _: ())
        return _finish(state, pieces.keys, _combined(state, progress, pieces).keys)
    if not state.sources:
        return replace(finish(state, ()), note="There is no input to look for errors in.")
    if asked is None or not all(map(progress.final, asked)):
        asks = _asks(state)
        if pending(progress, asks):
            return Asks(asks)
        asked = [ask.key for ask in asks]
    pieces = in_pieces(progress, asked, lambda key: _smaller(state, key))
    return Asks(pieces.asks) if pieces.asks else _after(state, progress, pieces)


def _asks(state: TaskState) -> tuple[Ask, ...]:
    cases = _cases(state.sources)
    if not cases:
        return (_ask(state, Desk.of(state), INPUT),)
    shown = min(len(cases), _most(state))
    more = "+" if shown < len(cases) else ""
    desk = Desk.of(state)
    return tuple(_ask(state, desk, f"case:{number}/{shown}{more}") for number in range(shown))


def _ask(state: TaskState, desk: Desk, key: str) -> Ask:
    material = _material(state, desk, key)
    title, identity = "The input, without known errors", None
    if match := _KEY.match(key):
        case = _cases(state.sources)[int(match[1])]
        title, identity = f"Case {int(match[1]) + 1}: {case.title}", _identity(case, desk.code(material))
    return Ask(key, title[:_TITLE], spans=material.spans, brief=material.brief, identity=identity)


def _identity(case: Case, code: Sequence[str]) -> str:
    """What tells a case from all others, however often it occurs; with other code beside it, it is another one."""
    about = (case.kind, case.title, case.skeleton, case.functions, case.causes)
    said = repr((*about, *code))
    return hashlib.blake2b(said.encode(errors="surrogatepass"), digest_size=16).hexdigest()


def _material(state: TaskState, desk: Desk, key: str) -> Material:
    match = _KEY.match(key)
    if match is None:
        return input_material(desk, state.sources)[0]
    number = int(match[1])
    return case_material(desk, _cases(state.sources)[number], number + 1, int(match[2]))


def _smaller(state: TaskState, key: str) -> tuple[Ask, ...]:
    """The same with about half of what was too long for the model; none where there are no such cases any more."""
    whole, *cuts = key.split(">")
    match = _KEY.match(whole)
    cases = _cases(state.sources)
    if (match is None) != (not cases) or (match is not None and int(match[1]) >= len(cases)):
        return ()
    desk = Desk.of(state)
    tokens = desk.tokens(_material(state, desk, whole)) >> (len(cuts) + 1)
    return (replace(_ask(state, replace(desk, room=tokens), whole), key=piece_key(key, 0, 1)),) if tokens else ()


def _after(state: TaskState, progress: Progress, pieces: Pieces) -> Plan:
    reduction = _combined(state, progress, pieces)
    if not reduction.asks:
        return _finish(state, pieces.keys, reduction.keys)
    brief = report_brief(state, _cases(state.sources)[: _most(state)])
    return Asks(tuple(replace(ask, brief=brief) for ask in reduction.asks))


def _combined(state: TaskState, progress: Progress, pieces: Pieces) -> Reduction:
    """The tree of the report; without REDUCE, its end: the answers as they are."""
    if state.settings.aggregation is not Aggregation.REDUCE:
        return Reduction((), tuple(key for key in pieces.keys if progress.succeeded(key)))
    # The report's own words have a share of each prompt, whatever they are: so the tree is known without them.
    roomy = replace(progress, room=max(1, state.room - report_room(state)))
    return reduce_tree(roomy, pieces.keys, _NAMES, complete=pieces.whole)


def _finish(state: TaskState, asked: Sequence[str], keys: Sequence[str]) -> Finish:
    end = finish(state, keys)
    notes = [note for note in (_left_out(state, asked), end.note) if note]
    return replace(end, note=" ".join(notes) or None)


def _left_out(state: TaskState, asked: Sequence[str]) -> str | None:
    """What the cases that were asked about leave out: told by a key, so that most tasks are not read again for it."""
    first = asked[0].partition(">")[0] if asked else ""
    if first == INPUT:
        _, whole = input_material(Desk.of(state), state.sources)
        shown = "" if whole else " It is too long for one prompt, so beginnings and ends were shown."
        return f"No error of a known form was found; the model was asked about the input as it is.{shown}"
    if not first.endswith("+"):
        return None
    cases = _cases(state.sources)
    rest = cases[_most(state) :]
    told = "; ".join(f"{case.title} ({times(case.count)})" for case in rest[:_TOLD])
    return (
        f"{len(rest):,} of {len(cases):,} cases ({sum(case.count for case in rest):,} of "
        f"{sum(case.count for case in cases):,} occurrences) were left out by maxCases; the weightiest: {told}."
    )


def _most(state: TaskState) -> int:
    return MAX_CASES if state.settings.max_cases is None else state.settings.max_cases


def _all_asked(keys: Iterable[str]) -> list[str] | None:
    """The keys of all cases, in order, when every one was asked already; else None."""
    counts: dict[tuple[int, str], int] = {}
    for key in keys:
        if key == INPUT:
            return [INPUT]
        if match := _KEY.fullmatch(key):
            total = (int(match[2]), match[3])
            counts[total] = counts.get(total, 0) + 1
    whole = next(((total, more) for (total, more), count in counts.items() if count == total), None)
    return None if whole is None else [f"case:{number}/{whole[0]}{whole[1]}" for number in range(whole[0])]


def _some_asked(keys: Iterable[str]) -> list[str]:
    matches = [match for key in keys if (match := _KEY.fullmatch(key))]
    return [match[0] for match in sorted(matches, key=lambda match: int(match[1]))]


def _cases(sources: tuple[SourceText, ...]) -> tuple[Case, ...]:
    """The cases of these sources. The last few results are remembered: a task is planned again after each wave."""
    digest = hashlib.blake2b(digest_size=32)
    for source in sources:
        digest.update(f"{source.id}\n{source.name}\n{source.media_type}\n{len(source.text)}\n".encode(errors="replace"))
        digest.update(source.text.encode(errors="surrogatepass"))
    key = digest.digest()
    cases = _known.get(key)
    if cases is None:
        cases = tuple(find_cases(sources))
        _known[key] = cases
        for old in list(_known)[:-_REMEMBERED]:
            _known.pop(old, None)
    return cases
