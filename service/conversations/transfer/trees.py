"""The tree of a transcript's messages: who stands below whom, whatever the file says, and in which order. Pure.

Owns that it is a tree: no id is there twice, no parent is missing, nobody is below itself.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence

from service.conversations.transfer.transcripts import NoticeKind, Speaker, Transcript, TranscriptMessage, Wholeness

Say = Callable[[NoticeKind, str], None]


class Tree:
    """The messages of a transcript by key, and their parents and children. What is wrong with them is said."""

    def __init__(self, transcript: Transcript, say: Say) -> None:
        self.messages: dict[str, TranscriptMessage] = {}
        self._marked = {transcript.head, *transcript.branches.values()}
        for message in transcript.messages:
            if message.key in self.messages:
                say(NoticeKind.SKIPPED, "a second message with the id of another")
            else:
                self.messages[message.key] = message
        self.parents = dict(self._known_parents(say))
        for key in list(_circles(self.parents)):
            self.parents[key] = None
            say(NoticeKind.CHANGED, "a message that is below itself begins a path of its own")
        self.children: dict[str | None, list[str]] = {}
        for key, parent in self.parents.items():
            self.children.setdefault(parent, []).append(key)

    def _known_parents(self, say: Say) -> Iterator[tuple[str, str | None]]:
        for key, message in self.messages.items():
            known = message.parent if message.parent in self.messages else None
            if message.parent is not None and known is None:
                say(NoticeKind.CHANGED, "a message whose parent is not in the file begins a path of its own")
            yield key, known

    def roots(self) -> list[str]:
        """Messages that stand below nothing that says something."""
        return list(self._followers(None))

    def stands_for_itself(self, key: str) -> bool:
        """Whether an answer is a response of its own: not where only other answers go on from it."""
        followers = list(self._followers(key))
        said = (self.messages[it].speaker for it in followers)
        return key in self._marked or not followers or any(speaker is not Speaker.ASSISTANT for speaker in said)

    def _followers(self, key: str | None) -> Iterator[str]:
        """What goes on from a message; what says nothing is looked through."""
        ahead = list(self.children.get(key, ()))
        while ahead:
            one = ahead.pop()
            if says_nothing(self.messages[one]):
                ahead += self.children.get(one, ())
            else:
                yield one

    def in_order(self) -> Iterator[str]:
        """All messages, each behind its parent, by time where they have one, else as they came."""
        place = {key: number for number, key in enumerate(self.messages)}
        ready: list[tuple[int, int, str]] = []

        def add(keys: Sequence[str], not_before: int) -> None:
            for key in keys:
                at = max(self.messages[key].created_ms or not_before, not_before)
                heapq.heappush(ready, (at, place[key], key))

        add(self.children.get(None, ()), 0)
        while ready:
            at, _, key = heapq.heappop(ready)
            yield key
            add(self.children.get(key, ()), at)


def says_nothing(message: TranscriptMessage) -> bool:
    """Whether nothing would be lost without a message: it was hidden, and is there for the tool's own sake."""
    if message.content.strip() or message.tool_calls or message.reasoning or message.attachments:
        return False
    return message.speaker is not Speaker.TOOL and message.wholeness is Wholeness.COMPLETE


def _circles(parents: dict[str, str | None]) -> Iterator[str]:
    """One message of each circle of parents."""
    done: set[str] = set()
    for start in parents:
        way: dict[str, None] = {}
        key: str | None = start
        while key is not None and key not in done:
            if key in way:
                yield key
                break
            way[key] = None
            key = parents[key]
        done.update(way)
