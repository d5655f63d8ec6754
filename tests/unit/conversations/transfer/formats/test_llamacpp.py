"""llama.cpp's page, as it exported conversations before it wrote sessions."""

from __future__ import annotations

from service.conversations.transfer.transcripts import Speaker
from tests.support.agent_files import by_key, read


def test_llamacpp_the_tree_comes_with_its_times_and_the_message_that_was_shown() -> None:
    """The root says nothing; the order of the list is not the order of the talk."""
    (chat,), _ = read("llamacpp")
    assert (chat.key, chat.title, chat.head) == ("L1", "Antiphons", "a2")
    messages = by_key(chat)
    assert {key: it.parent for key, it in messages.items()} == {"s": None, "u": "s", "a1": "u", "a2": "u", "t": "a2"}
    assert (messages["s"].speaker, messages["a1"].created_ms) == (Speaker.SYSTEM, 1_700_000_002_000)
    assert (messages["a2"].model, messages["a2"].reasoning, messages["t"].tool_call_id) == ("qwen", "Hm.", "c1")


def test_llamacpp_a_text_that_was_attached_is_what_the_model_read() -> None:
    """A picture is kept by its name."""
    (chat,), notices = read("llamacpp")
    asked = by_key(chat)["u"]
    assert asked.content.endswith('<attachment name="notes.txt">\nAn antiphon is sung.\n</attachment>')
    assert [one.name for one in asked.attachments] == ["a.png"]
    assert any("behind the message" in one.text for one in notices)
