"""What a replay changes of a context: only what may be, and nothing besides."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.chat import ChatMessage, ToolCall
from service.conversations.context.assembling import PINNED_NOTE, ContextItem, Saw
from service.conversations.context.comparing import MOST_NAMED, difference
from service.errors import InvalidInput
from service.records import ItemKind, Role, SawAs
from service.tasks.replayed import Replayed, check_changes, parse_replayed


def said(id_: str, text: str = "", kind: ItemKind = ItemKind.MESSAGE) -> ContextItem:
    """A message of a context."""
    return ContextItem(kind, ChatMessage(Role.USER, text or id_), id_, 3)


PROMPT = said("p", kind=ItemKind.PROMPT)
CALL = ContextItem(
    ItemKind.MESSAGE, ChatMessage(Role.ASSISTANT, "", (ToolCall("1", "t", "{}"), ToolCall("2", "t", "{}"))), "call"
)
RESULTS = tuple(
    ContextItem(ItemKind.MESSAGE, ChatMessage(Role.TOOL, "It.", tool_call_id=id_), f"result {id_}") for id_ in "12"
)


@given(st.integers(1, 8), st.data())
def test_all_but_what_is_named_stays(count: int, data: st.DataObject) -> None:
    """In its order, as it was; what has another text keeps its place."""
    items = [said(f"m{i}") for i in range(count)] + [PROMPT]
    ids = [item.id or "" for item in items]
    out = data.draw(st.sets(st.sampled_from(ids[:-1])))
    texts = data.draw(st.sets(st.sampled_from(ids))) - out
    replayed = Replayed("a", tuple(out), tuple((id_, "new") for id_ in texts))
    check_changes(replayed, items, "p")
    changed = replayed.changed(items)
    assert [item.id for item in changed] == [id_ for id_ in ids if id_ not in out]
    assert {item.id for item in changed if item.message.content == "new"} == texts
    found = difference(items, changed)
    assert (set(found.removed), set(found.changed), found.added) == (out, texts, ())
    assert found.same == len(ids) - len(out) - len(texts)


@pytest.mark.parametrize(
    ("without", "place"), [(("call",), 0), (("m", "result 1"), 1), (("call", "result 1"), 0), (("result 2", "call"), 1)]
)
def test_a_call_is_not_parted_from_its_results(without: tuple[str, ...], place: int) -> None:
    """What would stand alone is refused, with the place of what parts it."""
    items = (said("m"), CALL, *RESULTS, PROMPT)
    with pytest.raises(InvalidInput) as refused:
        check_changes(Replayed("a", without), items, "p")
    assert refused.value.field == f"input.without[{place}]"
    check_changes(Replayed("a", ("call", "result 2", "result 1")), items, "p")


def test_the_note_goes_with_the_last_pinned_message() -> None:
    """As long as one is left, it is said."""
    note = ContextItem(ItemKind.NOTE, ChatMessage(Role.USER, PINNED_NOTE))
    pins = [said(id_, kind=ItemKind.PINNED) for id_ in "xy"]
    items = (said("s", kind=ItemKind.SYSTEM), note, *pins, said("m"), PROMPT)
    assert note in Replayed("a", ("x",)).changed(items)
    assert [item.id for item in Replayed("a", ("x", "y")).changed(items)] == ["s", "m", "p"]


def test_what_was_seen_is_what_was_sent() -> None:
    """A message that is left out was not seen; then the oldest that was sent was."""
    saw = (Saw("s", SawAs.SYSTEM), Saw("m", SawAs.VERBATIM))
    items = (said("n"), PROMPT)
    assert Replayed("a").saw(saw, items, "p") == saw
    assert Replayed("a", ("m",)).saw(saw, items, "p") == (saw[0], Saw("n", SawAs.VERBATIM))
    assert Replayed("a", ("m", "n")).saw(saw, (PROMPT,), "p")[-1] == Saw("p", SawAs.VERBATIM)


def test_a_task_that_replays_nothing_keeps_nothing() -> None:
    """And one that does keeps all of it."""
    assert parse_replayed({"replayOf": None}) is None
    row = {"replayOf": "a", "without": ["m"], "instead": [{"id": "p", "content": "x"}]}
    assert parse_replayed(row) == Replayed("a", ("m",), (("p", "x"),))


def test_long_differences_are_counted() -> None:
    """A thousand messages are named, all are counted."""
    found = difference([said(f"m{i}") for i in range(MOST_NAMED + 5)], [])
    assert (len(found.removed), found.removed_count) == (MOST_NAMED, MOST_NAMED + 5)
