"""Failed tests of XCTest and of Swift Testing."""

from __future__ import annotations

import re
from dataclasses import replace

from service.strategies.failures.findings import Finding, Found, Frame, Severity, harmless, one
from service.strategies.failures.lines import Lines

_FAILED = re.compile(
    r"(?:❌\s{1,3})?([^\s:][^:]{0,300}\.(?:swift|mm?)):(\d{1,7}): error: "
    r"(?:-\[([\w.]{1,200} \w{1,200})\]|([\w.]{1,200}\.\w{1,200})) : (.*)"
)
_ISSUE = re.compile(
    r"[✘×]\s{1,2}Test \"?(.{1,200}?)\"?(?:\(\))? recorded an issue(?: with .{1,200}?)? "
    r"at ([^\s:]{1,300}):(\d{1,7}):\d{1,7}: (.*)"
)
_CASE = re.compile(r"Test Case '(?:-\[)?(.{1,300}?)\]?' (failed|passed|started|skipped)\b")
_TOTAL = re.compile(
    r"\s{0,8}Executed \d+ tests?, with (?:\d+ tests? skipped and )?(\d+) failures?|Test Suite '.{1,200}' failed at "
    r"|[✘×]\s{1,2}(?:Test|Suite) .{1,300} (?:failed|has failed) after |\*\* TEST FAILED \*\*"
)
_MORE = 20


def test(lines: Lines, index: int) -> Found | None:
    """An assertion that failed, with its test; what is said of a whole test or suite counts where no more is told."""
    line = lines[index]
    if match := _FAILED.match(line):
        test = (match[3] or match[4]).replace(" ", ".")
        return one(_finding(index, test, Frame(match[1], int(match[2]), test), match[5]))
    if match := _ISSUE.match(line):
        last = index
        while last - index < _MORE and lines.get(last + 1).startswith(("↳", "  ↳")):
            last += 1
        found = _finding(index, match[1], Frame(match[2], int(match[3]), match[1]), match[4])
        return one(replace(found, last=last))
    if match := _CASE.match(line):
        if match[2] != "failed":
            return harmless(index)
        test = match[1].replace(" ", ".")
        return one(replace(_finding(index, test, Frame("", 0, test), "failed"), hearsay=True))
    total = _TOTAL.match(line)
    if total is None:
        return None
    if total[1] == "0":
        return harmless(index)
    return one(Finding("Failed tests", "", line.strip(), Severity.FAILURE, index, index, hearsay=True))


def _finding(index: int, test: str, frame: Frame, said: str) -> Finding:
    return Finding("Test failure", "", said, Severity.FAILURE, index, index, (frame,), test=test)
