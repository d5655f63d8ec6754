"""LM Studio's conversations."""

from __future__ import annotations

from service.conversations.transfer.transcripts import Wholeness
from tests.support.agent_files import by_key, read, tree


def test_lmstudio_versions_are_siblings_and_what_follows_is_below_the_selected_one() -> None:
    """A version with calls of tools in it is several messages; its last one has its key."""
    (chat,), _ = read("lmstudio")
    assert [(key, parent) for key, parent, _, _ in tree(chat)] == [
        *(("system", None), ("m1v1", "system"), ("m2v1", "m1v1")),
        *(("m2v2#1", "m1v1"), ("m2v2#2", "m2v2#1"), ("m2v2", "m2v2#2"), ("m3v1", "m2v2")),
    ]
    assert (chat.title, chat.head) == ("Test", "m3v1")


def test_lmstudio_answers_keep_reasoning_calls_and_how_they_ended() -> None:
    """Stopped by the person: partial."""
    messages = by_key(read("lmstudio")[0][0])
    assert (messages["m2v1"].wholeness, messages["m2v1"].model) == (Wholeness.PARTIAL, "qwen")
    assert (messages["m2v2#1"].reasoning, messages["m2v2#1"].tool_calls[0].name) == ("hm", "fs_read")
    assert (messages["m2v2#2"].tool_call_id, messages["m2v2#2"].content) == ("7", "native")
    assert (messages["m1v1"].attachments[0].name, messages["m1v1"].attachments[0].bytes) == ("17-a.png", 77)
