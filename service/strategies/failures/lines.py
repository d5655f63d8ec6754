"""A text by its lines, and the lines that carry on from one of them.

Lines are sliced when they are looked at, so a large text is kept once. What the whole of a text is stamped with
(the time at which a build server received each line) is set aside, and so are records that each hold a line.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections import deque
from functools import lru_cache
from typing import cast

LONGEST = 4096
"""Characters of a line that are looked at."""

LONGEST_RECORD = 1_000_000
"""Characters of a line that holds a whole record."""

STRANGERS = 20
"""Lines of others, one after another, that may stand between two lines of one error."""

_ANSI = re.compile(r"\x1b\[[0-9;?]{0,20}[A-Za-z]|\x1b\][^\x07\x1b]{0,200}(?:\x07|\x1b\\)?")
_ISO = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)"
_STAMP = re.compile(_ISO)
_STAMPS = (
    (re.compile(rf"[^\t\n]{{1,200}}\t[^\t\n]{{1,200}}\t\ufeff?{_ISO}(?: |$)"), 0.8),
    (re.compile(rf"{_ISO} \d\d[OE](?:[+ ]|$)"), 0.8),
    (re.compile(rf"\[{_ISO}\](?: |$)"), 1.0),
    (re.compile(rf"{_ISO}(?: |$)"), 1.0),
)
"""What build servers put before lines: `gh run view`, GitLab, Jenkins, GitHub and Docker; and how many lines of a text
must have it. The last two may be the times of a log, whose entries are told by them."""

_STAMPED_SAMPLE = 50
_WRAPPED = re.compile(r"\{.{0,2000}?\"(?:log|Output)\": ?\"", re.DOTALL)
_WRAPPINGS = ({"log", "stream", "time"}, {"Action"})
"""The fields of a record that holds a line of output: of Docker's, and of `go`'s with `-json`."""
_NEAR = 128
_TIME = re.compile(
    r"""\d{4}[-/.]\d\d[-/.]\d\d[T_ ]{0,2}\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:\s?(?:Z|UTC|[+-]\d\d:?\d\d))?
    | (?:[A-Z][a-z]{2}\s)?[A-Z][a-z]{2}\s{1,2}\d{1,2}\s\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:\s\d{4})?
    | \d\d?/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d(?:\s[+-]\d{4})?
    | \d\d?[-/.]\d\d?(?:[-/.]\d{2,4})?\s\d\d?:\d\d:\d\d(?:[.,]\d{1,9})?(?:\s[AP]M)?
    | \d\d:\d\d:\d\d(?:[.,]\d{1,9})?
    | \d{10}\.\d{3,9}""",
    re.VERBOSE,
)
_TIME_WITHIN = 60
_WRAPPING_TIME = re.compile(r"\"[Tt]ime\": ?\"([^\"]{1,60})\"")
_DIGITS = re.compile(r"\d+")


class Lines:
    """The lines of a text, counted from 0, without line ends and terminal colours."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0, *(match.end() for match in re.finditer("\n", text)), len(text) + 1]
        self._coloured = "\x1b" in text
        self._near: dict[int, str] = {}
        self._mentioned: dict[str, bool] = {}
        self._wrapped = text[:1] == "{" and self._is_wrapped()
        self._stamp = self._stamp_of_all()

    @property
    def plain(self) -> bool:
        """Whether the lines stand in the text as they are, but for colours: in no records that hold them."""
        return not self._wrapped

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __getitem__(self, index: int) -> str:
        line = self._near.get(index)
        if line is None:
            line = self.whole(index, LONGEST)
            if self._wrapped:
                line = self.record(index)[:LONGEST]
            if self._stamp and (stamp := self._stamp.match(line)):
                line = line[stamp.end() :]
            # A line is looked at by many recognisers one after another.
            if len(self._near) >= _NEAR:
                self._near.clear()
            self._near[index] = line
        return line

    def whole(self, index: int, longest: int = LONGEST_RECORD) -> str:
        """The line with its stamp, and with more of it than is otherwise looked at."""
        start, end = self._starts[index], self._starts[index + 1] - 1
        line = self.text[start : end if end - start < longest else start + longest]
        if self._coloured and "\x1b" in line:
            line = _ANSI.sub("", line)
        if index == 0:
            line = line.removeprefix("\ufeff")
        return line.rstrip("\r")

    def record(self, index: int) -> str:
        """All of the line that holds a whole record; where records hold the lines, what they hold."""
        whole = self.whole(index)
        return _unwrapped(whole) if self._wrapped else whole

    def mentions(self, phrase: str) -> bool:
        """Whether the whole text has the phrase; it is looked for once."""
        found = self._mentioned.get(phrase)
        if found is None:
            found = self._mentioned[phrase] = phrase in self.text
        return found

    def get(self, index: int) -> str:
        """The line, or an empty one beyond the ends of the text."""
        return self[index] if 0 <= index < len(self) else ""

    def number(self, index: int) -> int:
        """The number of the line in the whole text."""
        return index

    def start(self, index: int) -> int:
        """Where the line begins, in characters of the text."""
        return self._starts[index]

    def end(self, index: int) -> int:
        """Where the line ends, without its line end."""
        return max(self._starts[index], min(self._starts[index + 1] - 1, len(self.text)))

    def at(self, offset: int) -> int:
        """The number of the line that holds the character."""
        return min(bisect_right(self._starts, offset), len(self)) - 1

    def stamp(self, index: int) -> str:
        """What the line is stamped with, where the whole text is."""
        stamp = self._stamp.match(self.whole(index, LONGEST)) if self._stamp else None
        said = _STAMP.search(stamp[0]) if stamp else None
        return said[0] if said else ""

    def time(self, index: int) -> str:
        """The time that stands near the beginning of the line, as it is written there."""
        found = time_in(self[index])
        return found[0] if found else self.stamp(index) or self._wrapping_time(index)

    def _wrapping_time(self, index: int) -> str:
        found = _WRAPPING_TIME.search(self.whole(index, LONGEST)) if self._wrapped else None
        return found[1] if found else ""

    def _is_wrapped(self) -> bool:
        """Whether every line is a record that holds a line of output."""
        sample = [line for i in range(min(len(self), _STAMPED_SAMPLE)) if (line := self.whole(i)).strip()]
        return any(_WRAPPED.match(line) for line in sample) and all(_is_wrapping(line) for line in sample)

    def _stamp_of_all(self) -> re.Pattern[str] | None:
        """What all lines begin with, if it is a stamp."""
        sample = [line for i in range(min(len(self), _STAMPED_SAMPLE)) if (line := self.whole(i, LONGEST)).strip()]
        for stamp, share in _STAMPS if len(sample) > 1 else ():
            if sum(stamp.match(line) is not None for line in sample) >= share * len(sample):
                return stamp
        return None


def plain(text: str) -> str:
    """The text without terminal colours."""
    return _ANSI.sub("", text) if "\x1b" in text else text


def _record(line: str) -> dict[str, object] | None:
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return cast(dict[str, object], said) if isinstance(said, dict) else None


def _is_wrapping(line: str) -> bool:
    said = _record(line)
    return said is not None and any(fields <= said.keys() for fields in _WRAPPINGS)


def _unwrapped(line: str) -> str:
    """The line of output that a record holds, without its line end."""
    said = _record(line)
    if said is None:
        return line
    text = said.get("log", said.get("Output", ""))
    held = text.rstrip("\r\n") if isinstance(text, str) else ""
    return plain(held)


def time_in(line: str) -> re.Match[str] | None:
    """The time near the beginning of a line."""
    return _TIME.search(line, 0, _TIME_WITHIN)


def is_entry(line: str) -> bool:
    """Whether a line begins an entry of its own in a log: with a time."""
    return bool(line) and line[0] not in " \t" and _TIME.match(line.lstrip("[(<")) is not None


class Stream:
    """The lines from `index` on that begin as it does up to `column`, without that prefix.

    A prefix may have other digits on other lines. Lines of others in between are passed over, `STRANGERS` at most.
    `taken` are the numbers of the lines that were taken.
    """

    def __init__(self, lines: Lines, index: int, column: int = 0) -> None:
        self._lines = lines
        self._prefix = _prefix(_DIGITS.sub("0", lines[index][:column])) if column else None
        self._next = index
        self._ahead: deque[tuple[int, str]] = deque()
        self.taken: list[int] = []

    def peek(self, ahead: int = 0) -> str | None:
        """The next line, or one further `ahead`; None where there is none."""
        while len(self._ahead) <= ahead:
            if not self._read():
                return None
        return self._ahead[ahead][1]

    def take(self) -> str:
        """The next line, which is one's own from now on."""
        index, line = self._ahead.popleft() if self.peek() is not None else (-1, "")
        if index >= 0:
            self.taken.append(index)
        return line

    def _read(self) -> bool:
        strangers = 0
        while self._next < len(self._lines) and strangers <= STRANGERS:
            index, self._next = self._next, self._next + 1
            line = self._own(self._lines[index])
            if line is not None:
                self._ahead.append((index, line))
                return True
            strangers += 1
        self._next = len(self._lines)
        return False

    def _own(self, line: str) -> str | None:
        if self._prefix is None:
            return None if is_entry(line) and (self.taken or self._ahead) else line
        match = self._prefix.match(line)
        return line[match.end() :] if match else None


@lru_cache(maxsize=256)
def _prefix(shape: str) -> re.Pattern[str]:
    solid = shape.rstrip()
    pattern = re.escape(solid).replace("0", r"\d+")
    return re.compile(rf"{pattern}(?:\s*$|{re.escape(shape[len(solid) :])})")
