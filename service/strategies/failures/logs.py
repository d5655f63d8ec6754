"""Log lines with a level: plain ones with what hangs on them, and JSON records in the common spellings."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from service.strategies.failures import beam, golang, stacks, tracebacks
from service.strategies.failures.findings import Finding, Found, Severity, harmless, one
from service.strategies.failures.journal import is_entry as is_journal
from service.strategies.failures.journal_stacks import spread
from service.strategies.failures.levels import Level, level_of, severity_of
from service.strategies.failures.lines import Lines, is_entry
from service.strategies.failures.nested import error_in
from service.strategies.failures.records import finding_of

_MORE_LINES = 200
_LEVELS = (
    *("level", "severity", "lvl", "levelname", "log.level", "loglevel", "severity_text", "@level", "log_level"),
    *("PRIORITY", "priority"),
)
_MESSAGES = ("msg", "message", "event", "@message", "text", "log", "error_message", "MESSAGE")
_ERRORS = ("error", "err", "exception", "exc", "exc_info", "error.message", "thrown", "cause")
_STACKS = (
    *("stack", "stack_trace", "stacktrace", "stackTrace", "traceback", "error.stack_trace", "error.stack"),
    *("exc_text", "exc_info", "exception"),
)
_TIMES = ("time", "ts", "timestamp", "@timestamp", "datetime", "date", "asctime", "@t")
_NAMES = ("type", "name", "class", "error.type", "kind", "code", "exception_class")
_INNER = ("message", "msg", "error", "value", "detail", "description")
_PAIR = re.compile(r'\b(msg|message|err|error)=(?:"((?:[^"\\]|\\.){1,1000})"|([^\s"]{1,1000}))')
_RAISED = re.compile(
    r"((?:[A-Za-z_$][\w$]{0,100}[.:]{1,2}){0,8}[A-Z][\w$]{0,100}(?:Error|Exception|Warning|Fault)): (.*)"
)


def record(lines: Lines, index: int) -> Found | None:
    """The entry of a log that begins on the line; a harmless one is recognised too."""
    line = lines[index]
    level = level_of(line)
    if level is None:
        return None
    if level.severity is None:
        return harmless(index)
    time = lines.time(index)
    if nested := _nested(lines, index, level, time):
        return nested
    last = index
    while last + 1 < len(lines) and last - index < _MORE_LINES and _continues(lines[last + 1]):
        last += 1
    message = _fields(line) or line[level.end :].lstrip(" \t]:|>)-\"',")
    return one(Finding(f"log {level.name}", level.name, message, level.severity, index, last, time=time))


def json_record(lines: Lines, index: int) -> Found | None:
    """A JSON object on a line of its own; None where it is not one with a level or an error."""
    line = lines[index]
    column = line.find("{")
    if column < 0 or (line[:column].strip(" \t\x1e") not in ("", "data:") and "|" not in line[:column]):
        return None
    whole = lines.record(index)
    said = _parsed(whole[whole.find("{") :])
    if not said:
        return None
    if is_journal(said) and (found := spread(lines, index, said)):
        return found
    if (known := finding_of(said)) is not None:
        return Found(tuple(replace(found, first=index, last=index, span=None) for found in known), (index,))
    return _of_record(said, index)


def _nested(lines: Lines, index: int, level: Level, time: str) -> Found | None:
    """The trace below the line, or the one whose header the line itself is."""
    severity = level.severity or Severity.WARNING
    if stacks.looks_like_frames(lines, index + 1):
        return tracebacks.within(stacks.stack(lines, index), index, severity, time)
    # Some loggers leave a line empty above the trace.
    start = index + 1 if lines.get(index + 1).strip() else index + 2
    below = lines.get(start)
    if not below.strip() or is_entry(below):
        return None
    found = tracebacks.traceback(lines, start) or (
        None
        if level_of(below)
        else stacks.stack(lines, start) or golang.panic(lines, start) or beam.exception(lines, start)
    )
    return tracebacks.within(found, index, severity, time)


def _fields(line: str) -> str:
    """The message of a line of `key=value` pairs, and the error where it has one too."""
    said = {match[1]: match[2] or match[3] for match in _PAIR.finditer(line)}
    parts = [said[key] for key in ("msg", "message", "err", "error") if said.get(key)]
    return ": ".join(parts) if "msg" in said or "message" in said else ""


def _continues(line: str) -> bool:
    return line[:1] in (" ", "\t") and bool(line.strip())


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return cast(dict[str, Any], said) if isinstance(said, dict) else None


def _of_record(said: dict[str, Any], index: int) -> Found | None:
    level = _level(said)
    error = _first(said, _ERRORS)
    stack = _text(_first(said, _STACKS))
    if level is None and not error and "\n" not in stack:
        return None
    name, severity = level or ("ERROR", Severity.ERROR)
    if severity is None:
        return harmless(index)
    time = _text(_first(said, _TIMES))
    found = error_in(stack or _stack_of(error), severity) or _from_fields(said, error, name, severity, index)
    return one(replace(found, first=index, last=index, time=time))


def _level(said: Mapping[str, Any]) -> tuple[str, Severity | None] | None:
    for key in _LEVELS:
        if (value := _field(said, key)) is not None:
            return severity_of(value, syslog=key.lower() == "priority")
    return None


def _from_fields(said: Mapping[str, Any], error: object, name: str, severity: Severity, index: int) -> Finding:
    message = _text(_first(said, _MESSAGES))
    kind = ""
    if isinstance(error, dict):
        fields = cast(dict[str, Any], error)
        kind, inner = _text(_first(fields, _NAMES)), _text(_first(fields, _INNER))
    else:
        kind, inner = _text(_first(said, ["error.type", "err.type", "exception_class"])), _text(error)
    if match := _RAISED.match(inner):
        kind, inner = kind or match[1], match[2]
    whole = f"{message}: {inner}" if message and inner and inner not in message else message or inner
    return Finding(f"log {name}", kind or name, whole, severity, index, index)


def _stack_of(error: object) -> str:
    return _text(_first(cast(dict[str, Any], error), _STACKS) if isinstance(error, dict) else error)


def _first(said: Mapping[str, Any], keys: Sequence[str]) -> object:
    return next((value for key in keys if (value := _field(said, key)) not in (None, "", False, True)), None)


def _field(said: Mapping[str, Any], key: str) -> object:
    """A field by its name; one with a dot in it may be nested."""
    if key in said:
        return said[key]
    outer, dot, inner = key.partition(".")
    nested = said.get(outer) if dot else None
    return cast(dict[str, Any], nested).get(inner) if isinstance(nested, dict) else None


def _text(value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, list):
        return "\n".join(item for item in cast(list[object], value) if isinstance(item, str))
    return ""
