"""Where code runs: connections are not carried from one process or event loop to another."""

from __future__ import annotations

import asyncio
import os
from typing import TypeAlias

Place: TypeAlias = "tuple[int, asyncio.AbstractEventLoop | None]"
"""A process, and an event loop of it."""


def sync_place() -> Place:
    """This process: after a fork, the child makes connections of its own."""
    return os.getpid(), None


def async_place() -> Place:
    """This process and this event loop: a second `asyncio.run`, or another thread's, makes connections of its own."""
    return os.getpid(), asyncio.get_running_loop()


def is_there(place: Place) -> bool:
    """Whether somebody may still run there: this process, and no loop or one that is not closed."""
    process, loop = place
    return process == os.getpid() and not (loop and loop.is_closed())
