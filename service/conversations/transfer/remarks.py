"""What is to be said of a conversation that was read: each thing once, with how often it was.

Knows nothing of any tool.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.conversations.transfer.transcripts import Notice, NoticeKind, Speaker


class Remarks:
    """What is to be said of a conversation: each thing once, with how often it was."""

    def __init__(self, place: str) -> None:
        self.place = place
        self._counts: dict[tuple[NoticeKind, str, str], tuple[int, str | None]] = {}

    def add(self, kind: NoticeKind, one: str, many: str, count: int = 1, first: str | None = None) -> None:
        """Count what happened. `one` and `many` go on behind the number: `image was …`, `images were …`; `first` says
        where it was first."""
        if count:
            before, where = self._counts.get((kind, one, many), (0, first))
            self._counts[kind, one, many] = before + count, where

    def speaker(self, speakers: Mapping[str, Speaker], name: str | None) -> Speaker:
        """Who says a message, by a tool's name for them; the system where the tool does not say."""
        found = speakers.get(name or "")
        if found is None:
            self.add(
                NoticeKind.CHANGED,
                "message does not say who wrote it, and was taken for the system's",
                "messages do not say who wrote them, and were taken for the system's",
            )
        return found or Speaker.SYSTEM

    def aside(self, instructions: Any) -> None:
        """What a tool tells the model in every conversation is kept aside: nobody said it there."""
        self.add(
            NoticeKind.ASIDE,
            "text of instructions for all conversations was kept as metadata",
            "texts of instructions for all conversations were kept as metadata",
            bool(instructions),
        )

    def notices(self) -> list[Notice]:
        """A notice for each thing."""
        return [
            Notice(
                kind, self.place, f"{count} {one if count == 1 else many}{'; the first is ' + first if first else ''}."
            )
            for (kind, one, many), (count, first) in self._counts.items()
        ]
