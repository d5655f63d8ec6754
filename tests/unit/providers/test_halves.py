"""Characters that a server cut in two."""

from __future__ import annotations

import json

import pytest

from service.providers.halves import Halves, without_halves


def test_halves_in_two_events_are_one_character() -> None:
    """What lies between them has no text."""
    halves = Halves()
    said = (rb"Hi \ud83d", b"", rb"\uDE00!", rb"\ud83d\ude00")
    events = [b'{"content": "' + text + b'"}' for text in said]
    texts = [json.loads(halves.joined(event))["content"] for event in events]
    assert "".join(texts) == "Hi 😀!😀"
    assert texts[0] == "Hi "


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (rb'{"content": "a \ud83d b"}', "a \ufffd b"),
        (rb'{"content": "\ude00 b"}', "\ufffd b"),
        (rb'{"content": "\ud83d\ud83d\ude00"}', "\ufffd😀"),
        (rb'{"content": "C:\\ud83d\\new"}', "C:\\ud83d\\new"),
        (rb'{"content": "\\\ud83d\ude00"}', "\\😀"),
        (rb'{"content": "\u00e4\n\ud7ff"}', "ä\n\ud7ff"),
    ],
)
def test_halves_alone_are_unknown_characters_and_all_else_stays(event: bytes, text: str) -> None:
    """A backslash that was written as one begins no escape."""
    assert json.loads(Halves().joined(event))["content"] == text


def test_a_half_at_the_end_of_a_body_stays_alone() -> None:
    """Nothing follows that it could wait for."""
    assert json.loads(without_halves(rb'{"content": "a \ud83d"}'))["content"] == "a \ufffd"
