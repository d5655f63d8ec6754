"""Compilers and bundlers that say the place on one line and the error below, or the place in quotes."""

from __future__ import annotations

import re

from service.strategies.failures.diagnostics import language_of
from service.strategies.failures.findings import Finding, Found, Frame, Severity, harmless, one
from service.strategies.failures.lines import Lines

_QUOTED = re.compile(
    r"\s{0,4}\"([^\"\n]{1,300})\",(?: line)? ?(\d{1,7})(?:[:,]| {1,3})\s?"
    r"(?:\(col\. ?\d+\) )?((?i:fatal error|catastrophic error|error|warning|remark))\s?(?:#|\[)?([\w-]{0,20})\]?:(.*)"
)
_FORTRAN = re.compile(r"([^\s:][^:\n]{0,300}\.[fF]\w{0,4}):(\d{1,7}):\d{1,7}:$")
_SAID = re.compile(r"(Fatal Error|Error|Warning): (\S.*)")
_WEBPACK = re.compile(r"(?:\[[\w-]{1,30}\] )?(ERROR|WARNING) in (\S{1,300}?)(?:(?: |\()(\d{1,7})[:,]\d{1,7}\S{0,20})?$")
_RULED = re.compile(r"\s{0,8}(TS\d{2,6}): (.*)")
_PART = re.compile(r"(\S{1,300}) (\d{1,7}):\d{1,7}(?:-[\d:]{1,15})?$")
_MORE = 60


def quoted(lines: Lines, index: int) -> Found | None:
    """`"file.c", line 5: error #20: …` (EDG, Green Hills, TI) and `"file.c",5  Error[Pe020]: …` (IAR), however long."""
    match = _QUOTED.match(lines[index])
    if match is None:
        return None
    word = match[3].lower()
    if word == "remark":
        return harmless(index)
    said, last = [match[5].strip()], index
    while last - index < _MORE and lines.get(last + 1)[:1] in (" ", "\t") and lines[last + 1].strip():
        last += 1
        # The message goes on further in than the line of code that is quoted below it.
        if len(lines[last]) - len(lines[last].lstrip()) >= 10 and "^" not in lines[last]:
            said.append(lines[last].strip())
    severity = Severity.WARNING if word == "warning" else Severity.FATAL
    kind = f"{language_of(match[1])} {'warning' if severity is Severity.WARNING else 'error'}"
    message = " ".join(filter(None, said))
    return one(Finding(kind, match[4], message, severity, index, last, (Frame(match[1], int(match[2])),)))


def fortran(lines: Lines, index: int) -> Found | None:
    """gfortran: the place, the line of code with a 1 below it, then what it is."""
    said = _SAID.match(lines[index])
    if said is None:
        return None
    for number in range(index - 1, max(-1, index - 9), -1):
        if place := _FORTRAN.match(lines[number]):
            severity = Severity.WARNING if said[1] == "Warning" else Severity.FATAL
            kind = "Fortran warning" if severity is Severity.WARNING else "Fortran error"
            message, _, flag = said[2].removesuffix("]").partition(" [-W")
            return one(Finding(kind, flag, message, severity, number, index, (Frame(place[1], int(place[2])),)))
    return None


def webpack(lines: Lines, index: int) -> Found | None:
    """`ERROR in ./src/cart.ts 12:5-10`, with what it is below, to an empty line."""
    head = _WEBPACK.match(lines[index])
    if head is None or not lines.get(index + 1).strip():
        return None
    last = index
    while last - index < _MORE and lines.get(last + 1).strip():
        last += 1
    rows = [lines[number] for number in range(index + 1, last + 1)]
    inner = next((match for row in rows if (match := _WEBPACK.match(row))), None) or head
    ruled = next((match for row in rows if (match := _RULED.match(row))), None)
    part = _PART.match(rows[0])
    said = [row.strip() for row in rows if not (_WEBPACK.match(row) or _PART.match(row) or row.startswith(" @"))]
    line = int(inner[3] or (part[2] if part else 0))
    message = ruled[2] if ruled else " ".join(row for row in said[:2] if not row.startswith("at "))
    severity = Severity.FATAL if head[1] == "ERROR" else Severity.WARNING
    kind = "webpack error" if severity is Severity.FATAL else "webpack warning"
    frames = (Frame(inner[2], line),)
    return one(Finding(kind, ruled[1] if ruled else "", message, severity, index, last, frames))
