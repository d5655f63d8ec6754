"""The titles of messages and tasks: the beginning of what they say, in one short line. Pure."""

from __future__ import annotations

TITLE_CHARACTERS = 60


def title_of(text: str) -> str:
    """The first words of a text, cut where the title ends; empty where it says nothing."""
    return " ".join(text[: TITLE_CHARACTERS * 2].split())[:TITLE_CHARACTERS]


def marked_title(text: str) -> str:
    """The same of a text in which it is shown that it goes on."""
    line = " ".join(text.split())
    return line if len(line) <= TITLE_CHARACTERS else f"{line[: TITLE_CHARACTERS - 1].rstrip()}…"
