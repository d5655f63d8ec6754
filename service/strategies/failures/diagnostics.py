"""What compilers and linters say of a line of code: `path:line:column: error: message`, and the like."""

from __future__ import annotations

import re
from dataclasses import replace

from service.strategies.failures.findings import Finding, Found, Frame, Severity, harmless, one
from service.strategies.failures.lines import Lines

_GNU = re.compile(
    r"(?:vet: )?((?:[A-Za-z]:)?[^\s:(|\"'][^:\"|]{0,300}):(\d{1,7}):(?:(\d{1,7})(?::|(?= - )))? ?(?:-\s)?"
    r"(?:(fatal error|error|warning|note|remark|info|hint|style|sorry, unimplemented)"
    r"(?:\[(\w{1,20})\]| (TS\d{1,6}))?:\s{1,10})?(\S.*)"
)
_MICROSOFT = re.compile(
    r"\s{0,8}(?:\d{1,4}>)?([^\s(:][^(:]{0,300}|[A-Za-z]:[^(:]{1,300})\((\d{1,7})(?:,(\d{1,7}))?[^)]{0,20}\)\s?:\s"
    r"(fatal error|error|warning|note|info) ?([A-Z]{1,8}\d{1,6})?\s?:\s(.*)"
)
_BRACKETED = re.compile(r"([^\s:][^:\"|]{0,300}):(\d{1,7}):(?:\d{1,7}:)? \[(error|warning|info)\] (.*)")
_COMMAND = re.compile(r"::(error|warning|notice) (?=[^:]{0,400}\bfile=)([^:\n]{1,600})::(.*)")
_PROPERTY = re.compile(r"\b(file|line)=([^,:]{1,400})")
_INDENTED = re.compile(r"\s{1,8}(?=\S{1,400}:\d{1,7}:\d{1,7} - (?:error|warning): )|##\[(?:error|warning)\](?=\S)")
_WRAPPED_LINES = 4
_BARE = re.compile(r"(error|warning) (TS\d{1,6}): (.*)")
_TOOL = re.compile(r"\s{0,8}(?:\d{1,4}>)?([A-Z]\w{1,20}) ?: (fatal error|error|warning) ([A-Z]{2,8}\d{2,6}) ?: (.*)")
_LINK = re.compile(r"\b(?:undefined reference|multiple definition)\b.*")
_OBJECT = re.compile(r"(?:\S{0,200}\bld(?:\.\w{1,10})?: )?([^\s:]{1,300}\.\w{1,4}):")
_ROW = re.compile(r"\s{1,12}(\d{1,7}):(\d{1,7})\s{1,12}(error|warning)\s{1,12}(\S.*)")
_ROW_RULE = re.compile(r"\s{2,80}([@\w/.-]{1,100})\s*$")
_RULE = re.compile(r"\s\[(Error|Warning)/([@\w/.-]{1,100})\]$")
_FLAG = re.compile(r"\s\[-W(?:error=)?([\w+=-]{1,80})\]$|\s\[([\w-]{1,60})\]$|\s\((report\w{1,60})\)$")
_PROJECT = re.compile(r" \[[^\[\]]{1,300}\.\w{2,3}proj(?:::[^\]]{1,100})?\]$")
"""Of which project MSBuild says it: the same for each."""

_CODE = re.compile(r"([A-Z]{1,5}\d{2,5}):?\s(?:\[\*\] )?(.*)")
_INCLUDED = re.compile(r"In file included from |\s{1,30}from \S{1,400}:\d+[:,]|\S{1,400}: (?:In |At |in )")
_QUOTED = re.compile(r"%?\s{0,12}\d{0,7}\s?\||\s{0,400}[\^~+-][\s~^|+-]*$")
_NUMBERED = re.compile(r"\s{0,8}\d{1,7}\s")
_LONGEST = 300
_BEFORE = 8
_AFTER = 400
_KINDS = {
    "c h cc cpp cxx c++ hh hpp hxx m mm inl ipp tcc": "C/C++",
    "rs": "Rust",
    "go": "Go",
    "java scala groovy": "Java",
    "kt kts": "Kotlin",
    "ts tsx mts cts": "TypeScript",
    "js jsx mjs cjs vue svelte": "JavaScript",
    "py pyi": "Python",
    "cs": "C#",
    "swift": "Swift",
    "ex exs": "Elixir",
    "erl hrl": "Erlang",
}
_ERLANG = (".erl", ".hrl", ".yrl", ".xrl")
_LINTED = ("Python", "JavaScript")
"""Languages without a compiler that refuses: what is said of them is a linter's."""
_LANGUAGES = {suffix: name for suffixes, name in _KINDS.items() for suffix in suffixes.split()}


def language_of(path: str) -> str:
    """The language of a program's file, by its name."""
    return _LANGUAGES.get(path.rpartition(".")[2].lower(), "Compiler")


def diagnostic(lines: Lines, index: int) -> Found | None:
    """The error or warning on the line, with the lines that lead to it and those that explain it."""
    found = _plain(lines[index], index)
    if found is None:
        return None
    if found.name == "note":
        return harmless(index)
    found = _unwrapped(lines, found)
    first, last = _before(lines, index), _after(lines, found.last, found)
    if not found.message and last > index:
        # MSBuild begins a message of several lines on the next line.
        said = (lines[number].strip() for number in range(index + 1, last + 1))
        found = replace(found, message=" ".join(said)[:_LONGEST])
    return one(replace(found, first=first, last=last), range(index, last + 1))


def _unwrapped(lines: Lines, found: Finding) -> Finding:
    """The message with the lines that it was wrapped to, where a code at their end tells how far it goes."""
    if found.name or not found.kind.startswith("Python"):
        return found
    said = found.message
    for index in range(found.first + 1, found.first + 1 + _WRAPPED_LINES):
        line = lines.get(index)
        if not line.strip() or line[0].isspace() or _plain(line, index):
            return found
        said = f"{said} {line}"
        if flag := _FLAG.search(said):
            return replace(found, name=flag[1] or flag[2] or flag[3], message=said[: flag.start()], last=index)
    return found


def linker(lines: Lines, index: int) -> Found | None:
    """What a linker misses, or has twice."""
    match = _LINK.search(lines[index])
    if match is None:
        return None
    first = index - 1 if ": in function " in lines.get(index - 1) else index
    place = _OBJECT.match(lines[index])
    frames = (Frame(place[1]),) if place else ()
    return one(Finding("Linker error", "", match[0], Severity.FATAL, first, index, frames))


def eslint(lines: Lines, index: int) -> Found | None:
    """The rows below a file's name, as ESLint's own format has them."""
    if not _ROW.match(lines[index]):
        return None
    header = lines.get(index - 1)
    path = header.strip() if header and not header[0].isspace() else ""
    findings: list[Finding] = []
    row = index
    while row < len(lines) and (match := _ROW.match(lines[row])):
        severity = Severity.FAILURE if match[3] == "error" else Severity.WARNING
        frames = (Frame(path, int(match[1])),)
        rule = _ROW_RULE.search(match[4])
        message = match[4][: rule.start()] if rule else match[4]
        found = Finding(f"ESLint {match[3]}", rule[1] if rule else "", message, severity, row, row, frames)
        findings.append(replace(found, first=index - 1) if row == index and path else found)
        row += 1
    return Found(tuple(findings), range(index, row))


def _plain(line: str, index: int) -> Finding | None:
    if indent := _INDENTED.match(line):
        line = line[indent.end() :]
    if match := _COMMAND.match(line):
        said = dict(_PROPERTY.findall(match[2]))
        place = Frame(said["file"], int(said["line"])) if said.get("line", "").isdigit() else Frame(said["file"])
        return _finding(index, place, match[1], "", match[3])
    if match := _BRACKETED.match(line):
        return _finding(index, Frame(match[1], int(match[2])), match[3], "", match[4])
    if match := _MICROSOFT.match(line):
        return _finding(index, Frame(match[1], int(match[2])), match[4], match[5] or "", match[6])
    if match := _BARE.match(line):
        said = _finding(index, Frame("tsconfig.json"), match[1], match[2], match[3])
        return replace(said, kind=f"TypeScript {match[1]}")
    if match := _TOOL.match(line):
        said = _finding(index, Frame(""), match[2], match[3], match[4])
        return replace(said, frames=())
    match = _GNU.match(line)
    if match is None:
        return None
    frame = Frame(match[1].removeprefix("vet: "), int(match[2]))
    if match[4]:
        return _finding(index, frame, match[4], match[5] or match[6] or "", match[7])
    said = match[3] or line.startswith("vet: ") or frame.path.endswith(_ERLANG)
    return _unsaid(index, frame, match[7]) if said else None


def _unsaid(index: int, frame: Frame, message: str) -> Finding | None:
    """A line that does not say whether it is an error: Go's, or a linter's."""
    if rule := _RULE.search(message):
        said = _finding(index, frame, rule[1].lower(), rule[2], message[: rule.start()])
        return replace(said, kind=f"ESLint {rule[1].lower()}", severity=min(said.severity, Severity.FAILURE))
    if frame.path.endswith(".go"):
        return _finding(index, frame, "error", "", message)
    if frame.path.endswith(_ERLANG):
        word = "warning" if message.startswith("Warning: ") else "error"
        return _finding(index, frame, word, "", message.removeprefix("Warning: ").replace("'", ""))
    code = _CODE.match(message)
    return _finding(index, frame, "error" if code[1][0] in "EF" else "warning", code[1], code[2]) if code else None


def _finding(index: int, frame: Frame, word: str, code: str, message: str) -> Finding:
    error = word in ("error", "fatal error", "sorry, unimplemented")
    message = _PROJECT.sub("", message)
    if flag := _FLAG.search(message):
        code, message = code or flag[1] or flag[2] or flag[3], message[: flag.start()]
    if not error and word not in ("warning", "style"):
        return Finding("", "note", message, Severity.WARNING, index, index)
    language = language_of(frame.path)
    kind = f"{language} {'error' if error else 'warning'}"
    broken = Severity.FAILURE if language in _LINTED else Severity.FATAL
    return Finding(kind, code, message, broken if error else Severity.WARNING, index, index, (frame,))


def _before(lines: Lines, index: int) -> int:
    """Where the lines begin that say how the compiler came here."""
    first = index
    while first > 0 and index - first < _BEFORE and _INCLUDED.match(lines[first - 1]):
        first -= 1
    return first


def _after(lines: Lines, index: int, found: Finding) -> int:
    """The last of the lines that belong to the error: quoted code, notes, indented explanations."""
    last = index
    java, script = found.kind.startswith("Java "), found.kind.startswith("TypeScript")
    following = index + 1
    while following < len(lines) and following - index < _AFTER:
        line = lines[following]
        if _INDENTED.match(line) or _MICROSOFT.match(line) or _is_further_out(line, lines[index]):
            break
        if _QUOTED.match(line) or (line[:1] in (" ", "\t") and line.strip() and not _INCLUDED.match(line)):
            last = following
        elif _is_note(line) or (java or _is_code(lines, following)):
            if java and not _is_code(lines, following):
                break
            last = following
        elif script and _NUMBERED.match(line):
            last = following
        elif not (_INCLUDED.match(line) or (script and not line)):
            break
        following += 1
    return last


def _is_further_out(line: str, said: str) -> bool:
    """Whether the line stands less far in than one that is indented itself."""
    return said[:1] == " " and len(line) - len(line.lstrip()) <= len(said) - len(said.lstrip())


def _is_note(line: str) -> bool:
    match = _GNU.match(line)
    return match is not None and match[4] == "note"


def _is_code(lines: Lines, index: int) -> bool:
    """A line of code without an indent, which the carets below it tell."""
    below = lines.get(index + 1)
    carets = "^" in below and "|" not in below and _QUOTED.match(below) is not None
    return carets and _plain(lines[index], index) is None
