"""The journal of systemd: its entries as JSON, as its export format, and as `verbose` writes them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

from service.strategies.failures.documents import json_text as j
from service.strategies.failures.documents.places import put
from service.strategies.failures.findings import Finding, Found, Severity, harmless, one
from service.strategies.failures.levels import level_of, severity_of
from service.strategies.failures.lines import Lines, plain
from service.strategies.failures.nested import error_in

_FIELDS = {"__REALTIME_TIMESTAMP", "_SOURCE_REALTIME_TIMESTAMP", "__CURSOR", "_BOOT_ID", "_SYSTEMD_UNIT", "_PID"}
_NAMES = ("_SYSTEMD_UNIT", "UNIT", "SYSLOG_IDENTIFIER", "CONTAINER_NAME", "_COMM")
_TOO_LARGE = "the message is not in the journal's output: it was too large"
_EXPORTED = re.compile(r"\s{0,8}([A-Z_][A-Z0-9_]{0,63})=(.*)")
_BINARY = re.compile(r"[A-Z_][A-Z0-9_]{0,63}$")
_LENGTH = re.compile(r"[^\w\s]{0,8}")
_MOST_LINES = 300


def is_entry(said: j.Object) -> bool:
    """Whether the object is an entry of the journal."""
    return "MESSAGE" in said and bool(said.keys() & (_FIELDS | {"PRIORITY", "SYSLOG_IDENTIFIER"}))


def message_of(value: object) -> str:
    """A field of the journal: text, or bytes as a list of numbers, or several of these."""
    values = j.array(value)
    if values and all(isinstance(byte, int) and 0 <= byte < 256 for byte in values):
        return plain(bytes(byte for byte in values if isinstance(byte, int)).decode(errors="replace")).strip()
    if values:
        return "\n".join(filter(None, map(message_of, values)))
    return plain(j.words(value))


def text_of(value: object) -> str:
    """A field of the journal with the blanks before it: what a line is indented by tells what it is."""
    return plain(value).rstrip() if isinstance(value, str) else message_of(value)


def entry_of(said: j.Object) -> Finding | None:
    """The entry where it is an error or a warning, or tells an error with its stack."""
    message = message_of(said.get("MESSAGE"))
    unit = next((name for key in _NAMES if (name := message_of(said.get(key)))), "").removesuffix(".service")
    level, severity = severity_of(message_of(said.get("PRIORITY")) or "6", syslog=True) or ("INFO", None)
    led = level_of(message)
    if led and (severity is None or led.severity):
        level, severity = led.name, led.severity
        message = message[led.end :].lstrip(" :|>-") if message[: led.end].strip() == led.name else message
    if found := error_in(message, severity or Severity.ERROR):
        return put(found, 0, 0, message)
    if severity is None:
        return None
    if said.get("MESSAGE") is None:
        message = _TOO_LARGE
    found = Finding(f"log {level}", unit or level, message, severity, 0, 0, time=entry_time(said))
    return put(found, 0, 0, message if isinstance(said.get("MESSAGE"), list) else "")


def entry_time(said: j.Object) -> str:
    """When the journal got the entry, in UTC."""
    micros = j.number(message_of(said.get("__REALTIME_TIMESTAMP"))) or _long(said.get("__REALTIME_TIMESTAMP"))
    if not 0 < micros < 10**17:
        return ""
    return datetime.fromtimestamp(micros / 1e6, UTC).isoformat(" ", "milliseconds").removesuffix("+00:00")


def _long(value: object) -> int:
    text = message_of(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def exported(lines: Lines, index: int) -> Found | None:
    """An entry of the export format, or of `verbose`: a field on each line, to an empty line or the next entry."""
    if not _EXPORTED.match(lines[index]):
        return None
    first = index
    while first and _EXPORTED.match(lines[first - 1]) and index - first < _MOST_LINES:
        first -= 1
    said: j.Object = {}
    last = first
    while last < len(lines) and last - first < _MOST_LINES:
        line = lines[last]
        if field := _EXPORTED.match(line):
            said.setdefault(field[1], field[2])
        elif _BINARY.match(line) and last + 1 < len(lines):
            # A field with bytes in it: its name, then its length in eight bytes, then the bytes.
            said.setdefault(line, _LENGTH.sub("", lines[last + 1], count=1))
            last += 1
        else:
            break
        last += 1
    if not is_entry(said):
        return None
    found = entry_of(said)
    end = max(index, last - 1)
    if found is None:
        return harmless(index, end)
    return one(replace(found, first=first, last=end, span=None), range(first, end + 1))
