"""What stands before the lines of a text without being theirs: stamps of build servers, names of who wrote them.

A prefix that all lines bear is set aside. Where several wrote into one text in turns (the services of Compose, the
steps of a Docker build), each one's lines are read as a text of their own: a strand.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from service.strategies.failures.lines import LONGEST_RECORD, Lines

MOST_STRANDS = 300
_SAMPLE = 50
_ENOUGH = 0.8
_LEVELS = r"(?!(?:INFO|WARN|WARNING|ERROR|ERR|DEBUG|TRACE|FATAL|CRITICAL|NOTICE)\b)"
_NAMED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:\d\d:\d\d:\d\d )?({_LEVELS}[A-Za-z][\w.-]{{0,60}}) {{1,40}}\|(?: |$)",
        r"\[(pod/[\w.-]{1,253}/[\w.-]{1,63})\](?: |$)",
        r"\[(\d{1,2})\](?: |$)",
        rf"({_LEVELS}[\w@./-]{{1,80}}:[A-Za-z][\w:-]{{0,40}}):(?: |$)",
        r"((?:[\w@.-]{1,60}/){1,6}[\w@.-]{1,60} [a-z][\w:-]{0,30})[:$](?: |$)",
        r"(?:\d{4}-\d\d-\d\dT[\d:.]{8,15}(?:Z|[+-]\d\d:\d\d) )(\w{1,20}\[[\w.-]{1,60}\]):(?: |$)",
        r"\d\d:\d\d:\d\d\.\d{3} (?:STDOUT|STDERR) +\[?([^\]\s]{1,200})\]?(?: (?:terraform|tofu))?:(?: |$)",
    )
)
_STEP = re.compile(r"#(\d{1,5})(?: \d{1,6}\.\d{1,4})?(?: |$)")
_STEPPED = re.compile(r"#\d{1,5} \d{1,6}\.\d{1,4} ")
_EXCERPT = re.compile(r" > \[.{1,300}\]?.{0,300}:$")
_EXCERPT_LINE = re.compile(r"\s{0,3}\d{1,6}\.\d{1,4}(?: |$)")
_EXCERPT_END = "------"
_STEP_TITLE = re.compile(r"(?:\[[^\]\n]{1,100}\] |sha256:|DONE \d|CACHED$|extracting |transferring |naming to )")
_STEP_TITLE_OR_END = re.compile(rf"{_STEP_TITLE.pattern}|ERROR: ")


class Strand(Lines):
    """Some lines of a text, as if it had no others, and without their prefix."""

    def __init__(self, base: Lines, numbers: Sequence[int], prefix: re.Pattern[str] | None) -> None:
        self.text = base.text
        self._base = base
        self._numbers = numbers
        self._bare = prefix

    @property
    def plain(self) -> bool:
        """Never: it has its lines without what stands before them."""
        return False

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, index: int) -> str:
        return self._without(self._base[self._numbers[index]])

    def _without(self, line: str) -> str:
        prefix = self._bare.match(line) if self._bare else None
        return line[prefix.end() :] if prefix else line

    def whole(self, index: int, longest: int = LONGEST_RECORD) -> str:
        """The line with more of it than is otherwise looked at."""
        return self._without(self._base.whole(self._numbers[index], longest))

    def mentions(self, phrase: str) -> bool:
        """Whether the whole text has the phrase."""
        return self._base.mentions(phrase)

    def record(self, index: int) -> str:
        """All of the line that holds a whole record."""
        return self._without(self._base.record(self._numbers[index]))

    def start(self, index: int) -> int:
        """Where the line begins, in characters of the text."""
        return self._base.start(self._numbers[index])

    def end(self, index: int) -> int:
        """Where the line ends, without its line end."""
        return self._base.end(self._numbers[index])

    def at(self, offset: int) -> int:
        """The number of the line that holds the character, or of the last one of the strand before it."""
        return max(0, bisect_right(self._numbers, self._base.at(offset)) - 1)

    def number(self, index: int) -> int:
        """The number of the line in the whole text."""
        return self._numbers[index]

    def stamp(self, index: int) -> str:
        """What the line is stamped with, where the whole text is."""
        return self._base.stamp(self._numbers[index])

    def time(self, index: int) -> str:
        """The time that stands near the beginning of the line, as it is written there."""
        return self._base.time(self._numbers[index])


def strands(lines: Lines) -> list[Lines]:
    """The texts that were written into one; mostly that is the text itself."""
    if _STEPPED.search(lines.text) or "\n > [" in lines.text:
        return list(_steps(lines))
    sample = [line for i in range(min(len(lines), 4 * _SAMPLE)) if (line := lines[i]).strip()][:_SAMPLE]
    for pattern in _NAMED if len(sample) > 2 else ():
        if sum(pattern.match(line) is not None for line in sample) >= _ENOUGH * len(sample):
            return list(_named(lines, pattern))
    return [lines]


def _named(lines: Lines, pattern: re.Pattern[str]) -> Iterator[Lines]:
    """By the name before each line; a line without one goes on from the line above."""
    numbers: dict[str, list[int]] = {}
    name = ""
    for index in range(len(lines)):
        if match := pattern.match(lines[index]):
            name = match[1]
        key = name if name in numbers or len(numbers) < MOST_STRANDS else ""
        numbers.setdefault(key, []).append(index)
    for of_one in numbers.values():
        yield Strand(lines, of_one, pattern)


def _steps(lines: Lines) -> Iterator[Lines]:
    """The steps of a Docker build, each by itself; the lines that it tells again only where no step has any."""
    # The last line of the build says it again.
    skipped = _STEP_TITLE if "failed to solve" not in lines.text else _STEP_TITLE_OR_END
    steps: dict[str, list[int]] = {}
    rest: list[int] = []
    again: list[int] = []
    excerpt = False
    for index in range(len(lines)):
        line = lines[index]
        if step := _STEP.match(line):
            if not skipped.match(line, step.end()):
                key = step[1] if step[1] in steps or len(steps) < MOST_STRANDS else ""
                steps.setdefault(key, []).append(index)
            continue
        excerpt = _EXCERPT.match(line) is not None or (excerpt and line != _EXCERPT_END)
        (again if excerpt else rest).append(index)
    for numbers in steps.values():
        yield Strand(lines, numbers, _STEP)
    if again and not any(len(numbers) > 1 for numbers in steps.values()):
        yield Strand(lines, again[1:], _EXCERPT_LINE)
    yield Strand(lines, rest, None)
