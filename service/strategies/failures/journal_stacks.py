"""Stacks that a program wrote to the journal line by line: each line is an entry, and others' stand between.

`journalctl -o json` has an entry a line. Those of one process are read as the text that it wrote.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import cast

from service.strategies.failures import golang, rust, stacks, tracebacks
from service.strategies.failures.documents import json_text as j
from service.strategies.failures.documents.places import put
from service.strategies.failures.findings import Found
from service.strategies.failures.journal import entry_time, is_entry, text_of
from service.strategies.failures.lines import LONGEST, Lines
from service.strategies.failures.prefixes import Strand

_OWN = 400
"""Lines of one process that are read on from the first."""

_FOREIGN = 200
"""Entries of others, one after another, that may stand between two of them."""

_PROCESS = ("_HOSTNAME", "_BOOT_ID", "_SYSTEMD_UNIT", "SYSLOG_IDENTIFIER", "_PID", "CONTAINER_ID")
_BEGINS = re.compile(r"Traceback \(most recent call last\):|panicked at |panic: |fatal error: ")
_FRAME = re.compile(r"(?:\\t|\s{2,8})at [\w$<.(@]")
_READERS = (tracebacks.traceback, stacks.stack, golang.panic, rust.panic)


class _Written(Strand):
    """What one process wrote, by its entries."""

    def __init__(self, base: Lines, numbers: list[int], told: list[str]) -> None:
        super().__init__(base, numbers, None)
        self._told = told

    def __getitem__(self, index: int) -> str:
        return self._told[index][:LONGEST]

    def whole(self, index: int, longest: int = LONGEST) -> str:
        """The line, with as much of it as is asked for."""
        return self._told[index][:longest]

    def record(self, index: int) -> str:
        """All of the line."""
        return self._told[index]

    def time(self, index: int) -> str:
        """Nothing: the entry has the time, and not its text."""
        return ""


def spread(lines: Lines, index: int, said: j.Object) -> Found | None:
    """The error that begins with this entry and goes on in later ones of the same process; None where none does."""
    first = text_of(said.get("MESSAGE"))
    begins = _BEGINS.search(first[:LONGEST]) is not None
    if not begins and not any(_FRAME.search(lines.get(index + ahead)) for ahead in range(1, 9)):
        return None
    written = _written(lines, index, said)
    for read in _READERS:
        found = read(written, 0)
        if found and found.findings:
            return _on_entries(written, found, said)
    return None


def _on_entries(written: _Written, found: Found, said: j.Object) -> Found:
    taken = sorted(set(found.lines))
    told = "\n".join(written.record(line) for line in taken)
    numbers = sorted({written.number(line) for line in taken})
    finding = replace(found.findings[0], first=numbers[0], last=numbers[-1], time=entry_time(said))
    return Found((replace(put(finding, 0, 0, told), span=None),), numbers)


def _written(lines: Lines, index: int, said: j.Object) -> _Written:
    process = _process(said)
    numbers: list[int] = []
    told: list[str] = []
    foreign = 0
    for number, entry in _entries(lines, index):
        if entry is None or _process(entry) != process:
            foreign += 1
        else:
            foreign = 0
            of_entry = text_of(entry.get("MESSAGE")).split("\n")
            numbers.extend(number for _ in of_entry)
            told.extend(of_entry)
        if foreign > _FOREIGN or len(told) > _OWN:
            break
    return _Written(lines, numbers, told)


def _entries(lines: Lines, index: int) -> Iterator[tuple[int, j.Object | None]]:
    for number in range(index, len(lines)):
        whole = lines.record(number)
        try:
            said = cast("object", json.loads(whole[whole.find("{") :])) if "{" in whole else None
        except (ValueError, RecursionError):
            said = None
        entry = j.objects(said)
        yield number, entry if is_entry(entry) else None


def _process(said: j.Object) -> tuple[str, ...]:
    return tuple(j.words(said.get(name)) for name in _PROCESS)
