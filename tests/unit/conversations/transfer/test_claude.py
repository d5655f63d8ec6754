"""Claude's export: branches, thoughts, tools, artifacts, attachments, and files from before there were parents."""

from __future__ import annotations

from typing import Any

from service.conversations.transfer.transcripts import Attachment, Speaker, ToolCall, TranscriptMessage, Wholeness
from tests.support.exports import by_key, claude, claude_message, read, texts

ROOT = "00000000-0000-4000-8000-000000000000"
NAME = "conversations.json"


def messages(*said: dict[str, Any], **about: Any) -> dict[str, TranscriptMessage]:
    """What messages become."""
    _, (transcript,), _ = read({NAME: [claude(*said, **about)]})
    return by_key(transcript)


def test_branches_are_told_by_parents_not_by_order() -> None:
    """The first of a branch has a parent that nobody is."""
    said = [
        claude_message("q", "human", "Q", parent_message_uuid=ROOT),
        claude_message("a", "assistant", "A", parent_message_uuid="q"),
        claude_message("q2", "human", "Q2", parent_message_uuid=ROOT),
        claude_message("b", "assistant", "B", parent_message_uuid="q"),
    ]
    name, (transcript,), _ = read({NAME: [claude(*said, current_leaf_message_uuid="a")]})
    assert (name, transcript.head) == ("claude", "a")
    assert {one.key: one.parent for one in transcript.messages} == {"q": None, "a": "q", "q2": None, "b": "q"}


def test_older_messages_follow_one_another() -> None:
    """They say no parents, and no parts."""
    said = [{"uuid": key, "sender": sender, "text": key} for key, sender in (("1", "human"), ("2", "assistant"))]
    found = messages(*said)
    assert [(one.parent, one.content, one.speaker) for one in found.values()] == [
        (None, "1", Speaker.USER),
        ("1", "2", Speaker.ASSISTANT),
    ]


def test_an_answer_with_tools_is_taken_apart() -> None:
    """What follows it stays below its last part."""
    answer = claude_message(
        "a",
        "assistant",
        {"type": "thinking", "thinking": "Hm"},
        "Let me look.",
        {"type": "tool_use", "id": "t", "name": "artifacts", "input": {"command": "create"}},
        {"type": "tool_result", "tool_use_id": "t", "name": "artifacts", "content": "OK", "is_error": True},
        "Done.",
        {"type": "token_budget"},
        stop_reason="max_tokens",
    )
    found = messages(claude_message("q", "human", "Q"), answer, claude_message("q2", "human", "More"))
    first, result, last = found["a#1"], found["a#2"], found["a"]
    assert (first.parent, first.content, first.reasoning) == ("q", "Let me look.", "Hm")
    assert first.tool_calls == [ToolCall("t", "artifacts", '{"command":"create"}')]
    assert (result.parent, result.content, result.tool_call_id, result.is_error) == ("a#1", "OK", "t", True)
    assert (last.parent, last.content, last.wholeness, last.finish_reason) == (
        "a#2",
        "Done.",
        Wholeness.PARTIAL,
        "length",
    )
    assert found["q2"].parent == "a"


def test_texts_of_attachments_stand_behind_what_was_written() -> None:
    """The model saw them; a notice says so. Files without texts are names."""
    attached = [{"file_name": "a<b.txt", "file_type": "text/plain", "file_size": 4, "extracted_content": "Body"}]
    said = claude_message("q", "human", "Look", attachments=attached, files=[{"file_name": "cat.png"}])
    _, (transcript,), notices = read({NAME: [claude(said)]})
    (found,) = transcript.messages
    assert found.content == 'Look\n\n<attachment name="a&lt;b.txt">\nBody\n</attachment>'
    assert found.attachments == [Attachment("a<b.txt", "text/plain", 4), Attachment("cat.png", None, None)]
    assert "1 attachment's text was put behind the message that it came with." in texts(notices)


def test_the_parts_count_where_two_texts_differ() -> None:
    """The other is metadata. Where the parts say nothing, it is the text."""
    said = [
        claude_message("1", "human", "Parts", text="Flat"),
        {"uuid": "2", "sender": "human", "text": "Flat", "content": [{"type": "text", "text": ""}]},
        claude_message("3", "human", "Parts", text=""),
    ]
    found = messages(*said)
    assert [(one.content, one.extras.get("text")) for one in found.values()] == [
        ("Parts", "Flat"),
        ("Flat", None),
        ("Parts", None),
    ]


def test_what_is_not_known_is_kept_aside() -> None:
    """A part of a new kind, the project, citations."""
    block = {"type": "text", "text": "A", "citations": [{"details": {"url": "https://u"}, "title": "T"}]}
    said = claude_message("a", "assistant", block, {"type": "new", "x": 1})
    project = {"uuid": "p", "name": "P"}
    _, (transcript,), notices = read(
        {NAME: [claude(said, project=project, model="m-1")], "projects.json": [], "users.json": []}
    )
    (found,) = transcript.messages
    assert found.extras == {"references": [{"title": "T", "url": "https://u"}], "blocks": [{"type": "new", "x": 1}]}
    assert (found.model, transcript.extras) == ("m-1", {"project": project})
    assert "2 files hold no conversations and stay out: projects.json, users.json." in texts(notices)


def test_a_conversation_may_lack_everything_but_its_messages() -> None:
    """It gets a key of its content."""
    _, (transcript,), _ = read({"x": {"chat_messages": [{"sender": "human", "text": "Q"}]}})
    assert (len(transcript.key), transcript.title, transcript.messages[0].content) == (32, None, "Q")


def test_an_empty_conversation_is_reported() -> None:
    """It is not taken for one that went in."""
    _, transcripts, notices = read({NAME: [claude()]})
    assert (transcripts, texts(notices)) == (
        [],
        "SKIPPED conversations.json: conversation 1 (c-1): it holds no messages.",
    )


def test_ids_that_are_there_twice_are_told_apart() -> None:
    """A message that is there twice as it is, is one."""
    first = claude_message("1", "human", "A")
    _, (transcript,), notices = read({NAME: [claude(first, claude_message("1", "human", "B"))]})
    assert [(one.key, one.content) for one in transcript.messages] == [("1", "A"), ("1~2", "B")]
    assert "1 message had the id of another" in texts(notices)
