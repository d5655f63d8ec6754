"""Errors of languages that have a form of their own: PowerShell's records, stacks of Lua and of Dart."""

from __future__ import annotations

import re

from service.strategies.failures.findings import Finding, Found, Frame, Severity, one
from service.strategies.failures.lines import Lines

_AT = re.compile(r"At (.{1,300}?):(\d{1,7}) char:\d{1,7}$")
_CATEGORY = re.compile(r"\s{4}\+ CategoryInfo\s{1,12}: (\w{1,60}): \(.{0,300}\) \[(.{0,100})\], (\w[\w.]{0,150})")
_ID = re.compile(r"\s{4}\+ FullyQualifiedErrorId\s?: ")
_NAMED = re.compile(r"([A-Za-z][\w-]{0,100}|[A-Za-z]:\\.{1,300}?|/.{1,300}?) ?: (.*)")
_CONCISE = re.compile(r"([A-Za-z][\w-]{0,100}): (/.{1,300}|[A-Za-z]:\\.{1,300}):(\d{1,7})$")
_HEAD = re.compile(r"Line \|$")
_CODE = re.compile(r"\s{1,8}\d{1,7} \|")
_TOLD = re.compile(r"\s{1,12}\| (?!\s{0,200}~{2,})(.*)")
_MOST_ABOVE, _MOST_BELOW = 6, 12

_TRACEBACK = "stack traceback:"
_LUA = re.compile(r"(?:\S{0,60}lua\S{0,20}: |error: |\[\w{1,20}\] )?(\S{1,300}):(\d{1,7}): (.*)")
_LUA_FRAME = re.compile(r"\t(\S.{0,300}?):(?:(\d{1,7}):)? in (.{1,300})$")
_MOST_FRAMES = 40

_DART = re.compile(r"(?:.{0,100}\] )?Unhandled [Ee]xception:\s?(.*)$")
_DART_BOX = re.compile(r"[═╡╞\s]{4,20}E(?:xception|XCEPTION) (?:caught by|CAUGHT BY) (.{1,80}?) [═╞]{2,}")
_DART_FRAME = re.compile(
    r"(?:E/flutter \(\s?\d+\): )?#\d{1,4}\s{1,10}(.{1,300}?)"
    r" \(((?:package|file|dart):\S{1,300}?|\S{1,300}?\.dart):(\d{1,7})(?::\d{1,7})?\)$"
)
_DART_ANY = re.compile(r"(?:E/flutter.{0,20}: )?#\d")
_DART_RAISED = re.compile(r"The following (\w{1,100}) was thrown")
_DART_RULE = re.compile(r"═{20,}$")
_DART_MESSAGE, _DART_BLOCK = 8, 120


def record(lines: Lines, index: int) -> Found | None:
    """An error record of PowerShell: what was said, where, and of what category. All its lines are one error."""
    if lines.mentions("\nLine |") and (concise := _CONCISE.match(lines[index])):
        return _concise(lines, index, concise)
    if not lines.mentions("FullyQualifiedErrorId"):
        return None
    at = next((n for n in range(index, index + _MOST_ABOVE) if _AT.match(lines.get(n))), None)
    place = _AT.match(lines[at]) if at is not None else None
    if at is None or place is None or at == index:
        return None
    last = next((n for n in range(at, at + _MOST_BELOW) if _ID.match(lines.get(n))), None)
    if last is None:
        return None
    category = next((m for n in range(at, last) if (m := _CATEGORY.match(lines[n]))), None)
    text = " ".join(lines[n].strip() for n in range(index, at))
    named = _NAMED.match(text)
    name = category[3].rpartition(".")[2] if category else ""
    frame = Frame(place[1], int(place[2]), category[2] if category else "")
    message = named[2] if named else text
    return one(Finding("PowerShell error", name, message, Severity.ERROR, index, last, (frame,)))


def _concise(lines: Lines, index: int, said: re.Match[str]) -> Found | None:
    """What PowerShell 7 shows: the line of the script, and below a rule what is wrong with it."""
    if not _HEAD.match(lines.get(index + 1)):
        return None
    last, told = index + 1, list[str]()
    for number in range(index + 2, index + _MOST_BELOW):
        line = lines.get(number)
        message = _TOLD.match(line)
        if not line.strip() or (line.strip(" |~") and not message and not _CODE.match(line)):
            break
        told.extend([message[1].strip()] if message and message[1].strip() else [])
        last = number
    frame = Frame(said[2], int(said[3]))
    return one(Finding("PowerShell error", said[1], " ".join(told), Severity.ERROR, index, last, (frame,)))


def lua(lines: Lines, index: int) -> Found | None:
    """An error of Lua with its stack; the line may be the one above the stack, or the stack's header."""
    header = index if lines[index].strip() == _TRACEBACK else index + 1
    if lines.get(header).strip() != _TRACEBACK or not header:
        return None
    said = _LUA.match(lines[header - 1])
    frames: list[Frame] = []
    last = header
    while last - header < _MOST_FRAMES and (frame := _LUA_FRAME.match(lines.get(last + 1))):
        last += 1
        if frame[2]:
            frames.append(Frame(frame[1], int(frame[2]), frame[3]))
    if said is None or last == header:
        return None
    frames = frames or [Frame(said[1], int(said[2]))]
    return one(Finding("Lua error", "", said[3], Severity.FATAL, header - 1, last, tuple(frames)))


def dart(lines: Lines, index: int) -> Found | None:
    """An exception of Dart that nothing caught, and one that Flutter caught and drew a box around."""
    if said := _DART.match(lines[index]):
        return _dart_stack(lines, index, said[1])
    box = _DART_BOX.match(lines[index])
    if box is None:
        return None
    within = range(index + 1, min(len(lines), index + _DART_BLOCK))
    last = next((n for n in within if _DART_RULE.match(lines[n])), index)
    rows = [lines[n] for n in range(index + 1, last)]
    raised = next((n for n, row in enumerate(rows) if _DART_RAISED.match(row)), None)
    if raised is None:
        return None
    named = _DART_RAISED.match(rows[raised])
    message = next((row.strip() for row in rows[raised + 1 :] if row.strip()), "")
    name = named[1] if named else ""
    return one(Finding("Dart exception", name, message, Severity.ERROR, index, last, _dart_frames(rows)))


def _dart_stack(lines: Lines, index: int, said: str) -> Found | None:
    below = range(index + 1, index + 1 + _DART_MESSAGE)
    first = next((n for n in below if _DART_FRAME.match(lines.get(n))), None)
    if first is None:
        return None
    last = first
    while last - first < _MOST_FRAMES and _DART_ANY.match(lines.get(last + 1)):
        last += 1
    message = " ".join(filter(None, [said, *(lines[n].strip() for n in range(index + 1, first))]))
    frames = _dart_frames([lines[n] for n in range(first, last + 1)])
    name, colon, rest = message.partition(": ")
    named = colon and name.isidentifier()
    found = Finding("Dart exception", name if named else "", rest if named else message, Severity.FATAL, index, last)
    return one(Finding(found.kind, found.name, found.message, found.severity, index, last, frames))


def _dart_frames(rows: list[str]) -> tuple[Frame, ...]:
    found = [Frame(m[2], int(m[3]), m[1]) for row in rows if (m := _DART_FRAME.match(row))]
    own = [frame for frame in found if not frame.path.startswith(("dart:", "package:flutter/"))]
    return tuple(own or found)[:_MOST_FRAMES]
