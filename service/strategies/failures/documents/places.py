"""Findings of documents: made of what a report says in fields, and put on the characters that say it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import unquote

from service.strategies.failures.findings import Finding, Severity

MOST_TOLD = 3000
"""Characters of what an error says, as they are shown decoded."""

_FATAL = "fatal blocker critical crash panic emergency"
_FAILURE = "error err failure failed fail high major serious severe"
_WARNING = "warning warn medium moderate minor low style convention refactor"
_NOTHING = "note info information informational hint help none ignore ignored off unknown"
_LEVELS: dict[str, Severity | None] = {
    **dict.fromkeys(_FATAL.split(), Severity.FATAL),
    **dict.fromkeys(_FAILURE.split(), Severity.FAILURE),
    **dict.fromkeys(_WARNING.split(), Severity.WARNING),
    **dict.fromkeys(_NOTHING.split(), None),
}
_DRIVE = re.compile(r"/(?=[A-Za-z]:[/\\])")


@dataclass(frozen=True, slots=True)
class Document:
    """A report: its characters, and its errors in their order, to be read once. Its lines are not looked at."""

    start: int
    end: int
    findings: Iterable[Finding]


def put(found: Finding, start: int, end: int, told: str = "", text: str = "") -> Finding:
    """The finding on these characters. What it says is told where the text there does not say it in the same way."""
    said = told.strip()
    if said and text.find(said, start, end) >= 0:
        said = ""
    short = said if len(said) <= MOST_TOLD else f"{said[: MOST_TOLD - 1]}…"
    return replace(found, span=(start, end), told=short)


def severity_of(level: str, default: Severity | None = Severity.FAILURE) -> Severity | None:
    """What the word of a linter or an analyser means; None: it is no error, not even a warning."""
    return _LEVELS.get(level.lower(), default)


def path_of(uri: str) -> str:
    """The path that a URI, or a percent-encoded path, means."""
    scheme, _, rest = uri.partition("://")
    if not rest:
        return unquote(uri.removeprefix("file:")) if "%" in uri or uri.startswith("file:") else uri
    if scheme.lower() != "file":
        return unquote(rest.partition("/")[2]) or uri
    return unquote(_DRIVE.sub("", "/" + rest.partition("/")[2], count=1))


def kinds(tool: str, severity: Severity) -> str:
    """What errors, or warnings, of the tool are called."""
    return f"{tool} {'warning' if severity is Severity.WARNING else 'error'}"
