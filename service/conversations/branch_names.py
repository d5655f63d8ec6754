"""What a branch may be called: names that look alike are one name, and none hides what it is.

Pure. Whether a name is taken is looked at where it is written.
"""

from __future__ import annotations

import unicodedata

from service.conversations.changes import check_text
from service.errors import InvalidInput

NAME_CHARACTERS = 100
DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks of direction (Unicode's Bidi_Control): with them a name is shown as another one."""


def check_branch_name(name: str, field: str) -> str:
    """The name of a branch, without blanks around it and in Unicode's composed form (NFC). Raises `InvalidInput`."""
    check_text(name, field)
    said = same_name(name)
    if not 1 <= len(said) <= NAME_CHARACTERS:
        raise InvalidInput(f"The name of a branch has 1 to {NAME_CHARACTERS} characters.", field=field)
    if any(unicodedata.category(character) in ("Cc", "Zl", "Zp") or character in DIRECTIONS for character in said):
        raise InvalidInput(
            "The name of a branch has no control characters.", field=field, remedy="Write it in one line."
        )
    return said


def same_name(name: str) -> str:
    """The name under which a branch is kept that somebody calls so."""
    return unicodedata.normalize("NFC", name.strip())
