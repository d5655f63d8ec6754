"""LangGraph's threads and files of checkpoints."""

from __future__ import annotations

import pickle
import sqlite3
import struct
from dataclasses import dataclass
from typing import Any

import pytest

from service.conversations.transfer.bundles import Bundle
from service.conversations.transfer.formats import recognize
from service.conversations.transfer.msgpack import unpacked
from service.conversations.transfer.transcripts import Unreadable
from tests.support.agent_files import FILES, bundle, member, read, tree


def test_langgraph_a_forked_thread_is_a_tree() -> None:
    """A message that is in many states is one; a fork is a sibling; the newest state is shown."""
    (thread,), _ = read("langgraph")
    assert [(key, parent) for key, parent, _, _ in tree(thread)] == [
        *(("h1", None), ("a1", "h1"), ("h2", "a1"), ("a2", "h2"), ("h3", "a1")),
    ]
    assert (thread.key, thread.head) == ("T1", "h3")


def test_langgraph_a_message_put_in_place_of_another_is_its_sibling() -> None:
    """It has the other's id, and other words."""
    edited = {**FILES["langgraph"][1][4], "created_at": "2026-01-01T00:00:09Z"}
    edited["checkpoint"] = {"thread_id": "T1", "checkpoint_id": "c9"}
    edited["values"] = {"messages": [{"type": "human", "id": "h1", "content": "one, edited"}]}
    (thread,), _ = read("langgraph", bundle("langgraph", [edited, *FILES["langgraph"][1]]))
    assert tree(thread)[-1] == ("h1~2", None, "USER", "one, edited")
    assert thread.head == "h1~2"


def test_langgraph_sqlite_is_read_without_making_anything_that_it_names() -> None:
    """Messages are told by the names of their classes; what is a pickle is refused."""
    human, ai = message("HumanMessage", content="q", id="h"), message("AIMessage", content="a", id="i")
    checkpoint = packed({"ts": "2026-01-01T00:00:00+00:00", "channel_values": {"messages": [human, ai]}})
    data = database([("T", "", "1", "msgpack", checkpoint), ("P", "", "1", "pickle", pickle.dumps({}))])
    given = Bundle("checkpoints.sqlite", [member("checkpoints.sqlite", data)])
    assert recognize(given).name == "langgraph"
    (thread,), notices = read("langgraph", given)
    assert tree(thread) == [("h", None, "USER", "q"), ("i", "h", "ASSISTANT", "a")]
    assert any("pickle" in notice.text and "thread P" in notice.place for notice in notices)


def test_langgraph_messages_that_a_checkpoint_does_not_hold_are_those_before_and_what_was_written() -> None:
    """A channel of deltas: only some checkpoints hold it whole."""
    whole = packed({"channel_values": {"messages": [message("HumanMessage", content="q", id="h")]}})
    none = packed({"channel_values": {}, "channel_versions": {"messages": "2"}})
    rows = [("T", "", "1", "msgpack", whole), ("T", "", "2", "msgpack", none)]
    data = database(rows, packed([message("AIMessage", content="a", id="i")]))
    (thread,), _ = read("langgraph", Bundle("c", [member("c.sqlite", data)]))
    assert tree(thread) == [("h", None, "USER", "q"), ("i", "h", "ASSISTANT", "a")]


@pytest.mark.parametrize("cut", [0, 100, 5_000])
def test_langgraph_a_broken_sqlite_file_is_said(cut: int) -> None:
    """Nothing is raised."""
    data = database([("T", "", "1", "msgpack", packed({"channel_values": {}}))])
    broken = data[: len(data) - cut - 1] if cut else data[:50] + b"\xff" * 4_000
    transcripts, notices = read("langgraph", Bundle("c", [member("c.sqlite", broken)]))
    assert transcripts == []
    assert notices


@pytest.mark.parametrize(
    "data", [b"", b"\xc1", b"\xdc\xff\xff", b"\x91" * 5_000, b"\xdb\xff\xff\xff\xffa", b"\xa1\xff"]
)
def test_msgpack_that_is_none_is_unreadable(data: bytes) -> None:
    """Cut off, too deep, of no type, or no text."""
    with pytest.raises(Unreadable):
        unpacked(data, lambda code, inner, depth: None)


@dataclass
class Packed:
    """An object as LangGraph packs it."""

    data: bytes


def message(name: str, **fields: Any) -> Packed:
    """A message as LangGraph packs it."""
    return Packed(packed(["langchain_core.messages", name, fields, "model_validate_json"]))


def packed(value: Any) -> bytes:
    """A value as MessagePack, as far as these tests need it."""
    if isinstance(value, Packed):
        return b"\xc9" + struct.pack(">Ib", len(value.data), 5) + value.data
    if isinstance(value, str):
        return b"\xdb" + struct.pack(">I", len(value.encode())) + value.encode()
    given: Any = value
    if isinstance(value, list):
        return b"\xdd" + struct.pack(">I", len(given)) + b"".join(map(packed, given))
    pairs = b"".join(packed(key) + packed(inner) for key, inner in given.items())
    return b"\xdf" + struct.pack(">I", len(given)) + pairs


def database(rows: list[tuple[str, str, str, str, bytes]], *writes: bytes) -> bytes:
    """An SQLite file of checkpoints, with a log beside it as LangGraph has it."""
    connection = sqlite3.connect(":memory:")
    place = "thread_id TEXT, checkpoint_ns TEXT, checkpoint_id TEXT"
    connection.execute(f"CREATE TABLE checkpoints ({place}, parent_checkpoint_id TEXT, type TEXT, checkpoint BLOB)")
    connection.execute(f"CREATE TABLE writes ({place}, task_id TEXT, idx INTEGER, channel TEXT, type TEXT, value BLOB)")
    connection.executemany("INSERT INTO checkpoints VALUES (?, ?, ?, NULL, ?, ?)", rows)
    connection.execute("UPDATE checkpoints SET parent_checkpoint_id = '1' WHERE checkpoint_id = '2'")
    connection.executemany(
        "INSERT INTO writes VALUES ('T', '', '1', 't', 0, 'messages', 'msgpack', ?)", [(w,) for w in writes]
    )
    connection.commit()
    data = bytearray(connection.serialize())
    connection.close()
    data[18:20] = b"\x02\x02"
    return bytes(data)
