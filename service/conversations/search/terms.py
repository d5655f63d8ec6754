"""Words: what a text is found by. Texts and questions are cut into them in the same way.

Owns what a word is, in any script. Knows nothing of the index: what an analyzer does with words comes after this. A
word is a run of letters and digits, without case and accents. Scripts that put no spaces between words are cut into
their characters, and a run of them is looked for as a phrase; so a part of such a run is found, too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

# Han, kana, bopomofo, Hangul; Thai, Lao, Tibetan, Myanmar, Khmer: a word of these may begin and end anywhere in a run.
_UNSPACED = (
    "\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3100-\u318f"
    "\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uffdc"
    "\U00020000-\U0003ffff"
)
_MARKS = (
    "\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0903\u093a-\u094f\u0951-\u0957"
)
_EMOJI = "\u2190-\u21ff\u2300-\u23ff\u2460-\u27bf\u2900-\u2bff\U0001f000-\U0001faff"
_WORD = re.compile(
    rf"(?P<unspaced>[{_UNSPACED}]+)"
    rf"|(?P<language>[A-Za-z](?:\+\+|\#)(?![\w+\#]))"
    rf"|(?P<word>(?:[^\W_{_UNSPACED}]|[{_MARKS}\u0980-\u0d7f])+)"
    rf"|(?P<sign>[{_EMOJI}])"
)
_LANGUAGES = {"++": "plusplus", "#": "sharp"}
_HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_ACCENT = re.compile("[\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0640]")
LONGEST_WORD = 100
"""Characters of a word; what is longer, such as data as text, is found by its beginning."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text, or a run of characters that are words each: `terms`, and where it stands."""

    terms: tuple[str, ...]
    start: int
    end: int
    parts: tuple[str, ...] = ()
    """Of a name such as `getUserName`: its parts."""


def words(text: str) -> Iterator[Word]:
    """The words of a text, in order."""
    for match in _WORD.finditer(text):
        found = match.group()
        start, end = match.span()
        if match.lastgroup == "unspaced":
            yield Word(tuple(_clusters(folded(found))), start, end)
        elif match.lastgroup == "language":
            yield Word((folded(found[0]) + _LANGUAGES[found[1:]],), start, end)
        elif match.lastgroup == "sign":
            yield Word((found,), start, end)
        elif term := folded(found)[:LONGEST_WORD]:
            yield Word((term,), start, end, _parts_of(found))


def folded(text: str) -> str:
    """A text without case, accents, and differences of width."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", _ACCENT.sub("", unicodedata.normalize("NFKD", text).casefold()))


def indexed(text: str) -> tuple[str, str]:
    """What a text is found by: its words, and the parts of its names. Each is one text with spaces between."""
    found, parts = list[str](), list[str]()
    for word in words(text):
        found += word.terms
        parts += word.parts
    return " ".join(found), " ".join(parts)


def _parts_of(word: str) -> tuple[str, ...]:
    if word.islower() or word.isdigit() or word.istitle() or not word.isascii() or word.isupper():
        return ()
    parts = _HUMP.findall(word)
    return tuple(part.lower() for part in parts) if len(parts) > 1 else ()


def _clusters(text: str) -> Iterator[str]:
    """The characters of a run, each with the marks that belong to it."""
    cluster = ""
    for character in text:
        if cluster and (unicodedata.category(character)[0] == "M" or character in "\u0e33\u0eb3"):
            cluster += character
            continue
        if cluster:
            yield cluster
        cluster = character
    if cluster:
        yield cluster
