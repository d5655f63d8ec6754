"""What a transcript becomes: laws that hold for any tree of messages, and what each rule does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.conversations.transfer.grafting import Grafted, graft
from service.conversations.transfer.transcripts import (
    Attachment,
    Speaker,
    ToolCall,
    Transcript,
    TranscriptMessage,
    Unreadable,
    Wholeness,
)

USER, ASSISTANT, SYSTEM, TOOL = Speaker.USER, Speaker.ASSISTANT, Speaker.SYSTEM, Speaker.TOOL


def said(key: str, parent: str | None, speaker: Speaker, content: str | None = None, **more: Any) -> TranscriptMessage:
    """A message whose text is its key, unless it has another."""
    return TranscriptMessage(
        key=key, parent=parent, speaker=speaker, content=key if content is None else content, **more
    )


def grafted(*messages: TranscriptMessage, **more: Any) -> Grafted:
    """What these messages become, of one conversation."""
    return graft(Transcript(place="a.json", key="c", messages=messages, **more), "ann", "try")


def texts(found: Grafted) -> list[str]:
    """The contents, in their order."""
    return [row["properties"]["content"] for row in found.messages]


def path(found: Grafted, id: str | None) -> list[str]:
    """The contents from the beginning to a message."""
    rows = {row["id"]: row for row in found.messages}
    way: list[str] = []
    while id is not None:
        way.append(rows[id]["properties"]["content"])
        id = rows[id]["parentId"]
    return way[::-1]


def test_a_regeneration_is_a_sibling_and_the_head_is_what_was_shown() -> None:
    """Two answers of one prompt stay two; the branch points at the one that the tool shows."""
    found = grafted(said("p", None, USER), said("a", "p", ASSISTANT), said("b", "p", ASSISTANT), head="a")
    rows = {row["properties"]["content"]: row for row in found.messages}
    assert rows["a"]["parentId"] == rows["b"]["parentId"] == rows["p"]["id"]
    assert found.head == rows["a"]["id"]


def test_hidden_messages_are_looked_through() -> None:
    """What says nothing is left out, and what is below it goes on from what is above it."""
    found = grafted(
        said("r", None, SYSTEM, ""), said("p", "r", USER), said("h", "p", ASSISTANT, ""), said("a", "h", USER)
    )
    assert path(found, found.head) == ["p", "a"]


def test_answers_in_a_row_are_one_response() -> None:
    """Nobody asked between them. Where they part, each way has all of it."""
    found = grafted(
        said("p", None, USER), said("a", "p", ASSISTANT), said("b", "a", ASSISTANT), said("c", "a", ASSISTANT)
    )
    assert sorted(texts(found)) == ["a\n\nb", "a\n\nc", "p"]


def test_an_answer_from_which_a_prompt_goes_on_stands_for_itself_too() -> None:
    """Also where a hidden message is between them."""
    found = grafted(
        said("p", None, USER),
        said("a", "p", ASSISTANT),
        said("b", "a", ASSISTANT),
        said("h", "a", SYSTEM, ""),
        said("q", "h", USER),
    )
    assert sorted(texts(found)) == ["a", "a\n\nb", "p", "q"]
    assert path(found, next(row["id"] for row in found.messages if row["properties"]["content"] == "q")) == [
        "p",
        "a",
        "q",
    ]


def test_a_system_message_at_the_beginning_is_the_system_prompt() -> None:
    """It stands beside the conversation, as one does that was set here."""
    found = grafted(said("s", None, SYSTEM, "Be kind."), said("p", "s", USER))
    assert [row["isSystemPrompt"] for row in found.messages] == [True, False]
    assert found.messages[1]["parentId"] is None


def test_a_result_belongs_to_its_call() -> None:
    """By the id of the call, else by the tool's name, else to the only one that is open."""
    calls = (ToolCall("1", "look"), ToolCall("2", "ask"))
    found = grafted(
        said("p", None, USER),
        said("a", "p", ASSISTANT, tool_calls=calls),
        said("x", "a", TOOL, tool_name="ask"),
        said("y", "x", TOOL),
    )
    results = {row["properties"]["content"]: row for row in found.messages if row["resultOf"]}
    assert {name: row["properties"]["toolCallId"] for name, row in results.items()} == {"x": "2", "y": "1"}


def test_a_result_without_a_call_is_told() -> None:
    """Behind an answer it gets a call; behind a prompt it is what the system says."""
    found = grafted(said("p", None, USER), said("x", "p", TOOL), said("a", "x", ASSISTANT), said("y", "a", TOOL))
    roles = {row["properties"]["content"]: row["properties"].get("role") for row in found.messages}
    assert roles == {"p": "USER", "x": "SYSTEM", "a": None, "y": "TOOL"}
    assert len(found.notices) == 2


def test_an_answer_that_begins_has_something_to_respond_to() -> None:
    """A greeting that nobody asked for."""
    found = grafted(said("a", None, ASSISTANT))
    assert [row["kind"] for row in found.messages] == ["Prompt", "Response"]


def test_circles_and_missing_parents_begin_paths_of_their_own() -> None:
    """Nothing is lost for being wrong, and each is told."""
    found = grafted(said("a", "b", USER), said("b", "a", USER), said("c", "nowhere", USER))
    assert sorted(texts(found)) == ["a", "b", "c"]
    assert len(found.notices) == 2


def test_ids_are_the_owners_and_the_same_each_time() -> None:
    """So importing twice writes nothing twice, and no two owners meet."""
    transcript = Transcript(place="", key="c", messages=[said("p", None, USER)])
    one, again, other = (
        graft(transcript, "ann", "try"),
        graft(transcript, "ann", "try"),
        graft(transcript, "bob", "try"),
    )
    assert one == again
    assert one.messages[0]["id"] != other.messages[0]["id"]


def test_what_was_interrupted_stays_so() -> None:
    """Also where nothing had come yet, and where there is only a file."""
    found = grafted(
        said("p", None, USER, "", attachments=[Attachment("plan.pdf", "application/pdf")]),
        said("a", "p", ASSISTANT, "", wholeness=Wholeness.PARTIAL),
    )
    assert [row["properties"]["title"] for row in found.messages] == ["plan.pdf", "(assistant)"]
    assert found.messages[1]["properties"]["status"] == "PARTIAL"


def test_half_a_character_is_replaced_and_told() -> None:
    """JSON may hold one, the graph cannot; two halves are the character that they are."""
    found = grafted(said("p", None, USER, "a\ud83d"), said("q", "p", USER, "\ud83d\ude00"))
    assert texts(found) == ["a\ufffd", "😀"]
    assert len(found.notices) == 1


def test_nothing_is_no_conversation() -> None:
    """It is said, not written."""
    with pytest.raises(Unreadable):
        grafted(said("r", None, SYSTEM, ""))


@st.composite
def transcripts(draw: st.DrawFn) -> Sequence[TranscriptMessage]:
    """Any messages: parents that are there, are not, are behind, or are themselves; times in any order."""
    keys = draw(st.lists(st.integers(0, 12).map(str), min_size=1, max_size=14))
    parent = st.none() | st.integers(0, 14).map(str)
    content = st.sampled_from(["", "x", "y z", "\ud83d"])
    return [
        TranscriptMessage(
            key=key,
            parent=draw(parent),
            speaker=draw(st.sampled_from(list(Speaker))),
            content=draw(content),
            created_ms=draw(st.none() | st.integers(0, 5)),
            tool_calls=draw(st.lists(st.builds(ToolCall, st.sampled_from([None, "1", "2"]), st.just("t")), max_size=2)),
            tool_call_id=draw(st.sampled_from([None, "1", "2", "9"])),
            finish_reason=draw(st.sampled_from([None, "stop", "tool_calls", "length", "max_tokens"])),
            wholeness=draw(st.sampled_from(list(Wholeness))),
        )
        for key in keys
    ]


@given(transcripts(), st.none() | st.integers(0, 12).map(str))
def test_whatever_is_given_is_a_conversation_of_ours(messages: Sequence[TranscriptMessage], head: str | None) -> None:
    """Each message is behind what it stands below, one deeper; a response answers one prompt; results have calls."""
    try:
        found = graft(Transcript(place="", key="c", messages=messages, head=head), "ann", "try")
    except Unreadable:
        return
    seen: dict[str, dict[str, Any]] = {}
    for row in found.messages:
        above = seen[row["parentId"]] if row["parentId"] else None
        assert row["id"] not in seen
        assert row["depth"] == (above["depth"] + 1 if above else 0)
        assert row["properties"]["title"]
        if row["kind"] == "Response":
            assert above is not None
            assert above["kind"] == "Prompt"
            assert len({call["toolCallId"] for call in row["calls"]}) == len(row["calls"])
            assert bool(row["calls"]) <= (row["properties"]["finishReason"] in ("tool_calls", "length"))
            assert (row["properties"]["finishReason"] == "tool_calls") <= bool(row["calls"])
        if row["properties"].get("role") == "TOOL":
            calls = {call["toolCallId"] for call in seen[row["resultOf"]]["calls"]}
            assert row["properties"]["toolCallId"] in calls
        seen[row["id"]] = row
    assert found.head is None or found.head in seen
    assert found.head is not None or all(row["isSystemPrompt"] for row in found.messages)
