"""Reading a text for errors, in one pass: each line that may be one is shown to the recognisers in turn.

Linear in the text: a line is looked at by regular expressions only when it holds a telling word, and only in its
first characters; what a recogniser takes is not looked at again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from heapq import merge

from service.strategies.failures import (
    ansible,
    beam,
    boxes,
    cmake,
    diagnostics,
    docker,
    dotnet,
    events,
    generic,
    golang,
    javascript_tests,
    journal,
    jvm_builds,
    kubernetes_yaml,
    logs,
    php,
    placed_apart,
    playwright,
    python_tests,
    ruby_tests,
    rust,
    sanitizers,
    scripts,
    stacks,
    swift_tests,
    tracebacks,
)
from service.strategies.failures.documents.reading import documents
from service.strategies.failures.findings import Finding, Found, Severity
from service.strategies.failures.lines import Lines
from service.strategies.failures.prefixes import strands

Recogniser = Callable[[Lines, int], Found | None]
"""What is recognised at a line of a text; None where it is nothing of this kind."""

_TELLING = """
    err warn fail exce traceback fatal panic crit refused denied timeout time-out cannot can't unable undefined killed
    crash abort invalid unexpected missing severe emerg alert fault dumped memory terminate throw unhandled unresolved
    unreachable rejected corrupt deprecat
"""
_PHRASES = 'file "|timed out|could not|not found|no such|multiple definition|not ok|went wrong|: *** |●|╰──'
_WORDS = (*_TELLING.split(), *_PHRASES.split("|"))
_HEADS = ("___", "{", "at ", "==", "** (", "e: ", "w: ", "=SUPER", "✘ ")
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

TOOLS: Table = (
    (("** (", "== Compilation error"), beam.exception),
    ((") ", " failure", " test"), beam.test),
    ((") ", "assertions, ", " failure", "rspec ", "Failed examples"), ruby_tests.test),
    (("error: ", "warning: "), beam.message),
    (('",',), placed_apart.quoted),
    (("Error: ", "Warning: "), placed_apart.fortran),
    (("ERROR in ", "WARNING in "), placed_apart.webpack),
    (("PHP ", "Fatal error: ", "Parse error: ", "exception '", "Warning: ", "Notice: ", "Deprecated: "), php.error),
    ((") ", "There w", "S!", "Tests: ", "--"), php.test),
    (("] › ", "] > ", " failed", " flaky"), playwright.test),
    ((" : ", ": /", ":\\"), scripts.record),
    ((".lua:", "stack traceback:"), scripts.lua),
    (("xception",), scripts.dart),
    (("fatal: [", "failed: [", " : ok="), ansible.failed),
    ((" REPORT====", "crasher:"), beam.report),
    (("exception ", "*failed*", "do_boot"), beam.uncaught),
    (("╰── ",), beam.rebar),
    (("Failed", "[FAIL]", "X ", "Error(s)", "error(s)", "Test summary"), dotnet.test),
    ((".swift:", "Test ", "Executed "), swift_tests.test),
    (("e: ", "w: "), jvm_builds.kotlin),
    (("Sanitizer: ",), sanitizers.report),
    (("runtime error: ",), sanitizers.undefined),
    (("Sanitizer",), sanitizers.aftermath),
    (("==", "--"), sanitizers.valgrind),
    (("CMake ",), cmake.message),
    (("failed to ", "did not complete successfully", "executor failed"), docker.failed),
    (("Error: ", "Warning: "), boxes.terraform),
    (("Warning ", "Normal "), events.row),
    (("type: ", "message: ", "reason: ", "Type: ", "Message: ", "Reason: "), kubernetes_yaml.event),
    (("Reason:",), events.state),
    (("reason: ", "message: "), kubernetes_yaml.state),
    (("MESSAGE=", "PRIORITY=", "__CURSOR="), journal.exported),
)
"""Those of one tool each, most of which are in no text."""


def _of_a_tool(lines: Lines, index: int) -> Found | None:
    return _recognised(lines, index, lines[index], TOOLS)


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
    (tuple(dict.fromkeys(word for words, _ in TOOLS for word in words)), _of_a_tool),
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
    for finding in _all_findings(lines, table):
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


def _all_findings(lines: Lines, table: Table) -> Iterator[Finding]:
    """Those of reports that are one document first of all: their lines are not looked at. Then those of the lines."""
    reports = documents(lines) if table is ALL else []
    taken = [range(lines.at(report.start), lines.at(max(report.start, report.end - 1)) + 1) for report in reports]
    of_lines = [_of_strand(strand, table, taken) for strand in strands(lines)]
    if not reports and len(of_lines) == 1:
        return of_lines[0]
    of_reports = (finding for report in reports for finding in report.findings)
    return merge(of_reports, *of_lines, key=lambda finding: finding.first)


def _of_strand(strand: Lines, table: Table, reports: Sequence[range]) -> Iterator[Finding]:
    found = _findings(strand, table, reports)
    if type(strand) is Lines:
        yield from found
        return
    for finding in found:
        first, last = strand.number(finding.first), strand.number(finding.last)
        yield replace(finding, first=first, last=last)


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


def _findings(lines: Lines, table: Table, reports: Sequence[range]) -> Iterator[Finding]:
    taken: set[int] = set()
    for index in _outside(lines, reports) if reports else range(len(lines)):
        if index in taken:
            taken.discard(index)
            continue
        line = lines[index]
        if _may_tell(line) and (found := _recognised(lines, index, line, table)):
            taken.update(number for number in found.lines if number > index)
            yield from found.findings


def _outside(lines: Lines, reports: Sequence[range]) -> Iterator[int]:
    """The lines that are in none of the reports, which stand in order."""
    place = 0
    for index in range(len(lines)):
        number = lines.number(index)
        while place < len(reports) and reports[place].stop <= number:
            place += 1
        if place == len(reports) or number < reports[place].start:
            yield index


def _recognised(lines: Lines, index: int, line: str, table: Table) -> Found | None:
    for words, recognise in table:
        # Two loops: a call for each row would cost more than what it asks.
        for word in words:
            if word in line:
                break
        else:
            continue
        if found := recognise(lines, index):
            return found
    return None


def _may_tell(line: str) -> bool:
    low = line.lower()
    # A loop: this runs for every line, and a generator would cost more than what it asks.
    for word in _WORDS:
        if word in low:
            return True
    head = line[:8].lstrip()
    if head.startswith(_HEADS) or (") " in head and head[0].isdigit()):
        return True
    return _PLACE.match(line) is not None or _LETTERED.match(line) is not None
