"""Texts of a wanted length in tokens, drawn by a seed: common English words, of which each is one token of o200k."""

from __future__ import annotations

import math
import random
from pathlib import Path

WORDS = (Path(__file__).parent / "words.txt").read_text(encoding="utf-8").split()
POOL = 50_000


class Texts:
    """Texts of about `tokens` tokens each; with a `spread` (sigma of a log-normal) some are much longer."""

    def __init__(self, seed: int, tokens: int, spread: float = 0.0) -> None:
        self._draw = random.Random(seed)
        self._tokens = tokens
        self._spread = spread
        self._pool = self._draw.choices(WORDS, k=POOL)

    def next(self) -> str:
        """Another text. Their mean is `tokens`, whatever the spread."""
        left = self._tokens
        if self._spread:
            left = max(1, round(self._draw.lognormvariate(math.log(self._tokens) - self._spread**2 / 2, self._spread)))
        pieces: list[str] = []
        while left > 0:
            start = self._draw.randrange(POOL - 1)
            piece = self._pool[start : start + left]
            pieces += piece
            left -= len(piece)
        return " ".join(pieces)
