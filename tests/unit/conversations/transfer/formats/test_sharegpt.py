"""ShareGPT's conversations, Alpaca's instructions, and pairs of answers."""

from __future__ import annotations

import pytest

from service.conversations.transfer.html_text import html_text, is_html
from tests.support.agent_files import bundle, read, tree


def test_sharegpt_names_of_speakers_tools_and_system() -> None:
    """A call is a call; a role that nobody knows is kept, and said."""
    (chat, *_), notices = read("sharegpt")
    speakers = [speaker for _, _, speaker, _ in tree(chat)]
    assert speakers == ["SYSTEM", "USER", "ASSISTANT", "ASSISTANT", "TOOL", "SYSTEM"]
    assert chat.messages[3].tool_calls[0].name == "f"
    assert chat.messages[5].extras == {"role": "weird"}
    assert any("not known" in notice.text for notice in notices)


@pytest.mark.parametrize("number", [1, 2])
def test_sharegpt_chosen_and_rejected_are_siblings(number: int) -> None:
    """With the prompt in a field of its own, or repeated in both."""
    pair = read("sharegpt")[0][number]
    assert [(parent, speaker) for _, parent, speaker, _ in tree(pair)] == [
        *((None, "USER"), ("m1", "ASSISTANT"), ("m1", "ASSISTANT")),
    ]
    assert pair.head == "m2"


def test_sharegpt_html_is_plain_text() -> None:
    """Old exports hold the page's HTML; code keeps its lines."""
    (chat, *_), _ = read("sharegpt")
    assert chat.messages[2].content == "Hello **x**\n\n```\na = 1\nb\n```"
    assert not is_html("<p>is how a paragraph begins")
    assert html_text("<p>a<script>bad()</script> &lt;b</p><ul><li>c</li></ul>") == "a <b\n\n- c"


def test_sharegpt_ids_that_only_count_are_no_keys() -> None:
    """Two files number their records alike; the content tells them apart."""
    records = [{"id": "1", "conversations": [{"from": "human", "value": text}]} for text in ("a", "b")]
    first, second = read("sharegpt", bundle("sharegpt", records))[0]
    assert len({"1", first.key, second.key}) == 3


def test_sharegpt_messages_that_name_no_speaker_take_turns() -> None:
    """As in sets that hold values alone."""
    record = {"conversations": [{"value": "q"}, {"value": "a"}, {"value": "q2"}]}
    (chat,), notices = read("sharegpt", bundle("sharegpt", [record]))
    assert [speaker for _, _, speaker, _ in tree(chat)] == ["USER", "ASSISTANT", "USER"]
    assert any("3 messages name no speakers" in notice.text for notice in notices)
