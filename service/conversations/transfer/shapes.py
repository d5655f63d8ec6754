"""What a file looks like inside, told from its first 64 kB: which keys lie where. Formats are recognized by that.

Owns that a text which quotes a format is not taken for one. Knows nothing of formats.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import ijson

from service.conversations.transfer.bundles import Bundle, Member
from service.conversations.transfer.parsing import BROKEN

DEEPEST = 6
MOST_LOOKED_AT = 50
# What exports hold beside conversations: nobody looks for JSON in it.
_OTHER = (
    *(
        ".png",
        ".jpg",
        ".jpeg",
        ".gif",
        ".webp",
        ".heic",
        ".svg",
        ".bmp",
        ".mp4",
        ".mov",
        ".webm",
        ".mp3",
        ".wav",
        ".m4a",
    ),
    *(
        ".ogg",
        ".pdf",
        ".docx",
        ".xlsx",
        ".pptx",
        ".zip",
        ".gz",
        ".csv",
        ".dat",
        ".html",
        ".md",
        ".txt",
        ".py",
        ".css",
        ".js",
    ),
)


@lru_cache(maxsize=256)
def shape(member: Member) -> frozenset[str]:
    """Where keys and elements lie: `item` for each element of a list, `item.mapping`, `chunkedPrompt.chunks`.

    Empty where it is no JSON. Keys that hold the ids of messages are among them, so it is for looking up only.
    """
    found: set[str] = set()
    try:
        _walk(ijson.basic_parse(member.sample(), use_float=True), found)
    except (*BROKEN, OSError, ijson.JSONError):
        # A sample breaks off, and that is how it ends.
        pass
    return frozenset(found)


def _walk(events: Iterable[tuple[str, object]], found: set[str]) -> None:
    path: list[str] = []
    depth = 0
    for event, value in events:
        if event == "map_key":
            if depth <= DEEPEST:
                path[-1] = str(value)
                found.add(".".join(path))
        elif event.startswith("start"):
            depth += 1
            if depth <= DEEPEST:
                path.append("item" if event == "start_array" else "")
                found.add(".".join(path))
        elif event.startswith("end"):
            if depth <= DEEPEST:
                path.pop()
            depth -= 1


def json_members(bundle: Bundle) -> list[Member]:
    """The files that may be JSON; a single one may have any name."""
    if len(bundle.members) == 1:
        return list(bundle.members)
    return [member for member in bundle.members if not member.base.lower().endswith(_OTHER)]


def shaped(bundle: Bundle, keys: Sequence[str]) -> list[Member]:
    """The files that have one of these keys, sorted by name."""
    wanted = frozenset(keys)
    found = [member for member in json_members(bundle) if shape(member) & wanted]
    return sorted(found, key=lambda member: member.order)


def is_shaped(bundle: Bundle, keys: Sequence[str]) -> bool:
    """Whether one of the first files has one of these keys."""
    wanted = frozenset(keys)
    return any(shape(member) & wanted for member in json_members(bundle)[:MOST_LOOKED_AT])
