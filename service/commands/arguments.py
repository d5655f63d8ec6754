"""What people write that the parser does not read by itself: an option whose value may be left out.

Pure. Knows the words of a command line and no command's meaning.
"""

from __future__ import annotations

import re

LAST = "last"
"""The conversation to which something was added last."""

_CONTINUING = frozenset({"ask", "run"})
_CONVERSATION = frozenset({"-c", "--conversation"})
_ID = re.compile(rf"{LAST}|[0-9a-fA-F]{{8}}(-[0-9a-fA-F-]*)?")


def settle_arguments(arguments: list[str]) -> list[str]:
    """The arguments with `-c` always followed by a conversation: the last one, where the next word is no id."""
    command = next((index for index, word in enumerate(arguments) if not word.startswith("-")), None)
    if command is None or arguments[command] not in _CONTINUING:
        return arguments
    end = arguments.index("--") if "--" in arguments else len(arguments)
    settled: list[str] = []
    for index, word in enumerate(arguments):
        settled.append(word)
        following = arguments[index + 1] if index + 1 < end else ""
        if command < index < end and word in _CONVERSATION and not looks_like_id(following):
            settled.append(LAST)
    return settled


def looks_like_id(word: str) -> bool:
    """Whether a word is an id, or the beginning of one, and no prompt."""
    return _ID.fullmatch(word) is not None
