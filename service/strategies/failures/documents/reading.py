"""Where a text holds a report that is one document, and what its errors are. One place knows all the formats."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from service.strategies.failures.documents import (
    json_text,
    kubernetes,
    lint_reports,
    linters,
    sarif,
    test_reports,
    tests_json,
)
from service.strategies.failures.documents.json_text import Element
from service.strategies.failures.documents.places import Document
from service.strategies.failures.documents.xml_text import Node, Reading
from service.strategies.failures.findings import Finding
from service.strategies.failures.lines import Lines
from service.strategies.failures.records import finding_of

JsonReader = Callable[[str, Sequence[Element]], Iterator[Finding] | None]
XmlReader = Callable[[str, Node], Iterator[Finding]]

_JSON: tuple[JsonReader, ...] = (sarif.read, tests_json.read, kubernetes.read, linters.read)
_PATHS = sarif.PATHS | tests_json.PATHS | kubernetes.PATHS | linters.PATHS
_ENDS = frozenset({sarif.RUN})
_TESTS = (test_reports.ELEMENTS, test_reports.read)
_LINTED = (lint_reports.ELEMENTS, lint_reports.read)
_XML: dict[str, tuple[frozenset[str], XmlReader]] = {
    **dict.fromkeys(("testsuites", "testsuite", "testcase", "TestRun", "test-run", "assemblies", "assembly"), _TESTS),
    **dict.fromkeys(("test-results",), _TESTS),
    **dict.fromkeys(("checkstyle", "pmd", "results"), _LINTED),
}
"""By the name of the root: the elements to read, and how."""

_FIRST = "\ufeff\x1e \t"
_JSON_HERE = re.compile(rf"[{_FIRST}\r\n]{{0,80}}(?=\[\s{{0,200}}[{{\]]|\{{\s{{0,200}}\")")
_JSON_BEGIN = re.compile(rf"\n[{_FIRST}]{{0,8}}(?=\[\s{{0,200}}[{{\]]|\{{\s{{0,200}}\")")
_XML_BEGIN = re.compile(rf"<(?=\?xml\s|(?:{'|'.join(_XML)})[\s>])")
_ROOT = re.compile(
    r"(?:<\?xml[^>]{0,300}\?>)?(?:\s|<!--(?:[^-]|-(?!->)){0,2000}-->|<\?[^>]{0,300}\?>|<!DOCTYPE[^>\[]{0,300}>){0,20}"
    r"<([\w-]{1,40})[\s>/]"
)
_HINT = re.compile(
    r'"(?:\$schema|version|runs|generalDiagnostics|Issues|issues|files|results|errors|testResults|num\w{1,30}Tests?\w*'
    r'|format_version|apiVersion|kind|items|messages|comments|diagnostics|metadata)"\s{0,9}:'
)
_HEAD = 400
_MOST_FAILED = 20
"""So many times is a document begun that is none and does not end."""

_SMALL = 200_000


def documents(lines: Lines) -> list[Document]:
    """The reports in the text, in its order. What is none of them is left to those who read lines."""
    text = lines.text
    found = [*_all(text, _XML_BEGIN, _xml), *_all(text, _JSON_BEGIN, _json)]
    found.sort(key=lambda document: document.start)
    return [replace(one, findings=_on_lines(lines, one.findings)) for one in _apart(found)]


def _on_lines(lines: Lines, findings: Iterable[Finding]) -> Iterator[Finding]:
    for found in findings:
        start, end = found.span or (0, 1)
        yield replace(found, first=lines.at(start), last=lines.at(max(start, end - 1)))


def _apart(found: Sequence[Document]) -> Iterator[Document]:
    """Without those that stand within another."""
    end = 0
    for one in found:
        if one.start >= end:
            end = one.end
            yield one


def _all(text: str, begin: re.Pattern[str], read: Callable[[str, int], Document | int]) -> Iterator[Document]:
    place, failed = 0, 0
    match = _JSON_HERE.match(text) if begin is _JSON_BEGIN else None
    while failed < _MOST_FAILED and (match := match or begin.search(text, place)):
        read_here = read(text, match.end() if begin is _JSON_BEGIN else match.start())
        if isinstance(read_here, Document):
            yield read_here
            place = max(read_here.end, match.end())
        elif match.end() < read_here < len(text):
            place = read_here
        else:
            failed += read_here >= len(text)
            place = match.end()
        match = None


def _xml(text: str, start: int) -> Document | int:
    root = _ROOT.match(text, start)
    known = _XML.get(root[1]) if root else None
    if known is None:
        return start
    wanted, read = known
    reading = Reading(text, start, wanted)
    findings = tuple(found for node in reading for found in read(text, node))
    return Document(start, reading.end, findings)


def _json(text: str, start: int) -> Document | int:
    """The document, or where it ends if it is none that is known."""
    head = text[start : start + _HEAD]
    if head[0] == "{" and "\n" not in head[:3] and not _HINT.search(head):
        return start
    parts = list(json_text.elements(text, start, _PATHS, _ENDS))
    root = parts.pop()
    for read in _JSON:
        if (findings := read(text, parts)) is not None:
            return Document(start, root.end, findings)
    if head[0] == "{" and "\n" in text[start : root.end] and root.end - start < _SMALL and root.whole:
        known = finding_of(json_text.decoded(text, root))
        if known is not None:
            told = tuple(replace(found, span=(start, root.end)) for found in known)
            return Document(start, root.end, told)
    return root.end
