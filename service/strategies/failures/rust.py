"""What rustc and cargo report: errors with their places, panics, tests that failed. Ruff writes as rustc does."""

from __future__ import annotations

import re
from dataclasses import replace

from service.strategies.failures.findings import Finding, Found, Frame, Severity, harmless, one
from service.strategies.failures.lines import Lines

_HEADER = re.compile(r"(error|warning)(?:\[(E\d{1,6}|[\w:-]{1,60})\])?: (.*)|([A-Z]{1,5}\d{2,5}) (?:\[\*\] )?(\S.*)")
_ARROW = re.compile(r"\s{0,12}--> ([^\s].{0,300}?):(\d{1,7}):\d{1,7}")
_TOTAL = re.compile(
    r"error: (?:could not compile|aborting due to|test failed|\d+ targets? failed|build failed|process didn't exit)|"
    r"warning: .{0,300} generated \d+ warning|test result: FAILED|error: Recipe|warning: build failed|"
    r"For more information about |Some errors have detailed"
)
_PANIC = re.compile(
    r"thread '([^'\n]{0,200})'(?: \(\d+\))? panicked at (?:'(.*)', )?([^\s':]{1,300}):(\d{1,7})(?::\d{1,7})?:?$"
)
_TEST = re.compile(r"test ([\w:<> ]{1,300}?)(?: - [\w ]{1,40})? \.\.\. FAILED$")
_STEP = re.compile(r"\s{1,8}\d{1,4}: (.{1,300})")
_AT = re.compile(r"\s{1,30}at (.{1,300}?):(\d{1,7})(?::\d{1,7})?$")
_OWN = re.compile(r"(?:__rustc::|rust_begin_unwind|core::|std::|alloc::|<fn\(\)|<?alloc::|_?_?libc|test::)")
_BLOCK = 300
_BACKTRACE = 400


def diagnostic(lines: Lines, index: int) -> Found | None:
    """An error or a warning with the code that it is about, to the next empty line."""
    line = lines[index]
    if _TOTAL.match(line):
        if not line.startswith(("error", "test result")):
            return harmless(index)
        return one(Finding("Failed build", "", line.partition(": ")[2], Severity.FATAL, index, index, hearsay=True))
    match = _HEADER.match(line)
    arrow = next((a for i in range(1, 4) if (a := _ARROW.match(lines.get(index + i)))), None) if match else None
    if match is None or arrow is None:
        return None
    last = index
    while last + 1 < len(lines) and last - index < _BLOCK and lines[last + 1].strip():
        last += 1
    frame = Frame(arrow[1], int(arrow[2]))
    language = "Rust" if arrow[1].endswith(".rs") else "Linter"
    error = match[1] != "warning"
    kind = f"{language} {'error' if error else 'warning'}"
    broken = Severity.FATAL if language == "Rust" else Severity.FAILURE
    severity = broken if error else Severity.WARNING
    code, message = match[2] or match[4] or "", match[3] or match[5] or ""
    return one(Finding(kind, code, message, severity, index, last, (frame,)))


def panic(lines: Lines, index: int) -> Found | None:
    """A panic with its message and its backtrace."""
    line = lines[index]
    match = _PANIC.search(line)
    if match is None:
        return None
    message, last = match[2] or "", index
    if match[2] is None:
        last = index + 1 if index + 1 < len(lines) else index
        message = lines.get(index + 1)
        while lines.get(last + 1)[:1] == " " and last - index < 20:
            last += 1
    functions, last = _backtrace(lines, last)
    place = Frame(match[3], int(match[4]), functions[0].function if functions else "")
    test = match[1] if "::" in match[1] else ""
    severity = Severity.FAILURE if test else Severity.FATAL
    found = Finding("Rust panic", "panic", message, severity, index, last, (place, *functions[1:]), test=test)
    return one(found)


def test(lines: Lines, index: int) -> Found | None:
    """A test that cargo says has failed."""
    match = _TEST.match(lines[index])
    if match is None:
        return None
    found = Finding("Rust test failure", "FAILED", match[1], Severity.FAILURE, index, index, test=match[1])
    return one(replace(found, hearsay=True))


def _backtrace(lines: Lines, last: int) -> tuple[list[Frame], int]:
    """The program's own frames, the innermost first, and the last line of the backtrace."""
    frames: list[Frame] = []
    if lines.get(last + 1).startswith("note: run with"):
        return frames, last + 1
    if not lines.get(last + 1).startswith("stack backtrace:"):
        return frames, last
    last += 1
    for _ in range(_BACKTRACE):
        line = lines.get(last + 1)
        if step := _STEP.match(line):
            place = _AT.match(lines.get(last + 2))
            if not _OWN.match(step[1]):
                frames.append(Frame(place[1] if place else "", int(place[2]) if place else 0, step[1]))
        elif not _AT.match(line) and not line.startswith("note: "):
            break
        last += 1
    return frames, last
