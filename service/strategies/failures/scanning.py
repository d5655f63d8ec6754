"""Reading a text for errors, in one pass: each line that may be one is shown to the recognisers in turn.

Linear in the text: a line is looked at by regular expressions only when it holds a telling word, and only in its
first characters; what a recogniser takes is not looked at again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from service.strategies.failures import (
    diagnostics,
    generic,
    golang,
    javascript_tests,
    jvm_builds,
    logs,
    python_tests,
    rust,
    stacks,
    tracebacks,
)
from service.strategies.failures.findings import Finding, Found, Severity
from service.strategies.failures.lines import Lines

Recogniser = Callable[[Lines, int], Found | None]
"""What is recognised at a line of a text; None where it is nothing of this kind."""

_TELLING = """
    err warn fail exce traceback fatal panic crit refused denied timeout time-out cannot can't unable undefined killed
    crash abort invalid unexpected missing severe emerg alert fault dumped memory terminate throw unhandled unresolved
    unreachable rejected corrupt deprecat
"""
_PHRASES = 'file "|timed out|could not|not found|no such|multiple definition|not ok|went wrong|: *** |●'
_WORDS = (*_TELLING.split(), *_PHRASES.split("|"))
_PLACE = re.compile(
    r"(?:vet: |[A-Za-z]:(?=[\\/]))?[^:\n]{1,200}:\d{1,7}:(?:\d{1,7}:)?\s|[^(\n]{1,200}\(\d{1,7},\d{1,7}\)\s?:"
)
_LETTERED = re.compile(r"[EFW]\d{4} \d\d:|[A-Z]{1,5}\d{2,5} .{0,400}$")

Table = tuple[tuple[tuple[str, ...], Recogniser], ...]
"""Recognisers, the more exact ones first, each with the words of which a line must hold one to be shown to it."""

STRICT: Table = (
    (("Traceback (most recent",), tracebacks.traceback),
    (('File "',), tracebacks.syntax_error),
    (("___",), python_tests.pytest_block),
    (("FAIL: ", "ERROR: "), python_tests.unittest_block),
    (("panicked at",), rust.panic),
    (("panic", "fatal error"), golang.panic),
    ((" error ", " warning "), diagnostics.eslint),
    (("",), rust.diagnostic),
)
"""Those that know a form that hardly anything else has."""

ALL: Table = (
    (("{",), logs.json_record),
    (("FAIL", "ERROR", " failed", " error"), python_tests.summary),
    *STRICT,
    (("... FAILED",), rust.test),
    (("●", "Summary"), javascript_tests.jest),
    (("FAIL ",), javascript_tests.vitest),
    ((" failing",), javascript_tests.mocha),
    (("not ok ",), javascript_tests.tap),
    (("FAIL ", "failed", "Failed "), javascript_tests.total),
    (("FAIL", "exit status", "# ", "too many errors", "=== ", "--- ", "_test.go:"), golang.test),
    (("<<< ", " FAILED"), jvm_builds.test),
    (("npm ",), generic.npm),
    (("[ERROR]", "[error]", "[WARNING]", "[warn]"), jvm_builds.build),
    (("What went wrong:",), jvm_builds.gradle),
    (("",), logs.record),
    (("",), stacks.stack),
    (("Warning: ",), tracebacks.warning),
    (("undefined reference", "multiple definition"), diagnostics.linker),
    ((":",), diagnostics.diagnostic),
    (("",), generic.suspicion),
)
"""Every recogniser."""


def scan(text: str, table: Table = ALL) -> Iterator[tuple[Lines, Finding]]:
    """The errors in a text, in its order; those that are only reported, and told nowhere in full, come last."""
    lines = Lines(text)
    tests: set[str] = set()
    rumours: dict[tuple[str, str], Finding] = {}
    told = False
    for finding in _findings(lines, table):
        if finding.hearsay:
            _remember(rumours, finding)
            continue
        told = told or finding.severity > Severity.WARNING
        if finding.test:
            tests.update(_with_outer(finding.test))
        yield lines, finding
    for finding in rumours.values():
        if finding.test not in tests if finding.test else not told:
            told = told or bool(finding.test)
            yield lines, finding


def _with_outer(test: str) -> Iterator[str]:
    """The test, and the tests that it is within: a test of Go's fails where one within it does."""
    yield test
    while "/" in test:
        test = test.rpartition("/")[0]
        yield test


def _remember(rumours: dict[tuple[str, str], Finding], finding: Finding) -> None:
    """Of what is said twice of one test, the longer; of what says nothing of a test, once each."""
    key = (finding.test, "" if finding.test else finding.message[:100])
    known = rumours.get(key)
    if known is None or len(known.message) < len(finding.message):
        rumours[key] = finding


def _findings(lines: Lines, table: Table) -> Iterator[Finding]:
    taken: set[int] = set()
    for index in range(len(lines)):
        if index in taken:
            taken.discard(index)
            continue
        line = lines[index]
        if not _may_tell(line):
            continue
        for words, recognise in table:
            if _holds(line, words) and (found := recognise(lines, index)):
                taken.update(number for number in found.lines if number > index)
                yield from found.findings
                break


def _may_tell(line: str) -> bool:
    if _holds(line.lower(), _WORDS):
        return True
    head = line[:8].lstrip()
    if head.startswith(("___", "{", "at ")):
        return True
    return _PLACE.match(line) is not None or _LETTERED.match(line) is not None


def _holds(line: str, words: tuple[str, ...]) -> bool:
    # A loop: this runs for every line, and a generator would cost more than what it asks.
    for word in words:  # noqa: SIM110
        if word in line:
            return True
    return False
