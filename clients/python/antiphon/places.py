"""Where code runs: connections are not carried from one process or event loop to another."""

from __future__ import annotations

import asyncio
import os


def sync_place() -> object:
    """This process: after a fork, the child makes connections of its own."""
    return os.getpid()


def async_place() -> object:
    """This process and this event loop: a second `asyncio.run` makes connections of its own."""
    return os.getpid(), asyncio.get_running_loop()
