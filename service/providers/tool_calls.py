"""Tool calls between our records and the protocols: put together out of pieces, and made fit to be sent again.

Pure. Knows no protocol's shapes and nothing of HTTP.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import dataclass
from typing import Any, cast

import orjson

from service.chat import ToolCall

SENDABLE_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")
"""Ids that every protocol takes: the characters that Anthropic wants, the length that OpenAI wants."""
SENDABLE_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
CUT = ("length", "content_filter")
"""The finish reasons of an answer that may have been cut inside of a call."""
_UNSENDABLE = re.compile(r"[^A-Za-z0-9_-]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of one call, as a stream brings it; any part may be missing. `place` is its place among its equals."""

    index: int | None = None
    id: str | None = None
    name: str | None = None
    arguments: str = ""
    place: int | None = None


@dataclass(slots=True)
class _Call:
    index: int | None
    id: str
    name: str
    arguments: str
    given: str = ""


class CallPieces:
    """The calls of one answer, put together out of pieces.

    Servers differ: the index may be missing or the same for all, an id may be missing or come with every piece, and a
    name may be repeated. A piece goes to the call of its index, else of its id, else to the newest one; a name with
    another id, or after arguments that are whole, begins a new call.
    """

    def __init__(self) -> None:
        self._calls: list[_Call] = []

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self._calls)

    def begin(self, piece: Piece, given: str = "") -> None:
        """A new call; `given` are its arguments where no piece brings any."""
        self._calls.append(_Call(piece.index, piece.id or "", piece.name or "", piece.arguments, given))

    def take(self, piece: Piece) -> None:
        """The next piece, of whichever call."""
        call = self._continued(piece)
        if call is None:
            self.begin(piece)
            return
        call.id = call.id or piece.id or ""
        if piece.name and not call.arguments and piece.name != call.name:
            call.name += piece.name
        call.arguments += piece.arguments

    def extend(self, index: int | None, arguments: str) -> None:
        """More arguments of the call of that index; nothing where there is no such call."""
        for call in reversed(self._calls):
            if index is None or call.index == index:
                call.arguments += arguments
                return

    def calls(self, *, cut: bool) -> tuple[ToolCall, ...]:
        """The calls. An id that is missing or repeated is made; no arguments are `{}`.

        Of an answer that was `cut`, calls whose arguments are not whole are left out. ValueError for one with no name.
        """
        found: list[ToolCall] = []
        known: set[str] = set()
        for call in self._calls:
            arguments = call.arguments.strip() or call.given
            if not (call.name or arguments) or (cut and not is_object(arguments)):
                continue
            if not call.name:
                raise ValueError("a tool call has no name.")
            id_ = _written(call.id) if call.id and call.id not in known else f"call_{os.urandom(12).hex()}"
            known.add(id_)
            found.append(ToolCall(id_, _written(call.name), _written(arguments or "{}")))
        return tuple(found)

    def _continued(self, piece: Piece) -> _Call | None:
        """The call that a piece goes on with; None: it begins one."""
        if not self._calls:
            return None
        if piece.index is not None:
            same = self._newest("index", piece.index)
            if same is not None:
                return None if _is_next(same, piece) else same
        if piece.id and (same := self._newest("id", piece.id)) and None in (same.index, piece.index):
            return same
        last = self._calls[-1]
        if piece.name:
            torn = last.name == piece.name and last.arguments and not is_object(last.arguments)
            return last if torn and not piece.id and piece.index is None else None
        place = piece.place if piece.index is None else piece.index
        return self._calls[place] if place is not None and place < len(self._calls) else last

    def _newest(self, key: str, value: object) -> _Call | None:
        return next((call for call in reversed(self._calls) if getattr(call, key) == value), None)


def _is_next(call: _Call, piece: Piece) -> bool:
    """Whether a piece of the same index is of another call all the same: some servers count none of them."""
    if not piece.name or (piece.id and piece.id == call.id):
        return False
    return bool(piece.id and call.id) or bool(piece.arguments and is_object(call.arguments))


class SentIds:
    """The ids of calls in one request: sendable, each once, and for its result the one that its call was given."""

    def __init__(self) -> None:
        self._sent: dict[str, str] = {}
        self._used: set[str] = set()

    def of_call(self, id: str) -> str:
        """The id under which a call is sent."""
        sent, turn = id, 0
        while not SENDABLE_ID.fullmatch(sent) or sent in self._used:
            sent = f"call_{hashlib.blake2b(f'{turn}:{id}'.encode(errors='replace'), digest_size=12).hexdigest()}"
            turn += 1
        self._used.add(sent)
        self._sent[id] = sent
        return sent

    def of_result(self, id: str | None) -> str | None:
        """The id of the call that a result belongs to; None where no such call was sent before it."""
        return None if id is None else self._sent.get(id)


def sendable_name(name: str) -> str:
    """A tool's name as every protocol takes it."""
    return name if SENDABLE_NAME.fullmatch(name) else _UNSENDABLE.sub("_", name)[:64] or "tool"


def sendable_object(arguments: str) -> dict[str, Any]:
    """The arguments as a JSON object; those that are none are the one member `arguments` of one."""
    try:
        value = json.loads(arguments)
        # What cannot be written again is none either: NaN, or half a surrogate pair.
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        value = None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {"arguments": arguments}


def sendable_text(arguments: str) -> str:
    """The arguments as the text of a JSON object, as they are where they are one."""
    return arguments if is_object(arguments) else json.dumps({"arguments": arguments}, ensure_ascii=False)


def is_object(text: str) -> bool:
    """Whether a text is a JSON object."""
    try:
        return isinstance(orjson.loads(text), dict)
    except orjson.JSONDecodeError:
        return False


def _written(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
