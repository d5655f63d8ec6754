"""Stack traces of Java and its kin, of JavaScript, and of .NET: a header, and lines that begin with `at`."""

from __future__ import annotations

import re
from dataclasses import replace

from service.strategies.failures.findings import Finding, Found, Frame, Severity, one
from service.strategies.failures.levels import level_of
from service.strategies.failures.lines import Lines, Stream, time_in

MOST_FRAMES = 40
_HEADER_LINES = 4
_FIELDS = 200
"""Lines of the fields that Node writes below the frames of an error, in braces."""
_NAME = 400
_AT = re.compile(r"(\s+)at (?=[\w$<.\[@/(#])[^\n]{0,600}?(?:\)|:\d{1,7}|line \d{1,7})(?: \{)?\s*$")
_PREFIXED_AT = re.compile(r"([^\n]{1,100}?[|\]:])(\s+)at (?=[\w$<])[^\n]{0,600}?(?:\)|:\d{1,7})(?: \{)?\s*$")
_PLACE = re.compile(r"(?:file://)?(.*?):(\d{1,7})(?::(\d{1,7}))?$")
_NET = re.compile(r"(.{1,300}?)\(.{0,300}?\) in (.{1,300}):line (\d{1,7})")
_MORE = re.compile(r"\s*\.\.\. \d+ (?:more|common frames|lines matching)|\s*--- End of |Emitted '\w+' event")
_BEHIND = re.compile(r"\s*(?:\[(?:cause|errors)\]: |Caused by: |Suppressed: |---> )\[?([\w$.]{1,200})?(?::?\s(.*))?")
_CLASS = re.compile(
    r"(?:Exception in thread \"[^\"\n]{0,200}\" |Uncaught |Unhandled exception\.? |Unhandled )?"
    r"((?:[A-Za-z_$][\w$]{0,100}[./])*[A-Za-z_$][\w$]{0,100})(?: \[[\w.]{1,60}\])?(?::\s(.*)|:?\s*$)"
)
_NAMED = re.compile(
    r"((?:[A-Za-z_$][\w$]{0,100}\.){0,12}(?:[A-Z][\w$]{0,100})?(?:Exception|Error|Throwable))(?::\s(.*)|$)"
)
_JAVA_FILES = (".java", ".kt", ".scala", ".groovy", ".clj")
_COLUMN = re.compile(r":\d{1,7}:\d{1,7}\)?(?: \{)?$")
_JAVA_PLACE = re.compile(r"\((?:Native Method|Unknown Source|\w{0,100}:\d{1,7}|[\w.$-]{1,100})\)$")
_CARET = re.compile(r"\s*\^+\s*$")


def stack(lines: Lines, index: int) -> Found | None:
    """The stack trace whose header is on the line, or whose header was on the line before."""
    for ahead in range(1, _HEADER_LINES):
        if _is_at(lines.get(index + ahead)):
            return _parse(lines, index, ahead)
        if ahead == 1 and not _is_named(lines[index]):
            break
    if _is_at(lines[index]) and index and lines[index - 1].strip() and not _is_at(lines[index - 1]):
        return _parse(lines, index - 1, 1)
    return None


def looks_like_frames(lines: Lines, index: int) -> bool:
    """Whether the line is a frame of a stack trace."""
    return _is_at(lines.get(index))


def frame_on(line: str) -> Frame | None:
    """The frame on the line, where it is one of a stack trace."""
    return _frame(line) if _AT.match(line) else None


def _is_named(line: str) -> bool:
    head = line[:_NAME]
    return _NAMED.search(head) is not None or _CLASS.match(head) is not None


def _is_at(line: str) -> bool:
    return " at " in line[:140] or "\tat " in line[:140] if not line[:1].isspace() else _AT.match(line) is not None


def _parse(lines: Lines, header: int, ahead: int) -> Found | None:
    at = lines[header + ahead]
    prefixed = None if _AT.match(at) else _PREFIXED_AT.match(at)
    if prefixed is None and not _AT.match(at):
        return None
    column = len(prefixed[1]) if prefixed else 0
    stream = _stream(lines, header, column)
    head = stream.take()
    message = [stream.take() for _ in range(ahead - 1)]
    frames, causes = _rest(stream)
    if not frames:
        return None
    name, said = _named(head.strip())
    found = _finding(lines, header, (name, said or " ".join(message)[:300]), frames, causes, stream)
    return one(replace(found, kind=f"{_language(at.rstrip(), frames[0].path)} exception"), stream.taken)


def _stream(lines: Lines, header: int, column: int) -> Stream:
    if column and lines[header][:column] == lines[header + 1][:column]:
        return Stream(lines, header, column)
    return Stream(lines, header, column if column and _same(lines[header], lines[header + 1], column) else 0)


def _same(one: str, other: str, column: int) -> bool:
    return [c for c in one[:column] if not c.isdigit()] == [c for c in other[:column] if not c.isdigit()]


def _rest(stream: Stream) -> tuple[list[Frame], list[str]]:
    frames: list[Frame] = []
    causes: list[str] = []
    message, fields = False, 0
    while (line := stream.peek()) is not None:
        if _AT.match(line):
            frames.append(_frame(line))
        elif behind := _BEHIND.match(line):
            causes.append(behind[1] or "")
        elif fields and line[:1] in (" ", "]", "}"):
            causes.extend(inner[1] for inner in [_NAMED.match(line.strip())] if inner)
        elif not (_MORE.match(line) or line.strip() in ("}", "]", "}]") or (message and _has_frames_below(stream))):
            break
        message = not _AT.match(line) and (message or _BEHIND.match(line) is not None)
        fields = _FIELDS if line.rstrip().endswith("{") else 0 if line[:1] == "}" else max(0, fields - 1)
        stream.take()
    return frames[:MOST_FRAMES], [cause for cause in causes if cause][:MOST_FRAMES]


def _has_frames_below(stream: Stream) -> bool:
    """Whether the line is of a message of several lines, with its frames below."""
    return any(_AT.match(stream.peek(ahead) or "") for ahead in range(1, _HEADER_LINES + 1))


def _finding(
    lines: Lines,
    header: int,
    said: tuple[str, str],
    frames: list[Frame],
    causes: list[str],
    stream: Stream,
) -> Finding:
    line = lines[header]
    level = level_of(line)
    time = time_in(line)
    return Finding(
        "",
        said[0],
        said[1],
        (level.severity or Severity.WARNING) if level else Severity.FATAL,
        _beginning(lines, header),
        stream.taken[-1],
        tuple(frames),
        tuple(dict.fromkeys(causes)),
        time[0] if time else lines.stamp(header),
    )


def _language(at: str, path: str) -> str:
    """Told by how the frame says where it is: a column is JavaScript's, a file or `Native Method` Java's."""
    if path.endswith((".cs", ".vb", ".fs")):
        return ".NET"
    if path.endswith(_JAVA_FILES):
        return "Java"
    if _COLUMN.search(at) or "<anonymous>" in at or "node:" in at:
        return "JavaScript"
    return "Java" if _JAVA_PLACE.search(at) else ".NET" if at.endswith(")") else "JavaScript"


def _beginning(lines: Lines, header: int) -> int:
    """Node quotes the line of code above the error."""
    if header >= 4 and not lines[header - 1].strip() and _CARET.match(lines[header - 2]):
        return header - 4
    return header


def _named(head: str) -> tuple[str, str]:
    match = _CLASS.match(head[:_NAME])
    if match and (match[2] is not None or match.end() == len(head)):
        return match[1], head[match.start(2) :] if match[2] else ""
    inside = _NAMED.search(head[:_NAME])
    return (inside[1], inside[2] or "") if inside else ("Error", head)


def _frame(line: str) -> Frame:
    said = line.strip().removesuffix(" {").removeprefix("at ").removeprefix("async ")
    if net := _NET.match(said):
        return Frame(net[2], int(net[3]), net[1].rpartition(".")[2])
    function, _, place = said[:-1].rpartition("(") if said.endswith(")") else ("", "", said)
    function = function.strip()
    match = _PLACE.match(place)
    # What .NET has in parentheses, where it knows no file, are the parameters.
    path, line_number = (match[1], int(match[2])) if match else ("" if " " in place else place, 0)
    if path.endswith(_JAVA_FILES):
        path = _java_path(function, path)
    return Frame(path, line_number, function.rpartition("/")[2])


def _java_path(function: str, file: str) -> str:
    packages = function.rpartition("/")[2].split(".")[:-2]
    return "/".join([*packages, file])
