"""Fusing: two lists of passages become one list of hits.

A hit is a turn: a prompt with a response; or a summary, or a source. Each signal ranks it by the best passage that it
found of it, and ranks are fused by reciprocal rank fusion (Cormack, Clarke, Büttcher 2009): a score is the sum of
1 / (5 + rank), see decision 073. What has all the words, as they are written, is a list of its own: an identifier that
somebody types must not lose against what only means something like it. Turns whose prompts say the same are one hit,
the best of them.
Pure: it reads nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Row = dict[str, Any]

RANK_CONSTANT = 5
"""How slowly a rank loses against the one before it. There are two signals, and the first hits are what counts."""


class SearchSignal(StrEnum):
    """What found a hit."""

    FULL_TEXT = "FULL_TEXT"
    """Its words."""

    VECTOR = "VECTOR"
    """What it means: its vector is near to that of the question."""


Ranked = tuple[SearchSignal, float, Sequence[str]]
"""What found them, how much that counts, and ids of passages, best first."""


@dataclass(slots=True)
class Found:
    """A hit before it is shown. `passages` are the best passages of it, one a signal."""

    key: str
    row: Row
    score: float = 0.0
    passages: dict[SearchSignal, Row] = field(default_factory=dict[SearchSignal, Row])
    response_id: str | None = None
    repeats: int = 0


def fuse(lists: Iterable[Ranked], rows: Mapping[str, Row]) -> list[Found]:
    """The hits of ranked ids of passages, best first; passages that are not among the rows are left out."""
    found: dict[str, Found] = {}
    for signal, weight, ids in lists:
        ranked = dict[str, Row]()
        for row in (rows[id_] for id_ in ids if id_ in rows):
            ranked.setdefault(row["promptId"] or row["of"], row)
            hit = found.setdefault(row["promptId"] or row["of"], Found(row["promptId"] or row["of"], row))
            hit.response_id = hit.response_id or row["responseId"]
        for rank, (key, row) in enumerate(ranked.items(), 1):
            found[key].passages.setdefault(signal, row)
            found[key].score += weight / (RANK_CONSTANT + rank)
    return _without_repeats(sorted(found.values(), key=_order))


def _order(hit: Found) -> tuple[float, bool, str]:
    """Best first; of two that are as good, the one whose words were found."""
    return -hit.score, SearchSignal.FULL_TEXT not in hit.passages, hit.key


def _without_repeats(hits: Iterable[Found]) -> list[Found]:
    kept: dict[Any, Found] = {}
    for hit in hits:
        asked = hit.row["asked"]
        first = kept.setdefault((" ".join(asked.split()), hit.row["length"] // 300) if asked else hit.key, hit)
        if first is not hit:
            first.repeats += 1
    return list(kept.values())
