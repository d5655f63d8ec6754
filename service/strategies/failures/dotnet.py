"""What `dotnet test` says of failed tests: each with its message and its stack; and what it says in sum."""

from __future__ import annotations

import re
from dataclasses import replace

from service.strategies.failures.findings import Finding, Found, Severity, one
from service.strategies.failures.lines import Lines
from service.strategies.failures.nested import failure_in

_TEST = re.compile(r"\s{1,4}(?:Failed|X) (\S.{0,400}?) \[(?:< )?[\d.,]{1,12} ?\w{1,3}(?: [\d.,]{1,12} ?\w{1,3})?\]$")
_XUNIT = re.compile(r"\s{0,4}(?:\[xUnit\.net [\d:.]{5,20}\]\s{1,12})(\S.{0,400}?) \[FAIL\]$")
_XUNIT_LINE = re.compile(r"\[xUnit\.net [\d:.]{5,20}\]\s{3}")
_TOTAL = re.compile(
    r"\s{0,6}(?:Failed!\s{1,4}- Failed:|Total tests: \d|Test Run Failed\.|Failed: {1,4}\d|[1-9]\d* Error\(s\)$"
    r"|\S.{0,200} failed with \d+ error\(s\))"
    r"|Test summary: total: \d+, failed: [1-9]"
)
_SECTION = re.compile(r"\s{1,4}(Error Message|Stack Trace|Standard Output Messages|Standard Error Messages):$")
_LONGEST = 400


def test(lines: Lines, index: int) -> Found | None:
    """A failed test to the end of its stack; a line of progress or of the sum counts where no more is told."""
    line = lines[index]
    if _TOTAL.match(line):
        return one(Finding("Failed tests", "", line.strip(), Severity.FAILURE, index, index, hearsay=True))
    if match := _XUNIT.match(line):
        last = index
        while last - index < _LONGEST and _XUNIT_LINE.match(lines.get(last + 1)) and not _XUNIT.match(lines[last + 1]):
            last += 1
        rows = [_XUNIT_LINE.sub("", lines[number]).strip() for number in range(index + 1, last + 1)]
        found = failure_in("\n".join(rows), "", match[1])
        return one(replace(found, first=index, last=last, hearsay=True))
    match = _TEST.match(line)
    if match is None:
        return None
    section, last, said, trace = "", index, list[str](), list[str]()
    while last - index < _LONGEST and (row := lines.get(last + 1)).strip() and not _TEST.match(row):
        if title := _SECTION.match(row):
            section = title[1]
        elif not row.startswith(" ") and section != "Error Message":
            break
        elif section == "Error Message":
            said.append(row.strip())
        elif section == "Stack Trace":
            trace.append(f"   {row.strip()}")
        last += 1
    found = failure_in("\n".join([*said, *trace]), said[0] if said else "", match[1])
    return one(replace(found, first=index, last=last, test=match[1], hearsay=not said and not trace))
