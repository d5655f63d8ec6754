"""Bytes of a file or a pipe as text: in which encoding they are, or why they are no text.

Pure, but for the library that guesses. Knows nothing of files, streams and terminals.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass

SAMPLE = 128 * 1024
"""Bytes by which an encoding is guessed: more would take seconds and say the same."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_KINDS = (
    (b"\x89PNG\r\n", "an image (PNG)"),
    (b"\xff\xd8\xff", "an image (JPEG)"),
    (b"GIF8", "an image (GIF)"),
    (b"II*\x00", "an image (TIFF)"),
    (b"MM\x00*", "an image (TIFF)"),
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "an archive or an office document (ZIP)"),
    (b"\x1f\x8b", "compressed (gzip)"),
    (b"BZh", "compressed (bzip2)"),
    (b"\xfd7zXZ", "compressed (xz)"),
    (b"\x28\xb5\x2f\xfd", "compressed (zstd)"),
)
# What occurs, so that a few bytes are not taken for an encoding that nobody has used since 1985.
_ENCODINGS = (
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "iso8859_2"),
    *("koi8_r", "cp932", "euc_jp", "gb18030", "big5", "cp949", "mac_roman", "cp437", "cp850"),
)
_USUAL = "cp1252"
_PLAIN = frozenset(b"\t\n\r\f\b\x1b")
_MOST_CONTROL = 0.02
_MOST_BROKEN = 1 / 3
"""Of the characters beyond ASCII. In another encoding hardly one of them would be UTF-8 by chance."""


class Unreadable(Exception):
    """Why these bytes are not read, in a few words: `empty`, `an image (PNG)`, `binary`."""


@dataclass(frozen=True, slots=True)
class Read:
    """A text. `note` is what a person should know of how it was read."""

    text: str
    note: str | None = None


def read_text(raw: bytes) -> Read:
    """The bytes as text. Raises `Unreadable`."""
    if not raw.strip():
        raise Unreadable("empty")
    _refuse_known(raw)
    bom = next((encoding for mark, encoding in _BOMS if raw.startswith(mark)), None)
    read = _read_marked(raw, bom) if bom else _read_utf8(raw) or _read_wide(raw) or _guess(raw)
    if not read.text.strip():
        raise Unreadable("empty")
    if "\x00" in read.text:
        raise Unreadable("binary")
    return read


def _refuse_known(raw: bytes) -> None:
    for beginning, kind in _KINDS:
        if raw.startswith(beginning):
            raise Unreadable(kind)
    if raw.startswith(b"RIFF") and raw[8:12] == b"WEBP":
        raise Unreadable("an image (WebP)")


def _read_marked(raw: bytes, encoding: str) -> Read:
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        raise Unreadable(f"not the {encoding.removesuffix('-sig')} that its first bytes announce") from None
    return Read(text, None if encoding == "utf-8-sig" else f"read as {encoding}")


def _read_utf8(raw: bytes) -> Read | None:
    """The text where the bytes are UTF-8, or were until something cut a few characters in them; else None."""
    if b"\x00" in raw:
        return None
    try:
        return Read(raw.decode())
    except UnicodeDecodeError:
        pass
    text = raw.decode(errors="replace")
    broken = text.count("\ufffd")
    whole = sum(character > "\x7f" for character in text) - broken
    if broken > _MOST_BROKEN * whole:
        return None
    return Read(text, f"read as UTF-8, with {broken} broken character{'s' * (broken > 1)} as \ufffd")


def _read_wide(raw: bytes) -> Read | None:
    """UTF-16 that does not say so: of its text in Latin letters, one byte in two is zero."""
    for encoding, zeros in (("utf-16-le", raw[1:SAMPLE:2]), ("utf-16-be", raw[0:SAMPLE:2])):
        if len(raw) % 2 == 0 and zeros.count(0) > len(zeros) // 2:
            try:
                return Read(raw.decode(encoding), f"read as {encoding}")
            except UnicodeDecodeError:
                return None
    return None


def _guess(raw: bytes) -> Read:
    from charset_normalizer import from_bytes

    sample = raw[:SAMPLE]
    control = sum(byte < 0x20 and byte not in _PLAIN for byte in sample)
    if b"\x00" in raw or control > _MOST_CONTROL * len(sample):
        raise Unreadable("binary")
    found = from_bytes(sample, cp_isolation=list(_ENCODINGS), enable_fallback=False)
    best = found.best()
    if best is None:
        raise Unreadable("binary")
    alike = [one for one in found if (one.chaos, one.coherence) == (best.chaos, best.coherence)]
    usual = any(_USUAL in one.could_be_from_charset for one in alike)
    encoding = _USUAL if usual else best.encoding
    return Read(raw.decode(encoding, errors="replace"), f"read as {encoding}")
