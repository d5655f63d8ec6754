"""OpenAI's chats, batches and items."""

from __future__ import annotations

from typing import Any

from service.conversations.transfer.bundles import Bundle
from service.conversations.transfer.transcripts import Wholeness
from tests.support.agent_files import FILES, as_lines, bundle, member, read, tree


def test_openai_a_chat_with_tools_and_images() -> None:
    """The call, its result, and the image by its name."""
    (chat, *_), _ = read("openai")
    assert [speaker for _, _, speaker, _ in tree(chat)] == ["SYSTEM", "USER", "ASSISTANT", "TOOL", "ASSISTANT"]
    assert chat.messages[1].attachments[0].name == "cat.png"
    assert (chat.messages[2].tool_calls[0].arguments, chat.messages[3].tool_call_id) == ('{"a":1}', "c1")
    assert chat.messages[4].extras == {"weight": 0}


def test_openai_preferred_and_other_answers_are_siblings() -> None:
    """The preferred one is what is shown."""
    (_, pair, *_), _ = read("openai")
    assert tree(pair)[1][1] == tree(pair)[2][1] == "m1"
    assert pair.head == "m2"


def test_openai_a_batch_is_read_with_its_answers() -> None:
    """Requests and answers are in two files; the id that was given joins them."""
    message = {"role": "assistant", "content": "A"}
    body = {"model": "x", "choices": [{"message": message, "finish_reason": "length"}], "usage": {"prompt_tokens": 3}}
    answers = [{"custom_id": "r1", "response": {"body": body}}, {"custom_id": "r9", "response": {"body": body}}]
    files = [member("in.jsonl", as_lines([FILES["openai"][1][2]])), member("out.jsonl", as_lines(answers))]
    (batch, other), _ = read("openai", Bundle("b.zip", files))
    assert [text for _, _, _, text in tree(batch)] == ["batch", "A"]
    assert (batch.key, batch.messages[1].wholeness, batch.messages[1].input_tokens) == ("r1", Wholeness.PARTIAL, 3)
    assert other.key == "r9"


def test_openai_items_of_the_responses_api() -> None:
    """Lines that are an item each are one conversation."""
    items: list[Any] = [
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "go"}]},
        {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c", "output": "r"},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "done"}]},
    ]
    (chat,), _ = read("openai", bundle("openai", items))
    assert [text for _, _, _, text in tree(chat)] == ["go", "", "r", "done"]


def test_openai_a_record_that_is_no_chat_costs_itself_alone() -> None:
    """It is named by its line."""
    records = [5, *FILES["openai"][1], {"a": 1}]
    chats, notices = read("openai", bundle("openai", records))
    assert len(chats) == 4
    assert {notice.place for notice in notices if notice.kind == "SKIPPED"} == {
        "chats.jsonl: line 1",
        "chats.jsonl: line 6",
    }
