"""Runs what a command does: the event loop, and what ends it. Knows nothing of servers: most commands need none."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

from service.open_files import allow_all

_ENDS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""What ends a process that does nothing about it, and would leave its Neo4j running."""

_T = TypeVar("_T")


def run(main: Coroutine[Any, Any, _T]) -> _T:
    """Run a coroutine on the fastest event loop that is installed.

    SIGTERM and the end of the terminal are to it what Ctrl-C is: it is cancelled, and ends what it began.
    """
    # Each caller, each call of a provider and each connection to Neo4j is an open file.
    allow_all()
    try:
        import uvloop
    except ImportError:
        begin = asyncio.run
    else:
        begin = uvloop.run
    try:
        return begin(_ended_by_signals(main))
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


async def _ended_by_signals(main: Coroutine[Any, Any, _T]) -> _T:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None

    def end(number: int, frame: object) -> None:
        loop.call_soon_threadsafe(task.cancel)

    numbers = [number for number in _ENDS if signal.getsignal(number) is signal.SIG_DFL]
    for number in numbers:
        signal.signal(number, end)
    try:
        return await main
    finally:
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)
