"""A look at the first 64 kB of a file: which fields its records have, and how they are separated.

Raises nothing, whatever the bytes. Knows nothing of any tool.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import ijson

from service.conversations.transfer.bundles import Bundle, Member
from service.conversations.transfer.parsing import json_items, json_lines, json_whole
from service.conversations.transfer.transcripts import Notice, NoticeKind, Unreadable

MOST_LOOKED_AT = 12
DEEPEST = 12
MOST_VALUES = 40
_LIKELY = re.compile(r".*\.(jsonl?|ndjson|txt|json\.gz|sqlite3?|db)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Glimpse:
    """The fields of the first records of a file, as paths (`messages.item.role`), with some texts that stand there.

    A list at the top is left out: records of a list and records of lines have the same paths.
    """

    paths: dict[str, set[str]] = field(default_factory=dict[str, set[str]])

    def has(self, *paths: str) -> bool:
        """Whether all of these fields are there."""
        return all(path in self.paths for path in paths)

    def any(self, *paths: str) -> bool:
        """Whether one of these fields is there."""
        return any(path in self.paths for path in paths)

    def says(self, path: str, *values: str) -> bool:
        """Whether one of these texts stands in a field."""
        return not self.paths.get(path, set()).isdisjoint(values)


def glimpse(member: Member) -> Glimpse:
    """What the first 64 kB of a file show."""
    with suppress(Exception):
        return _glimpse(member.sample())
    return Glimpse()


def looks(bundle: Bundle, tells: Callable[[Glimpse], bool], names: str = ".*") -> bool:
    """Whether one of the first files of a bundle that may be JSON is told by its fields."""
    return any(tells(glimpse(member)) for member in likely(bundle, names)[:MOST_LOOKED_AT])


def likely(bundle: Bundle, names: str = ".*") -> list[Member]:
    """The members that may hold JSON, sorted by name; all of them where there is but one."""
    found = bundle.matching(names)
    return [member for member in found if len(bundle.members) == 1 or _LIKELY.fullmatch(member.base)]


def telling(bundle: Bundle, tells: Callable[[Glimpse], bool], names: str = ".*") -> list[Member]:
    """The members that are told by their fields."""
    return [member for member in likely(bundle, names) if tells(glimpse(member))]


def unread(bundle: Bundle, members: Iterable[Member]) -> Iterator[Notice]:
    """A notice of the members of a bundle that are not among these."""
    known = {member.name for member in members}
    names = [member.name for member in bundle.members if member.name not in known]
    if names:
        some = ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
        others = "1 other file was" if len(names) == 1 else f"{len(names)} other files were"
        yield Notice(NoticeKind.SKIPPED, bundle.name, f"{others} not read: {some}.")


def records(member: Member) -> Iterator[tuple[str, Any]]:
    """The records of a file with their places, be they elements of a list, lines, or one object.

    A record that is no JSON is given as an `Unreadable`, not raised.
    """
    number = -1
    try:
        for number, (place, value) in enumerate(_records(member)):  # noqa: B007
            yield place, value
    except Unreadable as error:
        yield f"{member.name}: record {number + 2}", error


def _records(member: Member) -> Iterator[tuple[str, Any]]:
    sample = member.sample().lstrip()
    first, newline, rest = sample.partition(b"\n")
    whole_line = not newline or _is_json(first)
    if sample.startswith(b"[") and not (newline and whole_line and rest.strip()):
        yield from _placed(member, json_items(member, "item"))
    elif whole_line or _is_json(rest.split(b"\n")[0], b"{"):
        for line, value in json_lines(member):
            yield f"{member.name}: line {line}", value
    else:
        yield member.name, json_whole(member)


def _placed(member: Member, values: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    for number, value in enumerate(values, start=1):
        yield f"{member.name}: record {number}", value


def _is_json(line: bytes, start: bytes = b"") -> bool:
    if not line.startswith(start) or len(line.strip()) < 2:
        return False
    with suppress(Exception):
        for _ in ijson.basic_parse(line):
            pass
        return True
    return False


def _glimpse(sample: bytes) -> Glimpse:
    seen = Glimpse()
    path: list[str] = []
    listed = sample.lstrip().startswith(b"[")
    # What is cut off after 64 kB ends with an error.
    with suppress(Exception):
        for event, value in ijson.basic_parse(sample, multiple_values=True):
            if event == "map_key":
                path[-1] = str(value)
            elif event in ("end_map", "end_array"):
                path.pop()
            else:
                _see(seen, path, listed, event, value)
                if event == "start_map":
                    path.append("")
                elif event == "start_array":
                    path.append("item")
    return seen


def _see(seen: Glimpse, path: list[str], listed: bool, event: str, value: Any) -> None:
    if len(path) > DEEPEST:
        return
    values = seen.paths.setdefault(".".join(path[1:] if listed else path), set())
    if event == "string" and len(values) < MOST_VALUES:
        values.add(str(value)[:80])
