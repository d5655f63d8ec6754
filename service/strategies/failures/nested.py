"""The error that a text within a report tells: the stack in a field of a record, or below a failed test."""

from __future__ import annotations

import re
from dataclasses import replace

from service.strategies.failures import golang, python_tests, rust, stacks, tracebacks
from service.strategies.failures.findings import Finding, Frame, Severity
from service.strategies.failures.lines import Lines
from service.strategies.failures.quotes import places

_MOST = 100_000
_SEARCHED = 40
_RAISED = re.compile(
    r"([A-Za-z_$][\w$.]{0,100}(?:Error|Exception|Failure|Failed|Throwable|Fault|Rejection))(?: \[\w{1,60}\])?"
    r"(?:\s?:\s(.*)|\s*$)"
)
_PLACED = re.compile(r"(?:\./|\.\./){0,9}([\w@~+/\\-][^\s:]{0,300}\.\w{1,5}):(\d{1,7}):?[ \t]*(?:\n|$)")
"""Where it was, alone on the first line: Google Test's."""

_FOREIGN = re.compile(r"node_modules|node:|site-packages|/libsanitizer/|<anonymous>")
_RUNTIMES = ("System.", "Microsoft.", "Xunit.", "NUnit.", "java.base/", "jdk.internal.")
_MOST_FRAMES = 8


def error_in(text: str, severity: Severity) -> Finding | None:
    """The error with a stack that the text tells; its lines say nothing. None where there is none of a known form."""
    if "\n" not in text:
        return None
    inner = Lines(text[:_MOST])
    for number in range(min(len(inner), _SEARCHED)):
        found = tracebacks.traceback(inner, number) or stacks.stack(inner, number) or golang.panic(inner, number)
        found = found or rust.panic(inner, number)
        if found and found.findings:
            return replace(found.findings[0], severity=severity, first=0, last=0)
    return None


def failure_in(text: str, message: str, test: str) -> Finding:
    """The failed test of which the text tells, by its stack where it has one, else by its first words."""
    lines = Lines(text[:_MOST])
    block = python_tests.in_text(lines, test) if "\nE " in text or text.startswith("E ") else None
    found = block or error_in(text, Severity.FAILURE)
    if found is None:
        return _by_words(text, message, test)
    own = tuple(frame for frame in found.frames if not _is_foreign(frame))
    found = replace(found, severity=Severity.FAILURE, frames=own or found.frames, test=test)
    if block:
        return found
    kind = "Java test failure" if found.kind.startswith("Java ") else "Test failure"
    # The first line says what it was; what looks like the header of the stack may be the end of a comparison.
    name, said = _words(text, message)
    name = name or ("" if said else found.name)
    return replace(found, kind=kind, name=name, message=said or found.message)


def _is_foreign(frame: Frame) -> bool:
    """Whether it is of a runtime, or of what runs the tests."""
    return _FOREIGN.search(frame.path) is not None or (not frame.line and frame.function.startswith(_RUNTIMES))


def _words(text: str, message: str) -> tuple[str, str]:
    """The class of the error and what it says: as it is told in a line, or as the first line stands."""
    lines = [line.strip() for line in (message, *text[:4000].split("\n")[:5]) if line.strip()]
    raised = next((match for line in lines if (match := _RAISED.match(line))), None)
    first = lines[0].partition("\n")[0] if lines else ""
    if raised is None:
        return "", first
    return raised[1], raised[2] or ("" if first.startswith(raised[1]) else first)


def _by_words(text: str, message: str, test: str) -> Finding:
    placed = _PLACED.match(text.lstrip()) or _PLACED.match(message)
    if placed:
        text, message = f"{text.lstrip()[placed.end() :]}\n{placed[0]}", ""
    name, said = _words(text, message)
    said = said or test
    frames = tuple(frame for frame in places(text[:_MOST]) if not _is_foreign(frame))[:_MOST_FRAMES]
    if placed:
        frames = (Frame(placed[1], int(placed[2])), *(frame for frame in frames if frame.line != int(placed[2])))
    if not name or "assert" in name.lower():
        # What was compared tells little: failed assertions of two tests are two failures.
        first, *others = frames or (Frame(""),)
        frames = (Frame(first.path, first.line, test), *others)
    return Finding("Test failure", name, said, Severity.FAILURE, 0, 0, frames, test=test)
