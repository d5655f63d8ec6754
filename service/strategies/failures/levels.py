"""The levels of log lines: where they stand, and what they mean."""

from __future__ import annotations

import re
from dataclasses import dataclass

from service.strategies.failures.findings import Severity
from service.strategies.failures.lines import time_in

_HARMLESS = "TRACE DEBUG INFO INFORMATION NOTICE VERBOSE FINE FINER FINEST CONFIG"
_MEANING: dict[str, Severity | None] = {
    **dict.fromkeys(_HARMLESS.split(), None),
    **dict.fromkeys(["WARN", "WARNING"], Severity.WARNING),
    **dict.fromkeys(["ERROR", "ERR", "SEVERE"], Severity.ERROR),
    **dict.fromkeys(["CRITICAL", "CRIT", "FATAL", "EMERG", "EMERGENCY", "ALERT", "PANIC"], Severity.FATAL),
}
_NUMBERED = ((60, Severity.FATAL), (50, Severity.ERROR), (40, Severity.WARNING))
_SYSLOG = ((2, Severity.FATAL), (3, Severity.ERROR), (4, Severity.WARNING))
_ANY = "|".join(sorted(_MEANING, key=len, reverse=True))
_KEYED = re.compile(rf"\b(?:level|lvl|severity|loglevel)=[\"']?({_ANY})\b", re.IGNORECASE)
_BRACKETED = re.compile(rf"[\[<(|]\s{{0,3}}(?:\w{{1,30}}:)?({_ANY})\s{{0,5}}[\]>)|]", re.IGNORECASE)
_CAPITAL = re.compile(rf"(?<![\w.$/=\"'-])({_ANY})(?=[\]:\s|,)-]|$)(?!\s*[=(])")
_LED = re.compile(rf"[\s\]):,-]{{0,5}}({_ANY})\b(?=[:\s])", re.IGNORECASE)
_OPENING = re.compile(r"\s*(?:[\w.-]{1,60}\s+\|\s+)?(?:[\[(][^\])\n]{0,60}[\])]\s*){0,4}")
_LETTER = re.compile(
    r"([VDIWEF])\d{4} \d\d:\d\d:\d\d(?:\.\d+)?(?:\s+\d+ [\w./-]{1,80}:\d+\])?"
    r"|\d\d-\d\d \d\d:\d\d:\d\d\.\d+\s+\d+\s+\d+ ([VDIWEF]) "
)
_LETTERS = {"W": "WARNING", "E": "ERROR", "F": "FATAL"}
_WITHIN = 200


@dataclass(frozen=True, slots=True)
class Level:
    """A level, as it is called, what it means (None: nothing bad), and where in the line it ends."""

    name: str
    severity: Severity | None
    end: int


def level_of(line: str) -> Level | None:
    """The level of a log line; None where the line does not look like one."""
    if letter := _LETTER.match(line):
        return _level(_LETTERS.get(letter[1] or letter[2], "INFO"), letter.end())
    head = line[:_WITHIN]
    time = time_in(head)
    found = _timed(head, time.end()) if time else _untimed(head)
    return _level(found[1], found.end(1)) if found else None


def severity_of(said: object, *, syslog: bool = False) -> tuple[str, Severity | None] | None:
    """The level that a field of a record holds: a word or a number. None where it is no level."""
    if isinstance(said, str):
        word = said.strip().upper()
        if word.isdigit():
            return severity_of(int(word), syslog=syslog)
        word = word.rpartition(".")[2]
        return (word, _MEANING[word]) if word in _MEANING else None
    if isinstance(said, bool) or not isinstance(said, (int, float)):
        return None
    if syslog or said < 8:
        severity = next((severity for most, severity in _SYSLOG if said <= most), None)
    else:
        severity = next((severity for least, severity in _NUMBERED if said >= least), None)
    return (severity.name, severity) if severity else ("INFO", None)


def _timed(head: str, end: int) -> re.Match[str] | None:
    found = [_BRACKETED.search(head), _CAPITAL.search(head), _KEYED.search(head), _LED.match(head, end)]
    return min((match for match in found if match), key=lambda match: match.start(1), default=None)


def _untimed(head: str) -> re.Match[str] | None:
    opening = _OPENING.match(head)
    bracketed = _BRACKETED.match(head, len(head) - len(head.lstrip()))
    return bracketed or _CAPITAL.match(head, opening.end() if opening else 0) or _KEYED.search(head)


def _level(name: str, end: int) -> Level:
    word = name.upper()
    return Level(word, _MEANING[word], end)
