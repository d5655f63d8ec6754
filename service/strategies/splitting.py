"""Cutting a text into spans that each hold at most so many tokens, on its natural borders.

Pure: the counter comes from the caller. It may be slow (a call over HTTP) and need not be additive, so it is
asked about once a span: sizes are guessed from the tokens a character that were seen last, a border is taken
near the guess, and the very text of the span is counted before it is believed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from service.chat import CountTokens
from service.errors import InvalidInput
from service.strategies.borders import Borders
from service.strategies.syntax import Syntax

_FIRST_DENSITY = 0.3
_LEAST_DENSITY = 1 / 512
_FILL = 0.96
"""How much of the budget a guess aims at: less cuts more spans, more is rejected by the count more often."""
_STRETCH = 1.08
"""A window reaches so far beyond an equal share, for a border is found somewhat before its end."""
_MEASURED_SPANS = 8
"""When about so many spans are left they are counted as a whole, so that they can be made of equal size."""


def split(
    text: str, budget: int, overlap: int, count: CountTokens, syntax: Syntax = Syntax.PROSE
) -> list[tuple[int, int]]:
    """Spans `(start, end)` in characters that cover the text, each of at most `budget` tokens by `count`.

    A span begins where the one before ended, or up to `overlap` tokens earlier (half the budget at most), never
    before the span before that ended. Only a single character (or CR LF) that is larger than the budget makes
    a span that is. The same arguments give the same spans. InvalidInput when the budget is below 1.
    """
    if budget < 1:
        raise InvalidInput(
            "There is no room for the input beside the instruction and the answer.",
            remedy="Shorten the instruction, ask for a shorter answer, or choose a model with a larger window.",
            field="input",
        )
    cutter = _Cutter(text, budget, min(max(overlap, 0), budget // 2), count, syntax)
    pieces = [cutter.next_after(_Piece(0, 0, 0))]
    while pieces[-1].end < len(text):
        pieces.append(cutter.next_after(pieces[-1]))
    return [(piece.start, piece.end) for piece in pieces]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A span whose own text begins at `fresh`; what comes before, `lead` tokens, the span before has too."""

    start: int
    fresh: int
    end: int
    lead: int = 0
    tokens: int = 0


class _Cutter:
    """One pass over one text: how dense its tokens are, and how many are left, where that was counted."""

    def __init__(self, text: str, budget: int, overlap: int, count: CountTokens, syntax: Syntax) -> None:
        self.text = text
        self.budget = budget
        self.overlap = overlap
        self.count = count
        self.borders = Borders.of(text, syntax, self._fits)
        self.density = _FIRST_DENSITY
        self.left: int | None = None
        self.counted = (0, 0, 0)

    def next_after(self, last: _Piece) -> _Piece:
        """The piece after `last`, of at most the budget where that is possible."""
        empty = self._overlapping(last)
        goal = self._goal(empty)
        piece = self._grown(self._fitting(empty, goal), goal)
        if self.left is not None:
            self.left = max(0, self.left - piece.tokens + piece.lead)
        return piece

    def _fitting(self, empty: _Piece, goal: float) -> _Piece:
        """The first guess that the count confirms; every guess is shorter than the one before."""
        until = self._guess(empty, goal)
        tries = 0
        while True:
            tries += 1
            piece = self._counted(empty, self.borders.best(empty.fresh, until))
            if piece.tokens <= self.budget or self._is_least(piece):
                return piece
            if empty.start < empty.fresh and (tries > 2 or piece.end > until):
                empty = _Piece(empty.fresh, empty.fresh, empty.fresh)
            elif piece.end > until:
                self.borders.release(piece.fresh)
            until = self._shorter(piece)

    def _grown(self, piece: _Piece, goal: float) -> _Piece:
        """The piece made longer where the guess fell far short of the goal: the text has become less dense."""
        for _ in range(2):
            if piece.tokens * 2 >= goal or piece.end == len(self.text):
                break
            until = min(self._guess(piece, goal), piece.end + 4 * (piece.end - piece.start))
            end = self.borders.best(piece.fresh, until)
            longer = self._counted(piece, end) if end > piece.end else piece
            if longer is piece or longer.tokens > self.budget:
                break
            piece = longer
        return piece

    def _goal(self, empty: _Piece) -> float:
        """How many tokens the piece should have: all that is left, an equal share of it, or nearly the budget."""
        rest = len(self.text) - empty.fresh
        if self.left is None and rest * self.density <= _MEASURED_SPANS * self.budget:
            self.left = self._counted(empty, len(self.text)).tokens - empty.lead
        room = self.budget - empty.lead
        if self.left is None:
            return empty.lead + _FILL * room
        if self.left <= room:
            return math.inf
        later = math.ceil((self.left - _FILL * room) / (_FILL * (self.budget - self.overlap)))
        return empty.lead + min(_FILL * room, _STRETCH * self.left / (1 + max(1, later)))

    def _guess(self, piece: _Piece, goal: float) -> int:
        length = len(self.text) if goal == math.inf else int(goal / self.density)
        return min(len(self.text), max(piece.fresh + 1, piece.start + length))

    def _shorter(self, piece: _Piece) -> int:
        length = piece.end - piece.start
        wanted = self._guess(piece, self.budget * _FILL) - piece.start
        bounded = min(max(wanted, length // 4), length * 9 // 10)
        return max(piece.fresh + 1, min(piece.start + bounded, piece.end - 1))

    def _overlapping(self, last: _Piece) -> _Piece:
        """The beginning of the next piece: an overlap that holds by count, or none."""
        back = int(self.overlap / self.density)
        for _ in range(4):
            place = self.borders.first(max(last.fresh, last.start + 1, last.end - back), last.end)
            if place >= last.end or back < 1:
                break
            tokens = self.count(self.text[place : last.end])
            if tokens <= self.overlap:
                return _Piece(place, last.end, last.end, tokens)
            back = min((last.end - place) * 3 // 4, int((last.end - place) * self.overlap / tokens))
        return _Piece(last.end, last.end, last.end)

    def _counted(self, piece: _Piece, end: int) -> _Piece:
        # The last span is counted to see how much is left, and would be counted again to be believed.
        if self.counted[:2] != (piece.start, end):
            self.counted = (piece.start, end, self.count(self.text[piece.start : end]))
        tokens = self.counted[2]
        self.density = max(_LEAST_DENSITY, tokens / max(1, end - piece.start))
        return _Piece(piece.start, piece.fresh, end, piece.lead, tokens)

    def _is_least(self, piece: _Piece) -> bool:
        alone = piece.start == piece.fresh
        return alone and piece.end <= max(piece.fresh + 1, self.borders.character(piece.fresh, piece.fresh + 1))

    def _fits(self, start: int, end: int) -> bool:
        if (end - start) * _LEAST_DENSITY > self.budget:
            return False
        return self.count(self.text[start:end]) <= self.budget
