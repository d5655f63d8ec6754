"""What Go programs and go test report: panics with their goroutines, and tests that failed."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import replace
from weakref import WeakKeyDictionary

from service.strategies.failures.findings import Finding, Found, Frame, Severity, harmless, one
from service.strategies.failures.lines import Lines, Stream, time_in

_PANIC = re.compile(r"(panic: |fatal error: |http: panic serving [^\s]{1,100}: )(?!$)(.*)")
_GOROUTINE = re.compile(r"goroutine \d+ .*\[(.*)\]:?$")
_CALL = re.compile(r"(?:created by )?([\w./*()<>\[\]{}~%-]{1,300}?)(?:\([^()]*\)|\(\.\.\.\))?(?: in goroutine \d+)?$")
_PLACE = re.compile(r"\t(.{1,300}?):(\d{1,7})(?: \+0x[0-9a-f]+)?$")
_RUNTIME = re.compile(r"(?:panic|runtime\.|testing\.|runtime/|created by )")
_FAIL = re.compile(r"(\s{0,40})--- FAIL: (\S{1,300}) \([\d.]+s\)")
_STEP = re.compile(r"\s{0,40}(?:=== (?:RUN|PAUSE|CONT|NAME)\s|--- (?:PASS|SKIP): )")
_START = re.compile(r"\s{0,40}=== (?:RUN|CONT|NAME)\s+(\S.{0,300})$")
_STEPS = re.compile("=== (?:RUN|CONT|NAME)")
_SAID = re.compile(r"\s{1,80}([\w./-]{1,200}_test\.go):(\d{1,7}): (.*)")
_TOTAL = re.compile(r"FAIL(?:\t.*|)$|exit status \d+$|# \[?[\w./-]+\]?$|too many errors$")
_SEARCHED = 12
_TEST_LINES = 200
_starts: WeakKeyDictionary[Lines, dict[str, list[int]]] = WeakKeyDictionary()
"""By text: where each test began, read once, at the first test that needs it."""


def panic(lines: Lines, index: int) -> Found | None:
    """A panic or a fatal error of the runtime, with the stack of the goroutine that had it, and of the others."""
    line = lines[index]
    match = _PANIC.search(line[:400])
    if match is None:
        return None
    if not any("goroutine " in lines.get(index + ahead) for ahead in range(1, _SEARCHED)):
        return None
    column = match.start()
    stream = Stream(lines, index, column if _prefixed(lines, index, column) else 0)
    stream.take()
    if not any(_GOROUTINE.match(stream.peek(ahead) or "") for ahead in range(_SEARCHED)):
        return None
    while not _GOROUTINE.match(stream.peek() or ""):
        stream.take()
    frames = _stack(stream)
    message = match[2].removesuffix(" [recovered]").removesuffix(" [recovered, repanicked]")
    time = time_in(line[:column])
    found = Finding(
        "Go panic",
        "panic" if "panic" in match[1] else "fatal error",
        message,
        Severity.ERROR if match[1].startswith("http") else Severity.FATAL,
        index,
        stream.taken[-1],
        tuple(frames),
        time=time[0] if time else lines.stamp(index),
        test=_failed_above(lines, index),
    )
    return one(found, stream.taken)


def test(lines: Lines, index: int) -> Found | None:
    """A test that failed, with what it said."""
    line = lines[index]
    if _TOTAL.match(line):
        if not line.startswith(("FAIL", "exit")):
            return harmless(index)
        return one(Finding("Failed tests", "", line.replace("\t", " "), Severity.FAILURE, index, index, hearsay=True))
    if _STEP.match(line):
        return harmless(index)
    if match := _SAID.match(line):
        found = Finding("Go test failure", "", match[3], Severity.FAILURE, index, _below(lines, index))
        return one(replace(found, hearsay=True))
    match = _FAIL.match(line)
    if match is None:
        return None
    said, last = _said_below(lines, index)
    if not said:
        ran = _started(lines, index, match[2])
        said = _said_above(lines, index) if ran is None else _said_since(lines, ran, index)
    if not said:
        found = Finding("Go test failure", "FAIL", match[2], Severity.FAILURE, index, index, test=match[2])
        return one(replace(found, hearsay=True))
    first = said[0][0] if said[0][0] < index else index
    last = last if first == index or index - first < _TEST_LINES else _below(lines, said[-1][0])
    place = Frame(said[0][1][1], int(said[0][1][2]), match[2].partition("/")[0])
    message = said[0][1][3]
    found = Finding("Go test failure", "FAIL", message, Severity.FAILURE, first, last, (place,), test=match[2])
    return one(found, range(index, max(index, last) + 1))


def _below(lines: Lines, index: int) -> int:
    """The last of the lines that go on from what a test said."""
    indent = len(lines[index]) - len(lines[index].lstrip())
    last = index
    while last - index < _TEST_LINES and (line := lines.get(last + 1)).strip():
        if len(line) - len(line.lstrip()) <= indent:
            break
        last += 1
    return last


def _prefixed(lines: Lines, index: int, column: int) -> bool:
    return any(
        len(line) > column and line[column:].startswith("goroutine ")
        for line in (lines.get(index + ahead) for ahead in range(1, _SEARCHED))
    )


def _stack(stream: Stream) -> list[Frame]:
    """The frames of the first goroutine; those of the others are taken with them."""
    frames: list[Frame] = []
    first = True
    stream.take()
    while (line := stream.peek()) is not None:
        if _GOROUTINE.match(line):
            first = False
        elif place := _PLACE.match(line):
            if first and frames and not frames[-1].path:
                frames[-1] = Frame(place[1], int(place[2]), frames[-1].function)
        elif line and (call := _CALL.match(line)) and (stream.peek(1) or "").startswith("\t"):
            if first and not _RUNTIME.match(line):
                frames.append(Frame("", 0, call[1]))
            elif first:
                frames.append(Frame("runtime", 0, ""))
        elif line.strip() or not _GOROUTINE.match(stream.peek(1) or ""):
            break
        stream.take()
    if re.match(r"exit status \d", stream.peek() or ""):
        stream.take()
    return [frame for frame in frames if frame.function][:40]


def _failed_above(lines: Lines, index: int) -> str:
    match = _FAIL.match(lines.get(index - 1))
    return match[2] if match else ""


def _said_below(lines: Lines, index: int) -> tuple[list[tuple[int, re.Match[str]]], int]:
    indent = len(lines[index]) - len(lines[index].lstrip())
    said: list[tuple[int, re.Match[str]]] = []
    last = index
    for number in range(index + 1, min(len(lines), index + _TEST_LINES)):
        line = lines[number]
        if not line.strip() or len(line) - len(line.lstrip()) <= indent or _FAIL.match(line):
            break
        if match := _SAID.match(line):
            said.append((number, match))
        last = number
    return said, last


def _started(lines: Lines, index: int, name: str) -> int | None:
    """Where the output says last that the test ran, or went on."""
    known = _starts.get(lines)
    if known is None:
        known = _starts[lines] = {}
        for number in _steps(lines):
            if match := _START.match(lines[number]):
                known.setdefault(match[1], []).append(number)
    starts = known.get(name, [])
    place = bisect_left(starts, index)
    return starts[place - 1] if place else None


def _steps(lines: Lines) -> Iterable[int]:
    """The lines that may say so: where the text is plain, they are found without a look at the others."""
    if not lines.plain:
        return range(len(lines))
    return dict.fromkeys(lines.at(match.start()) for match in _STEPS.finditer(lines.text))


def _said_since(lines: Lines, ran: int, index: int) -> list[tuple[int, re.Match[str]]]:
    said: list[tuple[int, re.Match[str]]] = []
    for number in range(ran + 1, index):
        if _STEP.match(lines[number]) or _FAIL.match(lines[number]):
            break
        if match := _SAID.match(lines[number]):
            said.append((number, match))
    return said


def _said_above(lines: Lines, index: int) -> list[tuple[int, re.Match[str]]]:
    said: list[tuple[int, re.Match[str]]] = []
    number = index - 1
    while number >= 0 and index - number < 40 and lines[number][:4] == "    ":
        if _FAIL.match(lines[number]):
            return []
        if match := _SAID.match(lines[number]):
            said.insert(0, (number, match))
        number -= 1
    return [] if _FAIL.match(lines.get(number)) else said
