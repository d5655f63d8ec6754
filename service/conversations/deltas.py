"""Text as it is generated: what is in flight in this process, for whoever watches.

No text is copied for a watcher: it holds its place in each response, so a slow one costs nobody anything and
simply gets larger pieces. What is kept for it is bounded, and it is told what it missed. Knows nothing of the graph.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from service.errors import Lagged
from service.signals import Signals

POLL_SECONDS = 1.0
MOST_BEHIND = 1000
"""Responses that a watcher may be behind; then its watching ends."""
MOST_KEPT = 4_000_000
"""Characters of ended responses that are kept for one watcher, beside those of the one that ended last."""


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of a response: characters from `position` on. `done` marks the last piece of that response.

    `lagged`: what comes after `position` was dropped, because the watcher was too far behind; the graph has it.
    """

    subtask_id: str
    response_id: str
    position: int
    text: str
    done: bool
    lagged: bool = False


@dataclass(slots=True)
class LiveResponse:
    """One response while it is generated."""

    subtask_id: str
    response_id: str
    pieces: list[str] = field(default_factory=list[str])
    characters: int = 0
    done: bool = False


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
        return Delta(live.subtask_id, live.response_id, position, text, live.done, self.lagged)

    def drop(self) -> None:
        """Let go of the text."""
        self.live = LiveResponse(self.live.subtask_id, self.live.response_id, characters=self.position, done=True)
        self.pieces, self.lagged = 0, True


class _Watcher:
    """The places of one watcher. `kept` counts the characters that only it still holds."""

    def __init__(self, responses: list[LiveResponse]) -> None:
        self.places = {live.response_id: _Place(live) for live in responses}
        self.kept = 0
        self._ended: dict[str, _Place] = {}
        self._lost = False

    def begin(self, live: LiveResponse) -> None:
        self._lost = self._lost or len(self.places) >= MOST_BEHIND
        if self._lost:
            self.places.clear()
            self._ended.clear()
            self.kept = 0
        else:
            self.places[live.response_id] = _Place(live)

    def end(self, live: LiveResponse) -> None:
        place = self.places.get(live.response_id)
        if place is None:
            return
        self._ended[live.response_id] = place
        self.kept += place.behind
        while self.kept > MOST_KEPT and len(self._ended) > 1:
            oldest = self._ended.pop(next(iter(self._ended)))
            self.kept -= oldest.behind
            oldest.drop()

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
        self._live: dict[str, dict[str, LiveResponse]] = {}
        self._watchers: dict[str, list[_Watcher]] = {}
        self._signals = Signals()

    def begin(self, task_id: str, subtask_id: str, response_id: str) -> LiveResponse:
        """Begin a response."""
        live = LiveResponse(subtask_id, response_id)
        self._live.setdefault(task_id, {})[response_id] = live
        for watcher in self._watchers.get(task_id, ()):
            watcher.begin(live)
        return live

    def add(self, task_id: str, live: LiveResponse, text: str) -> None:
        """Add a piece to it."""
        live.pieces.append(text)
        live.characters += len(text)
        self._signals.notify(task_id)

    def end(self, task_id: str, live: LiveResponse) -> None:
        """End a response: only those who watch it already still hold its text, for as long as there is room."""
        live.done = True
        responses = self._live[task_id]
        del responses[live.response_id]
        if not responses:
            del self._live[task_id]
        for watcher in self._watchers.get(task_id, ()):
            watcher.end(live)
        self._signals.notify(task_id)

    def kept(self, task_id: str) -> list[int]:
        """How many characters of ended responses are kept for each watcher of a task."""
        return [watcher.kept for watcher in self._watchers.get(task_id, ())]

    async def follow(self, task_id: str, is_over: Callable[[], Awaitable[bool]]) -> AsyncIterator[Delta]:
        """What is generated in a task: first each text so far, then what comes, until `is_over()`.

        Raises `Lagged` for a watcher that is more than a thousand responses behind.
        """
        watcher = _Watcher(list(self._live.get(task_id, {}).values()))
        self._watchers.setdefault(task_id, []).append(watcher)
        try:
            with self._signals.listen(task_id) as news:
                while True:
                    over = not news.event.is_set() and not watcher.places and await is_over()
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
            del self._watchers[task_id]
