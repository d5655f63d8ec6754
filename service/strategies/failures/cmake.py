"""What CMake says of its own files: errors and warnings with their explanation and the stack of calls."""

from __future__ import annotations

import re

from service.strategies.failures.findings import Finding, Found, Frame, Severity, one
from service.strategies.failures.lines import Lines

_HEAD = re.compile(
    r"CMake (Error|Warning|Deprecation Warning|Internal Error)(?: \((dev)\))?"
    r"(?: at (.{1,400}?):(\d{1,7}) \(([\w:.-]{1,200})\)| in (.{1,400}?))?:(?: (\S.*))?$"
)
_STACK = "Call Stack (most recent call first):"
_CALL = re.compile(r"  (\S.{0,400}?):(\d{1,7}) \(([\w:.-]{1,200})\)$")
_LONGEST = 200


def message(lines: Lines, index: int) -> Found | None:
    """A message to the end of its stack; without one, to the last of its indented lines."""
    head = _HEAD.match(lines[index])
    if head is None:
        return None
    frames = [Frame(head[3] or head[6] or "", int(head[4] or 0), head[5] or "")] if head[3] or head[6] else []
    said, last, number = [head[7] or ""], index, index + 1
    while number < len(lines) and number - index < _LONGEST:
        line = lines[number]
        if line == _STACK:
            last = _calls(lines, number, frames)
            break
        if line.strip() and line[:2] != "  ":
            break
        if line.strip():
            said.append(line.strip())
            last = number
        number += 1
    severity = Severity.FATAL if "Error" in head[1] else Severity.WARNING
    kind = "CMake error" if severity is Severity.FATAL else "CMake warning"
    text = " ".join(filter(None, said))[:400]
    # What is within quotes is what was not found: it tells errors apart.
    return one(Finding(kind, "", text.replace('"', ""), severity, index, last, tuple(frames)))


def _calls(lines: Lines, number: int, frames: list[Frame]) -> int:
    while match := _CALL.match(lines.get(number + 1)):
        frames.append(Frame(match[1], int(match[2]), match[3]))
        number += 1
    return number
