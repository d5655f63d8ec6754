"""When a call has taken too long, and which of its timeouts says so. Reads the event loop's clock only."""

from __future__ import annotations

import asyncio

from service.chat import Timeouts
from service.errors import ProviderTimeout

GRACE_SECONDS = 2.0
"""How long the usage of an answer may take after its finish reason."""


class Deadlines:
    """The deadlines of one call, which starts when this is made. Times are the event loop's, in seconds."""

    def __init__(self, timeouts: Timeouts) -> None:
        self._timeouts = timeouts
        self._now = asyncio.get_running_loop().time
        self._end = self._now() + timeouts.total
        self._next_token = self._now() + timeouts.first_token
        self._begun = False

    def token(self) -> None:
        """A token has come: the next one has its full time again."""
        self._begun = True
        self._next_token = self._now() + self._timeouts.first_token

    def finished(self, seconds: float = GRACE_SECONDS) -> None:
        """The answer is whole: wait `seconds` at most for what else belongs to it."""
        self._next_token = min(self._next_token, self._now() + seconds)

    @property
    def next(self) -> float:
        """When to give up waiting, whichever timeout comes first."""
        return min(self._end, self._next_token)

    def expired(self, provider: str) -> ProviderTimeout:
        """The error for the timeout that has run out."""
        if self._end <= self._next_token:
            took = milliseconds(self._timeouts.total)
            return ProviderTimeout(f"{provider} did not finish within {took} ms (total timeout).")
        took = milliseconds(self._timeouts.first_token)
        if self._begun:
            return ProviderTimeout(f"{provider} sent no further token for {took} ms (between-token timeout).")
        return ProviderTimeout(f"{provider} sent no token within {took} ms (first-token timeout).")


def milliseconds(seconds: float) -> int:
    """Seconds as whole milliseconds, as messages give them."""
    return round(seconds * 1000)
