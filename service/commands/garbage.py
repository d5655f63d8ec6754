"""When Python looks for objects that only know each other: young ones often and briefly, all of them in a quiet moment.

A look at all objects stops the process for as long as it takes: 300 ms were seen beside large queries. Most of what a
request makes ends with it and needs no look. Knows nothing of what the objects are.
"""

from __future__ import annotations

import asyncio
import gc
import time

THRESHOLDS = 10_000, 1, 1_000
"""Objects made before the young ones are looked at (about two milliseconds), how often that is done before the older
ones are, and how often those before all of them (which is what `collect_when_quiet` sees to before)."""
LOOK_SECONDS = 1.0
DUE = 100
"""Looks at the older ones, after which all are looked at as soon as there is time."""
QUIET = 0.05
"""Of a second, the processor time of a process that has time."""


def settle() -> None:
    """Forget what was made before; what is there from now on to the end is not looked at any more."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)


async def collect_when_quiet(seconds: float = LOOK_SECONDS) -> None:
    """Look at all objects whenever it is due and the process has little else to do."""
    while True:
        used = time.process_time()
        await asyncio.sleep(seconds)
        if gc.get_count()[2] >= DUE and time.process_time() - used < QUIET * seconds:
            gc.collect()
