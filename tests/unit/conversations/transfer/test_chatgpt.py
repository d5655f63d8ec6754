"""ChatGPT's export: hidden messages, tools, thoughts, citations, interrupted answers, several files."""

from __future__ import annotations

from typing import Any

import pytest

from service.conversations.transfer.transcripts import Attachment, Speaker, ToolCall, TranscriptMessage, Wholeness
from tests.support.exports import by_key, chatgpt, chatgpt_node, read, texts

NAME = "conversations.json"


def message(node: dict[str, Any], **about: Any) -> TranscriptMessage:
    """What a single node becomes."""
    _, (transcript,), _ = read({NAME: [chatgpt(node, **about)]})
    return by_key(transcript)[node["id"]]


def test_the_tree_is_given_as_it_is() -> None:
    """With its root that says nothing, its forks, its head and its times."""
    nodes = [
        chatgpt_node("q", "root"),
        chatgpt_node("a", "q", "assistant", "A"),
        chatgpt_node("b", "q", "assistant", "B"),
    ]
    name, (transcript,), _ = read({NAME: [chatgpt(*nodes, current_node="a")]})
    assert name == "chatgpt"
    assert [(one.key, one.parent) for one in transcript.messages] == [
        ("root", None),
        ("q", "root"),
        ("a", "q"),
        ("b", "q"),
    ]
    assert (transcript.head, transcript.created_ms, transcript.title) == ("a", 1700000000000, "A title")


def test_all_files_are_read_and_what_stays_out_is_said() -> None:
    """In the order of their numbers."""
    files = {f"conversations-{n}.json": [chatgpt(chatgpt_node("q", "root"), conversation_id=f"c{n}")] for n in (10, 2)}
    _, transcripts, notices = read({**files, "user.json": {}, "chat.html": b"<html>", "image.png": b"\x89PNG"})
    assert [one.key for one in transcripts] == ["c2", "c10"]
    assert "3 files hold no conversations and stay out: user.json, chat.html, image.png." in texts(notices)


def test_an_entry_without_messages_is_reported() -> None:
    """With its place; the others are read."""
    _, (transcript,), notices = read(
        {NAME: [chatgpt(chatgpt_node("q", "root", content="?")), {"title": "x"}, chatgpt()]}
    )
    assert transcript.key == "c-1"
    assert texts(notices) == (
        "SKIPPED conversations.json: conversation 2: it has no mapping, so that it holds no messages.\n"
        "SKIPPED conversations.json: conversation 3 (c-1): it holds no messages."
    )


def test_one_conversation_and_an_envelope_are_known_too() -> None:
    """As other tools save them."""
    one = chatgpt(chatgpt_node("q", "root", content="?"))
    for held in (one, {"conversations": [one]}):
        assert [transcript.key for transcript in read({"x": held})[1]] == ["c-1"]


def test_custom_instructions_are_kept_aside() -> None:
    """They are a hidden message of the person's, who did not say them there."""
    content = {"content_type": "user_editable_context", "user_profile": "I am Ann.", "user_instructions": "Be brief."}
    told = chatgpt_node("i", "root", content=content, metadata={"is_visually_hidden_from_conversation": True})
    _, (transcript,), notices = read({NAME: [chatgpt(told, chatgpt_node("q", "i", content="?"))]})
    hidden = by_key(transcript)["i"]
    assert (hidden.speaker, hidden.content, hidden.extras["hidden"]) == (Speaker.SYSTEM, "", True)
    assert transcript.extras["instructions"] == [{"user_profile": "I am Ann.", "user_instructions": "Be brief."}]
    assert "ASIDE conversations.json: conversation 1 (c-1): 1 text of instructions" in texts(notices)


def test_a_message_to_a_tool_is_a_call_and_the_tools_is_its_result() -> None:
    """A canvas is such a call."""
    call = chatgpt_node(
        "c", "root", "assistant", {"content_type": "code", "text": '{"name":"d"}'}, recipient="canmore.create"
    )
    result = chatgpt_node("r", "c", "tool", "Done", name="canmore.create")
    _, (transcript,), notices = read({NAME: [chatgpt(call, result)]})
    messages = by_key(transcript)
    assert (messages["c"].content, messages["c"].tool_calls) == ("", [ToolCall(None, "canmore.create", '{"name":"d"}')])
    assert (messages["r"].speaker, messages["r"].tool_name, messages["r"].content) == (
        Speaker.TOOL,
        "canmore.create",
        "Done",
    )
    assert "1 version of a canvas" in texts(notices)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"content_type": "execution_output", "text": "42"}, "42"),
        ({"content_type": "tether_browsing_display", "result": "found", "summary": None}, "found"),
        ({"content_type": "tether_quote", "title": "T", "url": "https://u", "text": "said"}, "T https://u\nsaid"),
        ({"content_type": "system_error", "name": "Timeout", "text": "too slow"}, "Timeout: too slow"),
        ({"content_type": "new_kind", "x": 1}, '{"content_type":"new_kind","x":1}'),
    ],
)
def test_results_of_tools_have_texts(content: dict[str, Any], text: str) -> None:
    """Whatever field it stands in; what is not known is kept as JSON."""
    found = message(chatgpt_node("r", "root", "tool", content))
    assert found.content == text
    assert found.is_error == (content["content_type"] == "system_error")


def test_thoughts_are_reasoning() -> None:
    """With their headings, and how long they took."""
    thoughts = [{"summary": "First", "content": "this"}, {"summary": "Then", "content": "that"}]
    assert message(
        chatgpt_node("t", "root", "assistant", {"content_type": "thoughts", "thoughts": thoughts})
    ).reasoning == ("First\nthis\n\nThen\nthat")
    recap = {"content_type": "reasoning_recap", "content": "Thought for 5s"}
    assert message(chatgpt_node("t", "root", "assistant", recap)).reasoning == "Thought for 5s"


def test_media_are_attachments_by_name_and_speech_is_text() -> None:
    """Each once, though it is named twice."""
    parts = [
        {"content_type": "image_asset_pointer", "asset_pointer": "file-service://file-1", "size_bytes": 7},
        {"content_type": "audio_transcription", "text": "Spoken"},
        {
            "content_type": "image_asset_pointer",
            "asset_pointer": "sediment://file-2",
            "metadata": {"dalle": {"prompt": "p"}},
        },
    ]
    attached = {"attachments": [{"id": "file-1", "name": "cat.png", "size": 7, "mime_type": "image/png"}]}
    content = {"content_type": "multimodal_text", "parts": parts}
    found = message(chatgpt_node("q", "root", content=content, metadata=attached))
    assert found.content == "Spoken"
    assert found.attachments == [Attachment("cat.png", "image/png", 7), Attachment("file-2", "image/*", None)]
    assert found.extras["media"] == [{"dalle": {"prompt": "p"}}]


def test_citations_become_links_or_are_taken_out() -> None:
    """No character of the private use area stays."""
    mark = "\ue200cite\ue202turn0search1\ue201"
    pages = [{"matched_text": mark, "items": [{"title": "T", "url": "https://u"}]}]
    words = f'A{mark} B\ue200filecite\ue202turn0file0\ue201 \ue200entity\ue202["city","Paris"]\ue201 \ue203C\ue204.'
    node = chatgpt_node("a", "root", "assistant", words, metadata={"content_references": pages})
    _, (transcript,), notices = read({NAME: [chatgpt(node)]})
    found = by_key(transcript)["a"]
    assert found.content == "A([T](https://u)) B Paris C."
    assert found.extras["references"] == [{"title": "T", "url": "https://u"}]
    assert "1 citation was written as a link." in texts(notices)
    assert "2 marks of citations were taken out of texts." in texts(notices)


@pytest.mark.parametrize(
    ("about", "wholeness"),
    [
        ({"status": "finished_successfully", "end_turn": True}, Wholeness.COMPLETE),
        ({"status": "finished_successfully", "end_turn": None}, Wholeness.COMPLETE),
        ({"status": "in_progress", "end_turn": None}, Wholeness.PARTIAL),
        ({"status": "finished_successfully", "end_turn": False}, Wholeness.PARTIAL),
        ({"metadata": {"finish_details": {"type": "interrupted"}}}, Wholeness.PARTIAL),
        ({"metadata": {"finish_details": {"type": "max_tokens"}}}, Wholeness.PARTIAL),
        ({"content": {"content_type": "system_error"}}, Wholeness.FAILED),
    ],
)
def test_an_answer_that_was_cut_off_says_so(about: dict[str, Any], wholeness: Wholeness) -> None:
    """By its status, by why it ended, or by a turn that does not go on."""
    content = about.pop("content", "Half")
    assert message(chatgpt_node("a", "root", "assistant", content, **about)).wholeness == wholeness


def test_an_answer_that_goes_on_was_not_cut_off() -> None:
    """Also where only parents say what follows."""
    nodes = [chatgpt_node("a", "root", "assistant", "A", end_turn=False), chatgpt_node("b", "a", "assistant", "B")]
    whole = chatgpt(*nodes)
    for node in whole["mapping"].values():
        del node["children"]
    _, (transcript,), _ = read({NAME: [whole]})
    assert [one.wholeness for one in transcript.messages] == [Wholeness.COMPLETE] * 3


def test_the_model_is_the_messages_or_the_conversations() -> None:
    """Newer exports say it once."""
    node = chatgpt_node("a", "root", "assistant", "A", metadata={"model_slug": "m-2"})
    assert message(node, default_model_slug="m-1").model == "m-2"
    assert message(chatgpt_node("a", "root", "assistant", "A"), default_model_slug="m-1").model == "m-1"
    assert message(chatgpt_node("q", "root"), default_model_slug="m-1").model is None


def test_ratings_and_projects_are_metadata() -> None:
    """Of the message, and of the conversation."""
    rated = [{"id": "a", "conversation_id": "c-1", "user_id": "u", "rating": "thumbsDown", "content": '{"text": "no"}'}]
    node = chatgpt_node("a", "root", "assistant", "A")
    _, (transcript,), _ = read({NAME: [chatgpt(node, gizmo_id="g-p-1")], "message_feedback.json": rated})
    assert by_key(transcript)["a"].extras["feedback"] == {"rating": "thumbsDown", "content": '{"text": "no"}'}
    assert transcript.extras["gizmo_id"] == "g-p-1"


def test_attachments_have_the_names_that_an_index_gives_them() -> None:
    """Newer exports call every file `.dat`."""
    part = {"content_type": "image_asset_pointer", "asset_pointer": "sediment://file-1"}
    node = chatgpt_node("q", "root", content={"content_type": "multimodal_text", "parts": [part]})
    names = {"conversation_asset_file_names.json": {"file-1.dat": "cat.png", "file-2.dat": 5}, "file-1.dat": b"\x89"}
    _, (transcript,), notices = read({NAME: [chatgpt(node)], **names})
    assert by_key(transcript)["q"].attachments == [Attachment("cat.png", "image/*", None)]
    assert "1 file holds no conversations and stays out: file-1.dat." in texts(notices)


def test_nodes_that_say_no_parents_follow_one_another() -> None:
    """Or their parents say them."""
    nodes = {key: {"message": chatgpt_node(key, None, content=key)["message"]} for key in ("1", "2")}
    listed = {"1": {**nodes["1"], "children": ["2"]}, "2": nodes["2"]}
    for mapping in (nodes, listed):
        _, (transcript,), _ = read({NAME: [{"id": "c", "mapping": mapping}]})
        assert [one.parent for one in transcript.messages] == [None, "1"]
