"""Tool calls: how they are read from streams of either protocol, and how they are sent again."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.chat import ChatMessage, ChatRequest, Completion, TextDelta, Tool, ToolCall
from service.errors import ProviderUnavailable
from service.providers.tool_calls import CallPieces, Piece, SentIds, sendable_name, sendable_object
from service.records import Role
from tests.support.provider_calls import PATIENT, answer, ask, both, failure, opened
from tests.support.scripted_provider import STREAMS, Call, Json, ScriptedProvider, openai_delta, sse

WEATHER = Tool("get_weather", "The weather of a city.", {"type": "object", "properties": {"city": {"type": "string"}}})
TWO: list[Call] = [("call_a", "get_weather", '{"city": "Tromsø"}'), ("call_b", "get_weather", '{"city": "Oslo"}')]
QUESTION = ChatMessage(Role.USER, "Weather?")


@pytest.fixture
async def server() -> AsyncIterator[ScriptedProvider]:
    """A provider that says what the test tells it to."""
    async with ScriptedProvider() as running:
        yield running


def said(completion: Completion) -> list[Call]:
    """The calls of a completion as the tests say them."""
    return [(call.id, call.name, call.arguments) for call in completion.tool_calls]


async def told(server: ScriptedProvider, protocol: str = "openai") -> tuple[str, Completion]:
    """The answer that the server was told to give."""
    async with opened(protocol, server.url) as provider:
        return await answer(provider)


async def sent(server: ScriptedProvider, protocol: str, *messages: ChatMessage, **more: Any) -> Json:
    """The body that the server receives for these messages."""
    server.say(*STREAMS[protocol]("Well."))
    request = replace(ask(PATIENT), messages=messages, **more)
    async with opened(protocol, server.url) as provider:
        await answer(provider, request)
    return server.requests[-1]


# --- what is read ------------------------------------------------------------------------------------


@both
async def test_calls_are_read_beside_the_text(server: ScriptedProvider, protocol: str) -> None:
    """Two calls in pieces, after some words."""
    server.say(*STREAMS[protocol]("Let me look.", TWO))
    text, completion = await told(server, protocol)
    assert (text, said(completion)) == ("Let me look.", TWO)
    assert (completion.finish_reason, completion.usage.output_tokens) == ("tool_calls", 9)


@both
async def test_call_without_arguments_has_an_empty_object(server: ScriptedProvider, protocol: str) -> None:
    """And an answer may be nothing but a call."""
    server.say(*STREAMS[protocol]("", [("call_a", "now", "")]))
    text, completion = await told(server, protocol)
    assert (text, said(completion)) == ("", [("call_a", "now", "{}")])


@both
async def test_arguments_that_are_no_json_are_kept_as_they_are(server: ScriptedProvider, protocol: str) -> None:
    """It is for the client to say what is wrong with them."""
    server.say(*STREAMS[protocol]("", [("call_a", "now", "{city: Oslo")]))
    _, completion = await told(server, protocol)
    assert said(completion) == [("call_a", "now", "{city: Oslo")]


@both
async def test_call_that_was_cut_is_left_out(server: ScriptedProvider, protocol: str) -> None:
    """When the answer's bound was reached inside of it; the whole one before it stays."""
    finish = {"openai": "length", "anthropic": "max_tokens"}[protocol]
    server.say(*STREAMS[protocol]("", [*TWO[:1], ("call_b", "get_weather", '{"city": "Os')], finish))
    _, completion = await told(server, protocol)
    assert (completion.finish_reason, said(completion)) == ("length", TWO[:1])


@both
async def test_call_without_a_name_is_a_broken_answer(server: ScriptedProvider, protocol: str) -> None:
    """Nobody could say what to call."""
    server.say(*STREAMS[protocol]("", [("call_a", "", "{}")]))
    async with opened(protocol, server.url) as provider:
        _, error = await failure(provider, ask(PATIENT))
    assert type(error) is ProviderUnavailable
    assert "no name" in str(error)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
async def test_any_cut_of_a_stream_gives_the_same_calls(data: st.DataObject) -> None:
    """Wherever the bytes are cut, on both protocols."""
    protocol = data.draw(st.sampled_from(sorted(STREAMS)))
    stream = sse(*STREAMS[protocol]("wörds", TWO))
    places = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    async with ScriptedProvider() as server:
        server.say_bytes([stream[a:b] for a, b in zip([0, *places], [*places, len(stream)], strict=True)])
        text, completion = await told(server, protocol)
    assert (text, said(completion)) == ("wörds", TWO)


def openai_pieces(*calls: Json) -> list[Json]:
    """A chunk a piece."""
    return [openai_delta(tool_calls=[call]) for call in calls]


def function(name: str | None = None, arguments: object = None, **more: Any) -> Json:
    """A call, or a piece of one, in OpenAI's protocol."""
    return {"function": {"name": name, "arguments": arguments}, **more}


WHOLE = function("get_weather", TWO[0][2]), function("get_weather", TWO[1][2])
ODD: dict[str, list[Json]] = {
    "whole calls in one chunk": [openai_delta(tool_calls=[WHOLE[0] | {"id": "call_a"}, WHOLE[1] | {"id": "call_b"}])],
    "one index for all": openai_pieces(
        WHOLE[0] | {"id": "call_a", "index": 0}, WHOLE[1] | {"id": "call_b", "index": 0}
    ),
    "no index": openai_pieces(
        function("get_weather", "", id="call_a"),
        function(None, TWO[0][2]),
        function("get_weather", "", id="call_b"),
        function(None, TWO[1][2]),
    ),
    "index from the second piece on": openai_pieces(
        function("get_weather", "", id="call_a"),
        function(None, TWO[0][2], index=0),
        function("get_weather", "", id="call_b"),
        function(None, TWO[1][2], index=1),
    ),
    "id and name with every piece": openai_pieces(
        *(
            function("get_weather", part, id=id_, index=index)
            for index, (id_, _, text) in enumerate(TWO)
            for part in (text[:5], text[5:], "")
        )
    ),
    "side by side": openai_pieces(
        *(function("get_weather", "", id=id_, index=index) for index, (id_, _, _) in enumerate(TWO)),
        *(
            function(None, part, index=index)
            for start, end in ((0, 7), (7, 99))
            for index, part in ((1, TWO[1][2][start:end]), (0, TWO[0][2][start:end]))
        ),
    ),
    "several pieces a chunk, no index": [
        openai_delta(tool_calls=[function("get_weather", "", id="call_a"), function("get_weather", "", id="call_b")]),
        openai_delta(tool_calls=[function(None, TWO[0][2]), function(None, TWO[1][2])]),
    ],
    "arguments as an object": openai_pieces(
        *(function(name, json.loads(text), id=id_) for id_, name, text in TWO),
    ),
    "a name in pieces": openai_pieces(
        function("get_", "", id="call_a", index=0),
        function("weather", None, index=0),
        function(None, TWO[0][2], index=0),
        function("get_weather", TWO[1][2], id="call_b", index=1),
    ),
}


@pytest.mark.parametrize("events", ODD.values(), ids=ODD)
async def test_calls_of_servers_that_differ(server: ScriptedProvider, events: list[Json]) -> None:
    """As they were seen in the wild; a finish reason of `stop` is one of calls where there are calls."""
    server.say(*events, openai_delta(finish="stop"), "[DONE]")
    _, completion = await told(server)
    assert [(id_, name, json.loads(text)) for id_, name, text in said(completion)] == [
        (id_, name, json.loads(text)) for id_, name, text in TWO
    ]
    assert completion.finish_reason == "tool_calls"


NAMELESS: dict[str, list[Json]] = {
    "in one chunk": [openai_delta(tool_calls=list(WHOLE))],
    "chunk by chunk": openai_pieces(*WHOLE),
    "one index for all": openai_pieces(*(call | {"index": 0} for call in WHOLE)),
    "the same id for all": openai_pieces(*(call | {"index": i, "id": "0"} for i, call in enumerate(WHOLE))),
    "torn": openai_pieces(*(function("get_weather", p) for _, _, text in TWO for p in (text[:5], text[5:]))),
}


@pytest.mark.parametrize("events", NAMELESS.values(), ids=NAMELESS)
async def test_ids_that_are_missing_are_made(server: ScriptedProvider, events: list[Json]) -> None:
    """Each call has one of its own."""
    server.say(*events, openai_delta(finish="tool_calls"), "[DONE]")
    calls = said((await told(server))[1])
    assert [call[1:] for call in calls] == [call[1:] for call in TWO]
    assert len({id_ for id_, _, _ in calls if id_}) == 2


async def test_call_of_the_older_kind_is_read(server: ScriptedProvider) -> None:
    """`function_call`, as it was before `tool_calls`."""
    server.say(
        openai_delta(function_call={"name": "get_weather", "arguments": ""}),
        openai_delta(function_call={"arguments": TWO[0][2][:6]}),
        openai_delta(function_call={"arguments": TWO[0][2][6:]}),
        openai_delta(finish="function_call"),
    )
    _, completion = await told(server)
    assert [call[1:] for call in said(completion)] == [TWO[0][1:]]
    assert completion.finish_reason == "tool_calls"


async def test_calls_of_a_whole_openai_answer(server: ScriptedProvider) -> None:
    """A server that does not stream; equal calls with no ids stay two."""
    calls = [function("now", "{}"), function("now", "{}")]
    server.say_whole({"choices": [{"message": {"content": None, "tool_calls": calls}}]})
    text, completion = await told(server)
    assert (text, [call[1:] for call in said(completion)]) == ("", [("now", "{}")] * 2)
    assert completion.finish_reason == "tool_calls"


async def test_calls_of_a_whole_anthropic_answer(server: ScriptedProvider) -> None:
    """A server that does not stream; numbers of any size stay what they are."""
    blocks: list[Json] = [
        {"type": "text", "text": "Let me look."},
        {"type": "tool_use", "id": "toolu_1", "name": "now", "input": {}},
        {"type": "tool_use", "id": "toolu_2", "name": "get_weather", "input": {"id": 2**70}},
    ]
    server.say_whole({"content": blocks, "stop_reason": "tool_use"})
    text, completion = await told(server, "anthropic")
    assert text == "Let me look."
    assert said(completion) == [("toolu_1", "now", "{}"), ("toolu_2", "get_weather", f'{{"id": {2**70}}}')]


async def test_anthropic_input_that_comes_at_once_is_read(server: ScriptedProvider) -> None:
    """In the block's start, with no pieces after it; a tool that the server runs itself is not ours."""
    use = {"type": "tool_use", "id": "toolu_1", "name": "now", "input": {"zone": "UTC"}}
    theirs: Json = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}}
    server.say(
        {"type": "content_block_start", "index": 0, "content_block": theirs},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": '{"q": 1}'}},
        {"type": "content_block_start", "index": 1, "content_block": use},
        {"type": "message_delta", "delta": {"stop_reason": "tool_use"}},
    )
    _, completion = await told(server, "anthropic")
    assert said(completion) == [("toolu_1", "now", '{"zone": "UTC"}')]


ARGUMENTS = st.dictionaries(st.text(max_size=8), st.integers() | st.text(max_size=12) | st.none(), max_size=4).map(
    lambda value: json.dumps(value, ensure_ascii=False)
)


@st.composite
def cut_calls(draw: st.DrawFn) -> tuple[list[Call], list[Piece]]:
    """Calls, and their pieces: cut anywhere and sent turn by turn, with whatever most servers leave out."""
    texts = draw(st.lists(ARGUMENTS, min_size=1, max_size=4))
    calls = [(f"call_{i}", f"tool_{i}", text) for i, text in enumerate(texts)]
    indexed = draw(st.booleans())
    queues: list[list[Piece]] = []
    for i, (id_, name, text) in enumerate(calls):
        places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=5)))
        parts = [text[a:b] for a, b in zip([0, *places], [*places, len(text)], strict=True)]
        index = i if indexed else None
        first = Piece(index, id_, name, parts[0] if draw(st.booleans()) else "")
        rest = parts[1:] if first.arguments else parts
        again = id_ if draw(st.booleans()) else None
        queues.append([first, *(Piece(index, again, None, part) for part in rest)])
    if not indexed:
        return calls, [piece for queue in queues for piece in queue]
    pieces: list[Piece] = [queue.pop(0) for queue in queues]
    while any(queues):
        pieces.append(draw(st.sampled_from([queue for queue in queues if queue])).pop(0))
    return calls, pieces


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cut_calls())
def test_any_cut_of_the_arguments_gives_the_same_calls(case: tuple[list[Call], list[Piece]]) -> None:
    """However they are cut, and whatever order the pieces of several calls come in."""
    expected, pieces = case
    found = CallPieces()
    for piece in pieces:
        found.take(piece)
    assert [(call.id, call.name, call.arguments) for call in found.calls(cut=False)] == expected


# --- what is sent ------------------------------------------------------------------------------------


def asked(*calls: Call, text: str = "") -> ChatMessage:
    """An answer with these calls."""
    return ChatMessage(Role.ASSISTANT, text, tuple(ToolCall(*call) for call in calls))


def result(id: str, content: str, **more: Any) -> ChatMessage:
    """The result of a call."""
    return ChatMessage(Role.TOOL, content, tool_call_id=id, **more)


def history(ids: Sequence[str] = ("call_a", "call_b")) -> list[ChatMessage]:
    """A question, two calls, their results, and another question."""
    calls = [(id_, name, text) for id_, (_, name, text) in zip(ids, TWO, strict=True)]
    results = [result(id_, content) for id_, content in zip(ids, ("rain", "sun"), strict=True)]
    return [QUESTION, asked(*calls, text="Let me look."), *results, ChatMessage(Role.USER, "And?")]


async def test_openai_is_given_tools_calls_and_results(server: ScriptedProvider) -> None:
    """Definitions as functions, calls beside the text, a message a result."""
    body = await sent(server, "openai", *history(), tools=(WEATHER,))
    assert body["tools"] == [
        {
            "type": "function",
            "function": {
                "name": "get_weather",
                "description": "The weather of a city.",
                "parameters": WEATHER.parameters,
            },
        }
    ]
    assert body["messages"][1:4] == [
        {
            "role": "assistant",
            "content": "Let me look.",
            "tool_calls": [
                {"id": id_, "type": "function", "function": {"name": name, "arguments": text}}
                for id_, name, text in TWO
            ],
        },
        {"role": "tool", "tool_call_id": "call_a", "content": "rain"},
        {"role": "tool", "tool_call_id": "call_b", "content": "sun"},
    ]


async def test_anthropic_is_given_tools_calls_and_results(server: ScriptedProvider) -> None:
    """Definitions with an input schema, calls as blocks, the results first in the next turn."""
    body = await sent(server, "anthropic", *history(), tools=(WEATHER,))
    assert body["tools"] == [
        {"name": "get_weather", "description": "The weather of a city.", "input_schema": WEATHER.parameters}
    ]
    assert body["messages"][1:] == [
        {
            "role": "assistant",
            "content": [
                {"type": "text", "text": "Let me look."},
                *({"type": "tool_use", "id": id_, "name": name, "input": json.loads(text)} for id_, name, text in TWO),
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "call_a", "content": "rain"},
                {"type": "tool_result", "tool_use_id": "call_b", "content": "sun"},
                {"type": "text", "text": "And?"},
            ],
        },
    ]


@both
async def test_no_tools_are_not_mentioned(server: ScriptedProvider, protocol: str) -> None:
    """A server that knows none is not troubled; an answer of nothing but calls has no text."""
    body = await sent(server, protocol, QUESTION, asked(("call_a", "now", "{}")), result("call_a", ""))
    assert "tools" not in body
    assert body["messages"][1]["content"] in (None, [{"type": "tool_use", "id": "call_a", "name": "now", "input": {}}])


def sent_ids(body: Json) -> tuple[list[str], list[str]]:
    """The ids of calls and of results in a request of either protocol."""
    calls: list[str] = []
    results: list[str] = []
    for message in body["messages"]:
        calls += [call["id"] for call in message.get("tool_calls", ())]
        results += [message["tool_call_id"]] if "tool_call_id" in message else []
        blocks: list[Json] = message["content"] if isinstance(message["content"], list) else []
        calls += [block["id"] for block in blocks if block["type"] == "tool_use"]
        results += [block["tool_use_id"] for block in blocks if block["type"] == "tool_result"]
    return calls, results


@both
@pytest.mark.parametrize(
    "ids",
    [("toolu_01A", "toolu_01B"), ("call.a|1", "call.a|2"), ("chatcmpl-tool-" + "0" * 32, "x" * 90), ("é", "è")],
    ids=["fit", "characters", "length", "accents"],
)
async def test_ids_of_another_provider_are_made_fit(server: ScriptedProvider, protocol: str, ids: list[str]) -> None:
    """The pattern of the one and the length of the other; a result keeps to its call; what fits stays."""
    calls, results = sent_ids(await sent(server, protocol, *history(ids)))
    assert calls == results
    assert len(set(calls)) == 2
    assert all(len(id_) <= 40 and id_.replace("_", "").isascii() and id_.replace("_", "").isalnum() for id_ in calls)
    assert (calls == list(ids)) is (ids[0] == "toolu_01A")


@both
async def test_id_that_comes_again_is_sent_once(server: ScriptedProvider, protocol: str) -> None:
    """Some servers begin to count anew in every answer."""
    turns = [(asked(("0", "now", "{}")), result("0", str(i))) for i in range(2)]
    calls, results = sent_ids(await sent(server, protocol, QUESTION, *turns[0], *turns[1]))
    assert calls == results
    assert calls[0] == "0"
    assert len(set(calls)) == 2


@pytest.mark.parametrize("text", ["{city: Oslo", '["Oslo"]', '"Oslo"', "", '{"a": NaN}', '{"a": "\\ud800"}'])
async def test_arguments_that_are_no_object_are_sent_as_one(server: ScriptedProvider, text: str) -> None:
    """No server refuses the history for what a model once wrote."""
    messages = QUESTION, asked(("a", "now", text)), result("a", "no")
    body = await sent(server, "anthropic", *messages)
    assert body["messages"][1]["content"][0]["input"] == {"arguments": text}
    body = await sent(server, "openai", *messages)
    arguments = json.loads(body["messages"][1]["tool_calls"][0]["function"]["arguments"])
    assert arguments in ({"arguments": text}, {"a": "\ud800"})


@both
async def test_failure_of_a_tool_is_told(server: ScriptedProvider, protocol: str) -> None:
    """Anthropic has a flag for it, OpenAI has words."""
    body = await sent(server, protocol, QUESTION, asked(("a", "now", "{}")), result("a", "no such zone", is_error=True))
    said = body["messages"][2]
    if protocol == "openai":
        assert said["content"] == "Error: no such zone"
    else:
        assert said["content"] == [
            {"type": "tool_result", "tool_use_id": "a", "content": "no such zone", "is_error": True}
        ]


@both
async def test_result_without_its_call_is_sent_as_text(server: ScriptedProvider, protocol: str) -> None:
    """A request with an id that nobody knows would be refused."""
    body = await sent(server, protocol, QUESTION, ChatMessage(Role.ASSISTANT, "Well."), result("gone", "rain"))
    assert body["messages"][2] == {"role": "user", "content": "rain"}


async def test_anthropic_turns_begin_with_the_user(server: ScriptedProvider) -> None:
    """Also when the window has cut off what the user said first."""
    body = await sent(server, "anthropic", asked(("a", "now", "{}")), result("a", "noon"))
    assert [turn["role"] for turn in body["messages"]] == ["user", "assistant", "user"]


def test_names_are_made_fit() -> None:
    """A name of another world, with other characters in it."""
    assert [sendable_name(name) for name in ("now", "mcp.server:now", "x" * 70, "")] == [
        *("now", "mcp_server_now", "x" * 64, "tool")
    ]


def test_ids_are_made_the_same_again() -> None:
    """So that a provider's cache of the prompt holds."""
    assert SentIds().of_call("a.b") == SentIds().of_call("a.b")


def test_numbers_stay_what_they_are() -> None:
    """Also those that no machine word holds."""
    assert sendable_object(f'{{"id": {2**70}}}') == {"id": 2**70}


# --- echo --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prompt", "text", "calls"),
    [
        ('call get_weather {"city": "Oslo"}', "", ['{"city": "Oslo"}']),
        ("Look.\ncall get_weather\ncall get_weather {oops\n", "Look.", ["{}", "{oops"]),
        ("call get_time {}", "call get_time {}", []),
        ("call get_weather {}\nplease", "call get_weather {}\nplease", []),
    ],
)
async def test_echo_makes_the_calls_that_it_is_told(prompt: str, text: str, calls: list[str]) -> None:
    """The last lines of the prompt, where they name a tool that was given."""
    request = ChatRequest(ask().model, (ChatMessage(Role.USER, prompt),), tools=(WEATHER,))
    async with opened("echo", "") as provider:
        items = [item async for item in provider.stream(request)]
    completion = items[-1]
    assert isinstance(completion, Completion)
    assert "".join(item.text for item in items if isinstance(item, TextDelta)) == text
    assert [call.arguments for call in completion.tool_calls] == calls
    assert completion.finish_reason == ("tool_calls" if calls else "stop")


async def test_echo_answers_with_the_result() -> None:
    """What a tool said is what was said last."""
    messages = QUESTION, asked(("a", "get_weather", "{}")), result("a", "call get_weather {}")
    async with opened("echo", "") as provider:
        text, completion = await answer(provider, ChatRequest(ask().model, messages, tools=(WEATHER,)))
    assert (text, completion.tool_calls) == ("call get_weather {}", ())
