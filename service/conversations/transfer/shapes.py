"""What a file looks like inside, told from its first 64 kB: which keys lie where. Formats are recognized by that.

Owns that a text which quotes a format is not taken for one. Knows nothing of formats.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from service.conversations.transfer.bundles import Bundle, Member
from service.conversations.transfer.transcripts import Unreadable

DEEPEST = 6
MOST_LOOKED_AT = 50
# A text, with the colon of a key, or a bracket.
_TOKEN = re.compile(rb'"([^"\\]*+(?:\\.[^"\\]*+)*)"\s*(:)?|[\[\]{}]', re.DOTALL)
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
    try:
        start = member.sample().lstrip()
    except (Unreadable, OSError):
        return frozenset()
    return frozenset(_places(start) if start[:1] in (b"[", b"{") else ())


def _places(start: bytes) -> Iterator[str]:
    """The ways to keys and elements. Only texts and brackets are looked at: numbers may be such as no parser takes."""
    path: list[str] = []
    depth = 0
    for token in _TOKEN.finditer(start):
        opens = token[0] in (b"[", b"{")
        depth += opens - (token[0] in (b"]", b"}"))
        if opens and depth <= DEEPEST:
            path.append("item" if token[0] == b"[" else "")
        elif token[0] in (b"]", b"}"):
            del path[max(depth, 0) :]
        elif token[2] and path and depth == len(path):
            path[-1] = token[1].decode("utf-8", "replace")
        else:
            continue
        yield ".".join(path)


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
