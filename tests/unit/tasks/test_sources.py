"""Sources: what texts and files become, also where they are longer than what is converted at once."""

from __future__ import annotations

import codecs
import hashlib

import pytest

from service.errors import InvalidInput
from service.records import new_id
from service.tasks.sources import PIECE, NewFile, NewSource, read_sources

LONG = "a" * (PIECE - 1) + "答え🎉" * 10
"""Characters of three and four bytes stand where pieces end."""


def read(content: str | bytes) -> NewSource:
    """The source of one file."""
    (source,) = read_sources(new_id(), None, None, (NewFile("notes.txt", content),))
    return source


@pytest.mark.parametrize("content", [LONG, LONG.encode(), codecs.BOM_UTF8 + LONG.encode(), "\ufeff" + LONG])
def test_a_long_text_is_what_was_sent(content: str | bytes) -> None:
    """Its hash is that of the whole; its bytes are those that were sent."""
    source = read(content)
    assert source.text == LONG
    assert source.sha256 == hashlib.sha256(LONG.encode()).hexdigest()
    assert source.size == len(content.encode() if isinstance(content, str) else content)


def test_a_long_file_may_be_in_another_encoding() -> None:
    """Its first bytes say so."""
    assert read(LONG.encode("utf-16")).text == LONG


def test_what_is_wrong_is_counted_from_the_beginning() -> None:
    """Not from that of the piece in which it stands."""
    with pytest.raises(InvalidInput, match=f"byte {PIECE + 5} "):
        read(b"a" * (PIECE + 5) + b"\xff")
    with pytest.raises(InvalidInput, match=f"character {PIECE + 7}"):
        read("a" * (PIECE + 7) + "\ud800")


@pytest.mark.parametrize("content", ["", " \n\t", b"", codecs.BOM_UTF8 + b"\n"])
def test_an_empty_file_is_refused(content: str | bytes) -> None:
    """White space is nothing to read."""
    with pytest.raises(InvalidInput, match="is empty"):
        read(content)
