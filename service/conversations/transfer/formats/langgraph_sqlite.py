"""SQLite files of LangGraph's checkpoints, as `langgraph-checkpoint-sqlite` writes them.

Read in memory. Objects in them are MessagePack that names classes: the names are read, nothing is imported or made.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from typing import Any, cast

import orjson

from service.conversations.transfer.bundles import Member
from service.conversations.transfer.formats.langchain_messages import of_class
from service.conversations.transfer.msgpack import unpacked
from service.conversations.transfer.parsing import entries, fields, text
from service.conversations.transfer.transcripts import Notice, NoticeKind, Unreadable

LARGEST = 2**30
_MAGIC = b"SQLite format 3\x00"
_MOST_STEPS = 500_000_000
_ROWS = (
    "SELECT thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, type, checkpoint FROM checkpoints"
    " ORDER BY 1, 2, 3"
)
_WRITES = (
    "SELECT type, value FROM writes WHERE thread_id = ? AND checkpoint_ns = ? AND checkpoint_id = ?"
    " AND channel = 'messages' ORDER BY task_id, idx"
)


def is_sqlite(member: Member) -> bool:
    """Whether a file is SQLite's, with a table of checkpoints among the first that were made."""
    with suppress(Exception):
        start = member.sample()
        return start.startswith(_MAGIC) and b"checkpoints" in start
    return False


def states_of(member: Member) -> Iterator[tuple[str, str, dict[str, Any]] | Notice]:
    """The checkpoints of a file, thread by thread, the oldest of each first: thread, namespace and checkpoint."""
    with member.open() as stream:
        data = bytearray(stream.read(LARGEST + 1))
    if len(data) > LARGEST:
        what = f"It is larger than {LARGEST} bytes. Export the threads as JSON, and import those."
        yield Notice(NoticeKind.SKIPPED, member.name, what)
        return
    # What is in a log beside the file (WAL) is not in the file; in memory there can be no log.
    if len(data) > 20 and bytes(data[18:20]) == b"\x02\x02":
        data[18:20] = b"\x01\x01"
    with closing(sqlite3.connect(":memory:")) as database:
        try:
            yield from _rows(database, bytes(data), member.name)
        except sqlite3.Error as error:
            yield Notice(NoticeKind.SKIPPED, member.name, f"It cannot be read on as SQLite: {error}.")


def _rows(database: sqlite3.Connection, data: bytes, name: str) -> Iterator[tuple[str, str, dict[str, Any]] | Notice]:
    database.deserialize(data)
    database.execute("PRAGMA trusted_schema = OFF")
    database.text_factory = _decoded
    steps = iter(range(0, _MOST_STEPS, 100_000))
    # A view of that name may run for ever.
    database.set_progress_handler(lambda: 0 if next(steps, None) is not None else 1, 100_000)
    deltas = _Deltas(database)
    for number, (thread, namespace, id, parent, kind, blob) in enumerate(database.execute(_ROWS), start=1):
        try:
            checkpoint = fields(_value(kind, blob))
            yield str(thread), str(namespace or ""), deltas.filled(checkpoint, (thread, namespace), id, parent)
        except (Unreadable, ValueError, TypeError) as error:
            yield Notice(NoticeKind.SKIPPED, f"{name}: thread {thread}: checkpoint {number}", f"{error}")


def _decoded(given: bytes) -> str:
    return given.decode("utf-8", "replace")


class _Deltas:
    """Messages of checkpoints that do not hold them: those of the checkpoint before, and what was written on it."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._thread: tuple[Any, Any] = (None, None)
        self._messages: dict[Any, list[Any]] = {}

    def filled(self, checkpoint: dict[str, Any], thread: tuple[Any, Any], id: Any, parent: Any) -> dict[str, Any]:
        """A checkpoint with its messages."""
        if thread != self._thread:
            self._thread, self._messages = thread, {}
        values = fields(checkpoint.get("channel_values"))
        if "messages" in values or "messages" not in fields(checkpoint.get("channel_versions")):
            self._messages[id] = entries(values.get("messages"))
            return checkpoint
        before = self._messages.get(parent, [])
        self._messages[id] = messages = [*before, *self._written(*thread, parent)]
        return {**checkpoint, "channel_values": {**values, "messages": messages}}

    def _written(self, *place: Any) -> list[Any]:
        found: list[Any] = []
        for kind, value in self._database.execute(_WRITES, place):
            with suppress(Unreadable, ValueError, TypeError):
                written = _value(kind, value)
                found += entries(written) if isinstance(written, list) else [written]
        return found


def _value(kind: Any, blob: Any) -> Any:
    if kind == "pickle":
        raise Unreadable("It is a pickle, and reading one would run it. Export the thread as JSON, and import that.")
    data = blob.encode() if isinstance(blob, str) else blob
    if not isinstance(data, bytes):
        raise Unreadable("It holds no bytes.")
    if kind in ("json", None) or data[:1] == b"{":
        return orjson.loads(data)
    if kind != "msgpack":
        raise Unreadable(f"It is of the type {text(kind) or 'null'}, which is not known.")
    return unpacked(data, _extension)


def _extension(code: int, data: bytes, depth: int) -> Any:
    """What stands for an object: the fields that it was made of, and of a message its type as well."""
    parts: Any = unpacked(data, _extension, depth)
    values = entries(parts)
    if not values or code == 7:
        return parts
    if len(values) < 3:
        return None
    if (kind := of_class(str(values[1]))) and isinstance(values[2], dict):
        return {**cast("dict[str, Any]", values[2]), "type": kind}
    return values[2]
