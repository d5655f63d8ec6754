"""Where a text may be cut: its natural borders, the best one at or before a place, and what must stay whole.

Knows nothing of tokens. A border is the index of the first character after the cut. Every search looks at a
window, in strips from its end, and every pattern is bounded, so that hostile texts cost no more than others.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field

from service.strategies.fences import fenced_blocks
from service.strategies.syntax import Syntax

_LOOK = 80
"""Characters beyond a window that a pattern may need to see."""

_BLANK = r"\n[ \t\r]{0,60}\n"
_HEADING = re.compile(r"\n(?=#{1,2}[ \t]\S)")
_SUBHEADING = re.compile(r"\n(?=#{3,6}[ \t]\S)")
_DEFINITION = re.compile(_BLANK + r"(?=[^\s})\]])")
_PARAGRAPH = re.compile(_BLANK + r"(?=[^\r\n])")
_LINE = re.compile(r"\n|\r(?!\n)|\u2029")
_SENTENCE = re.compile(r"""[.!?…]["'”’»)\]]{0,3}\s{1,4}(?=\S)|[。！？｡؟।]["'”’」』）]{0,3}""")
_WORD = re.compile(r"\s(?=\S)")
_SIGN = re.compile(r"[,;|}\])>&]+(?=\w)")


@dataclass(frozen=True, slots=True)
class _Rank:
    """A kind of border, and how much of the window is given up for one: it is sought in the rest."""

    pattern: re.Pattern[str]
    keep: float


_LINES = (_Rank(_LINE, 0.6), _Rank(_SENTENCE, 0.6), _Rank(_WORD, 0.7), _Rank(_SIGN, 0.5))
_PROSE = (_Rank(_PARAGRAPH, 0.5), *_LINES)
_RANKS: dict[Syntax, tuple[_Rank, ...]] = {
    Syntax.PROSE: _PROSE,
    Syntax.MARKDOWN: (_Rank(_HEADING, 0.5), _Rank(_SUBHEADING, 0.6), *_PROSE),
    Syntax.CODE: (_Rank(_DEFINITION, 0.5), _Rank(_PARAGRAPH, 0.6), *_LINES),
    Syntax.LINES: _LINES,
}
_RESORT = (_LINE, _WORD, _SIGN)


@dataclass(frozen=True, slots=True)
class Borders:
    """The borders of one text. `blocks` are spans to be kept whole where `fits` says so: it is asked once each."""

    text: str
    syntax: Syntax
    blocks: tuple[tuple[int, int], ...] = ()
    fits: Callable[[int, int], bool] = lambda start, end: False
    known: dict[int, bool] = field(default_factory=dict[int, bool])

    @classmethod
    def of(cls, text: str, syntax: Syntax, fits: Callable[[int, int], bool]) -> Borders:
        """The borders of a text; its fenced code blocks are kept whole when it is Markdown."""
        return cls(text, syntax, fenced_blocks(text) if syntax is Syntax.MARKDOWN else (), fits)

    def best(self, after: int, until: int) -> int:
        """The best border in (after, until]; the end of a block that begins at `after` may lie beyond.

        The kinds of border are tried from the strongest to the weakest, each near the end of the window only;
        then the last line, word or sign in all of it; then any character.
        """
        if until >= len(self.text):
            return len(self.text)
        for rank in _RANKS[self.syntax]:
            found = self._last(rank.pattern, after + int((until - after) * rank.keep), until)
            if found is not None:
                return found
        for pattern in _RESORT:
            found = self._last(pattern, after, until)
            if found is not None:
                return found
        block = self._block(after + 1)
        return block[1] if block and block[0] == after else self.character(after, until)

    def character(self, after: int, until: int) -> int:
        """The last border in (after, until] that splits no grapheme, else one that splits no line end or pair.

        One character (or inseparable pair) after `after` where there is none.
        """
        for place in range(until, max(after, until - 64), -1):
            if not _joins(self.text, place):
                return place
        if not _inseparable(self.text, until):
            return until
        return until - 1 if until - 1 > after else until + 1

    def first(self, start: int, end: int) -> int:
        """Where to begin an overlap in [start, end): at a line, a sentence or a word, else anywhere; `end`: nowhere.

        Never inside a block that is kept whole: behind it.
        """
        place = self._first(start, end)
        block = self._block(place)
        return min(end, block[1]) if block else place

    def release(self, start: int) -> None:
        """Do not keep the block whole that begins at `start`."""
        self.known[bisect_right(self.blocks, (start, len(self.text))) - 1] = False

    def _first(self, start: int, end: int) -> int:
        middle = start + (end - start) // 2
        for pattern in (_LINE, _SENTENCE, _WORD):
            match = pattern.search(self.text, max(0, start - 1), middle + _LOOK)
            if match and start <= match.end() <= middle and not _joins(self.text, match.end()):
                return match.end()
        return next((place for place in range(start, end) if not _joins(self.text, place)), end)

    def _last(self, pattern: re.Pattern[str], after: int, until: int) -> int | None:
        top, step = until, 1024
        while top > after:
            bottom = max(after, top - step)
            for place in reversed(self._matches(pattern, bottom, top)):
                if self._block(place) is None and not _joins(self.text, place):
                    return place
            top, step = bottom, step * 4
        return None

    def _matches(self, pattern: re.Pattern[str], after: int, until: int) -> list[int]:
        found = pattern.finditer(self.text, max(0, after - _LOOK), until + _LOOK)
        return [match.end() for match in found if after < match.end() <= until]

    def _block(self, place: int) -> tuple[int, int] | None:
        """The block that is kept whole and that a cut at `place` would split."""
        index = bisect_right(self.blocks, (place, 0)) - 1
        if index < 0 or not self.blocks[index][0] < place < self.blocks[index][1]:
            return None
        if index not in self.known:
            self.known[index] = self.fits(*self.blocks[index])
        return self.blocks[index] if self.known[index] else None


def _inseparable(text: str, place: int) -> bool:
    """Whether a cut, not at the text's ends, would split a line end (CR LF) or the two halves of a surrogate pair."""
    left, right = text[place - 1], text[place]
    return (left == "\r" and right == "\n") or ("\ud800" <= left <= "\udbff" and "\udc00" <= right <= "\udfff")


def _joins(text: str, place: int) -> bool:
    """Whether a cut would split a grapheme: an approximation of UAX #29, right for marks, emoji and flags."""
    if not 0 < place < len(text):
        return False
    right = text[place]
    if right < "\u0300":
        return (right == "\n" and text[place - 1] == "\r") or text[place - 1] == "\u200d"
    if _inseparable(text, place) or text[place - 1] == "\u200d" or _extends(right):
        return True
    return _is_flag(right) and _flags_before(text, place) % 2 == 1


def _extends(char: str) -> bool:
    return (
        char == "\u200d"
        or "\U0001f3fb" <= char <= "\U0001f3ff"
        or "\U000e0020" <= char <= "\U000e007f"
        or "\u1160" <= char <= "\u11ff"
        or unicodedata.category(char)[0] == "M"
    )


def _is_flag(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _flags_before(text: str, place: int) -> int:
    count = 0
    while count < 64 and place - count > 0 and _is_flag(text[place - count - 1]):
        count += 1
    return count
