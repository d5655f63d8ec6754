"""Reports of the sanitizers (Address, Leak, Memory, Thread, UndefinedBehavior) and of Valgrind, with their stacks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from service.strategies.failures.findings import Finding, Found, Frame, Severity, harmless, one
from service.strategies.failures.lines import Lines

_HEAD = re.compile(r".{0,80}?(?:==\d+==\s?)?(ERROR|WARNING): (\w+Sanitizer): (.*)")
_SUMMARY = re.compile(r".{0,80}?SUMMARY: \w+Sanitizer: ")
_LEAK = re.compile(r"((?:Direct|Indirect) leak) of (.*) allocated from:")
_FRAME = re.compile(
    r"\s{1,12}#(\d{1,4}) (?:0x[0-9a-f]+ (?:in )?)?(.{0,600}?)(?: ([^\s(][^()]{0,400}?):(\d{1,7})(?::\d{1,7})?)?"
    r"(?: \([^()]{1,400}\))*$"
)
_WHERE = re.compile(r"(.*) (?:on (?:unknown )?address .*|\(pid=\d+\)|\(0x[0-9a-f]+.*)$|(.*?): .*")
_UNDEFINED = re.compile(r"(.{0,200}?)([^\s:][^:\s]{0,300}):(\d{1,7}):(?:\d{1,7}:)? runtime error: (.*)")
_POINTER = re.compile(r"0x[0-9a-f]+: note: pointer points here|\s?(?:[0-9a-f]{2}\s{1,2}){4}|\s{1,200}\^[\s~^]*$")
_ASAN_NOISE = re.compile(r"(?:\w+Sanitizer(?:: (?:reported|CHECK)|:DEADLYSIGNAL)|==\d+==(?:ABORTING|Hint|The signal))")
_LONGEST = 600
_FOREIGN = re.compile(
    r"(?:__interceptor_|__sanitizer|__asan|__libc_start|_start\b|operator (?:new|delete)|(?:re|c)?alloc\b|malloc\b"
    r"|free\b|__tsan|__msan|pthread_create\b|start_thread\b|clone\d?\b|<null>|rust_begin|std::rt::)"
)
_RULE = re.compile(r"={15,}$")
_VALGRIND = re.compile(r"(?:--|==)(\d{1,10})(?:--|==)(?:\s(.*)|$)")
_VALGRIND_KIND = re.compile(
    r"(?:\[.{1,40}\] )?(Invalid (?:read|write|free)|Conditional jump|Use of uninitiali[sz]ed|Syscall param"
    r"|Mismatched free|Source and destination overlap|Argument '|Jump to the invalid address|Process terminating with"
    r"|Possible data race|Thread #\d+ (?:unlocked|deadlocked)|Thread #\d+: |Realloc|Illegal memory pool"
    r"|Access to address .{1,30} is not"
    r"|[\d,]+(?: \(.{1,80}\))? bytes in [\d,]+ blocks are (?:definitely|indirectly|possibly) lost)(.*)"
)
_VALGRIND_FRAME = re.compile(r"\s{2,4}(?:at|by) 0x[0-9A-Fa-f]+: (.{1,300}?) \((?:in )?(.{1,300}?)(?::(\d{1,7}))?\)$")
_LOST = re.compile(r"(definitely|indirectly|possibly) lost")
_PRELOADED = re.compile(r"/vgpreload_|vg_replace_|/valgrind/")


def report(lines: Lines, index: int) -> Found | None:
    """A report of a sanitizer, to its summary and what follows from it."""
    head = _HEAD.match(lines[index][:1000])
    if head is None:
        return None
    last = _end(lines, index)
    first = index - 1 if _RULE.search(lines.get(index - 1)) else index
    if head[2] == "LeakSanitizer" and (leaks := tuple(_leaks(lines, index, last))):
        return Found(leaks, range(first, last + 1))
    where = _WHERE.match(head[3])
    message = (where[1] or where[2]) if where else head[3]
    name, _, rest = message.partition(" ")
    severity = Severity.FATAL if head[1] == "ERROR" or head[2] == "MemorySanitizer" else Severity.ERROR
    if head[2] == "ThreadSanitizer":
        name, rest, severity = message, "", Severity.FATAL
    frames = _own(_first_stack(lines, index, last))
    message = rest or (f"in {frames[0].function}" if frames else "")
    return one(Finding(head[2], name, message, severity, first, last, frames), range(index, last + 1))


def undefined(lines: Lines, index: int) -> Found | None:
    """What UndefinedBehaviorSanitizer says on a line, with the stack below it."""
    match = _UNDEFINED.match(lines[index][:1000])
    if match is None:
        return None
    last = index
    while last - index < 8 and _POINTER.match(lines.get(last + 1)):
        last += 1
    frames = [frame for frame in _first_stack(lines, last, last + 60) if frame.function] or [
        Frame(match[2], int(match[3]))
    ]
    while _FRAME.match(lines.get(last + 1)) and last - index < 80:
        last += 1
    if _SUMMARY.match(lines.get(last + 2 if not lines.get(last + 1).strip() else last + 1)):
        last += 1 if lines.get(last + 1).strip() else 2
    message = match[4].partition(" which requires ")[0]
    return one(Finding("UndefinedBehaviorSanitizer", "", message, Severity.ERROR, index, last, _own(frames)))


def aftermath(lines: Lines, index: int) -> Found | None:
    """What sanitizers say beside their reports."""
    return harmless(index) if _SUMMARY.match(lines[index]) or _ASAN_NOISE.match(lines[index]) else None


def valgrind(lines: Lines, index: int) -> Found | None:
    """An error that Valgrind reports, with its stacks, to the next empty line; its other lines say nothing of one."""
    match = _VALGRIND.match(lines[index])
    if match is None or _HEAD.match(lines[index]):
        return None
    said = _VALGRIND_KIND.match(match[2] or "")
    if said is None:
        return harmless(index)
    rows, last = list[str](), index
    while last - index < _LONGEST and (row := _VALGRIND.match(lines.get(last + 1))) and (row[2] or "").strip():
        if row[1] != match[1] or _VALGRIND_KIND.match(row[2]):
            break
        last += 1
        rows.append(row[2])
    frames = _own(_valgrind_frames(rows))
    severity = Severity.ERROR
    if lost := _LOST.search(said[1]):
        severity = Severity.ERROR if lost[1] == "definitely" else Severity.WARNING
    elif said[1].startswith("Process terminating"):
        severity = Severity.FATAL
    message = (said[1] + said[2]).strip().partition(" in loss record")[0]
    return one(Finding("Valgrind", "", message, severity, index, last, frames))


def _end(lines: Lines, index: int) -> int:
    """The last line of a report: its summary, where one comes, and `ABORTING` beneath the map of the memory."""
    last, summed = index, False
    for number in range(index + 1, min(len(lines), index + _LONGEST)):
        line = lines[number]
        if _HEAD.match(line[:1000]) or (summed and not _belongs(line)):
            break
        if _SUMMARY.match(line):
            summed, last = True, number
        elif line.endswith("==ABORTING"):
            return number
    if summed:
        return last
    while last - index < _LONGEST and (_FRAME.match(lines.get(last + 1)) or lines.get(last + 1)[:1] in (" ", "=")):
        last += 1
    return last


def _belongs(line: str) -> bool:
    return line.startswith(("Shadow byte", "  ", "=>", "==", "HINT", "NOTE")) or not line.strip()


def _leaks(lines: Lines, index: int, last: int) -> Iterator[Finding]:
    """Each leak by itself: they have one summary."""
    starts = [number for number in range(index, last + 1) if _LEAK.match(lines[number])]
    for start in starts:
        leak = _LEAK.match(lines[start])
        end = start
        while end < last and _FRAME.match(lines[end + 1]):
            end += 1
        frames = _own(_first_stack(lines, start, end))
        if leak:
            severity = Severity.ERROR if leak[1].startswith("Direct") else Severity.WARNING
            yield Finding("LeakSanitizer", leak[1], f"{leak[1]} of {leak[2]}", severity, start, end, frames)


def _first_stack(lines: Lines, index: int, last: int) -> Iterator[Frame]:
    """The frames of the first stack between the lines."""
    number = index
    while number <= last and number < len(lines) and not _FRAME.match(lines.get(number)):
        if number - index > 12 or (number > index and _HEAD.match(lines[number][:1000])):
            return
        number += 1
    while match := _FRAME.match(lines.get(number)):
        yield Frame(match[3] or "", int(match[4] or 0), match[2].partition("(")[0].strip())
        number += 1


def _valgrind_frames(rows: Iterable[str]) -> Iterator[Frame]:
    """Those of the first stack."""
    began = False
    for row in rows:
        match = _VALGRIND_FRAME.match(row)
        if match is None and began:
            return
        began = began or match is not None
        if match and not _PRELOADED.search(match[2]):
            place = match[2] if match[3] or not match[2].startswith("/") else ""
            yield Frame(place, int(match[3] or 0), match[1].partition("(")[0])


def _own(frames: Iterable[Frame]) -> tuple[Frame, ...]:
    """Without those of the allocator and of the start of a program."""
    known = list(frames)[:60]
    own = [frame for frame in known if frame.function and not _FOREIGN.match(frame.function)]
    return tuple(replace(frame) for frame in (own or known)[:40])
