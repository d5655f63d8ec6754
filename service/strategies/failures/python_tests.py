"""What pytest and unittest report of tests that failed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from service.strategies.failures.findings import Finding, Found, Frame, Severity, harmless, one
from service.strategies.failures.lines import Lines
from service.strategies.failures.tracebacks import HEADER, traceback

PYTEST = "pytest failure"
UNITTEST = "unittest failure"
_BLOCK = re.compile(r"_{3,} (\S.{0,300}?) _{3,}$")
_SECTION = re.compile(r"={3,} .{1,300} ={3,}$|={3,}$")
_ERROR_LINE = re.compile(r"E(\s{1,200}\S.*|\s*)$")
_RAISED = re.compile(r"([A-Za-z_][\w.]{0,200}): (.*)|([A-Za-z_][\w.]{0,200}(?:Error|Exception|Exit|Interrupt))$")
_PLACE = re.compile(r"(\S[^:\n]{0,300}\.\w{1,5}):(\d{1,7}): (?:in (.{1,200})|(\w[\w.]{0,200})?)$")
_DEF = re.compile(r"[>\s]*(?:async )?def (\w{1,200})")
_SUMMARY = re.compile(r"(FAILED|ERROR) ([^\s:]{1,400}\.\w{1,5})(::\S.{0,400}?)?(?: - (.*))?$")
_VERDICT = re.compile(r"(?:\[gw\d+\] \[ *\d+%\] )?(FAILED|ERROR)?\s?([^\s:]{1,400})::(\S.{0,300}?)\s(FAILED|ERROR)?\s")
_UNIT = re.compile(r"(FAIL|ERROR): (\w{1,200} \([\w.<>]{1,300}\).{0,200})$")
_UNIT_VERDICT = re.compile(r".{0,300}\.\.\. (FAIL|ERROR)$")
_RULE = re.compile(r"(?:={70}|-{70})$")
_TOTAL = re.compile(
    r"FAILED \((?:failures|errors|unexpected)|=+ .*\b(?:passed|failed|errors?|warnings?|skipped)\b.* in [\d.:]+|"
    r"\d+ (?:failed|errors?)\b.* in [\d.]+s|!{3,} .* !{3,}$|collected \d+ items"
)
_WHERE = re.compile(r"ERROR (?:at (?:setup|teardown) of|collecting) ")


def pytest_block(lines: Lines, index: int) -> Found | None:
    """One test in the section FAILURES or ERRORS, to where the next begins."""
    title = _BLOCK.match(lines[index])
    if title is None:
        return None
    end = index + 1
    while end < len(lines) and not _BLOCK.match(lines[end]) and not _SECTION.match(lines[end]):
        end += 1
    test = _WHERE.sub("", title[1])
    found = Finding(PYTEST, "", "", Severity.FAILURE, index, end - 1, test=_short(test))
    found = _in_block(lines, found) or _nested(lines, found)
    return one(found) if found else None


def in_text(lines: Lines, test: str) -> Finding | None:
    """The error in what pytest says of one test, as a report has it: without the header of a section."""
    return _in_block(lines, Finding(PYTEST, "", "", Severity.FAILURE, -1, len(lines) - 1, test=_short(test)))


def summary(lines: Lines, index: int) -> Found | None:
    """A line of pytest's short summary, or of its progress: for tests of which no more is told."""
    line = lines[index]
    if match := _SUMMARY.match(line):
        name, message = _raised(match[4] or "")
        test = (match[3] or match[2]).removeprefix("::").replace("::", ".")
        frame = Frame(match[2], 0, "" if name else _function(test))
        said = Finding(PYTEST, name or match[1], message, Severity.FAILURE, index, index, (frame,), test=_short(test))
        return one(replace(said, hearsay=True))
    if _TOTAL.match(line) or _UNIT_VERDICT.match(line):
        return _rumour(line, index)
    verdict = _VERDICT.match(line + " ") if "::" in line else None
    if verdict is None or not (verdict[1] or verdict[4]):
        return None
    test = _short(verdict[3].replace("::", "."))
    frame = Frame(verdict[2], 0, _function(test))
    return one(Finding(PYTEST, "FAILED", "", Severity.FAILURE, index, index, (frame,), test=test, hearsay=True))


def unittest_block(lines: Lines, index: int) -> Found | None:
    """One test that unittest reports with its traceback."""
    title = _UNIT.match(lines[index])
    if title is None or not _RULE.match(lines.get(index - 1)):
        return None
    start = next((i for i in range(index + 1, index + 12) if HEADER in lines.get(i)), None)
    if start is None:
        return one(Finding(UNITTEST, title[1], title[2], Severity.FAILURE, index, index, test=title[2]))
    found = traceback(lines, start)
    if found is None:
        return None
    (inner,) = found.findings
    return one(replace(inner, kind=UNITTEST, severity=Severity.FAILURE, first=index, test=title[2]))


def _rumour(line: str, index: int) -> Found:
    if not re.search(r"FAIL|ERROR|[1-9]\d* (?:failed|error)|!!!", line):
        return harmless(index)
    return one(Finding("Failed tests", "", line.strip("= !"), Severity.FAILURE, index, index, hearsay=True))


def _in_block(lines: Lines, found: Finding) -> Finding | None:
    """The error that its lines with an E tell, the last one of a chain; None where there is no such line."""
    said: list[tuple[str, str]] = []
    frames: list[Frame] = []
    function, block = "", list[str]()
    for line in (*_until_captured(lines, found), ""):
        if error := _ERROR_LINE.match(line):
            block.append(error[1])
            continue
        if leading := _leading(block):
            said.append(_raised(leading))
        block = []
        if define := _DEF.match(line):
            function = define[1]
        elif place := _PLACE.match(line):
            frames.append(Frame(place[1], int(place[2]), place[3] or function or _function(found.test)))
            if said and not said[-1][0] and place[4]:
                said[-1] = (place[4], said[-1][1])
    if not said:
        return None
    name, message = said[-1]
    causes = tuple(dict.fromkeys(name for name, _ in said[:-1] if name))
    return replace(found, name=name or "AssertionError", message=message, frames=tuple(reversed(frames)), causes=causes)


def _leading(block: list[str]) -> str:
    """The line of an error that says what it is: the first that is indented least. The others explain it."""
    said = [line for line in block if line.strip()]
    return min(said, key=lambda line: len(line) - len(line.lstrip()), default="")


def _nested(lines: Lines, found: Finding) -> Finding | None:
    """The traceback in a block that has no lines with an E."""
    for index in range(found.first, found.last + 1):
        if HEADER in lines[index] and (inner := traceback(lines, index)):
            (error,) = inner.findings
            told = replace(found, name=error.name, message=error.message, frames=error.frames)
            return replace(told, causes=error.causes)
    if _WHERE.search(lines[found.first]):
        return replace(found, name="ERROR", message=lines.get(found.first + 1).strip())
    return None


def _until_captured(lines: Lines, found: Finding) -> Iterator[str]:
    for index in range(found.first + 1, found.last + 1):
        line = lines[index]
        if line.startswith("-----") and " Captured " in line:
            return
        yield line


def _raised(text: str) -> tuple[str, str]:
    match = _RAISED.match(text.strip())
    if match is None:
        return "", text.strip()
    return match[1] or match[3], match[2] or ""


def _function(test: str) -> str:
    return test.rpartition(".")[2].partition("[")[0]


def _short(test: str) -> str:
    return test.strip()[:200]
