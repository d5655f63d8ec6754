"""What PHP says of its errors, with the stack below them, and what PHPUnit reports of tests that failed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from service.strategies.failures.findings import Finding, Found, Frame, Severity, harmless, one
from service.strategies.failures.lines import Lines

_SAID = re.compile(
    r"(?:\[[^\]\n]{1,60}\] )?(?:PHP )?(Fatal error|Parse error|Recoverable fatal error|Warning|Notice|Deprecated)"
    r":\s{1,4}(.*?)(?: in (\S{1,300}?)(?: on line |:)(\d{1,7}))?$"
)
_UNCAUGHT = re.compile(r"Uncaught (?:exception ')?([\w\\]{1,200})(?:' with message '|: |$)(.*)")
_OLD = re.compile(r"(?:exception ')([\w\\]{1,200})' with message '(.*)' in (\S{1,300}):(\d{1,7})$")
_BEGINS = re.compile(r"(?:\[[^\]\n]{1,60}\] )?(?:PHP )?Stack trace:$")
_FRAME = re.compile(r"#\d{1,4} (?:(\S{1,300})\((\d{1,7})\): )?(.{1,400})")
_XDEBUG = re.compile(r"(?:\[[^\]\n]{1,60}\] )?PHP\s{1,6}\d{1,4}\. (.{1,300}?) (\S{1,300}):(\d{1,7})$")
_THROWN = re.compile(r"\s{1,4}thrown in (\S{1,300}) on line (\d{1,7})$")
_WARNINGS = ("Warning", "Notice", "Deprecated")
_MOST_FRAMES = 40
_SEARCHED = 8

_TITLE = re.compile(r"\d{1,5}\) ([\w\\]{1,300}::\S.{0,300})$")
_PLACE = re.compile(r"(/\S{1,300}|[A-Za-z]:\\\S{1,300}):(\d{1,7})$")
_RAISED = re.compile(r"([A-Z][\w\\]{0,200}(?:Exception|Error|Failure|Throwable))(?:: (.*)|$)")
_COUNTED = re.compile(r"There (?:was|were) \d{1,7} (?:error|failure|warning)s?:$|(?:ERRORS|FAILURES)!$|--$")
_TOTAL = re.compile(r"Tests: \d+, Assertions: \d+(?:, .*)?\.$")
_OF_RUNNER = ("/phpunit/", "/vendor/")
_LONGEST = 200


def error(lines: Lines, index: int) -> Found | None:
    """An error, a warning or an exception that nothing caught, with the stack below it."""
    line = lines[index]
    old = _OLD.search(line)
    said = None if old else _SAID.match(line)
    if old is None and said is None:
        return None
    frames, last = _stack(lines, index)
    if old:
        place, name, message = Frame(old[3], int(old[4])), old[1], old[2]
        found = Finding("PHP exception", name, message, Severity.FATAL, index, last)
    elif said and (said[3] or frames):
        uncaught = _UNCAUGHT.match(said[2])
        place = Frame(said[3] or "", int(said[4] or 0))
        severity = Severity.WARNING if said[1] in _WARNINGS else Severity.FATAL
        kind = "PHP exception" if uncaught else "PHP warning" if severity is Severity.WARNING else "PHP error"
        name, message = (uncaught[1], uncaught[2]) if uncaught else (said[1], said[2])
        found = Finding(kind, name, message, severity, index, last)
    else:
        return None
    placed = ((place,) if place.path else ()) + tuple(frame for frame in frames if frame != place)
    time = lines.time(index)
    return one(Finding(found.kind, found.name, found.message, found.severity, index, last, placed, time=time))


def _stack(lines: Lines, index: int) -> tuple[list[Frame], int]:
    """The frames below, and the last line of them; a message may have several lines."""
    begin = index + 1
    while begin < index + _SEARCHED and not _BEGINS.match(lines.get(begin)):
        if not lines.get(begin).strip() or _SAID.match(lines[begin]) or _OLD.search(lines[begin]):
            return [], index
        begin += 1
    if begin == index + _SEARCHED:
        return [], index
    frames: list[Frame] = []
    last = begin
    for number in range(begin + 1, min(len(lines), begin + _LONGEST)):
        line = lines[number]
        if frame := _FRAME.match(line):
            frames.append(Frame(frame[1] or "", int(frame[2] or 0), frame[3]))
        elif frame := _XDEBUG.match(line):
            frames.append(Frame(frame[2], int(frame[3]), frame[1]))
        elif thrown := _THROWN.match(line):
            frames.insert(0, Frame(thrown[1], int(thrown[2])))
            last = number
            break
        else:
            break
        last = number
    return [frame for frame in frames if frame.path][:_MOST_FRAMES], last


def test(lines: Lines, index: int) -> Found | None:
    """A test of PHPUnit's that failed, to where the next begins; the counts count where no more is told."""
    if not lines.mentions(", Assertions: "):
        return None
    line = lines[index]
    if _COUNTED.match(line):
        return harmless(index) if _is_report(lines, index) else None
    if _TOTAL.match(line):
        return one(Finding("Failed tests", "", line, Severity.FAILURE, index, index, hearsay=True))
    title = _TITLE.match(line)
    if title is None:
        return None
    last = index
    for number in range(index + 1, min(len(lines), index + _LONGEST)):
        if _TITLE.match(lines[number]) or _COUNTED.match(lines[number]):
            break
        last = number if lines[number].strip() else last
    rows = [lines[number] for number in range(index + 1, last + 1)]
    return one(_of_test(title[1], rows, index, last))


def _of_test(test: str, rows: Sequence[str], first: int, last: int) -> Finding:
    places = [Frame(match[1], int(match[2]), test) for row in rows if (match := _PLACE.match(row))]
    own = [place for place in places if not any(part in place.path for part in _OF_RUNNER)]
    said = [row.strip() for row in rows if row.strip() and not _PLACE.match(row)]
    raised = _RAISED.match(said[0]) if said else None
    name, message = (raised[1], raised[2] or " ".join(said[1:3])) if raised else ("", " ".join(said[:3]))
    return Finding("PHPUnit failure", name, message, Severity.FAILURE, first, last, tuple(own or places), test=test)


def _is_report(lines: Lines, index: int) -> bool:
    """Whether the line stands beside a test or the counts of all."""
    near = (lines.get(number) for number in range(max(0, index - 3), index + 6))
    return any(_TITLE.match(line) or _TOTAL.match(line) for line in near) or lines[index] == "--"
