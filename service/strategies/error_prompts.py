"""What is said to the model of a case of errors, of an input without errors, and of the report on all cases.

Owns how samples and quotes are fitted into the room of a prompt. Finds no errors.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.chat import CountTokens
from service.errors import InvalidInput
from service.records import Span
from service.strategies.failures.cases import Case, Sample
from service.strategies.failures.quotes import Library, Quote
from service.strategies.interface import SourceText, TaskState

_SAMPLE_SIZES = (20_000, 8000, 3000, 1200)
_SMALL_SIZES = (600, 300, 150)
_LEFT_OUT = "the middle is left out"
_SHARE = 4


@dataclass(frozen=True, slots=True)
class Material:
    """The words and the spans of one prompt. The last `quotes` spans are code that errors name."""

    brief: str
    spans: tuple[Span, ...]
    quotes: int = 0


@dataclass(frozen=True, slots=True)
class Desk:
    """What prompts are made of: the sources, and the room in tokens."""

    sources: dict[str, SourceText]
    library: Library
    room: int
    count: CountTokens

    @classmethod
    def of(cls, state: TaskState) -> Desk:
        """The sources of a task, and its room. InvalidInput where there is none."""
        wanted = state.settings.chunk_tokens
        room = state.room if wanted is None else min(state.room, wanted)
        if room < 1:
            raise InvalidInput(
                "There is no room for the input beside the instruction and the answer.",
                remedy="Shorten the instruction, ask for a shorter answer, or choose a model with a larger window.",
                field="input",
            )
        return cls({source.id: source for source in state.sources}, Library(state.sources), room, state.count)

    def fits(self, material: Material) -> bool:
        """Whether the prompt's input, as it will be written, is within the room."""
        return self.tokens(material) <= self.room

    def tokens(self, material: Material) -> int:
        """The tokens of the prompt's input, and of the names of its sources, which stand beside it."""
        names = dict.fromkeys(self.sources[span.source_id].name for span in material.spans)
        texts = [material.brief, *map(self._written, material.spans)]
        return self.count("\n\n".join(texts) + ", ".join(names))

    def code(self, material: Material) -> list[str]:
        """The code that is quoted."""
        quoted = material.spans[len(material.spans) - material.quotes :]
        return [self.sources[span.source_id].text[span.start : span.end] for span in quoted]

    def _written(self, span: Span) -> str:
        return f"{span.label}\n{self.sources[span.source_id].text[span.start : span.end]}"


def case_material(desk: Desk, case: Case, number: int, total: int) -> Material:
    """What the model is shown of a case: its samples, and the given sources around the lines that they name.

    What does not fit is shortened: first the samples, in their middle; then quotes are left out, then samples.
    """
    brief = _brief(case, number, total)
    logs = frozenset(sample.source_id for sample in case.samples)
    frames = [frame for sample in case.samples for frame in sample.frames]
    quotes = desk.library.quote(frames, but_not=logs)
    for size, samples, quoted in _offers(len(case.samples), len(quotes)):
        shown = _sample_spans(desk, case.samples[:samples], size)
        spans = shown + [_quote_span(quote) for quote in quotes[:quoted]]
        material = Material(brief, tuple(spans), quotes=len(spans) - len(shown))
        if desk.fits(material):
            return material
    return Material(_cut(brief, desk), ())


def input_material(desk: Desk, sources: Sequence[SourceText]) -> tuple[Material, bool]:
    """The sources where no error was found in them, and whether all of them fit; else the beginnings and ends."""
    brief = "No error of a known form was found in this input. Say what went wrong, if anything did."
    whole = Material(brief, tuple(Span(source.id, 0, len(source.text), source.name) for source in sources))
    if sum(len(source.text) for source in sources) <= 16 * desk.room and desk.fits(whole):
        return whole, True
    size = max(4 * desk.room // len(sources), 1)
    while size > 80:
        spans = [span for source in sources for span in _whole_source(source, size)]
        if desk.fits(Material(brief, tuple(spans))):
            return Material(brief, tuple(spans)), False
        size = size * 3 // 4
    spans = _whole_source(sources[0], 80)
    material = Material(brief, tuple(spans))
    return (material if desk.fits(material) else Material(_cut(brief, desk), ())), False


def report_brief(state: TaskState, cases: Sequence[Case]) -> str:
    """What the final report is to be: the causes in order, with the table of the cases, in `report_room` tokens."""
    ask = (
        "Rank the root causes of the errors below, the one that explains most first. For each cause: what it is, "
        "the numbers of the cases that it explains, how sure that is, and how to fix it. Cases of one cause are "
        "told once.\n\nThe cases, the weightiest first:\n"
    )
    rows = [_row(number, case) for number, case in enumerate(cases, 1)]
    shown = len(rows)
    room = report_room(state)
    while shown and state.count(_table(ask, rows, shown)) > room:
        shown = shown * 3 // 4
    said = _table(ask, rows, shown) if shown else ask.partition("\n\n")[0]
    return f"{state.instruction}\n\n{said}" if state.instruction else said


def report_room(state: TaskState) -> int:
    """The share of a prompt's room that the report's own words may have, in tokens."""
    return state.room // _SHARE


def _table(ask: str, rows: list[str], shown: int) -> str:
    more = [f"… and {len(rows) - shown} more"] if shown < len(rows) else []
    return ask + "\n".join([*rows[:shown], *more])


def _row(number: int, case: Case) -> str:
    places = f"in {case.first}" if case.count == 1 else f"first in {case.first}, last in {case.last}"
    return f"{number}. {case.title} ({case.kind}): {times(case.count)}, {places}"


def times(count: int) -> str:
    """How often, in words."""
    return "once" if count == 1 else f"{count:,} times"


def _brief(case: Case, number: int, total: int) -> str:
    said = [f"Case {number} of {total}: {case.title}", f"Kind: {case.kind}."]
    if case.count == 1:
        said.append(f"It occurs once, in {case.first}.")
    else:
        said.append(f"It occurs {case.count:,} times: first in {case.first}, last in {case.last}.")
    if case.skeleton and case.count > 1:
        said.append(f"What all of them have in common: {case.skeleton}")
    if case.functions:
        said.append(f"In the functions, innermost first: {', '.join(case.functions)}.")
    if case.causes:
        said.append(f"Errors behind it: {', '.join(case.causes[:8])}.")
    if case.tests:
        more = ", and others" if case.count > len(case.tests) else ""
        said.append(f"Failed tests: {', '.join(case.tests)}{more}.")
    if case.told:
        said.append(f"What the first sample says, decoded:\n{case.told}")
    return "\n".join(said)


def _offers(samples: int, quotes: int) -> Iterator[tuple[int, int, int]]:
    """What may be shown, the most first: the characters of a sample, how many samples, how many quotes."""
    for size in _SAMPLE_SIZES:
        yield size, samples, quotes
    small = _SAMPLE_SIZES[-1]
    for quoted in sorted({quotes // 2, 0}, reverse=True):
        if quoted < quotes:
            yield small, samples, quoted
    for fewer in range(samples - 1, 0, -1):
        yield small, fewer, 0
    for size in _SMALL_SIZES:
        yield size, min(samples, 1), 0
    yield 0, 0, 0


def _sample_spans(desk: Desk, samples: Sequence[Sample], size: int) -> list[Span]:
    spans: list[Span] = []
    for number, sample in enumerate(samples, 1):
        text = desk.sources[sample.source_id].text
        name = f"Sample {number} of {len(samples)}: {sample.source}"
        spans += _shortened(sample.source_id, text, (sample.start, sample.end, sample.line), size, name)
    return spans


def _whole_source(source: SourceText, size: int) -> list[Span]:
    return _shortened(source.id, source.text, (0, len(source.text), 1), size, source.name)


def _shortened(source_id: str, text: str, place: tuple[int, int, int], size: int, name: str) -> list[Span]:
    """The place (start, end, first line) as one span, or as its head and its tail where it is longer than `size`."""
    start, end, line = place
    if end - start <= size:
        return [Span(source_id, start, end, f"{name}, {_lines(text, start, end, line)}")]
    head = text.rfind("\n", start, start + size // 2)
    head = head if head > start else start + size // 2
    tail = text.find("\n", end - size // 2, end) + 1
    tail = tail if tail > head else max(head, end - size // 2)
    later = line + text.count("\n", start, tail)
    return [
        Span(source_id, start, head, f"{name}, {_lines(text, start, head, line)}; {_LEFT_OUT}"),
        Span(source_id, tail, end, f"{name}, {_lines(text, tail, end, later)}"),
    ]


def _lines(text: str, start: int, end: int, line: int) -> str:
    last = line + text.count("\n", start, max(start, end - 1))
    return f"line {line}" if last == line else f"lines {line} to {last}"


def _quote_span(quote: Quote) -> Span:
    lines = ", ".join(map(str, quote.reported))
    named = f"line {lines} is reported" if len(quote.reported) == 1 else f"lines {lines} are reported"
    return Span(
        quote.source_id, quote.start, quote.end, f"{quote.source}, lines {quote.first} to {quote.last}; {named}"
    )


def _cut(brief: str, desk: Desk) -> str:
    """As much of the words as fits."""
    while brief and not desk.fits(Material(brief, ())):
        brief = brief[: len(brief) * 3 // 4]
    return brief
