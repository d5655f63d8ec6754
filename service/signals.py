"""In-process wake-ups: who waits for news of a conversation is woken when this process writes to it.

The graph is the record; a signal only makes a reader look earlier than its poll would. A leaf.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict

ANYTHING = "*"
"""The name by which all notifications are heard."""


class Signals:
    """Named wake-ups. A notification that nobody waits for costs one dictionary look-up."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[Listener]] = defaultdict(set)

    def notify(self, name: str, upto: int | None = None) -> None:
        """Wake all who listen to `name`, and tell them up to which number all is there, where that is known."""
        for listener in self._listeners.get(name, ()):
            listener.hear(upto)
        for listener in self._listeners.get(ANYTHING, ()):
            listener.hear_of(name, upto)

    def listen(self, *names: str) -> Listener:
        """Begin to listen; use as a context manager."""
        return Listener(self._listeners, names)


class Listener:
    """One reader's ear: what is notified while it works is remembered until it waits again.

    `upto` is the highest number that it was told. `is_sure` is whether that is all, as far as this process knows. Who
    listens to all and wants to know what was notified puts a set into `names`.
    """

    def __init__(self, listeners: dict[str, set[Listener]], names: tuple[str, ...]) -> None:
        self.event = asyncio.Event()
        self.upto = -1
        self.is_sure = True
        self.names: set[str] | None = None
        self._listeners = listeners
        self._names = names

    def __enter__(self) -> Listener:
        for name in self._names:
            self._listeners[name].add(self)
        return self

    def __exit__(self, *exc: object) -> None:
        for name in self._names:
            self._listeners[name].discard(self)
            if not self._listeners[name]:
                del self._listeners[name]

    def hear(self, upto: int | None) -> None:
        """Be notified."""
        if upto is None:
            self.is_sure = False
        else:
            self.upto = max(self.upto, upto)
        self.event.set()

    def hear_of(self, name: str, upto: int | None) -> None:
        """Be notified of something."""
        if self.names is not None:
            self.names.add(name)
        self.hear(upto)

    async def wait(self, timeout: float) -> bool:
        """Wait for a notification, `timeout` seconds at most; whether there was one."""
        try:
            async with asyncio.timeout(timeout):
                await self.event.wait()
        except TimeoutError:
            return False
        self.event.clear()
        return True
