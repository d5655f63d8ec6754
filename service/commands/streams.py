"""The standard streams of a command: they are there, take any text, and JSON on them stays JSON."""

from __future__ import annotations

import codecs
import io
import json
import os
import sys
from typing import Any


def settle_streams() -> None:
    """Open what the caller has closed (`>&-`), and print what an encoding has no sign for as `?`."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if not _is_open(number):
            # The lowest number that is free: this one.
            os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, open(number, "w" if number else "r", closefd=False))  # noqa: SIM115 - it stays open
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def say_plainly(text: str) -> None:
    """One line for the person, on standard error, where the text is our own: rich is not read for it."""
    print(text, file=sys.stderr, flush=True)


def print_json(value: Any) -> None:
    """One JSON value on a line of standard output, whole whatever the stream's encoding."""
    is_utf8 = codecs.lookup(sys.stdout.encoding or "utf-8").name == "utf-8"
    print(json.dumps(value, ensure_ascii=not is_utf8))


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True
