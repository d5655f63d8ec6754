"""The JSON of linters and compilers: an array of records, each with a place, a rule, a message and a level.

Read by what the fields are called (ESLint, Stylelint, Ruff, Pylint, Pyright, mypy, RuboCop, Bandit, Semgrep, Code
Climate, ShellCheck, golangci-lint, Terraform, Biome and their kin), so that a tool which is not named here is read too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.strategies.failures import boxes
from service.strategies.failures.diagnostics import language_of
from service.strategies.failures.documents import json_text as j
from service.strategies.failures.documents.places import kinds, path_of, put, severity_of
from service.strategies.failures.findings import Finding, Frame, Severity

PATHS = frozenset(
    f"{name}[]" for name in ("", "generalDiagnostics", "messages", "Issues", "results", "files", "comments", "offenses")
) | {"diagnostics[]", "errors[]", "issues[]"}
_INNER = ("messages", "warnings", "offenses", "comments")
"""What a record of a file calls its own records."""

_INNER_PATHS = frozenset(f"{name}[]" for name in _INNER)
_PATH = (
    *("filePath", "file_path", "filename", "file_name", "file", "fileName", "File", "location.path", "location.file"),
    *("location.path.file", "range.filename", "Pos.Filename", "source", "uri", "path", "component"),
)
_LINE = (
    *(
        "line",
        "line_number",
        "lineNumber",
        "startLine",
        "start_line",
        "lineStart",
        "Line",
        "location.row",
        "location.line",
    ),
    *("location.start_line", "location.lines.begin", "location.positions.begin.line", "start.line", "Pos.Line"),
    *("location.start.line", "textRange.startLine"),
)
_MESSAGE = ("message", "text", "issue_text", "msg", "Text", "extra.message", "description", "summary", "title")
_RULE = (
    *("ruleId", "rule", "cop_name", "check_id", "test_id", "symbol", "check_name", "FromLinter", "code", "category"),
    *("messageId", "message-id", "rule_id", "ruleName"),
)
_LEVEL = ("severity", "level", "issue_severity", "extra.severity", "type", "Severity", "impact")
_TOOLS = (
    ("noqa_row", "Ruff"),
    ("symbol", "Pylint"),
    ("messageId", "ESLint"),
    ("cop_name", "RuboCop"),
    ("check_id", "Semgrep"),
    ("test_id", "Bandit"),
    ("FromLinter", "golangci-lint"),
    ("check_name", "Code Climate"),
)
_TIMES = ("time", "timestamp", "ts", "@timestamp", "datetime")
_ESLINT = {2: Severity.FAILURE, 1: Severity.WARNING, 0: None}


def read(text: str, parts: Sequence[j.Element]) -> Iterator[Finding] | None:
    """The errors and warnings of the records; None where no part is one."""
    records = [part for part in parts if part.path in PATHS]
    if not any(_is_known(j.decoded(text, part)) for part in records[:3]):
        return None
    return (found for part in records for found in _of_part(text, part))


def record(said: j.Object, path: str = "", tool: str = "") -> Finding | None:
    """The error or warning of one record; None where it is none."""
    if "summary" in said and ("range" in said or "detail" in said):
        return boxes.of_record(said)
    severity = _severity(said)
    if severity is None:
        return None
    place = path or path_of(_first(said, _PATH))
    frames = (Frame(place, _line(said)),) if place else ()
    name = _rule(said)
    if said.get("fatal") is True and not name:
        name = "Parsing error"
    # Some say the rule's name in the message too.
    message = _first(said, _MESSAGE).removeprefix(f"{name}: " if name else "\0")
    return Finding(kinds(tool or _tool(said, place), severity), name, message, severity, 0, 0, frames)


def is_record(said: j.Object) -> bool:
    """Whether an object by itself is what a linter says, and no entry of a log: with a line, and without a time."""
    return said.keys().isdisjoint(_TIMES) and _line(said) > 0 and _is_placed(said)


def _is_known(said: j.Object) -> bool:
    if _inner(said) is not None:
        return bool(_first(said, _PATH))
    return _is_placed(said) or ("summary" in said and "severity" in said)


def _is_placed(said: j.Object) -> bool:
    return bool(_first(said, _PATH) and _is_complaint(said))


def _is_complaint(said: j.Object) -> bool:
    return bool(_first(said, _MESSAGE)) and (any(key in said for key in ("ruleId", "fatal")) or _levelled(said))


def _levelled(said: j.Object) -> bool:
    return bool(_rule(said)) or any(j.field(said, key) is not None for key in _LEVEL)


def _of_part(text: str, part: j.Element) -> Iterator[Finding]:
    said = j.decoded(text, part)
    if (inner := _inner(said)) is None:
        if _is_known(said) and (found := record(said)):
            yield put(found, part.start, part.end, found.message, text)
        return
    path = path_of(_first(said, _PATH))
    tool = "ESLint" if inner == "messages" and path else "Stylelint" if inner == "warnings" else ""
    for one in j.elements(text, part.start, _INNER_PATHS, end=part.end):
        complaint = j.decoded(text, one) if one.path else {}
        if _is_complaint(complaint) and (found := record(complaint, path, tool)):
            yield put(found, one.start, one.end, found.message, text)


def _inner(said: j.Object) -> str | None:
    return next((name for name in _INNER if isinstance(said.get(name), list)), None)


def _severity(said: j.Object) -> Severity | None:
    if said.get("fatal") is True:
        return Severity.FATAL
    for key in _LEVEL:
        level = j.field(said, key)
        if isinstance(level, int) and not isinstance(level, bool):
            return _ESLINT.get(level, Severity.FAILURE)
        if word := j.words(level):
            return severity_of(word)
    return Severity.WARNING if _rule(said).startswith("W") else Severity.FAILURE


def _line(said: j.Object) -> int:
    for key in _LINE:
        if line := j.number(j.field(said, key)):
            return line
    start = j.field(said, "range.start")
    # Language servers count lines from 0.
    return j.number(j.field(start, "line")) + 1 if "character" in j.objects(start) else 0


def _rule(said: j.Object) -> str:
    rule = _first(said, _RULE)
    return rule or j.words(j.field(said, "code.code")) or j.words(j.field(said, "code.value"))


def _tool(said: j.Object, path: str) -> str:
    named = next((tool for key, tool in _TOOLS if key in said), "")
    language = language_of(path)
    return named or ("Linter" if language == "Compiler" else language)


def _first(said: j.Object, keys: Sequence[str]) -> str:
    for key in keys:
        value = said.get(key) if "." not in key else j.field(said, key)
        if word := j.words(value):
            return word
    return ""
