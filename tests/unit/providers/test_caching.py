"""What a request says of the prefix that it shares with others: marks for Anthropic, a key for OpenAI's servers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.chat import ChatMessage, ChatRequest, ModelConfig, Tool, ToolCall
from service.providers.anthropic_request import request_body
from service.providers.caching import cache_key, has_long_prefix, is_long, takes_key
from service.providers.openai_request import OpenAIOptions
from service.providers.openai_request import request_body as openai_body
from service.records import Role

MODEL = ModelConfig("acme", "some-model", "some", 200_000, 777)
LONG = "word " * 2000
MARK = {"type": "ephemeral"}
TALK = (
    ChatMessage(Role.SYSTEM, "Be brief."),
    ChatMessage(Role.USER, LONG),
    ChatMessage(Role.ASSISTANT, "Three."),
    ChatMessage(Role.USER, "And now?"),
)
REQUEST = ChatRequest(MODEL, TALK, stable=3, cache_key="some-key")


def chat(turns: list[tuple[bool, str]], prompt: str) -> ChatRequest:
    """A chat of texts by the user (True) or the model, and a prompt."""
    above = [ChatMessage(Role.USER if by_user else Role.ASSISTANT, text) for by_user, text in turns]
    return ChatRequest(MODEL, (*above, ChatMessage(Role.USER, prompt)), stable=len(above))


def blocks(body: dict[str, Any]) -> list[tuple[str, Any]]:
    """All blocks of a body's turns with their roles, as the provider reads them: without marks."""
    said = [(turn["role"], block) for turn in body["messages"] for block in turn["content"]]
    return [(role, {key: value for key, value in block.items() if key != "cache_control"}) for role, block in said]


def marked(body: dict[str, Any]) -> list[dict[str, Any]]:
    """The blocks that are marked, wherever they stand."""
    places = [
        *body.get("tools", []),
        *body.get("system", []),
        *(b for turn in body["messages"] for b in turn["content"]),
    ]
    return [block for block in places if "cache_control" in block]


def test_shared_prefix_is_marked_at_its_ends() -> None:
    """After the system prompt, and after the last message that siblings send too."""
    body = request_body(REQUEST, marks=True)
    assert body["system"] == [{"type": "text", "text": "Be brief.", "cache_control": MARK}]
    assert [turn["content"] for turn in body["messages"]] == [
        [{"type": "text", "text": LONG}],
        [{"type": "text", "text": "Three.", "cache_control": MARK}],
        [{"type": "text", "text": "And now?"}],
    ]


def test_long_prompt_is_marked_too() -> None:
    """Other answers to it, and the next turn, send it again."""
    body = request_body(replace(REQUEST, messages=(*TALK[:3], ChatMessage(Role.USER, LONG))), marks=True)
    assert body["messages"][-1]["content"][0]["cache_control"] == MARK


def test_tools_are_marked_where_there_is_no_system_prompt() -> None:
    """A mark after the system prompt covers them: they stand before it."""
    tools = (Tool("a", "", {}), Tool("b", "", {}))
    with_system, without = (
        request_body(replace(REQUEST, messages=talk, tools=tools, stable=len(talk) - 1), marks=True)
        for talk in (TALK, TALK[1:])
    )
    assert ["cache_control" in tool for tool in with_system["tools"]] == [False, False]
    assert ["cache_control" in tool for tool in without["tools"]] == [False, True]


def test_short_prefix_is_not_marked() -> None:
    """No provider keeps it; its length is that of messages and tools together."""
    assert has_long_prefix(REQUEST)
    assert not has_long_prefix(replace(REQUEST, stable=1))
    assert has_long_prefix(replace(REQUEST, stable=1, tools=(Tool("a", LONG, {}),)))
    assert "cache_control" not in str(request_body(REQUEST))


texts = st.text("ab \n", max_size=5)


@given(st.lists(st.tuples(st.booleans(), texts), max_size=50), texts, texts)
def test_siblings_send_the_same_prefix(turns: list[tuple[bool, str]], one: str, other: str) -> None:
    """Block by block, also where the prompt before was never answered; and what continues one of them has all of it."""
    first, second = (request_body(chat(turns, prompt), marks=True) for prompt in (one, other))
    shared = len(blocks(request_body(chat(turns, ""), marks=True)))
    assert blocks(first)[:shared] == blocks(second)[:shared]
    later = request_body(chat([*turns, (True, one), (False, "Yes.")], other), marks=True)
    assert blocks(later)[: len(blocks(first))] == blocks(first)


@given(st.lists(st.tuples(st.booleans(), texts), max_size=80), st.sampled_from(["", "a", LONG]))
def test_marks_are_four_at_most_and_on_no_empty_text(turns: list[tuple[bool, str]], prompt: str) -> None:
    """A provider refuses the whole request for either."""
    body = request_body(chat(turns, prompt), marks=True)
    assert len(marked(body)) <= 4
    assert all(block["text"].strip() for block in marked(body))


def test_what_was_kept_before_many_calls_is_found_again() -> None:
    """Thirty results in one turn are more blocks than the provider looks back from one mark."""
    calls = tuple(ToolCall(f"call-{n}", "look", "{}") for n in range(15))
    results = [ChatMessage(Role.TOOL, "ok", tool_call_id=call.id) for call in calls]
    above = (ChatMessage(Role.USER, LONG), ChatMessage(Role.ASSISTANT, "Well.", calls), *results)
    body = request_body(ChatRequest(MODEL, (*above, ChatMessage(Role.USER, "Go on.")), stable=len(above)), marks=True)
    places = [
        n for n, block in enumerate(b for turn in body["messages"] for b in turn["content"]) if "cache_control" in block
    ]
    assert len(places) == 2
    assert 0 < places[1] - places[0] <= 20


@pytest.mark.parametrize(
    ("host", "model", "azure", "takes"),
    [
        ("api.openai.com", "gpt-5-mini", False, True),
        ("eu.api.openai.com", "gpt-5-mini", False, True),
        ("api.mistral.ai", "mistral-small", False, True),
        ("notapi.openai.com", "gpt-5-mini", False, False),
        ("integrate.api.nvidia.com", "gpt-oss-120b", False, False),
        ("x.openai.azure.com", "gpt-4o", True, True),
        ("x.openai.azure.com", "Kimi-K2.5", True, False),
    ],
)
def test_key_is_sent_to_who_takes_it(host: str, model: str, azure: bool, takes: bool) -> None:
    """Servers that check what they are sent refuse the whole request for a field that they do not know."""
    assert takes_key(host, model, azure=azure) is takes
    named = replace(REQUEST, model=replace(MODEL, name=model))
    assert ("prompt_cache_key" in openai_body(named, OpenAIOptions(), host)) is takes
    assert openai_body(named, OpenAIOptions(prompt_cache=True), host)["prompt_cache_key"] == "some-key"
    assert "prompt_cache_key" not in openai_body(named, OpenAIOptions(prompt_cache=False), host)


def test_key_tells_nothing_of_what_it_is_made_of() -> None:
    """The same for the same, short, and no id."""
    key = cache_key("ada", "conversation")
    assert key == cache_key("ada", "conversation") != cache_key("eve", "conversation")
    assert len(key) == 32
    assert "ada" not in key


def test_length_is_that_of_the_bytes() -> None:
    """A Chinese character is about a token, not a quarter of one."""
    assert is_long(["a" * 4096])
    assert not is_long(["a" * 4095])
    assert is_long(["漢" * 700, "漢" * 700])
