"""How long a broken connection is tried again, and what is sent then. Pure."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, cast

from antiphon.errors import AntiphonError, ConnectionLost

RECONNECT_SECONDS = 120.0
"""For so long a service may be away in the middle: it is started anew, with its Neo4j, in less."""

SILENCE_SECONDS = 45.0
"""How long a subscription may be silent: the service gives a sign of life every 15 s."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 3.0


class Patience:
    """Counts from the last thing that came; a pause is longer each time."""

    def __init__(self, seconds: float = RECONNECT_SECONDS) -> None:
        self._seconds = seconds
        self._since: float | None = None
        self._pause = _FIRST_PAUSE

    def renew(self) -> None:
        """Something came."""
        self._since, self._pause = None, _FIRST_PAUSE

    def pause(self, error: AntiphonError) -> float:
        """How many seconds to wait before it is tried again. Raises the error where that is no use any more."""
        now = time.monotonic()
        self._since = self._since or now
        if not error.retryable or now - self._since > self._seconds:
            raise error
        self._pause = min(self._pause * 2, _LONGEST_PAUSE)
        return self._pause


class Place:
    """Where a subscription goes on: after the last event that came, if its operation takes a cursor."""

    def __init__(self, variables: Mapping[str, Any]) -> None:
        self.variables = dict(variables)

    def passed(self, value: Any) -> None:
        """Remember an event."""
        cursor = cast("dict[str, Any]", value).get("cursor") if isinstance(value, dict) else None
        if cursor and "after" in self.variables:
            self.variables["after"] = cursor


def check_time(ends: float | None) -> None:
    """Raises `TimeoutError` where the time (`time.monotonic`) is over."""
    if ends is not None and time.monotonic() >= ends:
        raise TimeoutError


class Silence:
    """How long one connection may be silent: at most until the time to give up."""

    def __init__(self, ends: float | None) -> None:
        check_time(ends)
        self._ends = ends
        self._begun = time.monotonic()
        left = SILENCE_SECONDS if ends is None else ends - self._begun
        self.seconds = max(0.01, min(SILENCE_SECONDS, left))

    def check(self) -> None:
        """Something came. Raises `TimeoutError` at the end, `ConnectionLost` where less silence is left than was given.

        A sign of life is no event: with none, a connection would be waited for again as long as at first.
        """
        check_time(self._ends)
        now = time.monotonic()
        if self._ends is not None and now - self._begun > 1 and self._ends - now < self.seconds:
            raise ConnectionLost("The time to wait for this connection is less than it was.")
