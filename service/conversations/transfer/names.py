"""What a file of a conversation is called: its title as any file system takes it, and a part of its id."""

from __future__ import annotations

import re
import unicodedata

_LONGEST = 60
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)")


def file_name(title: str, id: str, extension: str, path: str | None = None) -> str:
    """Such as `what-is-an-antiphon-3f2a9c1d.md`; letters of any script, and no other signs than `-`."""
    said = _plain(title)[:_LONGEST].strip("-") or "conversation"
    if _RESERVED.fullmatch(said):
        said = f"conversation-{said}"
    path_name = _plain(path or "")[:_LONGEST].strip("-")
    parts = [said, *([path_name] if path_name else []), _plain(id)[-8:] or "x"]
    return f"{'-'.join(parts)}.{extension}"


def _plain(text: str) -> str:
    composed = unicodedata.normalize("NFC", text).casefold()
    return re.sub(r"-+", "-", "".join(character if character.isalnum() else "-" for character in composed)).strip("-")
