"""Labels under which a model is shown messages and summaries, so that it copies no ids. Pure."""

from __future__ import annotations

import re

_LABEL = re.compile(r"[ms][1-9]\d{0,6}")
_AROUND = " \t\n[]()<>\"'`.,;:#"


def label_of(place: int, *, is_summary: bool = False) -> str:
    """What the message, or the summary, at a place, from 0, is called."""
    return f"{'s' if is_summary else 'm'}{place + 1}"


def place_of(label: str) -> int:
    """The place, from 0, of what is called so."""
    return int(label[1:]) - 1


def read_label(written: str) -> str:
    """A label as it is meant: models put brackets and the like around it. Empty for what is none."""
    bare = written.strip(_AROUND).lower()
    return bare if _LABEL.fullmatch(bare) else ""
