"""The circuit breaker of one model: a model that keeps failing is left alone for a while.

Pure over a clock that is given. Knows neither models nor errors: who calls says what counts as a failure.
The pattern is Nygard's (Release It!, 2007).
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from enum import StrEnum
from math import inf

FAILURES = 5
COOL_DOWN_SECONDS = 30.0
LONGEST_COOL_DOWN_SECONDS = 300.0
PROBE_SECONDS = 60.0
"""A probing call that has said nothing for so long keeps nobody from another."""
OUTCOMES_PER_FAILURE = 4
"""Of so many times `failures` outcomes, half failed: the breaker opens though some succeed between (10 of 20)."""


class BreakerState(StrEnum):
    """Whether a model is called."""

    CLOSED = "CLOSED"
    """Calls are made."""

    OPEN = "OPEN"
    """None is made for a while."""

    HALF_OPEN = "HALF_OPEN"
    """One call at a time finds out whether it works again."""


class Breaker:
    """Opens after `failures` failures in a row, or when half of the last 4 × `failures` calls failed.

    After the cool-down (seconds; it doubles up to five minutes each time that a probe fails) one call at a time is let
    through: its success closes the breaker, its failure opens it again. `began` is when the call began, by the
    same clock: a call from before the last change of state says nothing any more, and one that was made though the
    breaker was open, and was answered, closes it.
    """

    def __init__(
        self,
        failures: int = FAILURES,
        cool_down: float = COOL_DOWN_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = failures
        self._first_cool_down = self._cool_down = cool_down
        self._clock = clock
        self._state = BreakerState.CLOSED
        self._in_a_row = 0
        self._outcomes: deque[bool] = deque(maxlen=failures * OUTCOMES_PER_FAILURE)
        self._changed_at = -inf
        self._opened_at: float | None = None
        self._probe_at: float | None = None
        self._last_error: str | None = None

    @property
    def state(self) -> BreakerState:
        """The state. An open breaker is so until somebody calls after its cool-down."""
        return self._state

    @property
    def failures(self) -> int:
        """How many calls failed in a row."""
        return self._in_a_row

    @property
    def opened_at(self) -> float | None:
        """When it opened last, by its clock; None while closed."""
        return self._opened_at

    @property
    def retry_at(self) -> float | None:
        """From when a probing call is let through, by its clock; None unless open."""
        if self._opened_at is None or self._state is not BreakerState.OPEN:
            return None
        return self._opened_at + self._cool_down

    @property
    def retry_in(self) -> float | None:
        """Seconds until a probing call is let through; None unless open."""
        return None if self.retry_at is None else max(0.0, self.retry_at - self._clock())

    @property
    def last_error(self) -> str | None:
        """What the last failure said."""
        return self._last_error

    @property
    def is_ready(self) -> bool:
        """Whether `allows` would say yes now; asking changes nothing."""
        match self._state:
            case BreakerState.CLOSED:
                return True
            case BreakerState.OPEN:
                return self.retry_in == 0.0
            case BreakerState.HALF_OPEN:
                return not self._is_probed()

    def allows(self) -> bool:
        """Whether a call may be made. Half open, a yes is for one call, which must say what came of it."""
        if self._state is BreakerState.CLOSED:
            return True
        now = self._clock()
        if self.retry_at is not None and now >= self.retry_at:
            self._change(BreakerState.HALF_OPEN)
        if self._state is BreakerState.OPEN:
            return False
        if self._is_probed():
            return False
        self._probe_at = now
        return True

    def succeeded(self, began: float | None = None) -> None:
        """A call was answered."""
        if self._is_old(began) or (began is None and self._state is BreakerState.OPEN):
            return
        self._in_a_row = 0
        self._outcomes.append(True)
        if self._state is not BreakerState.CLOSED:
            self._close()

    def failed(self, error_text: str, began: float | None = None) -> None:
        """A call failed in a way that counts against the model."""
        if self._is_old(began):
            return
        self._last_error = error_text
        if self._state is BreakerState.OPEN:
            return
        self._in_a_row += 1
        self._outcomes.append(False)
        if self._state is BreakerState.HALF_OPEN:
            self._open(min(self._cool_down * 2, max(LONGEST_COOL_DOWN_SECONDS, self._first_cool_down)))
        elif self._in_a_row >= self._most or self._fails_often():
            self._open(self._first_cool_down)

    def released(self, began: float | None = None) -> None:
        """A call ended and says nothing: it was cancelled, or failed in a way that speaks against the request."""
        if self._probe_at is not None and (began is None or began >= self._probe_at):
            self._probe_at = None

    def _is_probed(self) -> bool:
        return self._probe_at is not None and self._clock() < self._probe_at + PROBE_SECONDS

    def _is_old(self, began: float | None) -> bool:
        return began is not None and began < self._changed_at

    def _fails_often(self) -> bool:
        return len(self._outcomes) == self._outcomes.maxlen and self._outcomes.count(False) * 2 >= len(self._outcomes)

    def _open(self, cool_down: float) -> None:
        self._change(BreakerState.OPEN)
        self._cool_down = cool_down
        self._opened_at = self._changed_at

    def _close(self) -> None:
        self._change(BreakerState.CLOSED)
        self._outcomes.clear()
        self._cool_down = self._first_cool_down
        self._opened_at = None

    def _change(self, state: BreakerState) -> None:
        self._state = state
        self._changed_at = self._clock()
        self._probe_at = None
