"""What Ansible says of tasks that failed, on each host; the recap only counts them."""

from __future__ import annotations

import json
import re
from typing import cast

from service.strategies.failures.findings import Finding, Found, Frame, Severity, harmless, one
from service.strategies.failures.lines import Lines

_FAILED = re.compile(
    r"(?:fatal|failed): \[([^\]\n]{1,253})\](?: \(item=.{0,300}?\))?(?:: (FAILED|UNREACHABLE)!)? => ?(.*)$"
)
_TASK = re.compile(r"(?:TASK|RUNNING HANDLER) \[(.{1,300})\] \*{2,}")
_RECAP = re.compile(r"\S{1,253}\s{1,60}: ok=\d+\s+changed=\d+\s+unreachable=\d+\s+failed=\d+")
_SAID = re.compile(r"\s{2,8}(?:\"?(msg|stderr)\"?): (.*)")
_ABOVE, _BELOW = 300, 120


def failed(lines: Lines, index: int) -> Found | None:
    """A task that failed on a host: its name is the place, what the module says the message."""
    line = lines[index]
    if _RECAP.match(line):
        return harmless(index)
    match = _FAILED.match(line)
    if match is None:
        return None
    last = _last(lines, index)
    above = (m for n in range(index, max(-1, index - _ABOVE), -1) if (m := _TASK.match(lines[n])))
    task = next((m[1] for m in above), "")
    message = _message(lines, range(index, last + 1), lines.record(index)[match.start(3) :])
    ignored = lines.get(last + 1).strip() == "...ignoring"
    severity = Severity.WARNING if ignored else Severity.FAILURE
    kind = "Ansible warning" if ignored else "Ansible failure"
    name = "UNREACHABLE" if match[2] == "UNREACHABLE" else ""
    frames = (Frame("", 0, task),) if task else ()
    return one(Finding(kind, name, message or match[3], severity, index, last + ignored, frames))


def _last(lines: Lines, index: int) -> int:
    """The last line of what the module returned, where that has several: indented, or to the closing brace."""
    last = index
    while last - index < _BELOW and (line := lines.get(last + 1)).strip() and line[:1] in (" ", "}"):
        last += 1
    return last


def _message(lines: Lines, block: range, first: str) -> str:
    whole = "\n".join([first, *(lines.record(number) for number in block[1:])])
    try:
        said = cast("object", json.loads(whole))
    except (ValueError, RecursionError):
        said = None
    if isinstance(said, dict):
        fields = cast("dict[str, object]", said)
        return " ".join(str(fields[name]) for name in ("msg", "stderr") if fields.get(name))
    rows = (match for number in block[1:] if (match := _SAID.match(lines[number])))
    return " ".join(match[2].strip("'\",") for match in rows)
