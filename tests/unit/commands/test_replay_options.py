"""What `antiphon replay` is told to change: settings under any spelling, texts from the line or a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.commands.replay_options import parse_settings, parse_texts
from service.errors import InvalidInput


def test_settings_are_known_however_they_are_written() -> None:
    """With the types that the service takes, and groups put together."""
    said = ["temperature=0", "max-output-tokens=20", "timeouts.total=5", "timeouts.first_token=2.5", "role=a=b"]
    assert parse_settings(said) == {
        "temperature": 0.0,
        "maxOutputTokens": 20,
        "timeouts": {"total": 5.0, "firstToken": 2.5},
        "role": "a=b",
    }
    assert parse_settings(["fallbackModels=a/x,b/y"]) == {"fallbackModels": ["a/x", "b/y"]}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("temperature", "has no value"),
        ("temprature=1", "is not known"),
        ("temperature=hot", "a number such as 0.2"),
        ("temperature=nan", "a number such as 0.2"),
        ("maxOutputTokens=1.5", "a whole number"),
    ],
)
def test_a_wrong_setting_is_named(said: str, told: str) -> None:
    """With what it may be."""
    with pytest.raises(InvalidInput, match=told):
        parse_settings([said])


def test_a_setting_is_said_once() -> None:
    """Two of one are two wishes."""
    with pytest.raises(InvalidInput, match="said twice"):
        parse_settings(["temperature=0", "Temperature=1"])


def test_texts_stand_on_the_line_or_in_a_file(tmp_path: Path) -> None:
    """Up to the first `=` is the message; `@@` is a text that begins with `@`."""
    (tmp_path / "new.txt").write_text("From a file.\n")
    said = ["4=a=b", "5=@@home", f"6=@{tmp_path / 'new.txt'}", "7="]
    assert parse_texts(said) == [("4", "a=b"), ("5", "@home"), ("6", "From a file.\n"), ("7", "")]
    with pytest.raises(InvalidInput, match="no message and text"):
        parse_texts(["only words"])
    with pytest.raises(InvalidInput, match="no such file"):
        parse_texts([f"4=@{tmp_path / 'missing'}"])
