"""What `antiphon replay` is told to change: settings by their names, and texts for messages.

Reads the files that are named. Sends nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from service.errors import InvalidInput

Json = dict[str, Any]


def _whole(text: str) -> int:
    return int(text)


_SETTINGS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "temperature": ("a number such as 0.2", float),
    "maxOutputTokens": ("a whole number", _whole),
    "deadlineSeconds": ("a number of seconds", float),
    "role": ("the name of a role", str),
    "fallbackModels": ("models, with commas between them", lambda text: [it for it in text.split(",") if it]),
    "budget.tokens": ("a whole number", _whole),
    "budget.costUsd": ("a number of dollars", float),
    "retries.maxAttempts": ("a whole number", _whole),
    "timeouts.firstToken": ("a number of seconds", float),
    "timeouts.total": ("a number of seconds", float),
}
_NAMES = {name.replace(".", "").casefold(): name for name in _SETTINGS}


def parse_settings(said: Sequence[str]) -> Json:
    """`TaskConfigInput` of `NAME=VALUE`, however the name is written (`max-output-tokens`). Raises `InvalidInput`."""
    config: Json = {}
    for one in said:
        name, equals, text = one.partition("=")
        known = _NAMES.get(name.strip().casefold().replace("-", "").replace("_", "").replace(".", ""))
        if not equals or known is None:
            wrong = f"--setting {one!r} has no value." if not equals else f"--setting {name!r} is not known."
            raise InvalidInput(wrong, remedy=f"Write NAME=VALUE. Known: {', '.join(_SETTINGS)}. See also --model.")
        *path, last = known.split(".")
        place = config
        for part in path:
            place = place.setdefault(part, {})
        if last in place:
            raise InvalidInput(f"--setting {known} is said twice.")
        place[last] = _value(known, text.strip())
    return config


def parse_texts(said: Sequence[str]) -> list[tuple[str, str]]:
    """The messages and their texts, of `MESSAGE=TEXT`, `MESSAGE=@FILE`, `MESSAGE=@@…` for one that begins with `@`.

    Raises `InvalidInput`.
    """
    return [_text(one) for one in said]


def _value(name: str, text: str) -> Any:
    what, parse = _SETTINGS[name]
    try:
        value = parse(text)
        # Neither infinity nor "not a number" can be sent.
        json.dumps(value, allow_nan=False)
    except ValueError:
        raise InvalidInput(f"--setting {name} is {what}, not {text!r}.") from None
    return value


def _text(one: str) -> tuple[str, str]:
    message, equals, text = one.partition("=")
    if not equals or not message.strip():
        raise InvalidInput(f"--instead {one!r} names no message and text.", remedy='Write it as in: --instead 4="Hi"')
    if text.startswith("@@"):
        return message.strip(), text[1:]
    return message.strip(), _file_text(text[1:]) if text.startswith("@") else text


def _file_text(name: str) -> str:
    from service.commands.inputs import read_file
    from service.commands.terminal import say
    from service.commands.texts import Unreadable, read_text

    try:
        read = read_text(read_file(name))
    except Unreadable as reason:
        raise InvalidInput(f"{name} is not read: {reason}.", remedy="Name a file with text in it.") from None
    if read.note:
        say(f"{name}: {read.note}")
    return read.text
