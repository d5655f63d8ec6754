"""What readers of formats have in common: JSON that is read as a stream, and values taken out of what may be anything.

Owns that one bad record costs that record alone. Knows nothing of any format.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, cast

import ijson
import orjson

from service.conversations.transfer.bundles import Member
from service.conversations.transfer.transcripts import Notice, NoticeKind, Transcript, Unreadable

LONGEST_LINE = 512 * 2**20
_BROKEN = (Unreadable, KeyError, IndexError, TypeError, ValueError, AttributeError, RecursionError)

Read = Iterator[Transcript | Notice]


def json_items(member: Member, prefix: str) -> Iterator[Any]:
    """The values at `prefix` (such as `item` for the elements of a list, `conversations.item`), one after the other.

    Raises `Unreadable` where the JSON breaks off or is wrong, behind all that came before.
    """
    with member.open() as stream:
        try:
            yield from ijson.items(stream, prefix, use_float=True)
        except ijson.JSONError as error:
            raise Unreadable(f"{member.name} breaks off or is no JSON: {_first_line(error)}.") from error


def json_whole(member: Member, most: int = 256 * 2**20) -> Any:
    """A small file as one JSON value. Raises `Unreadable`."""
    with member.open() as stream:
        data = stream.read(most + 1)
    if len(data) > most:
        raise Unreadable(f"{member.name} is larger than {most} bytes.")
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        # orjson refuses halves of surrogate pairs, which tools do write.
        try:
            import json

            return json.loads(data)
        except (ValueError, RecursionError) as error:
            raise Unreadable(f"{member.name} is no JSON: {_first_line(error)}.") from error


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


def _value(line: bytes) -> Any:
    import json

    with suppress(orjson.JSONDecodeError):
        return orjson.loads(line)
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        return Unreadable(f"this line is no JSON: {_first_line(error)}.")


def each(records: Iterable[tuple[str, Any]], read: Callable[[str, Any], Iterable[Transcript | Notice]]) -> Read:
    """What `read` makes of each record, given its place and its value; a notice in place of one that it cannot read."""
    for place, record in records:
        try:
            yield from read(place, record)
        except _BROKEN as error:
            why = (
                str(error)
                if isinstance(error, Unreadable)
                else f"it is not as expected ({type(error).__name__}: {error})."
            )
            yield Notice(NoticeKind.SKIPPED, place, why)


def numbered(member: Member, records: Iterable[Any], what: str = "conversation") -> Iterator[tuple[str, Any]]:
    """Records with their places: `file.json: conversation 3`."""
    for number, record in enumerate(records, start=1):
        yield f"{member.name}: {what} {number}", record


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
            return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < 1e20:
        return None
    while value >= 1e14:
        value /= 1000
    return int(value * 1000) if value < 1e11 else int(value)


def json_text(value: Any) -> str:
    """A JSON value as short text; a text as it is."""
    if isinstance(value, str):
        return value
    import json

    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


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
