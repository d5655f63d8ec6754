"""Text as it is generated: what is in flight in this process, for whoever watches; and what others are told of.

No text is copied for a watcher: it holds its place in each response, so a slow one costs nobody anything and
simply gets larger pieces. What is kept for it is bounded, and it is told what it missed. Knows nothing of the graph.
"""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from service.errors import Lagged
from service.records import ResponseStatus
from service.signals import Signals

POLL_SECONDS = 1.0
MOST_BEHIND = 1000
"""Responses that a watcher may be behind; then its watching ends."""
MOST_KEPT = 4_000_000
"""Characters of ended responses that are kept for one watcher, beside those of the one that ended last."""


Key = tuple[str, int]
"""A subtask, and the number of the attempt at it."""


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of a response: characters from `position` on. `done` marks the last piece of that response.

    `lagged`: what comes after `position` was dropped, because the watcher was too far behind, or what came
    before it is no part of the answer after all; the graph has it.
    """

    live: LiveResponse
    position: int
    text: str
    done: bool
    lagged: bool = False


@dataclass(slots=True)
class LiveResponse:
    """One response while it is generated: of which attempt of which subtask, and how it ended once it is `done`.

    `id` is what it will have if it is accepted; two attempts at one answer have the same. `corrected`: some of what was
    generated turned out, at the end, to be what the model thought and no part of its answer.
    """

    subtask_id: str
    attempt: int
    id: str
    pieces: list[str] = field(default_factory=list[str])
    characters: int = 0
    status: ResponseStatus = ResponseStatus.STREAMING
    finish_reason: str | None = None
    corrected: bool = False

    @property
    def key(self) -> Key:
        """What tells it from all others of its task."""
        return self.subtask_id, self.attempt

    @property
    def done(self) -> bool:
        """Whether it has ended."""
        return self.status is not ResponseStatus.STREAMING

    @property
    def is_kept(self) -> bool:
        """Whether it is written: a call that failed before it said anything leaves no response."""
        return self.status is not ResponseStatus.FAILED or self.characters > 0

    def add(self, text: str) -> None:
        """A further piece."""
        self.pieces.append(text)
        self.characters += len(text)

    def is_beginning_of(self, text: str) -> bool:
        """Whether all that was shown of it is what a text begins with."""
        return text[: self.characters] == "".join(self.pieces)

    def without_text(self, characters: int) -> LiveResponse:
        """The same, ended after so many characters that nobody holds."""
        return dataclasses.replace(self, pieces=[], characters=characters)


@dataclass(slots=True)
class _Place:
    """How far one watcher has read one response."""

    live: LiveResponse
    pieces: int = 0
    position: int = 0
    lagged: bool = False

    @property
    def behind(self) -> int:
        return self.live.characters - self.position

    def news(self) -> Delta | None:
        text = "".join(self.live.pieces[self.pieces :])
        if not text and not self.live.done:
            return None
        live, position = self.live, self.position
        self.pieces = len(live.pieces)
        self.position += len(text)
        return Delta(live, position, text, live.done, self.lagged or (live.done and live.corrected))

    def drop(self) -> None:
        """Let go of the text."""
        self.live = self.live.without_text(self.position)
        self.pieces, self.lagged = 0, True


class _Watcher:
    """The places of one watcher. `kept` counts the characters that only it still holds."""

    def __init__(self, responses: list[LiveResponse]) -> None:
        self.places = {live.key: _Place(live) for live in responses}
        self.kept = 0
        self._ended: dict[Key, _Place] = {}
        self._lost = False

    def begin(self, live: LiveResponse) -> None:
        self._lost = self._lost or len(self.places) >= MOST_BEHIND
        if self._lost:
            self.places.clear()
            self._ended.clear()
            self.kept = 0
        else:
            self.places[live.key] = _Place(live)

    def end(self, live: LiveResponse) -> None:
        place = self.places.get(live.key)
        if place is None:
            return
        self._ended[live.key] = place
        self.kept += place.behind
        while self.kept > MOST_KEPT and len(self._ended) > 1:
            oldest = self._ended.pop(next(iter(self._ended)))
            self.kept -= oldest.behind
            oldest.drop()

    @property
    def unread(self) -> int:
        """How many responses have ended that it has not read to their end."""
        return len(self._ended)

    def read(self) -> Delta | None:
        """The next piece. Raises `Lagged` where the watcher is too far behind."""
        if self._lost:
            raise Lagged(
                f"This subscription was more than {MOST_BEHIND} responses behind and was closed.",
                remedy="Subscribe again, and read the answers so far with `task`.",
            )
        for key, place in self.places.items():
            behind = place.behind
            if (delta := place.news()) is not None:
                # To the end of the line: each response has its turn.
                del self.places[key]
                if not delta.done:
                    self.places[key] = place
                elif self._ended.pop(key, None):
                    self.kept -= behind
                return delta
        return None


class Deltas:
    """The responses in flight, by task."""

    def __init__(self) -> None:
        self._live: dict[str, dict[Key, LiveResponse]] = {}
        self._watchers: dict[str, list[_Watcher]] = {}
        self._told: dict[str, set[Key]] = {}
        self._signals = Signals()

    def begin(self, task_id: str, live: LiveResponse) -> None:
        """Begin a response."""
        self._live.setdefault(task_id, {})[live.key] = live
        for watcher in self._watchers.get(task_id, ()):
            watcher.begin(live)
        if (told := self._told.get(task_id)) is not None:
            told.add(live.key)

    def add(self, task_id: str, live: LiveResponse, text: str) -> None:
        """Add a piece to it."""
        live.add(text)
        self._signals.notify(task_id)

    def end(self, task_id: str, live: LiveResponse) -> None:
        """End a response, whose status says how: only those who watch it already still hold its text, for as long as
        there is room."""
        responses = self._live[task_id]
        del responses[live.key]
        if not responses:
            del self._live[task_id]
        for watcher in self._watchers.get(task_id, ()):
            watcher.end(live)
        if task_id in self._told and not live.is_kept:
            self._told[task_id].discard(live.key)
        self._signals.notify(task_id)

    def was_told(self, task_id: str, key: Key) -> bool:
        """Whether those who watch were told of a response when it was generated here. It is asked once of each."""
        told = self._told.get(task_id, set())
        known = key in told
        told.discard(key)
        return known

    def tell(self, task_id: str, live: LiveResponse) -> None:
        """Tell those who watch of a response that was generated elsewhere, and is whole."""
        for watcher in self._watchers.get(task_id, ()):
            watcher.begin(live)
            watcher.end(live)
        self._signals.notify(task_id)

    def unread(self, task_id: str) -> int:
        """How many ended responses the quickest of those who watch has still to read."""
        return min((watcher.unread for watcher in self._watchers.get(task_id, ())), default=0)

    def wake(self, task_id: str) -> None:
        """Have those who watch look again whether it is over."""
        self._signals.notify(task_id)

    def kept(self, task_id: str) -> list[int]:
        """How many characters of ended responses are kept for each watcher of a task."""
        return [watcher.kept for watcher in self._watchers.get(task_id, ())]

    async def follow(self, task_id: str, is_over: Callable[[], bool]) -> AsyncIterator[Delta]:
        """What is generated in a task: first each text so far, then what comes, until `is_over()`.

        Raises `Lagged` for a watcher that is more than a thousand responses behind.
        """
        here = self._live.get(task_id, {})
        watcher = _Watcher(list(here.values()))
        self._watchers.setdefault(task_id, []).append(watcher)
        self._told.setdefault(task_id, set(here))
        try:
            with self._signals.listen(task_id) as news:
                while True:
                    over = is_over()
                    while (delta := watcher.read()) is not None:
                        yield delta
                    if over and not watcher.places:
                        return
                    await news.wait(POLL_SECONDS)
        finally:
            self._leave(task_id, watcher)

    def _leave(self, task_id: str, watcher: _Watcher) -> None:
        watchers = [other for other in self._watchers[task_id] if other is not watcher]
        if watchers:
            self._watchers[task_id] = watchers
        else:
            del self._watchers[task_id], self._told[task_id]
