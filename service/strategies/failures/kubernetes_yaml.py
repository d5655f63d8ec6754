"""Events of Kubernetes as YAML, as `kubectl describe` writes them out, and containers that do not run, as YAML.

`kubectl` writes one form of YAML: a key a line, an item by its indentation. That form is read here, and no other.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace

from service.strategies.failures import events
from service.strategies.failures.documents.places import put
from service.strategies.failures.findings import Found, harmless, one
from service.strategies.failures.lines import Lines

_KEY = re.compile(r"([ \t]{0,40}(?:- )?)([A-Za-z][\w ]{0,40}):(?:\s{1,40}(\S.*)|\s*$)")
_OBJECTS = ("involvedobject", "regarding")
_ABOUT = ("involvedObject:", "regarding:", "Involved Object:", "Regarding:")
_MOST = 120
_BLOCK = re.compile(r"[|>][+-]?\d?$")
_METADATA = re.compile(r"\s{0,8}metadata:$")
_ABOVE = 400
_STATE = {"reason", "message", "exitcode", "startedat", "finishedat", "containerid", "signal"}

Fields = dict[str, str]


def event(lines: Lines, index: int) -> Found | None:
    """The event that the line is a field of."""
    if not any(map(lines.mentions, _ABOUT)):
        return None
    block = _block(lines, index)
    if block is None:
        return None
    said, about = _fields(lines, block), {}
    for number in block:
        if (key := _KEY.match(lines[number])) and _name(key[2]) in _OBJECTS:
            about = _fields(lines, _below(lines, number))
    if not about or "reason" not in said or "type" not in said:
        return None
    whose = "/".join(filter(None, (about.get("kind", "").lower(), about.get("name", ""))))
    heard = events.Event(said["type"], said["reason"], whose, said.get("message") or said.get("note", ""))
    count = said.get("count", "")
    times = int(count) if count.isascii() and count.isdigit() and len(count) < 9 else 1
    time = next((said[key] for key in ("lasttimestamp", "eventtime") if said.get(key, "null") != "null"), "")
    found = events.finding(heard, block[0], times=max(1, times), time=time)
    if found is None:
        return harmless(index, block[-1])
    return one(replace(put(found, 0, 0, found.message), last=block[-1], span=None), block)


def state(lines: Lines, index: int) -> Found | None:
    """The state of a container of which the line is a field."""
    block = _block(lines, index)
    said = _fields(lines, block) if block else {}
    if block is None or not said.keys() <= _STATE or "reason" not in said:
        return None
    container = _container(lines, block)
    found = events.container_state(said["reason"], said.get("message", ""), said.get("exitcode", ""), container)
    return one(replace(found, first=block[0], last=block[-1]), block) if found else None


def _container(lines: Lines, block: range) -> str:
    """The pod and the container: its own keys stand two steps further out than those of its state."""
    outer = _outer(lines, _outer(lines, block[0]))
    of_container = _block(lines, outer)
    name = _fields(lines, of_container).get("name", "") if of_container else ""
    above = range(outer, max(-1, outer - _ABOVE), -1)
    pod = next((_fields(lines, _below(lines, n)).get("name", "") for n in above if _METADATA.match(lines[n])), "")
    return f"{pod} {name}".strip() if pod else f" {name}"


def _outer(lines: Lines, index: int) -> int:
    """The nearest line above that is less far in."""
    indent = _indent(lines[index])
    above = range(index - 1, max(-1, index - _MOST), -1)
    return next((n for n in above if lines[n].strip() and _indent(lines[n]) < indent), index)


def _block(lines: Lines, index: int) -> range | None:
    """The lines of the item whose own key is on the line."""
    key = _KEY.match(lines[index])
    if key is None:
        return None
    indent = len(key[1])
    first = index
    while not lines[first][:indent].endswith("- ") and index - first < _MOST and first:
        if not _is_within(lines[first - 1], indent):
            break
        first -= 1
    last = index
    while last + 1 < len(lines) and last - first < 2 * _MOST and _goes_on(lines[last + 1], indent):
        last += 1
    return range(first, last + 1)


def _is_within(line: str, indent: int) -> bool:
    """Whether a line is of the item: as far in as its keys, or further, or its first one, after the dash."""
    return _goes_on(line, indent) or (indent >= 2 and line[:indent].endswith("- "))


def _goes_on(line: str, indent: int) -> bool:
    own = _indent(line)
    return bool(line.strip()) and (own > indent or (own == indent and _KEY.match(line) is not None))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _below(lines: Lines, index: int) -> range:
    indent = len((_KEY.match(lines[index]) or ["", ""])[1])
    last = index
    while last + 1 < len(lines) and lines[last + 1].strip() and _indent(lines[last + 1]) > indent:
        last += 1
    return range(index + 1, last + 1)


def _fields(lines: Lines, block: range) -> Fields:
    """The values of an item's own keys, which are told in small letters and without blanks."""
    said: Fields = {}
    indent: int | None = None
    last = ""
    for number in block:
        line = lines[number]
        key = _KEY.match(line)
        if key and indent is None:
            indent = len(key[1])
        if key and len(key[1]) == indent:
            last = _name(key[2])
            said.setdefault(last, (key[3] or "").strip())
        elif last and said[last]:
            # A long text goes on in the next line, further in.
            start = "" if _BLOCK.match(said[last]) else f"{said[last]} "
            said[last] = start + line.strip()
    return {name: _scalar(value) for name, value in said.items()}


def _name(key: str) -> str:
    return key.replace(" ", "").lower()


def _scalar(value: str) -> str:
    """The text that a quoted or plain value means."""
    if value[:1] == "'" == value[-1:] and len(value) > 1:
        return value[1:-1].replace("''", "'")
    if value[:1] == '"' == value[-1:] and len(value) > 1:
        try:
            return str(json.loads(re.sub(r"\\ ?(?=\s)", "", value)))
        except ValueError:
            return value[1:-1]
    return value
