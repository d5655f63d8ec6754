"""What Jest, Vitest and Mocha report of tests that failed, and whatever writes the Test Anything Protocol."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from service.strategies.failures.findings import Finding, Found, Frame, Severity, harmless, one
from service.strategies.failures.lines import Lines
from service.strategies.failures.stacks import frame_on

_JEST = re.compile(r"\s{2}● (?!Console$)(\S.{0,300})$")
_JEST_AGAIN = re.compile(r"Summary of all failing tests$")
_JEST_END = re.compile(r"Test Suites: |\s?(?:FAIL|PASS) ")
_VITEST = re.compile(r"\s?FAIL  (\S.{0,300}?(?: > | \[ ).{1,300})$")
_VITEST_FRAME = re.compile(r"\s{0,4}❯ (?:(\S.{0,200}) )?(\S{1,300}):(\d{1,7}):\d{1,7}$")
_RULE = re.compile(r"⎯{3,}")
_MOCHA = re.compile(r"\s{2}\d{1,5} failing$")
_MOCHA_TEST = re.compile(r"\s{2}\d{1,5}\) (\S.{0,300})")
_TAP = re.compile(r"(\s{0,40})not ok \d{1,7}(?: - |\s)?(.{0,300}?)(\s# (?i:todo|skip)\b.*)?$")
_FIELD = re.compile(r"\s{1,60}(\w{1,20}): (.*)")
_PLACE = re.compile(r"'?(?:file://)?(\S{1,300}?):(\d{1,7}):\d{1,7}'?\)?$")
_TOTAL = re.compile(
    r"\s{0,12}(?:Test Suites|Test Files|Tests|Snapshots):?\s{1,9}(?:\d+ |.{1,40}\| )(?:failed|obsolete)"
    r"|\s?❯ \S{1,300} \(.{1,40}\| \d+ failed|⎯{3,}.{0,9}Failed (?:Suites|Tests) \d"
    r"|\s{0,4}FAIL {1,2}\S{1,300}(?: \([\d.]+ m?s\))?$"
)
_RAISED = re.compile(r"([A-Za-z_$][\w$.]{0,100}(?:Error|Exception|Failure|Rejection)|Error)(?: \[\w{1,60}\])?:\s?(.*)")
_LONGEST = 400
_OWN = ("Object.", "Context.", "TestContext.", "Test.", "Proxy.", "<")
"""Where functions begin that are the runner's, or have no name: there, the test's name says more."""


def jest(lines: Lines, index: int) -> Found | None:
    """One test with its error, to where the next begins."""
    if _JEST_AGAIN.match(lines[index]) and _JEST_END.match(lines.get(index + 1)):
        end = lines.text.find("Test Suites: ", lines.start(index))
        return harmless(index, max(index, lines.at(end) - 1)) if end >= 0 else None
    title = _JEST.match(lines[index])
    if title is None:
        return None
    last = _last(lines, index, _ends_jest)
    return one(_finding("Jest failure", title[1], lines, range(index + 1, last + 1)))


def vitest(lines: Lines, index: int) -> Found | None:
    """One test, or several with the same error, to the rule below."""
    title = _VITEST.match(lines[index])
    if title is None:
        return None
    last = _last(lines, index, lambda line: _RULE.match(line) is not None)
    below = (i for i in range(index + 1, last + 1) if not _VITEST.match(lines[i]))
    return one(_finding("Vitest failure", title[1], lines, below))


def mocha(lines: Lines, index: int) -> Found | None:
    """All tests below the line that counts them."""
    if not _MOCHA.match(lines[index]):
        return None
    last = _last_of_mocha(lines, index)
    starts = [i for i in range(index + 1, last + 1) if _MOCHA_TEST.match(lines[i])]
    if not starts:
        return None
    ends = [*(start - 1 for start in starts[1:]), last]
    found = tuple(_mocha_test(lines, start, end) for start, end in zip(starts, ends, strict=False))
    return Found(found, range(index, last + 1))


def tap(lines: Lines, index: int) -> Found | None:
    """A test that is `not ok`, with the YAML or the comments below it."""
    match = _TAP.match(lines[index])
    if match is None:
        return None
    if match[3]:
        return harmless(index)
    indent = len(match[1])
    last = _last(lines, index, lambda line: not line[indent:].startswith((" ", "#")) or "# Subtest" in line)
    fields: dict[str, str] = {}
    frames: list[Frame] = []
    for number in range(index + 1, last + 1):
        line = lines[number]
        if field := _FIELD.match(line):
            said = field[2].strip("'\"")
            fields.setdefault(field[1], lines.get(number + 1).strip() if said in ("|-", "|", ">-") else said)
        if place := _PLACE.search(line.strip()):
            frames.append(Frame(place[1], int(place[2])))
    title = match[2] or "a test"
    message = fields.get("error") or fields.get("message") or title
    placed = tuple(_named(frame, title) for frame in frames[:40])
    return one(Finding("Test failure", fields.get("name", ""), message, Severity.FAILURE, index, last, placed))


def total(lines: Lines, index: int) -> Found | None:
    """A count of failed tests, or the file that has them."""
    if not _TOTAL.match(lines[index]):
        return None
    message = lines[index].strip(" ⎯")
    return one(Finding("Failed tests", "", message, Severity.FAILURE, index, index, hearsay=True))


def _last(lines: Lines, index: int, ends: Callable[[str], bool]) -> int:
    """The last line with something on it before the block ends."""
    last = index
    for number in range(index + 1, min(len(lines), index + _LONGEST)):
        line = lines[number]
        if ends(line):
            break
        last = number if line.strip() else last
    return last


def _ends_jest(line: str) -> bool:
    return line[:1] not in ("", " ") or _JEST.match(line) is not None or _JEST_END.match(line) is not None


def _last_of_mocha(lines: Lines, index: int) -> int:
    """The last line of the tests: below the frames of one comes another test, or what is no test's any more."""
    last, began, framed = index, index, False
    for number in range(index + 1, len(lines)):
        line = lines[number]
        if not line.strip():
            continue
        frame, test = frame_on(line) is not None, _MOCHA_TEST.match(line) is not None
        began = number if test else began
        if number - began > _LONGEST or (not test and (began == index or (framed and not frame))):
            break
        last, framed = number, frame
    return last


def _mocha_test(lines: Lines, start: int, end: int) -> Finding:
    titles: list[str] = []
    number = start
    while number <= end and (said := lines[number].strip()):
        titles.append(said)
        number += 1
        if said.endswith(":"):
            break
    test = " ".join(titles).partition(") ")[2].removesuffix(":")
    return _finding("Mocha failure", test, lines, range(number, end + 1), start)


def _finding(kind: str, test: str, lines: Lines, below: Iterable[int], first: int | None = None) -> Finding:
    numbers = list(below)
    said = next((said for i in numbers if (said := lines[i].strip())), "")
    raised = _RAISED.match(said)
    frames = tuple(_named(frame, test) for frame in _frames(lines, numbers))
    name, message = (raised[1], raised[2]) if raised else ("", said)
    start = numbers[0] - 1 if first is None and numbers else first or 0
    last = next((i for i in reversed(numbers) if lines[i].strip()), start)
    return Finding(kind, name, message or said, Severity.FAILURE, start, last, frames, test=test)


def _frames(lines: Lines, numbers: Iterable[int]) -> Iterator[Frame]:
    for number in numbers:
        line = lines[number]
        if match := _VITEST_FRAME.match(line):
            yield Frame(match[2], int(match[3]), match[1] or "")
        elif (frame := frame_on(line)) and frame.line and "node_modules" not in frame.path:
            yield frame


def _named(frame: Frame, test: str) -> Frame:
    named = frame.function and not frame.function.startswith(_OWN)
    return frame if named else Frame(frame.path, frame.line, test)
