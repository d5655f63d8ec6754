"""What readers of formats have in common: JSON that is read as a stream, and values taken out of what may be anything.

Owns that one bad record costs that record alone. Knows nothing of any format.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, cast

import ijson
import orjson

from service.conversations.transfer.bundles import Member
from service.conversations.transfer.json_elements import LOOSE, elements
from service.conversations.transfer.transcripts import Notice, NoticeKind, Transcript, Unreadable

LONGEST_LINE = 512 * 2**20
DEEPEST = 20_000
"""How deep the brackets of a record may go."""
BROKEN = (Unreadable, LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError)
"""What reading a record that is not as expected may raise."""

Read = Iterator[Transcript | Notice]


def json_items(member: Member, prefix: str) -> Iterator[Any]:
    """The values at `prefix` (such as `item` for the elements of a list, `conversations.item`), one after the other.

    An element that is no JSON is given as an `Unreadable`, not raised: the next may be good. Raises `Unreadable` where
    the file breaks off or has no such list, behind all that came before.
    """
    *path, _ = prefix.split(".")
    with member.open() as stream:
        for element in elements(stream, path, member.name):
            value = _value(element.data, deep=element.depth)
            if element.depth == LOOSE and isinstance(value, list):
                yield from cast("list[Any]", value)
            else:
                yield value


def json_whole(member: Member, most: int = 256 * 2**20) -> Any:
    """A small file as one JSON value. Raises `Unreadable`."""
    with member.open() as stream:
        data = stream.read(most + 1)
    if len(data) > most:
        raise Unreadable(f"{member.name} is larger than {most} bytes.")
    value = _value(data, deep=DEEPEST)
    if isinstance(value, Unreadable):
        raise Unreadable(f"{member.name}: {value}")
    return value


def json_lines(member: Member) -> Iterator[tuple[int, Any]]:
    """The lines of a JSON Lines file: each one's number, from 1, and its value; empty ones are passed over.

    A line that is no JSON is given as an `Unreadable`, not raised: the next may be good.
    """
    with member.open() as stream:
        rest, number = b"", 0
        while True:
            some = stream.read(1_048_576)
            *lines, rest = (rest + some).split(b"\n") if some else (*(rest + some).split(b"\n"), b"")
            for line in lines:
                number += 1
                if line.strip():
                    yield number, _value(line)
            if not some:
                return
            if len(rest) > LONGEST_LINE:
                raise Unreadable(f"{member.name}: line {number + 1} is longer than {LONGEST_LINE} bytes.")


def _value(data: bytes, deep: int = 0) -> Any:
    """A JSON value; an `Unreadable` in place of what is none. `deep` is how deep its brackets go, where known."""
    if deep > DEEPEST:
        return Unreadable(f"it is nested {deep} deep, more than {DEEPEST}.")
    with suppress(orjson.JSONDecodeError):
        return orjson.loads(data)
    try:
        # orjson refuses halves of surrogate pairs and NaN, which tools do write.
        return json.loads(data)
    except RecursionError:
        return _deep_value(data)
    except ValueError as error:
        return Unreadable(f"it is no JSON: {_first_line(error)}.")


def _deep_value(data: bytes) -> Any:
    """A JSON value, however deep."""
    builder = ijson.ObjectBuilder()
    depth = 0
    try:
        for event, value in ijson.basic_parse(data, use_float=True):
            depth += event.startswith("start") - event.startswith("end")
            if depth > DEEPEST:
                return Unreadable(f"it is nested more than {DEEPEST} deep.")
            builder.event(event, value)
    except ijson.JSONError as error:
        return Unreadable(f"it is no JSON: {_first_line(error)}.")
    return cast(Any, builder.value)


def each(records: Iterable[tuple[str, Any]], read: Callable[[str, Any], Iterable[Transcript | Notice]]) -> Read:
    """What `read` makes of each record, given its place and its value; a notice in place of one that it cannot read.

    A record that is an `Unreadable` is none. What is wrong is named by its kind only: an error's text may quote a
    conversation.
    """
    for place, record in records:
        try:
            if isinstance(record, Unreadable):
                raise record
            yield from read(place, record)
        except Unreadable as error:
            yield Notice(NoticeKind.SKIPPED, place, str(error))
        except BROKEN as error:
            yield Notice(NoticeKind.SKIPPED, place, f"it is not as expected ({type(error).__name__}).")


def numbered(member: Member, records: Iterable[Any], what: str = "conversation") -> Iterator[tuple[str, Any]]:
    """Records with their places: `file.json: conversation 3`. Where the file breaks off, that is the last of them."""
    number = 0
    try:
        for number, record in enumerate(records, start=1):
            yield f"{member.name}: {what} {number}", record
    except Unreadable as error:
        yield f"{member.name}: behind {what} {number}" if number else member.name, error


def mapping(value: Any, what: str) -> dict[str, Any]:
    """A JSON object. Raises `Unreadable`, which names `what`."""
    if not isinstance(value, dict):
        raise Unreadable(f"{what} is {_kind(value)}, expected an object.")
    return cast("dict[str, Any]", value)


def listing(value: Any, what: str) -> list[Any]:
    """A JSON list. Raises `Unreadable`, which names `what`."""
    if not isinstance(value, list):
        raise Unreadable(f"{what} is {_kind(value)}, expected a list.")
    return cast("list[Any]", value)


def fields(value: Any) -> dict[str, Any]:
    """A JSON object; an empty one in place of anything else."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def entries(value: Any) -> list[Any]:
    """A JSON list; an empty one in place of anything else."""
    return cast("list[Any]", value) if isinstance(value, list) else []


def text(value: Any) -> str | None:
    """A text that is not empty; a number as its text; None for anything else."""
    if isinstance(value, str):
        return value or None
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def count(value: Any) -> int | None:
    """A whole number that is not negative, else None."""
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 2**53 else None


def ms(value: Any) -> int | None:
    """A time as milliseconds since 1970, of ISO 8601 text, or of seconds, milliseconds or microseconds; else None.

    A number says by its size what it is: seconds until the year 5138, milliseconds until then, and so on.
    """
    if isinstance(value, str):
        with suppress(ValueError, OverflowError):
            return ms(float(value))
        with suppress(ValueError, OverflowError):
            moment = datetime.fromisoformat(value.strip().replace("Z", "+00:00"))
            stamp = int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
            return stamp if stamp > 0 else None  # a tool's word for no time is often the year 1
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < 1e20:
        return None
    while value >= 1e14:
        value /= 1000
    return int(value * 1000) if value < 1e11 else int(value)


def json_text(value: Any) -> str:
    """A JSON value as short text; a text as it is; `…` for what is nested too deep for that."""
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    except RecursionError:
        return "…"


def content_key(*parts: Any) -> str:
    """A key for what has no id of its own: the same content has the same."""
    return hashlib.blake2b(json_text(list(parts)).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _kind(value: Any) -> str:
    names: dict[type, str] = {
        type(None): "null",
        bool: "a boolean",
        int: "a number",
        float: "a number",
        str: "a text",
        list: "a list",
    }
    return names.get(type(cast(object, value)), "an object")


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0].rstrip(". ")
