"""All formats: each is known by its content; whatever stands in a file, reading it ends in transcripts or notices."""

from __future__ import annotations

import copy
import json
import random
from typing import Any, BinaryIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.conversations.transfer.bundles import Bundle, Member, taken
from service.conversations.transfer.formats import FORMATS, recognize
from service.conversations.transfer.transcripts import Notice, Transcript, Unreadable
from tests.support.exports import (
    EXAMPLES,
    bundle,
    chatgpt,
    chatgpt_node,
    claude,
    claude_message,
    grok,
    grok_response,
    librechat,
    librechat_message,
    openwebui,
    openwebui_message,
    read,
)

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["\ud800", "\ue200cite\ue202", "<details type=", "2025-13-45", "1", "root", "2"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The ways to all values in a value."""
    inner: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    return [path, *(place for key, one in inner for place in places(one, (*path, key)))]


def replaced(value: Any, path: tuple[Any, ...], by: Any) -> Any:
    """A value with another one at a place."""
    if not path:
        return by
    value = copy.copy(value)
    value[path[0]] = replaced(value[path[0]], path[1:], by)
    return value


def checked(name: str, files: dict[str, Any]) -> list[Transcript | Notice]:
    """What a format reads from files: every key of a transcript is there once."""
    found = list(FORMATS[name].read(bundle(files)))
    for transcript in (one for one in found if isinstance(one, Transcript)):
        keys = [message.key for message in transcript.messages]
        assert len(set(keys)) == len(keys)
        assert all(isinstance(message.content, str) for message in transcript.messages)
        for held in (transcript.extras, *(message.extras for message in transcript.messages)):
            json.dumps(held, allow_nan=False)
    return found


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_format_is_known_by_its_content_alone(name: str) -> None:
    """Under another name as well, and no other format takes it."""
    (file, held), *_ = EXAMPLES[name].items()
    assert recognize(bundle(EXAMPLES[name])).name == name
    assert [one.name for one in FORMATS.values() if one.recognizes(bundle({"x": held}))] == [name], file


def test_an_archive_in_an_archive_is_to_be_unpacked() -> None:
    """Some tools and mail programs pack twice."""
    with pytest.raises(Unreadable, match=r"export.zip holds another archive, inner.zip. Unpack it"):
        recognize(bundle({"inner.zip": b"PK\x03\x04", "read-me.txt": b"Hello"}))


def test_a_locked_archive_says_so() -> None:
    """Not that it is of no format."""

    def locked() -> BinaryIO:
        raise Unreadable("a.json is locked by a password.")

    with pytest.raises(Unreadable, match=r"locked by a password"):
        recognize(Bundle("x.zip", [Member("a.json", 1, locked)]))


def test_numbers_that_no_parser_takes_hide_no_format() -> None:
    """They stand at the beginning of a file, where it is recognized."""
    raw = b'[{"title": "x", "create_time": 1e400, "mapping": {"a": {"message": {"content": "Hi"}}}, "x": NaN}]'
    _, (transcript,), _ = read({"x": raw})
    assert (transcript.title, transcript.created_ms, transcript.messages[0].content) == ("x", None, "Hi")


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_lose_nothing_without_saying_so(name: str) -> None:
    """A sanity check of the examples: one conversation, with texts of both."""
    _, (transcript,), _ = read(EXAMPLES[name])
    assert {"USER", "ASSISTANT"} <= {message.speaker for message in transcript.messages}


def test_a_text_that_quotes_a_format_is_not_taken_for_it() -> None:
    """What counts is where the keys lie."""
    quoting = json.dumps([{"mapping": {}, "chat_messages": [], "messagesTree": []}])
    with pytest.raises(Unreadable, match=r"is of no format that can be imported. Those are: ChatGPT, Claude"):
        recognize(bundle({"x.json": [{"text": quoting}]}))


@pytest.mark.parametrize("name", EXAMPLES)
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_value_in_place_of_any_other_stops_nothing(name: str, data: st.DataObject) -> None:
    """One wrong value, or several."""
    files = EXAMPLES[name]
    for _ in range(data.draw(st.integers(1, 4))):
        file = data.draw(st.sampled_from(sorted(files)))
        place = data.draw(st.sampled_from(places(files[file])))
        files = files | {file: replaced(files[file], place, data.draw(VALUES))}
    checked(name, files)


@pytest.mark.parametrize("name", EXAMPLES)
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_bytes_in_place_of_any_others_stop_nothing(name: str, data: st.DataObject) -> None:
    """Files that break off, or that hold something else in their midst; recognizing raises nothing either."""
    files = {file: json.dumps(held).encode() for file, held in EXAMPLES[name].items()}
    file = data.draw(st.sampled_from(sorted(files)))
    start, length = data.draw(st.integers(0, len(files[file]))), data.draw(st.integers(0, 200))
    changed = files[file][:start] + data.draw(st.binary(max_size=20)) + files[file][start + length :]
    for one in FORMATS.values():
        one.recognizes(bundle(files | {file: changed}))
    checked(name, files | {file: changed})


def trees(parents: dict[str, str | None]) -> dict[str, Any]:
    """The same tree in all formats that have trees. What nobody precedes has each one's word for that."""
    root = "00000000-0000-4000-8000-000000000000"
    pairs = parents.items()
    return {
        "chatgpt": chatgpt(*(chatgpt_node(key, above or "root", content=key) for key, above in pairs)),
        "claude": claude(
            *(claude_message(key, "human", key, parent_message_uuid=above or root) for key, above in pairs)
        ),
        "grok": grok(*(grok_response(key, "assistant", key, above) for key, above in pairs)),
        "openwebui": openwebui(*(openwebui_message(key, "user", key, above) for key, above in pairs)),
        "librechat": librechat(*(librechat_message(key, above, True, key) for key, above in pairs)),
    }


@settings(deadline=None)
@given(st.lists(st.integers(-1, 9), max_size=10), st.randoms(use_true_random=False))
def test_every_reader_gives_the_tree_as_it_is(above: list[int], random: random.Random) -> None:
    """Whatever the order in which its messages are listed."""
    numbers = [None, 0, *(None if one < 0 else min(one, number) for number, one in enumerate(above, start=1))]
    parents = {f"m{key}": None if one is None else f"m{one}" for key, one in enumerate(numbers)}
    order = list(parents)
    random.shuffle(order)
    for name, export in trees({key: parents[key] for key in order}).items():
        (transcript,) = (one for one in checked(name, {"x": export}) if isinstance(one, Transcript))
        read_back = {one.key: None if one.parent == "root" else one.parent for one in transcript.messages}
        assert {key: above for key, above in read_back.items() if key != "root"} == parents, name


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_file_that_breaks_off_is_reported(name: str) -> None:
    """Never nothing: a notice says that the file is not whole."""
    file = next(iter(EXAMPLES[name]))
    whole = json.dumps(EXAMPLES[name][file]).encode()
    found = checked(name, {file: whole[:-20]})
    assert any(isinstance(one, Notice) and one.kind == "SKIPPED" for one in found)


def test_a_wrong_conversation_costs_itself_alone() -> None:
    """In the middle of a list: no object, no JSON, brackets too deep."""
    good = json.dumps(EXAMPLES["claude"]["conversations.json"][0])
    deep = '{"chat_messages":' + "[" * 30_000 + "]" * 30_000 + "}"
    listed = f'[{good}, 5, {{"chat_messages": nul}}, {deep}, {good.replace("c-1", "c-2")}]'
    _, transcripts, notices = read({"conversations.json": listed.encode()})
    assert [one.key for one in transcripts] == ["c-1", "c-2"]
    assert [notice.place for notice in notices if notice.kind == "SKIPPED"] == [
        f"conversations.json: conversation {number}" for number in (2, 3, 4)
    ]


def test_notices_quote_no_text_of_a_conversation() -> None:
    """Neither what was said nor a title."""
    for example in EXAMPLES.values():
        _, _, notices = read(
            json.loads(json.dumps(example).replace("Hello", "S3CRET").replace("A title", "S3CRET title"))
        )
        assert not [notice for notice in notices if "S3CRET" in notice.text]


def test_looking_at_a_file_is_not_reading_it() -> None:
    """A bar of what is read of a file ends where the file does, however often its beginning is looked at."""
    files = {
        "chats.jsonl": [{"messages": [{"role": "user", "content": "Who?"}, {"role": "assistant", "content": "I."}]}]
    }
    whole = bundle(files)
    before = taken()
    assert list(recognize(whole).read(whole))
    assert taken() - before == whole.members[0].size
