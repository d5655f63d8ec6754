"""Streams that a program leaves behind when it ends: they are closed, so that nothing goes on for nobody."""

from __future__ import annotations

import atexit
from contextlib import suppress
from typing import Any
from weakref import WeakSet

_open: WeakSet[Any] = WeakSet()


def remember(stream: object) -> None:
    """Close this when the program ends, if it can be closed without an event loop."""
    if hasattr(stream, "close"):
        _open.add(stream)


@atexit.register
def _close_all() -> None:
    for stream in list(_open):
        with suppress(Exception):
            stream.close()
