"""Fusing: two lists of passages become one list of hits.

A hit is a turn: a prompt with a response; or a summary, or a source. Each signal ranks it by the best passage that it
found of it, and ranks are fused by reciprocal rank fusion (Cormack, Clarke, Büttcher 2009): a score is the sum of
1 / (60 + rank). Turns whose prompts say the same are one hit, the best of them. Pure: it reads nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Row = dict[str, Any]

RANK_CONSTANT = 60


class SearchSignal(StrEnum):
    """What found a hit."""

    FULL_TEXT = "FULL_TEXT"
    """Its words."""

    VECTOR = "VECTOR"
    """What it means: its vector is near to that of the question."""


@dataclass(slots=True)
class Found:
    """A hit before it is shown. `passages` are the best passages of it, one a signal."""

    key: str
    row: Row
    score: float = 0.0
    passages: dict[SearchSignal, Row] = field(default_factory=dict[SearchSignal, Row])
    response_id: str | None = None
    repeats: int = 0


def fuse(lists: Mapping[SearchSignal, Sequence[str]], rows: Mapping[str, Row]) -> list[Found]:
    """The hits of ranked ids of passages, best first; passages that are not among the rows are left out."""
    found: dict[str, Found] = {}
    for signal, ids in lists.items():
        rank = 0
        for row in (rows[id_] for id_ in ids if id_ in rows):
            key = row["promptId"] or row["of"]
            hit = found.setdefault(key, Found(key, row))
            hit.response_id = hit.response_id or row["responseId"]
            if signal not in hit.passages:
                rank += 1
                hit.passages[signal] = row
                hit.score += 1 / (RANK_CONSTANT + rank)
    return _without_repeats(sorted(found.values(), key=lambda hit: (-hit.score, hit.key)))


def _without_repeats(hits: Iterable[Found]) -> list[Found]:
    kept: dict[Any, Found] = {}
    for hit in hits:
        asked = hit.row["asked"]
        first = kept.setdefault((" ".join(asked.split()), hit.row["length"] // 300) if asked else hit.key, hit)
        if first is not hit:
            first.repeats += 1
    return list(kept.values())
