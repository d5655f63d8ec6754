"""How a Docker build ends."""

from __future__ import annotations

import re
from dataclasses import replace

from service.strategies.failures.findings import Finding, Found, Frame, Severity, one
from service.strategies.failures.lines import Lines

_FAILED = re.compile(
    r"(?:.{0,80}?\b)?(?:ERROR|error|failed to solve|target \S{1,80}): (?:target \S{1,80}: )?(?:failed to build: )?"
    r"(failed to solve: .*|process \".*|executor failed running .*|failed to build: .*)"
)
_PROCESS = re.compile(r"(?:failed to (?:solve|build): )*(?:process \".*|executor failed running .*|.*exit code: \d+)")
_FILE = re.compile(r"(\S{0,200}Dockerfile\S{0,100}):(\d{1,7})$")
_RULE = re.compile(r"-{10,}$")
_ABOVE = 40


def failed(lines: Lines, index: int) -> Found | None:
    """The last line of a build: what a step says itself is told above; anything else is told here alone."""
    match = _FAILED.match(lines[index][:2000])
    if match is None:
        return None
    first, frames = _quoted(lines, index)
    message = match[1].removeprefix("failed to solve: ")
    found = Finding("Docker build failure", "", message, Severity.FATAL, first, index, frames)
    return one(replace(found, hearsay=_PROCESS.match(match[1]) is not None), (index,))


def _quoted(lines: Lines, index: int) -> tuple[int, tuple[Frame, ...]]:
    """Where the lines of the Dockerfile are quoted above, and which one."""
    if not _RULE.match(lines.get(index - 1)):
        return index, ()
    for number in range(index - 2, max(-1, index - _ABOVE), -1):
        if match := _FILE.match(lines[number]):
            return number, (Frame(match[1], int(match[2])),)
    return index, ()
