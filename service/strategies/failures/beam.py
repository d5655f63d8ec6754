"""What Elixir and Erlang report: exceptions, what their compilers say, tests of ExUnit and EUnit, crashes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from service.strategies.failures.findings import Finding, Found, Frame, Severity, harmless, one
from service.strategies.failures.levels import level_of
from service.strategies.failures.lines import Lines, is_entry

_RAISED = re.compile(r"(\s{0,20})\*\* \(([A-Z]\w*(?:\.\w+)*|exit|stop|throw|EXIT[^)]{0,60}|Mix)\) ?(.*)")
_FRAME = re.compile(
    r"\s{2,20}(?:\(([\w.-]{1,60}) [\w.+-]{1,40}\) )?"
    r"([\w@./-]{1,300}\.(?:exs?|erl|eex|heex|leex)):(\d{1,7}): (.{1,300})$"
)
_NATIVE = re.compile(r"\s{2,20}(?:\([\w.-]{1,60} [\w.+-]{1,40}\) )?[:\w.]{1,100}\.[\w!?]{1,60}(?:\(|/\d)")
_LIBRARY = ("elixir", "stdlib", "kernel", "ex_unit", "mix", "logger", "iex", "eex")
_COMPILED = re.compile(r"== Compilation error in file (\S{1,300}) ==$")
_PLACE = re.compile(r"([\w@./-]{1,300}\.(?:exs?|erl|hrl|eex|heex)):(\d{1,7})(?::\d{1,7})?:? ?(.*)")
_SAID = re.compile(r"(\s{0,6})(error|warning): (\S.*)")
_ARROW = re.compile(r"\s{1,12}└─ ([\w@./-]{1,300}):(\d{1,7})(?::\d{1,7})?(?:: (.{1,200}))?$")
_BELOW = re.compile(r"  ([\w@./-]{1,300}\.(?:exs?|eex|heex)):(\d{1,7})(?::\d{1,7})?(?:: (.{1,200}))?$")
_GENERATED = re.compile(r"(?:Last message|State|Client|Function:|    Args:|Process label|Extra info)\b")
_TEST = re.compile(r"  \d{1,5}\) (\S.{0,300}?) \(([\w.]{1,200})\)$")
_TOTAL = re.compile(
    r"(?:\d+ \w+, )*\d+ tests?, (\d+) failures?\b|Failed: \d+\.  Skipped|  \d+ tests? (?:passed|failed)"
)
_REPORT = re.compile(r"=(CRASH|ERROR|SUPERVISOR) REPORT==== (.{1,60}) ===$|.{0,60}\b(crasher):$")
_REASON = re.compile(r"\s{4,12}exception (error|exit|throw): (.*)|\s{2,12}[Rr]eason(?:: |,|\s{2,20})(.*)")
_VALUE = re.compile(r"(?:Error in process .{1,200} with exit value:|.*exit value:)$")
_CALL = re.compile(r"in (?:function|call from)\s{1,4}([\w@':]{1,200}/\d{1,3}) \(([\w@./-]{1,300}), line (\d{1,7})\)")
_TUPLE = re.compile(
    r"\{'?([\w.@]{1,200})'?,\s{0,40}'?([^,'{}]{1,200})'?,\s{0,40}[^,{}]{1,20},\s{0,40}\[\{file,\s?\"([^\"]{1,300})\"\},"
    r"\s{0,40}\{line,(\d{1,7})\}"
)
_ATOM = re.compile(r"\W{1,4}([a-z_]\w{1,60})\b")
_BOOT = re.compile(r".{0,3}init terminating in do_boot")
_SHELL = re.compile(r"(?:\*\* |escript: )exception (error|exit|throw): (.*)")
_EUNIT = re.compile(
    r"(.{0,100}?)(\w{1,100}): (\w{1,100})(?: \(.{0,200}\))?\s?\.\.\.(?:\[.{1,20}\] )?\*(?:failed|skipped)\*$"
)
_STRUCT = re.compile(r"'__struct__' => 'Elixir\.([\w.]{1,100})'")
_TEXT = re.compile(r"message\s=>\s?<<\"([^\"]{0,300})\"")
_OTP = re.compile(r"(?:lists|maps|proplists|erl_eval|init|proc_lib|gen|gen_\w+|supervisor|ets|io|timer|eunit\w*)\.erl$")
_LONGEST = 150


def exception(lines: Lines, index: int) -> Found | None:
    """An exception of Elixir's, with the line above that says who had it, and the stack below."""
    raised = _RAISED.match(lines[index])
    if raised is None:
        below = exception(lines, index + 1) if _COMPILED.match(lines[index]) and index + 1 < len(lines) else None
        return Found(below.findings, [index, *below.lines]) if below else None
    last, said, frames = _below(lines, index, len(raised[1]))
    above = lines.get(index - 1)
    level = level_of(above) if is_entry(above) and not raised[1] else None
    level = level if level and level.severity else None
    compiled = next((n for n in (index - 1, index - 2) if _COMPILED.match(lines.get(n))), None)
    if level:
        last = _generated(lines, last)
    first = index - 1 if level else index if compiled is None else compiled
    message = " ".join([raised[3], *said])[:400].strip()
    found = Finding("Elixir exception", raised[2].partition(" from ")[0], message, Severity.FATAL, first, last)
    if compiled is not None or raised[2].endswith(("CompileError", "SyntaxError", "TokenMissingError")):
        return one(_of_compiler(found, lines, compiled), range(index, last + 1))
    severity = (level.severity or Severity.WARNING) if level else Severity.FATAL
    time = lines.time(index - 1) if level else ""
    return one(replace(found, severity=severity, frames=frames, time=time), range(index, last + 1))


def message(lines: Lines, index: int) -> Found | None:
    """What the compiler says, with the place below: in one line, or under the code that it quotes."""
    said = _SAID.match(lines[index])
    if said is None:
        return None
    for number in range(index + 1, min(len(lines), index + 12)):
        line = lines[number]
        place = _ARROW.match(line) or (_BELOW.match(line) if not said[1] else None)
        if place:
            error = said[2] == "error"
            severity = Severity.FATAL if error else Severity.WARNING
            frame = Frame(place[1], int(place[2]))
            kind = f"Elixir {said[2]}"
            return one(Finding(kind, "", said[3].replace('"', ""), severity, index, number, (frame,)))
        if not line.strip() or _SAID.match(line):
            return None
    return None


def test(lines: Lines, index: int) -> Found | None:
    """A failed test of ExUnit, to where the next begins; the counts of all."""
    if total := _TOTAL.match(lines[index]):
        if total[1] in (None, "0"):
            return harmless(index)
        return one(Finding("Failed tests", "", lines[index], Severity.FAILURE, index, index, hearsay=True))
    title = _TEST.match(lines[index])
    place = _PLACE.match(lines.get(index + 1).strip()) if title else None
    if title is None or place is None:
        return None
    last = index + 1
    for number in range(index + 2, min(len(lines), index + _LONGEST)):
        if lines[number].strip() and lines[number][:5].strip():
            break
        last = number if lines[number].strip() else last
    rows = [lines[number] for number in range(index + 2, last + 1)]
    # That a process exited says less than why.
    every = [match for row in rows if (match := _RAISED.match(row))]
    raised = next((match for match in every if not match[2].startswith("EXIT")), every[0] if every else None)
    frames = tuple(_frames(rows)) or (Frame(place[1], int(place[2])),)
    name = title[1]
    if not raised:
        frames = (replace(frames[0], function=f"{title[2]} {name}"), *frames[1:])
    told = raised[3] if raised else " ".join(row.strip() for row in rows[:4])
    found = Finding("ExUnit failure", raised[2] if raised else "", told, Severity.FAILURE, index, last, frames)
    return one(replace(found, test=f"{title[2]}: {name}"))


def report(lines: Lines, index: int) -> Found | None:
    """A report of the runtime's logger: a crash, an error in a process, what a supervisor saw."""
    head = _REPORT.match(lines[index])
    if head is None:
        return None
    last = index
    while last + 1 < len(lines) and last - index < _LONGEST:
        line = lines[last + 1]
        if not line.strip() or line.startswith("=") or (is_entry(line) and not line.startswith("{")):
            break
        last += 1
    rows = [lines[number] for number in range(index + 1, last + 1)]
    name, said = _reason(rows)
    frames = tuple(_erlang_frames("\n".join(rows)))
    kind = f"Erlang {(head[1] or 'crash').lower()} report"
    return one(Finding(kind, name, said, Severity.ERROR, index, last, frames, time=(head[2] or "").strip()))


def uncaught(lines: Lines, index: int) -> Found | None:
    """What ended the runtime, a script, or a line of the shell; a failed test of EUnit."""
    line = lines[index]
    if _BOOT.match(line):
        atom = _ATOM.search(line, line.index("do_boot") + 7)
        frames = tuple(_erlang_frames(lines.whole(index, 20_000)))
        name, said = atom[1] if atom else "init terminating", line[line.index("do_boot") + 7 :].strip('", ')[:200]
        found = Finding("Erlang exception", name, said, Severity.FATAL, index, index, frames)
        return one(replace(found, hearsay=not frames))
    unit, shell = _EUNIT.match(line), _SHELL.match(line)
    if not unit and not shell:
        return None
    last = index
    while last - index < _LONGEST and lines.get(last + 1).startswith((" ", "in ", "**")):
        last += 1
    rows = [lines[number] for number in range(index + 1, last + 1)]
    frames = tuple(_erlang_frames("\n".join(rows)))
    if shell:
        return one(Finding("Erlang exception", shell[1], shell[2], Severity.FATAL, index, last, frames))
    said = next((row[2:] for row in rows if row.startswith("**")), "")
    test = f"{unit[2]}:{unit[3]}" if unit else ""
    return one(Finding("EUnit failure", "", said or test, Severity.FAILURE, index, last, frames, test=test))


def rebar(lines: Lines, index: int) -> Found | None:
    """What rebar3 says below the code that it quotes in a frame."""
    _, arrow, said = lines[index].partition("╰── ")
    if not arrow:
        return None
    path, line, first = "", 0, index
    for number in range(index, max(-1, index - 12), -1):
        row = lines[number].strip()
        if not line and row.partition(" ")[0].isdigit() and "│" in row:
            line = int(row.partition(" ")[0])
        if row.startswith("┌─ "):
            path, first = row[3:].strip().rstrip(":"), number
            break
    if not path:
        return None
    warning = said.startswith("Warning: ")
    severity = Severity.WARNING if warning else Severity.FATAL
    kind = "Erlang warning" if warning else "Erlang error"
    return one(Finding(kind, "", said.removeprefix("Warning: "), severity, first, index, (Frame(path, line),)))


def _below(lines: Lines, index: int, indent: int) -> tuple[int, list[str], tuple[Frame, ...]]:
    """The last line of an exception, the further lines of its message, and its frames, the program's own first."""
    said, rows, last = list[str](), list[str](), index
    while last - index < _LONGEST:
        line = lines.get(last + 1)
        if not line.strip() or line[: indent + 1].strip():
            break
        if _FRAME.match(line) or _NATIVE.match(line):
            rows.append(line)
        elif rows:
            break
        else:
            said.append(line.strip())
        last += 1
    return last, said, tuple(_frames(rows))


def _generated(lines: Lines, last: int) -> int:
    """The last line of what a server says of itself below its stack."""
    number = last
    while number - last < _LONGEST and (_GENERATED.match(line := lines.get(number + 1)) or line[:4] == "    "):
        number += 1
    return number


def _of_compiler(found: Finding, lines: Lines, header: int | None) -> Finding:
    place = _PLACE.match(found.message)
    if place:
        frames: tuple[Frame, ...] = (Frame(place[1], int(place[2])),)
        said = place[3]
    else:
        compiled = _COMPILED.match(lines[header]) if header is not None else None
        frames, said = ((Frame(compiled[1]),) if compiled else ()), found.message
    told = "cannot compile" in said or "errors have been logged" in said
    return replace(found, kind="Elixir error", message=said.replace('"', ""), frames=frames, hearsay=told)


def _frames(rows: Iterable[str]) -> Iterator[Frame]:
    matches = [match for row in rows if (match := _FRAME.match(row))]
    own = [match for match in matches if match[1] not in _LIBRARY]
    for match in (own or matches)[:40]:
        yield Frame(match[2], int(match[3]), match[4])


def _reason(rows: list[str]) -> tuple[str, str]:
    for number, row in enumerate(rows):
        if reason := _REASON.match(row):
            said = reason[2] or reason[3] or ""
            return reason[1] or "", said
        if _VALUE.match(row) and number + 1 < len(rows):
            atom = _ATOM.match(rows[number + 1])
            if struct := _STRUCT.search(rows[number + 1]):
                text = _TEXT.search("\n".join(rows[number + 1 :]))
                return struct[1], text[1] if text else ""
            return (atom[1] if atom else ""), rows[number + 1][:300]
    return "", rows[0].strip() if rows else ""


def _erlang_frames(text: str) -> Iterator[Frame]:
    text = text[:20_000]
    calls = [Frame(match[2], int(match[3]), match[1]) for match in _CALL.finditer(text)]
    tuples = (Frame(match[3], int(match[4]), f"{match[1]}:{match[2]}") for match in _TUPLE.finditer(text))
    frames = [*calls, *tuples]
    yield from [frame for frame in frames if not _OTP.search(frame.path)] or frames
