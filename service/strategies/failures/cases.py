"""Equal errors as one case: how often it occurs, where first and last, what it looks like, and how much it weighs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from service.strategies.failures.findings import Finding, Frame, Severity
from service.strategies.failures.generic import whole
from service.strategies.failures.levels import level_of
from service.strategies.failures.lines import Lines
from service.strategies.failures.quotes import places
from service.strategies.failures.scanning import ALL, STRICT, scan
from service.strategies.failures.signatures import Signature, signature
from service.strategies.interface import SourceText
from service.strategies.syntax import Syntax, syntax_of

MOST_SAMPLES = 3
MOST_TESTS = 10
"""So many of the tests that failed of one error are named."""

MOST_CASES = 5000
"""So many different errors are told apart; what else comes is one case for each kind and class."""

_TITLE = 100
_ITEM_LINES = 5
_ITEM_CHARACTERS = 2000
_SEARCHED = 4000
_DATA = ("json", "xml", "yaml", "text")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an error occurs: the source's name, the line (from 1), and the time that is written there."""

    source: str
    line: int
    time: str = ""

    def __str__(self) -> str:
        return f"{self.source}, line {self.line}" + (f" ({self.time})" if self.time else "")


@dataclass(frozen=True, slots=True)
class Sample:
    """One occurrence: its characters in the source, its first line (from 1), and the places that it names."""

    source_id: str
    source: str
    start: int
    end: int
    line: int
    frames: tuple[Frame, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """Equal errors. `skeleton` is their message without its values, `functions` their top frames' functions.

    `tests` are some of the tests that failed of it; `told` is what the first sample says, where that is encoded.
    """

    kind: str
    title: str
    skeleton: str
    functions: tuple[str, ...]
    causes: tuple[str, ...]
    severity: Severity
    count: int
    first: Place
    last: Place
    samples: tuple[Sample, ...]
    tests: tuple[str, ...] = ()
    told: str = ""

    @property
    def weight(self) -> float:
        """How much the case matters: the severity of one occurrence, once more for each doubling of their number."""
        return self.severity * (1 + math.log2(self.count))


def find_cases(sources: Sequence[SourceText]) -> list[Case]:
    """The errors in the sources as cases, the weightiest first, warnings after all else.

    Program code is not read for errors, but where nothing else is given: then for output of a well-known form. A short
    item of a list is an error as a whole where nothing in it is known.
    """
    groups: dict[Signature, _Group] = {}
    order = 0
    outputs = [source for source in sources if not is_code(source)]
    for number, source in enumerate(outputs or sources):
        for lines, finding in _read(source, all_known=bool(outputs)):
            key = signature(finding)
            if key not in groups and len(groups) >= MOST_CASES:
                key = (finding.kind, finding.name if len(groups) < 2 * MOST_CASES else "", "", (), ())
            groups.setdefault(key, _Group(key, order)).add(number, source, lines, finding)
            order += 1
    ranked = sorted(groups.values(), key=_Group.rank)
    return [group.case() for group in ranked]


def is_code(source: SourceText) -> bool:
    """Whether the source is a program's text, by its name."""
    suffix = source.name.rpartition(".")[2].lower()
    data = suffix in ("json", "json5", "xml", "yaml", "yml") or source.media_type.endswith(_DATA)
    return syntax_of(source.name, source.media_type) is Syntax.CODE and not data


def _read(source: SourceText, *, all_known: bool) -> Iterator[tuple[Lines, Finding]]:
    found = False
    for lines, finding in scan(source.text, ALL if all_known else STRICT):
        found = True
        yield lines, finding
    if not found and source.name.startswith("item ") and _is_short(source.text):
        lines = Lines(source.text)
        yield lines, whole(lines)


def _is_short(text: str) -> bool:
    if len(text) > _ITEM_CHARACTERS or text.strip().count("\n") >= _ITEM_LINES or not text.strip():
        return False
    level = level_of(text.strip())
    return level is None or level.severity is not None


_Look = tuple[str, tuple[Frame, ...]]


@dataclass(slots=True)
class _Group:
    """What is known of a case while the sources are read."""

    signature: Signature
    order: int
    count: int = 0
    severity: Severity = Severity.WARNING
    kind: str = ""
    title: str = ""
    causes: tuple[str, ...] = ()
    first: tuple[int, int, Place] | None = None
    last: tuple[int, int, Place] | None = None
    samples: dict[_Look, Sample] = field(default_factory=dict[_Look, Sample])
    tests: dict[str, None] = field(default_factory=dict[str, None])
    told: str = ""

    def add(self, number: int, source: SourceText, lines: Lines, finding: Finding) -> None:
        self.count += finding.times
        self.severity = max(self.severity, finding.severity)
        self.kind = self.kind or finding.kind
        self.title = self.title or _title(finding)
        self.causes = self.causes or finding.causes
        self.told = self.told or finding.told
        if finding.test and len(self.tests) < MOST_TESTS:
            self.tests[finding.test] = None
        place = (number, finding.first, Place(source.name, finding.first + 1, finding.time))
        self.first = place if self.first is None else min(self.first, place, key=_position)
        self.last = place if self.last is None else max(self.last, place, key=_position)
        key = (finding.message, finding.frames[:MOST_SAMPLES])
        if len(self.samples) < MOST_SAMPLES and key not in self.samples:
            start, end = finding.span or (lines.start(finding.first), lines.end(finding.last))
            frames = finding.frames or places(source.text[start : min(end, start + _SEARCHED)])
            self.samples[key] = Sample(source.id, source.name, start, end, finding.first + 1, frames)

    def rank(self) -> tuple[bool, float, int]:
        return self.severity is Severity.WARNING, -self.case().weight, self.order

    def case(self) -> Case:
        first = self.first[2] if self.first else Place("", 0)
        last = self.last[2] if self.last else first
        _, _, skeleton, functions, _ = self.signature
        return Case(
            self.kind,
            self.title,
            skeleton,
            functions,
            self.causes,
            self.severity,
            self.count,
            first,
            last,
            tuple(self.samples.values()),
            tuple(self.tests),
            self.told,
        )


def _position(place: tuple[int, int, Place]) -> tuple[int, int]:
    return place[0], place[1]


def _title(finding: Finding) -> str:
    message = " ".join(finding.message[: 2 * _TITLE].split())
    title = f"{finding.name}: {message}" if finding.name and message else finding.name or message or finding.kind
    return title if len(title) <= _TITLE else title[: _TITLE - 1] + "…"
