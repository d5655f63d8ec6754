"""The exports of Grok, Open WebUI, LibreChat and Chatbot UI."""

from __future__ import annotations

from typing import Any

from service.conversations.transfer.transcripts import Attachment, Speaker, ToolCall, TranscriptMessage, Wholeness
from tests.support.exports import (
    by_key,
    chatbotui,
    grok,
    grok_response,
    librechat,
    librechat_message,
    openwebui,
    openwebui_message,
    read,
    texts,
)


def webui(*said: dict[str, Any]) -> dict[str, TranscriptMessage]:
    """What messages of Open WebUI's become."""
    return by_key(read({"chats.json": [openwebui(*said)]})[1][0])


def test_grok_parents_times_and_ends() -> None:
    """Times are MongoDB's; senders are written in capitals or not."""
    said = [
        grok_response("1", "human", "Q"),
        grok_response("2", "ASSISTANT", "A", "1", model="grok-3", thinking_trace="Hm", partial=True),
        grok_response("3", "assistant", "", "1", error="busy"),
    ]
    name, (transcript,), _ = read({"prod-grok-backend.json": grok(*said)})
    one, two, three = transcript.messages
    assert (name, one.created_ms, one.speaker) == ("grok", 1735689600000, Speaker.USER)
    assert (two.parent, two.model, two.reasoning, two.wholeness) == ("1", "grok-3", "Hm", Wholeness.PARTIAL)
    assert (three.parent, three.wholeness, three.extras) == ("1", Wholeness.FAILED, {"error": "busy"})


def test_grok_what_people_say_without_a_parent_follows_the_one_before() -> None:
    """Where only answers have parents; where others have some too, it is another beginning."""
    said = [
        grok_response("1", "human", "Q"),
        grok_response("2", "assistant", "A", "1"),
        grok_response("3", "human", "R"),
        grok_response("4", "assistant", "B", "3"),
    ]
    follow = grok_response("5", "human", "S", "4")
    for held, parent in ((said, "2"), ([*said, follow], None)):
        _, (transcript,), _ = read({"x.json": grok(*held)})
        assert by_key(transcript)["3"].parent == parent


def test_grok_cards_become_links_or_are_taken_out() -> None:
    """The export says of some cards what they are."""
    card = '<grok:render card_id="{}" type="citation"><argument name="citation_id">1</argument></grok:render>'
    cards = ['{"id":"c1","url":"https://x.org/page"}', "{", 5]
    said = grok_response("1", "assistant", f"A{card.format('c1')} B{card.format('c2')}", card_attachments_json=cards)
    _, (transcript,), notices = read({"x.json": grok(said)})
    assert transcript.messages[0].content == "A ([x.org](https://x.org/page)) B"
    assert "1 citation was written as a link." in texts(notices)
    assert "1 card was taken out of a text." in texts(notices)


def test_openwebui_models_side_by_side_are_siblings() -> None:
    """The head is what the person saw."""
    said = [
        openwebui_message("q", "user", "Q", files=[{"type": "image", "url": "data:image/png;base64,AA"}]),
        openwebui_message("a", "assistant", "A", "q", model="m-1", usage={"prompt_eval_count": 3, "eval_count": 2}),
        openwebui_message("b", "assistant", "B", "q", model="m-2", done=False),
    ]
    name, (transcript,), _ = read({"chats.json": [openwebui(*said)]})
    found = by_key(transcript)
    assert (name, transcript.head, found["q"].attachments) == ("openwebui", "b", [Attachment("image", "image/*")])
    assert (found["a"].model, found["a"].input_tokens, found["a"].output_tokens) == ("m-1", 3, 2)
    assert (found["b"].parent, found["b"].wholeness) == ("q", Wholeness.PARTIAL)


def test_openwebui_output_counts_before_html() -> None:
    """The text of an answer is not there twice."""
    output = [
        {"type": "reasoning", "content": [{"type": "output_text", "text": "Hm"}]},
        {"type": "function_call", "call_id": "t", "name": "f", "arguments": '{"a":1}'},
        {"type": "function_call_output", "call_id": "t", "output": [{"type": "input_text", "text": "r"}]},
        {"type": "message", "content": [{"type": "output_text", "text": "A"}]},
    ]
    html = '<details type="reasoning"><summary>Thought</summary>\n&gt; Hm\n</details>\nA'
    found = webui(openwebui_message("a", "assistant", html, output=output))
    assert (found["a#1"].reasoning, found["a#1"].tool_calls) == ("Hm", [ToolCall("t", "f", '{"a":1}')])
    assert (found["a#2"].content, found["a#2"].tool_call_id, found["a"].content) == ("r", "t", "A")


def test_openwebui_html_is_taken_apart_where_there_is_nothing_else() -> None:
    """What a person or a model wrote in HTML stays as it is."""
    html = (
        '<details type="reasoning" done="true">\n<summary>Thought</summary>\n&gt; One &lt;b&gt;\n&gt; Two\n'
        "</details>\nFirst\n"
        '<details type="tool_calls" done="true" id="t" name="f" arguments="&quot;{\\&quot;a\\&quot;: 1}&quot;" '
        'result="&quot;r &gt; s&quot;">\n<summary>Done</summary>\n</details>\n'
        "Then <details><summary>mine</summary>x</details> and <details type='reasoning'> open"
    )
    found = webui(openwebui_message("a", "assistant", html))
    assert (found["a#1"].reasoning, found["a#1"].content) == ("One <b>\nTwo", "First")
    assert found["a#1"].tool_calls == [ToolCall("t", "f", '{"a": 1}')]
    assert (found["a#2"].content, found["a#2"].tool_name) == ("r > s", "f")
    assert found["a"].content == "Then <details><summary>mine</summary>x</details> and <details type='reasoning'> open"


def test_openwebui_errors_are_failed_answers() -> None:
    """One that had begun is a part of an answer."""
    error = {"content": "no memory"}
    found = webui(
        openwebui_message("a", "assistant", "", error=error), openwebui_message("b", "assistant", "B", error=error)
    )
    assert (found["a"].wholeness, found["a"].extras) == (Wholeness.FAILED, {"error": "no memory"})
    assert found["b"].wholeness == Wholeness.PARTIAL


def test_openwebui_answers_that_lost_their_fields_are_answers() -> None:
    """Neither role nor parent, and a head that is nowhere."""
    said = {"q": {"role": "user", "content": "Q", "childrenIds": ["a"]}, "a": {"content": "A", "done": True}}
    _, (transcript,), _ = read({"chats.json": [{"chat": {"history": {"messages": said, "currentId": "x"}}}]})
    found = by_key(transcript)["a"]
    assert (found.speaker, found.parent, transcript.head) == (Speaker.ASSISTANT, "q", None)


def test_openwebui_older_and_single_chats() -> None:
    """A flat list without ids; one chat alone; parents that only the children tell."""
    flat = {"title": "T", "messages": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}]}
    _, (transcript,), _ = read({"chats.json": [{"id": "c", "chat": flat}]})
    one, two = transcript.messages
    assert (one.parent, two.parent, two.content) == (None, one.key, "A")
    assert read({"chat.json": openwebui(openwebui_message("q", "user", "Q"))})[1][0].key == "c-1"
    told = {"1": {"role": "user", "content": "Q", "childrenIds": ["2"]}, "2": {"role": "assistant", "content": "A"}}
    _, (transcript,), _ = read({"chats.json": [{"chat": {"history": {"messages": told}}}]})
    assert [message.parent for message in transcript.messages] == [None, "1"]


def test_librechat_parts_forks_and_ends() -> None:
    """Thoughts, tools and texts of an answer; an error is no text of the model's."""
    parts = [
        {"type": "think", "think": "Hm"},
        {"type": "tool_call", "tool_call": {"id": "t", "name": "f", "args": {"a": 1}, "output": "r"}},
        {"type": "text", "text": {"value": "A"}},
    ]
    said = [
        librechat_message("q", None, True, "Q", files=[{"filename": "a.txt", "type": "text/plain", "bytes": 3}]),
        librechat_message("a", "q", False, parts, model="m-1", unfinished=True, tokenCount=5),
        librechat_message("b", "q", False, "no key", error=True),
        librechat_message("c", "q", False, ":::thinking\nOld\n:::\nC"),
    ]
    name, (transcript,), _ = read({"c.json": librechat(*said, options={"promptPrefix": "Be brief"})})
    found = by_key(transcript)
    assert (name, found["instructions"].content, found["q"].parent) == ("librechat", "Be brief", "instructions")
    assert found["q"].attachments == [Attachment("a.txt", "text/plain", 3)]
    assert (found["a#1"].reasoning, found["a#1"].tool_calls) == ("Hm", [ToolCall("t", "f", '{"a":1}')])
    assert (found["a"].content, found["a"].wholeness, found["a"].output_tokens) == ("A", Wholeness.PARTIAL, 5)
    assert (found["b"].content, found["b"].wholeness, found["b"].extras["error"]) == ("", Wholeness.FAILED, "no key")
    assert (found["c"].reasoning, found["c"].content) == ("Old", "C")


def test_librechat_messages_may_lie_5000_deep_in_one_another() -> None:
    """In either field."""
    opening = "".join(
        f'{{"messageId": "{n}", "isCreatedByUser": true, "text": "x", "children": [' for n in range(5_000)
    )
    for field in ("messagesTree", "messages"):
        whole = f'{{"conversationId": "c", "options": {{}}, "{field}": [{opening}{"]}" * 5_000}]}}'
        _, (transcript,), _ = read({"c.json": whole.encode()})
        assert (len(transcript.messages), transcript.messages[-1].parent) == (5_000, "4998")


def test_chatbotui_conversations() -> None:
    """Flat, without ids of messages."""
    name, (transcript,), notices = read({"history.json": chatbotui()})
    told, one, two = transcript.messages
    assert (told.speaker, told.content, one.parent) == (Speaker.SYSTEM, "Be brief", told.key)
    assert (name, two.parent, two.model, notices) == ("chatbotui", one.key, "m-1", [])
