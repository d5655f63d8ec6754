"""The time of day that never goes back in this process, and ids that sort by it; a leaf.

The machine's clock is set back by NTP, by hand, or when a virtual machine resumes. What is written after that must
still sort behind what was written before. Durations and time limits are not measured here: they have `time.monotonic`.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

_TAIL_BITS = 74
_STEP_BITS = 32
_SLOW = 2
"""How many times slower we go than the machine's clock until that one, set back, has caught up."""


class Clock:
    """Nanoseconds since 1970, never less than before. Safe to share between threads.

    `wall` is the machine's clock and `steady` one that nobody sets, both in ns.
    """

    def __init__(self, wall: Callable[[], int] = time.time_ns, steady: Callable[[], int] = time.monotonic_ns) -> None:
        self._wall = wall
        self._steady = steady
        self._lock = threading.Lock()
        self._last, self._seen = wall(), steady()

    def now_ns(self) -> int:
        """The time by the machine's clock or, where that was set back, a time that goes on from the last one."""
        with self._lock:
            seen = self._steady()
            self._last = max(self._wall(), self._last + (seen - self._seen) // _SLOW)
            self._seen = seen
            return self._last


class Ids:
    """UUIDv7 (RFC 9562, method 2 of section 6.2): each sorts behind the one before. Safe to share between threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._last = 0

    def new(self) -> tuple[int, int]:
        """Milliseconds since 1970 and 74 bits that go with them."""
        fresh = self._clock.now_ns() // 1_000_000 << _TAIL_BITS | int.from_bytes(os.urandom(10), "big") >> 6
        with self._lock:
            if fresh >> _TAIL_BITS <= self._last >> _TAIL_BITS:
                fresh = self._last + 1 + int.from_bytes(os.urandom(_STEP_BITS // 8), "big")
            self._last = fresh
        return fresh >> _TAIL_BITS, fresh & (1 << _TAIL_BITS) - 1


_clock = Clock()
_ids = Ids(_clock)


def now_ms() -> int:
    """The time in milliseconds since 1970, UTC; never less than before in this process."""
    return _clock.now_ns() // 1_000_000


def new_stamp() -> tuple[int, int]:
    """What a new UUIDv7 is made of: its milliseconds, and 74 bits; greater than every one before in this process."""
    return _ids.new()
