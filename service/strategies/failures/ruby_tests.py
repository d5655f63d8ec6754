"""What RSpec and Minitest report of tests that failed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from service.strategies.failures.findings import Finding, Found, Frame, Severity, harmless, one
from service.strategies.failures.lines import Lines

_MINITEST = re.compile(r"\s{1,3}\d{1,5}\) (Failure|Error):$")
_TEST = re.compile(r"([\w:]{1,200}#\S{1,200})(?: \[(.{1,300}):(\d{1,7})\])?:$")
_RSPEC = re.compile(r"\s{2}\d{1,5}\) (\S.{0,400})$")
_CODE = re.compile(r"\s{4,8}Failure/Error: ?(.*)")
_FRAME = re.compile(r"\s{2,8}(?:# )?(\S{1,300}\.(?:rb|rake|erb)):(\d{1,7})(?::in [`'](.{1,200})')?$")
_RAISED = re.compile(r"([A-Z][\w:]{0,200}\w): (.*)|([A-Z][\w:]{1,200}(?:Error|Exception)):?$")
_TOTAL = re.compile(r"\d+ runs, \d+ assertions, (\d+) failures, (\d+) errors|\d+ examples?, (\d+) failures?")
_AGAIN = re.compile(r"rspec \S{1,300} # |Failed examples:$")
_LIBRARY = re.compile(r"/gems/|/ruby/\d|<internal:")
_LONGEST = 200


def test(lines: Lines, index: int) -> Found | None:
    """A failed test, to where the next begins; the counts of all, which count where no more is told."""
    line = lines[index]
    if total := _TOTAL.match(line):
        if not any(count not in (None, "0") for count in total.groups()):
            return harmless(index)
        return one(Finding("Failed tests", "", line, Severity.FAILURE, index, index, hearsay=True))
    if _AGAIN.match(line):
        return harmless(index)
    if _MINITEST.match(line):
        return _minitest(lines, index)
    title = _RSPEC.match(line)
    return _rspec(lines, index, title[1]) if title and _CODE.match(lines.get(index + 1)) else None


def _minitest(lines: Lines, index: int) -> Found | None:
    title = _TEST.match(lines.get(index + 1))
    if title is None:
        return None
    last = index + 1
    while last - index < _LONGEST and lines.get(last + 1).strip():
        last += 1
    rows = [lines[number] for number in range(index + 2, last + 1)]
    said = [row.strip() for row in rows if not _FRAME.match(row)]
    raised = _RAISED.match(said[0]) if said and title[2] is None else None
    frames = tuple(_frames(rows))
    if title[2]:
        frames = (Frame(title[2], int(title[3]), title[1]), *frames)
    name, message = (raised[1] or raised[3], raised[2] or "") if raised else ("", " ".join(said[:4]))
    return one(Finding("Minitest failure", name, message, Severity.FAILURE, index, last, frames, test=title[1]))


def _rspec(lines: Lines, index: int, title: str) -> Found:
    last = index
    for number in range(index + 1, min(len(lines), index + _LONGEST)):
        if lines[number].strip() and lines[number][:4].strip():
            break
        last = number if lines[number].strip() else last
    rows = [lines[number] for number in range(index + 1, last + 1)]
    said = [row.strip() for row in rows[1:] if row.strip() and not _FRAME.match(row)]
    raised = next((match for row in said if (match := _RAISED.match(row))), None)
    code = _CODE.match(rows[0])
    frames = tuple(_frames(rows))
    if raised and raised[3]:
        after = said[said.index(raised[0]) + 1 :] if raised[0] in said else []
        name, message = raised[3].rstrip(":"), " ".join(after[:2])
    else:
        name, message = "", " ".join([code[1] if code else "", *said[:3]])
        place = frames[0] if frames else Frame("")
        frames = (Frame(place.path, place.line, title), *frames[1:])
    return one(Finding("RSpec failure", name, message, Severity.FAILURE, index, last, frames, test=title))


def _frames(rows: list[str]) -> Iterator[Frame]:
    found = [Frame(match[1], int(match[2]), match[3] or "") for row in rows if (match := _FRAME.match(row))]
    yield from [frame for frame in found if not _LIBRARY.search(frame.path)] or found
