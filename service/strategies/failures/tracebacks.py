"""Python's tracebacks: chained ones, groups, syntax errors, and warnings."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from service.strategies.failures.findings import Finding, Found, Frame, Severity, one
from service.strategies.failures.levels import level_of
from service.strategies.failures.lines import Lines, Stream, is_entry, time_in

KIND = "Python exception"
HEADER = "Traceback (most recent call last):"
GROUP = "Exception Group Traceback (most recent call last):"
MOST_FRAMES = 40
_MESSAGE_LINES = 50
_FRAME = re.compile(r'\s*File "([^"]{1,1000})", line (\d+)(?:, in (.{1,300}))?')
_RAISED = re.compile(r"([A-Za-z_][\w.]{0,200})(?::\s(.*)|:?\s*$)")
_CHAINS = (
    "During handling of the above exception, another exception occurred:",
    "The above exception was the direct cause of the following exception:",
)
_ADDED = re.compile(r"[\[(][A-Z]|(?:LINE \d{1,7}|DETAIL|HINT|CONTEXT): ")
_BRANCH = re.compile(r"\s*(?:\||\+[-+]*(?: \d+ -+)?)\s?(.*)")
_SYNTAX = re.compile(r"(SyntaxError|IndentationError|TabError): (.*)")
_WARNING = re.compile(r"\s*([^\s:][^:]{0,300}|[A-Z]:[^:]{1,300}):(\d+): (\w{0,60}Warning): (.*)")


@dataclass(frozen=True, slots=True)
class Trace:
    """One exception: its class, its message, and its frames, the innermost first."""

    name: str
    message: str
    frames: tuple[Frame, ...]


def traceback(lines: Lines, index: int) -> Found | None:
    """The traceback whose header is on the line, with all that are chained to it."""
    line = lines[index]
    column = line.find(HEADER)
    if column < 0:
        return None
    if line.startswith(GROUP, max(0, column - len("Exception Group "))):
        column = len(line[: column - len("Exception Group ")].rstrip("+ "))
    stream = _stream(lines, index, column)
    traces: list[Trace] = []
    while (trace := _trace(stream)) is not None:
        traces = [*traces[-8:], *trace]
        if not _chained(stream):
            break
    return one(_finding(lines, index, line[:column], traces, stream), stream.taken) if traces else None


def syntax_error(lines: Lines, index: int) -> Found | None:
    """A syntax error as the interpreter reports it, without a traceback."""
    line = lines[index]
    frame = _FRAME.match(line)
    if frame is None or frame[3]:
        return None
    stream = Stream(lines, index, len(line) - len(line.lstrip()) - 2 if line.startswith("   ") else 0)
    stream.take()
    for _ in range(4):
        raised = _SYNTAX.match(stream.peek() or "")
        if raised:
            stream.take()
            place = Frame(frame[1], int(frame[2]))
            found = Finding(KIND, raised[1], raised[2], Severity.FATAL, index, stream.taken[-1], (place,))
            return one(found, stream.taken)
        stream.take()
    return None


def warning(lines: Lines, index: int) -> Found | None:
    """A warning as the interpreter and pytest report it, with the line of code that it names."""
    match = _WARNING.match(lines[index])
    if match is None:
        return None
    code = (i for i in range(index + 1, index + 5) if lines.get(i)[:2] == "  " and not _WARNING.match(lines[i]))
    last = next(code, index)
    place = Frame(match[1], int(match[2]))
    return one(Finding("Python warning", match[3], match[4], Severity.WARNING, index, last, (place,)))


def _stream(lines: Lines, index: int, column: int) -> Stream:
    """The lines of the traceback; where only its header has a prefix, the rest of it has none."""
    stream = Stream(lines, index, column)
    if column and not _FRAME.match(lines.get(index + 1)):
        return stream
    if column and not lines[index][:column].isspace():
        bare = Stream(lines, index)
        bare.take()
        return bare
    return stream


def _finding(lines: Lines, index: int, prefix: str, traces: list[Trace], stream: Stream) -> Finding:
    final = traces[-1]
    group = len(traces) > 1 and "Group" in traces[0].name
    if group:
        final = traces[0]
    causes = tuple(dict.fromkeys(trace.name for trace in traces if trace is not final))
    others = [trace for trace in reversed(traces) if trace is not final]
    frames = tuple(frame for trace in (final, *others) for frame in trace.frames)
    time = time_in(prefix)
    return Finding(
        KIND,
        final.name,
        final.message,
        _severity(prefix),
        index,
        max(stream.taken, default=index),
        frames[:MOST_FRAMES],
        causes,
        time[0] if time else lines.time(index) or lines.stamp(index),
    )


def _severity(prefix: str) -> Severity:
    """An exception that nothing caught ends the process; one that was logged is as bad as its level."""
    level = level_of(prefix) if prefix.strip() else None
    if level is None:
        return Severity.FATAL
    return level.severity or Severity.WARNING


def _chained(stream: Stream) -> bool:
    """Whether another traceback is chained to this one; a message of several lines may stand in between."""
    between = next((ahead for ahead in range(_MESSAGE_LINES) if stream.peek(ahead) in _CHAINS), None)
    if between is None or any(HEADER in (stream.peek(ahead) or "") for ahead in range(between)):
        return False
    # The journal has no empty lines.
    header = between + (2 if stream.peek(between + 1) == "" else 1)
    if HEADER not in (stream.peek(header) or ""):
        return False
    for _ in range(header):
        stream.take()
    return True


def _trace(stream: Stream) -> list[Trace] | None:
    header = stream.peek()
    if header is not None and GROUP in header:
        return _group(stream)
    if not stream.taken or (header is not None and header.strip() == HEADER):
        stream.take()
    frames: list[Frame] = []
    while (line := stream.peek()) is not None:
        if frame := _FRAME.match(line):
            frames.append(Frame(frame[1], int(frame[2]), frame[3] or ""))
        elif line[:1] not in (" ", "\t"):
            break
        stream.take()
    if not frames:
        return None
    raised = _RAISED.match(line) if line else None
    if raised is None:
        return [Trace("Traceback", "cut off before its exception", tuple(reversed(frames)))]
    stream.take()
    _take_message(stream)
    return [Trace(raised[1], raised[2] or "", tuple(reversed(frames)))]


def _take_message(stream: Stream) -> None:
    """The further lines of a message: indented ones, and what databases and their drivers add to theirs."""
    for _ in range(_MESSAGE_LINES):
        line = stream.peek()
        if line == "" and _ADDED.match(stream.peek(1) or ""):
            stream.take()
            continue
        if not line or not line.strip() or _FRAME.match(line):
            return
        if line[0] not in " \t" and (not _ADDED.match(line) or is_entry(line) or level_of(line)):
            return
        stream.take()


def _group(stream: Stream) -> list[Trace]:
    """The exceptions of a tree, the group itself first."""
    traces: list[Trace] = []
    frames: list[Frame] = []
    while (line := stream.peek()) is not None and (branch := _BRANCH.match(line)):
        stream.take()
        said = branch[1]
        if frame := _FRAME.match(said):
            frames.append(Frame(frame[1], int(frame[2]), frame[3] or ""))
        elif frames and (raised := _RAISED.match(said)):
            traces.append(Trace(raised[1], raised[2] or "", tuple(reversed(frames))))
            frames = []
        elif not said[:1].isspace() and HEADER not in said and (raised := _RAISED.match(said)) and raised[2]:
            traces.append(Trace(raised[1], raised[2], ()))
    return traces or [Trace("ExceptionGroup", "", tuple(reversed(frames)))]


def within(found: Found | None, index: int, severity: Severity, time: str) -> Found | None:
    """The same error as part of an entry of a log that begins earlier and says how bad it is."""
    if found is None or not found.findings:
        return found
    first, *others = found.findings
    first = replace(first, first=min(index, first.first), severity=severity, time=time or first.time)
    return Found((first, *others), [index, *found.lines])
