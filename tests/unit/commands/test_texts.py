"""Bytes as text: encodings are recognised, and what is no text says what it is."""

from __future__ import annotations

import os

import pytest

from service.commands.texts import Unreadable, read_text

TEXTS = [
    ("cp1252", "Die Straße ist naß. Fräulein Müller ißt Äpfel für 3 €.\n"),
    ("cp1252", "café\n"),
    ("cp1252", "Le café est fermé; où êtes-vous allés cet été?\n"),
    ("cp1252", "name;stadt\nJürgen;München\nZoë;Köln\n"),
    ("cp1252", "He said “no” – and left… It’s over.\n"),
    ("cp1250", "Zażółć gęślą jaźń, proszę państwa.\n"),
    ("cp1251", "Привет, как дела? Это проверка кодировки текста.\n"),
    ("koi8_r", "Привет, как дела? Это проверка кодировки текста.\n"),
    ("cp932", "これは日本語のテキストです。文字コードの判定を試します。\n"),
    ("euc_jp", "これは日本語のテキストです。文字コードの判定を試します。\n"),
    ("gb18030", "这是一个中文文本，用来测试编码的识别。\n"),
    ("big5", "這是一個中文文本，用來測試編碼的識別。\n"),
    ("cp949", "이것은 한국어 텍스트입니다. 인코딩을 확인합니다.\n"),
    ("utf-16-le", "PowerShell writes so, without a mark.\n"),
    ("utf-16", "With a mark: é.\n"),
    ("utf-32", "With a mark: é.\n"),
]


@pytest.mark.parametrize(("encoding", "text"), TEXTS)
def test_an_encoding_is_recognised_and_named(encoding: str, text: str) -> None:
    """Also in a text of one word."""
    read = read_text(text.encode(encoding))
    assert (read.text, read.note) == (text, f"read as {encoding}")


@pytest.mark.parametrize("raw", ["é → 😀".encode(), b"\xef\xbb\xbfab"])
def test_utf8_needs_no_note(raw: bytes) -> None:
    """With its mark or without."""
    read = read_text(raw)
    assert read == type(read)(raw.decode("utf-8-sig"))


def test_utf8_that_was_cut_stays_utf8() -> None:
    """A log that is cut in the middle of a character is not taken for another encoding as a whole."""
    read = read_text("größer, höher\n".encode() * 3 + "ä".encode()[:1])
    assert read.text.startswith("größer, höher\n")
    assert read.note == "read as UTF-8, with 1 broken character as \ufffd"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        (b"\xef\xbb\xbf \n", "empty"),
        (b"\x89PNG\r\n\x1a\n....", "image (PNG)"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image (WebP)"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"\x00\xff\x00", "binary"),
        (bytes(range(256)) * 8, "binary"),
        (b"a text with one \x00 in it", "binary"),
        (b"\xff\xfea", "not the utf-16"),
    ],
)
def test_what_is_no_text_says_what_it_is(raw: bytes, reason: str) -> None:
    """In a few words."""
    with pytest.raises(Unreadable, match=reason.replace("(", r"\(").replace(")", r"\)")):
        read_text(raw)


def test_noise_is_binary() -> None:
    """Whatever its bytes are."""
    with pytest.raises(Unreadable, match="binary"):
        read_text(os.urandom(4096))
