"""Errors of linters in XML: Checkstyle's form (which most of them write), PMD's, and Cppcheck's."""

from __future__ import annotations

from collections.abc import Iterator

from service.strategies.failures.diagnostics import language_of
from service.strategies.failures.documents.places import kinds, put, severity_of
from service.strategies.failures.documents.xml_text import Node
from service.strategies.failures.findings import Finding, Frame, Severity

ELEMENTS = frozenset({"error", "violation"})


def read(text: str, node: Node) -> Iterator[Finding]:
    """The error or warning of an element."""
    said = node.attributes
    if node.name == "violation":
        level = Severity.FAILURE if said.get("priority", "3") in ("1", "2") else Severity.WARNING
    else:
        level = severity_of(said.get("severity", "error"))
    if level is None:
        return
    at = node.first("location")
    place = at.attributes if at else said
    path = place.get("file") or node.around("file", "name")
    line = place.get("line") or said.get("beginline", "")
    message = said.get("message") or said.get("msg") or node.text
    rule = said.get("source") or said.get("rule") or said.get("id") or ""
    frames = (Frame(path, int(line) if line.isdigit() else 0),) if path else ()
    language = language_of(path)
    kind = kinds("Linter" if language == "Compiler" else language, level)
    yield put(Finding(kind, rule, message, level, 0, 0, frames), node.start, node.end, message, text)
