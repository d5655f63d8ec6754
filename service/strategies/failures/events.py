"""Events of Kubernetes: tables of `kubectl get events` and `describe`, and containers that do not run."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from service.strategies.failures.findings import Finding, Found, Frame, Severity, harmless, one
from service.strategies.failures.lines import Lines

_AGE = r"(?:\d+[smhdy]){1,3}|<unknown>|<invalid>"
_ROW = re.compile(
    rf"\s{{0,4}}(?:[\w.-]{{1,253}}\s{{2,}})?(?:(?:{_AGE})(?:\s\(.{{1,40}}?\))?\s{{2,}})(Normal|Warning)\s{{1,40}}"
    r"([A-Z]\w{1,80})\s{1,40}(\S{1,300})\s{1,80}(\S.*)"
)
_DESCRIBED = re.compile(
    rf"\s{{1,8}}(Normal|Warning)\s{{1,40}}([A-Z]\w{{1,80}})\s{{1,40}}"
    rf"((?:{_AGE})(?: \(x(\d{{1,7}}) over [^)]{{1,20}}\))?)\s{{1,40}}(\S.{{0,80}}?)\s{{2,80}}(\S.*)"
)
_TIMES = re.compile(r"\(x(\d{1,7}) over ")
_COMBINED = re.compile(r"\(combined from similar events\): ")
_BAD = re.compile(r"Fail|BackOff|Err|OOM|Kill|Evict|Unhealthy|Invalid|NotFound|Crash|Exceed|Missing|Denied|NotReady")
_REASON = re.compile(r"(\s{2,20})Reason:\s{1,20}([A-Z]\w{1,60})$")
_FIELD = re.compile(r"\s{2,24}(\w[\w ]{0,30}):\s{1,20}(\S.*)")
_BROKEN = re.compile(
    r"OOMKilled|Error$|CrashLoopBackOff|ImagePullBackOff|ErrImage\w+|ContainerCannotRun|DeadlineExceeded|Evicted"
    r"|CreateContainer\w*Error|RunContainerError|InvalidImageName|StartError"
)
_NAME = re.compile(r"Name:\s{1,20}(\S{1,253})$")
_CONTAINER = re.compile(r"\s{2}([\w.-]{1,63}):$")
_ABOVE, _BELOW = 400, 8
_SHORT = 8
"""A name up to this length may be a word."""

_RANDOM = re.compile(r"-[a-z0-9]{5,10}(?:-[a-z0-9]{5})?$|-\d{1,5}$")


@dataclass(frozen=True, slots=True)
class Event:
    """What an event says; `about` is the object that it is about, as `pod/web-1`."""

    type: str
    reason: str
    about: str
    message: str


def finding(event: Event, index: int, *, times: int = 1, time: str = "") -> Finding | None:
    """The event as a finding on a line; None where it is a normal one."""
    if event.type.lower() != "warning" and not _BAD.match(event.reason):
        return None
    severity = Severity.ERROR if _BAD.search(event.reason) else Severity.WARNING
    name, owner = event.about.rpartition("/")[2], _RANDOM.sub("", event.about)
    message = _COMBINED.sub("", event.message)
    # The pods of one owner have the same trouble.
    message = message.replace(name, owner.rpartition("/")[2]) if len(name) > _SHORT else message
    frames = (Frame("", 0, owner),) if owner else ()
    found = Finding("Kubernetes event", event.reason, message, severity, index, index, frames)
    return replace(found, times=times, time=time)


def container_state(reason: str, message: str, code: str, container: str) -> Finding | None:
    """A container that waits or ended for a bad reason; None where the reason is a good one."""
    if not _BROKEN.match(reason):
        return None
    said = message or (f"exit code {code}" if code and code != "0" else "")
    severity = Severity.FATAL if reason in ("OOMKilled", "Error", "CrashLoopBackOff") else Severity.ERROR
    pod, _, name = container.partition(" ")
    about = f"{_RANDOM.sub('', pod)} {name}".strip()
    message = f"{name}: {said}" if said else name
    return Finding("Kubernetes container", reason, message, severity, 0, 0, (Frame("", 0, about),))


def row(lines: Lines, index: int) -> Found | None:
    """A row of a table of events, a normal one too."""
    line = lines[index]
    if match := _DESCRIBED.match(line):
        times = int(match[4] or 1)
        found = finding(Event(match[1], match[2], _described(lines, index), match[6]), index, times=times)
        return one(found) if found else harmless(index)
    if match := _ROW.match(line):
        counted = _TIMES.search(line, 0, match.start(1))
        found = finding(Event(match[1], match[2], match[3], match[4]), index, times=int(counted[1]) if counted else 1)
        return one(found) if found else harmless(index)
    return None


def state(lines: Lines, index: int) -> Found | None:
    """The reason for which a container waits, or ended, as `describe` has it."""
    match = _REASON.match(lines[index])
    if match is None or not _BROKEN.match(match[2]):
        return None
    fields: dict[str, str] = {}
    last = index
    while last - index < _BELOW and (field := _FIELD.match(lines.get(last + 1))):
        if len(lines[last + 1]) - len(lines[last + 1].lstrip()) < len(match[1]):
            break
        fields[field[1]] = field[2]
        last += 1
    name = next((m[1] for i in range(index, max(-1, index - 40), -1) if (m := _CONTAINER.match(lines[i]))), "")
    container = f"{_described(lines, index)} {name}"
    found = container_state(match[2], fields.get("Message", ""), fields.get("Exit Code", ""), container)
    return one(replace(found, first=index - 1 if index else 0, last=last), range(index, last + 1)) if found else None


def _described(lines: Lines, index: int) -> str:
    """The object whose description the line is in."""
    for number in range(index, max(-1, index - _ABOVE), -1):
        if match := _NAME.match(lines[number]):
            return match[1]
    return ""
