"""How BERT's uncased models cut a text into tokens: words in small letters without accents, then pieces of words. Pure.

Algorithm: Devlin et al., BERT (2018), and its reference implementation. It imports nothing of the service: the
process of the local embedding model loads it by its path.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping

UNKNOWN, FIRST, LAST = "[UNK]", "[CLS]", "[SEP]"
LONGEST_WORD = 100
"""Characters; a longer word is one unknown token."""


class WordPiece:
    """Cuts texts by one vocabulary: pieces with their ids, those within a word marked by `##`."""

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        self._ids = vocabulary
        self._unknown, self._first, self._last = (vocabulary[name] for name in (UNKNOWN, FIRST, LAST))

    def encode(self, text: str, most: int) -> list[int]:
        """The ids of a text between the two marks, `most` of them in all: what follows is cut off."""
        ids = [self._first]
        for word in words(text):
            ids += self._pieces(word)
            if len(ids) >= most:
                break
        return [*ids[: most - 1], self._last]

    def _pieces(self, word: str) -> list[int]:
        if len(word) > LONGEST_WORD:
            return [self._unknown]
        found: list[int] = []
        start = 0
        while start < len(word):
            end = len(word)
            mark = "##" if start else ""
            while (piece := self._ids.get(mark + word[start:end])) is None:
                end -= 1
                if end == start:
                    return [self._unknown]
            found.append(piece)
            start = end
        return found


def words(text: str) -> Iterator[str]:
    """The words of a text as they are looked up, one after the other: each mark and each Chinese sign is one."""
    word: list[str] = []
    for sign in _normalized(text):
        if sign.isspace() or _stands_alone(sign):
            if word:
                yield "".join(word)
                word.clear()
            if not sign.isspace():
                yield sign
        else:
            word.append(sign)
    if word:
        yield "".join(word)


def _normalized(text: str) -> Iterator[str]:
    """The signs of a text in small letters, with no control characters and accents; read only as far as needed."""
    for sign in text:
        if sign in "\t\n\r":
            yield " "
        elif sign.isascii():
            if sign.isprintable():
                yield sign.lower()
        elif not _is_control(sign):
            plain = unicodedata.normalize("NFD", sign)
            yield from "".join(part for part in plain if unicodedata.category(part) != "Mn").lower()


def _is_control(sign: str) -> bool:
    return sign == "\ufffd" or unicodedata.category(sign) in ("Cc", "Cf", "Co", "Cs")


def _stands_alone(sign: str) -> bool:
    if sign.isascii():
        return not sign.isalnum() and not sign.isspace()
    return unicodedata.category(sign).startswith("P") or _is_chinese(ord(sign))


def _is_chinese(code: int) -> bool:
    return any(first <= code <= last for first, last in _CHINESE)


_CHINESE = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B920, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)
"""Blocks whose signs are words by themselves, in the reference implementation."""
