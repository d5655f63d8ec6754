"""Lines that tell of an error in words, where no other recogniser knows their form."""

from __future__ import annotations

import re
from dataclasses import replace

from service.strategies.failures import tracebacks
from service.strategies.failures.findings import Finding, Found, Severity, harmless, one
from service.strategies.failures.lines import Lines, is_entry, time_in

KIND = "Other error"
_HEAD = 400
_MORE_LINES = 20
_HARMLESS = re.compile(
    r"\b(?:no|0|zero|without|any|ignor\w{1,6})\s(?:\w{1,20}\s)?(?:errors?|warnings?|fail\w{1,6}|exceptions?)\b"
    r"|\b(?:errors?|warnings?|failures?|failed|fatal|exceptions?)\s?[:=]\s?(?:0|none|null|false|\[\])\s?(?:$|[,;)])"
    r"|\b\d+ passed\b|(?-i:\bPASS(?:ED)?\b)|(?<!\S)--?\w{0,20}(?:error|warn|fail)|\bok$|\bXFAIL\b"
    r"|^Crash dump is being written"
    r"|^\s{0,40}(?:[✓✔√↓○×✕✗]|ok \d+)\s"
    r"|^\s{0,80}(?:#(?!#\[)|//|/?\*|<!--|def |class |import |from |return |except\b|raise |"
    r"throw |catch\b|try\b|func |fn |public |private )|={3,} .{0,200} ={3,}$",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"\s{0,20}(?:✖ )?(?:found )?\d+ (?:errors?|warnings?|problems?|failed|failures?)\b(?! (?:code|occurr))"
    r"|Found \d+ errors?|\d+ errors? and \d+ warn",
    re.IGNORECASE,
)
_AFTERMATH = re.compile(
    r"(?:g|mingw32-)?make(?:\[\d+\])?: (?:\*\*\* (?:\[|Waiting)|Target .{1,200} not remade)|"
    r"ninja: build stopped|collect2: error: ld returned|"
    r"error Command failed|##\[error\]Process completed|Error: Process completed with exit|"
    r"\[ERROR\] (?:Failed to execute goal|BUILD FAILURE)|\[INFO\] BUILD FAILURE|BUILD FAILED|FAILURE: Build failed|"
    r"FAILED: \S+\.o\b|Node\.js v\d+|clang: error: linker command failed|\d+ (?:errors?|warnings?) generated|"
    r"> Task \S+ FAILED$|\d+ tests completed, \d+ failed|cc1\w*: (?:all|some) warnings being treated|"
    r"\d+% tests passed, |The following tests FAILED:|Errors while running CTest|-- Configuring incomplete|"
    r"error: fatalError$|\bcompiled with \d+ errors?\b|Build failed with \d+ errors?",
)
_STRONG = re.compile(
    r"(?:^|[\s\]>|(])(?:[A-Za-z_$][\w$.]{0,200}(?:Error|Exception|Fault|Panic))(?::\s|\s?$|[()])"
    r"|(?:^|[\s\]:>|(])(?:error|fatal|fatal error|panic|uncaught|unhandled|abort(?:ed|ing)?|segmentation fault|"
    r"bus error)"
    r"\b(?:\s?[:!(\[]|\s-\s|\s\w|$)"
    r"|(?-i:\bERROR\b|\bFATAL\b|\bFAILED\b|\bERR!)|: \*\*\* |##\[error\]|Assertion .{1,200} failed\b|"
    r"core dumped|out of memory|command not found|permission denied|"
    r"stack overflow|terminate called after",
    re.IGNORECASE,
)
_WEAK = re.compile(
    r"(?<![\w/.-])(?:fail(?:ed|ure|s|ing)?|errors?|exceptions?|refused|denied|timed\s?out|time-?out|cannot|can't|"
    r"could not|couldn't|"
    r"unable to|not found|no such|invalid|unreachable|rejected|killed|crash(?:ed)?|corrupt(?:ed)?|aborted|exceeded|"
    r"unexpected|undefined|unresolved|missing)(?![\w/-])",
    re.IGNORECASE,
)
_WARNING = re.compile(r"##\[warning\]|(?:^|[\s\]:>(])(?:warning|warn|deprecat\w{2,10})\b\s?[:!\]\-]?", re.IGNORECASE)
_NAMED = re.compile(r"((?:[A-Za-z_$][\w$]{0,100}\.){0,12}[A-Z][\w$]{0,100}(?:Error|Exception|Fault))(?::\s(.*)|\s*$)")
_CARETS = re.compile(r"\s{0,400}\^+\s*$")
_NPM = re.compile(r"npm (?:ERR!|error)(?:\s(.*))?$")
_NPM_FIELD = re.compile(r"(?:code|errno|syscall|path|dest|command|workspace|location)\b")
_NPM_LOG = re.compile(r"A complete log of this run|For a full report|.{0,300}_logs[/\\]")
_ASSIGNED = re.compile(r"\s{0,200}[\w.\[\]\"']{1,100}\s?(?:=(?!=)|:=|\+=)\s|.{0,400}[;{]\s*$")


def suspicion(lines: Lines, index: int) -> Found | None:
    """A line that looks like an error; None where it does not."""
    line = lines[index]
    head = line[:_HEAD]
    if _AFTERMATH.search(head):
        last = _below(lines, index)
        return one(Finding("Failed build", "", line.strip(), Severity.FAILURE, index, last, hearsay=True))
    if _COUNT.match(head):
        return harmless(index)
    if _HARMLESS.search(head) or _ASSIGNED.match(head):
        return None
    severity = _severity(head)
    if severity is None or _CARETS.match(lines.get(index + 1)):
        return None
    if severity is not Severity.WARNING and (found := _introduced(lines, index)):
        return found
    name, message = "", _untimed(line)
    if named := _NAMED.search(head):
        name, message = named[1], named[2] or ""
    last = _below(lines, index)
    kind = "Other warning" if severity is Severity.WARNING else KIND
    return one(Finding(kind, name, message, severity, index, last, time=lines.time(index)))


def _introduced(lines: Lines, index: int) -> Found | None:
    """The traceback that the line announces, as `Exception in thread …` does."""
    start = next((index + ahead for ahead in (1, 2) if tracebacks.HEADER in lines.get(index + ahead)), None)
    found = tracebacks.traceback(lines, start) if start is not None and not is_entry(lines[start]) else None
    if start is None or found is None:
        return None
    whole = tracebacks.within(found, index, found.findings[0].severity, lines.time(index))
    return Found(whole.findings, [*range(index, start), *whole.lines]) if whole else None


def npm(lines: Lines, index: int) -> Found | None:
    """What npm says on lines that it marks, as one error; that a script failed says nothing of its own."""
    if not _NPM.match(lines[index]):
        return None
    last, said = index, list[str]()
    while match := _NPM.match(lines.get(last)):
        said.append((match[1] or "").strip())
        last += 1
    code = next((text.removeprefix("code ") for text in said if text.startswith("code ")), "")
    message = next((text for text in said if text and not _NPM_FIELD.match(text)), "")
    if not code and _NPM_LOG.match(message):
        return harmless(index, last - 1)
    follows = code.isdigit() or code == "ELIFECYCLE" or message.startswith("Lifecycle script")
    found = Finding("npm failure", code, message, Severity.FATAL, index, last - 1)
    return one(replace(found, hearsay=follows))


def _below(lines: Lines, index: int) -> int:
    """The last of the lines that are indented below it."""
    last, indent = index, _indent(lines[index])
    while last - index < _MORE_LINES and lines.get(last + 1).strip() and _indent(lines[last + 1]) > indent:
        last += 1
    return last


def _untimed(line: str) -> str:
    """The line without the time that it begins with."""
    time = time_in(line)
    return line[time.end() :].strip(" \t]:-") if time and time.start() <= 3 else line.strip()


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def whole(lines: Lines) -> Finding:
    """A short text that is an error as a whole: an item of a list of errors."""
    first = next((i for i in range(len(lines)) if lines[i].strip()), 0)
    message = lines.get(first).strip()
    return Finding(KIND, "", message, Severity.ERROR, 0, len(lines) - 1, time=lines.time(first))


def _severity(line: str) -> Severity | None:
    if _STRONG.search(line):
        return Severity.ERROR
    if _WARNING.search(line):
        return Severity.WARNING
    return Severity.SUSPECT if _WEAK.search(line) else None
