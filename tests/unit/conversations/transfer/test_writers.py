"""Formats of other tools: what is written is read back equal, and keeps to their rules."""

from __future__ import annotations

import io
import itertools
import json
import zipfile
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.conversations.transfer.outgoing import Head, Outgoing
from service.conversations.transfer.transcripts import Speaker
from service.conversations.transfer.writers.markdown import write_markdown
from service.conversations.transfer.writers.zipped import zipped
from tests.support.outgoing import CONVERSATION, Said, id_of, one_path, outgoing, texts, trees, written

Json = dict[str, Any]
USER, ASSISTANT, TOOL = Speaker.USER, Speaker.ASSISTANT, Speaker.TOOL
CALL: Json = {"calls": [["call-1", "look", '{"a": 1}']]}
RESULT: Json = {"tool_call_id": "call-1", "tool_name": "look"}
LOOK = {"name": "look", "description": "Looks.", "parameters": '{"type": "object", "properties": {}}'}


def parent_of(said: Said) -> str | None:
    """The id of the first that a message goes on from."""
    return id_of(said.after[0]) if said.after else None


@given(messages=trees())
async def test_trees_are_read_back_equal(messages: list[Said]) -> None:
    """Texts, parents and children, in all three."""
    (chatgpt,) = json.loads(await written("chatgpt", outgoing(messages)))
    (openwebui,) = json.loads(await written("openwebui", outgoing(messages)))
    librechat = json.loads(await written("librechat", outgoing(messages)))["messages"]
    mapping, history = chatgpt["mapping"], openwebui["chat"]["history"]["messages"]
    assert len(mapping) == len(messages) + 1
    for place, said in enumerate(messages):
        id = id_of(place)
        below = [id_of(other) for other, it in enumerate(messages) if it.after[:1] == (place,)]
        assert mapping[id]["message"]["content"]["parts"] == [said.text]
        assert (mapping[id]["parent"], mapping[id]["children"]) == (parent_of(said) or "client-created-root", below)
        assert (history[id]["content"], history[id]["parentId"], history[id]["childrenIds"]) == (
            *(said.text, parent_of(said)),
            below,
        )
        one = librechat[place]
        assert (one["messageId"], one["text"], one["isCreatedByUser"]) == (id, said.text, said.speaker is USER)
    assert chatgpt["current_node"] == openwebui["chat"]["history"]["currentId"] == id_of(len(messages) - 1)


def broken_rule(line: Json) -> str | None:
    """Which rule of OpenAI's fine-tuning format a line breaks."""
    open_calls: set[str] = set()
    before = None
    for message in line["messages"]:
        role = message["role"]
        if open_calls and role != "tool":
            return "a call has no result"
        if role == "tool":
            if message["tool_call_id"] not in open_calls:
                return "a result has no call"
            open_calls.discard(message["tool_call_id"])
        elif role == before and role != "tool":
            return "roles do not take turns"
        if role == "assistant" and not message.get("content") and not message.get("tool_calls"):
            return "an answer says nothing"
        if role != "assistant" and not isinstance(message["content"], str):
            return "content is no text"
        open_calls |= {call["id"] for call in message.get("tool_calls", ())}
        before = role
    called = {c["function"]["name"] for it in line["messages"] for c in it.get("tool_calls", ())}
    if called - {tool["function"]["name"] for tool in line.get("tools", ())}:
        return "a tool is not described"
    return None if line["messages"][-1]["role"] == "assistant" else "it does not end with an answer"


@st.composite
def talks(draw: st.DrawFn) -> list[Said]:
    """Paths with calls that may have no result, and results that may have no call."""
    made: list[Said] = []
    for number in range(draw(st.integers(1, 10))):
        kind = draw(st.sampled_from(["user", "answer", "call", "result", "failed", "system"]))
        text = draw(texts)
        call = {"calls": [[f"call-{number // 3}", "look", "{}"]]}
        failed = {"status": "FAILED"}
        made.append(
            {
                "user": Said(USER, text),
                "answer": Said(ASSISTANT, text),
                "call": Said(ASSISTANT, text, (), call),
                "result": Said(TOOL, text, (), {"tool_call_id": f"call-{number // 3}", "tool_name": "look"}),
                "failed": Said(ASSISTANT, "", (), failed),
                "system": Said(Speaker.SYSTEM, text),
            }[kind]
        )
    return one_path(made)


@given(messages=talks())
async def test_training_data_keeps_to_the_rules(messages: list[Said]) -> None:
    """Whatever the path is like; ShareGPT's turns are right by their places; and what is left out is counted."""
    going = outgoing(messages)
    lines = [json.loads(line) for line in (await written("openai", going)).splitlines()]
    assert [rule for line in lines if (rule := broken_rule(line))] == []
    records = json.loads(await written("sharegpt", outgoing(messages)))
    turns = [turn["from"] for record in records for turn in record["conversations"]]
    assert len(turns) % 2 == 0
    assert set(turns[::2]) <= {"human", "observation"}
    assert set(turns[1::2]) <= {"gpt", "function_call"}
    assert all((turn == "observation") == (before == "function_call") for before, turn in itertools.pairwise(turns))
    assert len(records) == len(lines)
    if not lines and any(it.text.strip() for it in messages):
        assert going.notices


async def test_a_call_with_broken_arguments_spoils_no_line() -> None:
    """It is left out with its result, and that is counted; in trees it is there as it was."""
    call = Said(ASSISTANT, "Let me see.", (), {"calls": [["call-1", "look", '{"a": ']]})
    path = one_path([Said(USER, "Look."), call, Said(TOOL, "1", (), RESULT), Said(ASSISTANT, "So.")])
    going = outgoing(path)
    messages = json.loads(await written("openai", going))["messages"]
    assert [it["content"] for it in messages] == ["Look.", "Let me see.\n\nSo."]
    assert any("no JSON object" in notice for notice in going.notices)
    (chatgpt,) = json.loads(await written("chatgpt", outgoing(path)))
    assert chatgpt["mapping"][f"{id_of(1)}-2"]["message"]["content"]["text"] == '{"a": '


async def test_results_of_several_calls_are_one_turn() -> None:
    """In ShareGPT, where prompts and answers take turns by their places."""
    calls = {"calls": [["1", "look", "{}"], ["2", "see", "{}"]]}
    results = [Said(TOOL, text, (), {"tool_call_id": text, "tool_name": "x"}) for text in "12"]
    path = one_path([Said(USER, "Look."), Said(ASSISTANT, "", (), calls), *results, Said(ASSISTANT, "So.")])
    (record,) = json.loads(await written("sharegpt", outgoing(path)))
    assert [it["from"] for it in record["conversations"]] == ["human", "function_call", "observation", "gpt"]
    assert json.loads(record["conversations"][2]["value"]) == ["1", "2"]


async def test_a_call_goes_with_its_result_and_its_tool() -> None:
    """In each format that knows calls."""
    path = one_path(
        [Said(USER, "Look."), Said(ASSISTANT, "", (), CALL), Said(TOOL, "1", (), RESULT), Said(ASSISTANT, "So.")]
    )
    line = json.loads(await written("openai", outgoing(path, tools=[LOOK])))
    assert line["messages"][1]["content"] is None
    assert line["messages"][2] == {"role": "tool", "content": "1", "tool_call_id": "call-1"}
    assert line["tools"][0]["function"]["description"] == "Looks."
    (record,) = json.loads(await written("sharegpt", outgoing(path, tools=[LOOK])))
    assert json.loads(record["conversations"][1]["value"]) == {"name": "look", "arguments": {"a": 1}}
    (chatgpt,) = json.loads(await written("chatgpt", outgoing(path)))
    assert chatgpt["mapping"][id_of(1)]["message"]["recipient"] == "look"
    assert chatgpt["mapping"][id_of(2)]["message"]["author"] == {"role": "tool", "name": "look", "metadata": {}}
    librechat = json.loads(await written("librechat", outgoing(path)))["messages"]
    assert librechat[1]["content"][0]["tool_call"]["args"] == '{"a": 1}'
    (openwebui,) = json.loads(await written("openwebui", outgoing(path)))
    output = openwebui["chat"]["history"]["messages"][id_of(2)]["output"]
    assert (output[0]["type"], output[0]["call_id"]) == ("function_call_output", "call-1")


async def test_an_answer_with_text_and_calls_is_a_line_of_nodes() -> None:
    """What goes on from it goes on from the last of them, also where that is the end."""
    call = {"calls": [["1", "a", "{}"], ["2", "b", "{}"]]}
    path = one_path([Said(USER, "Go."), Said(ASSISTANT, "Yes.", (), call)])
    for messages in (path, one_path([*path, Said(TOOL, "r", (), RESULT)])):
        (chatgpt,) = json.loads(await written("chatgpt", outgoing(messages)))
        mapping = chatgpt["mapping"]
        for id, node in mapping.items():
            assert all(mapping[child]["parent"] == id for child in node["children"])
        last = f"{id_of(1)}-3" if len(messages) == 2 else id_of(2)
        assert chatgpt["current_node"] == last
        assert mapping[f"{id_of(1)}-3"]["message"]["recipient"] == "b"


async def test_an_answer_that_is_not_whole_is_not_trained_on() -> None:
    """It is there, with weight 0; one that failed is said to be an error where a format can."""
    path = one_path([Said(USER, "a"), Said(ASSISTANT, "half", (), {"status": "PARTIAL", "note": "Cut."})])
    assert json.loads(await written("openai", outgoing(path)))["messages"][1]["weight"] == 0
    assert json.loads(await written("librechat", outgoing(path)))["messages"][1]["unfinished"]
    assert b"PARTIAL: Cut." in await written("markdown", outgoing(path))


async def test_each_branch_is_a_line_and_what_is_on_none_is_counted() -> None:
    """Two branches at one place are one line."""
    messages = [Said(USER, "a"), Said(ASSISTANT, "b", (0,)), Said(ASSISTANT, "c", (0,)), Said(ASSISTANT, "d", (0,))]
    heads = [Head("main", 1, is_default=True), Head("same", 1), Head("other", 2)]
    going = outgoing(messages, heads)
    lines = [json.loads(line) for line in (await written("openai", going)).splitlines()]
    assert [line["messages"][1]["content"] for line in lines] == ["b", "c"]
    assert going.notices == ["1: a message that is on no branch is left out"]


@pytest.mark.parametrize("kind", ["chatgpt", "sharegpt", "openwebui"])
async def test_lists_of_none_one_and_several_are_lists(kind: str) -> None:
    """Also with a conversation that has no message."""
    one = outgoing([Said(USER, "a"), Said(ASSISTANT, "b", (0,))])
    assert json.loads(await written(kind)) == []
    assert len(json.loads(await written(kind, one, one))) == 2
    assert len(json.loads(await written(kind, outgoing([])))) == (0 if kind == "sharegpt" else 1)


async def test_what_is_deleted_meanwhile_keeps_its_place() -> None:
    """Its text is gone, and that is said."""
    going = outgoing(one_path([Said(USER, "a"), Said(ASSISTANT, "secret"), Said(USER, "c")]))
    del going.reader.rows[4]  # pyright: ignore[reportAttributeAccessIssue]
    (chatgpt,) = json.loads(await written("chatgpt", going))
    assert chatgpt["mapping"][id_of(1)]["message"]["content"]["parts"] == [""]
    assert chatgpt["mapping"][id_of(2)]["parent"] == id_of(1)
    assert chatgpt["export_notices"] == ["1: a message was deleted while it was exported"]


async def test_a_zip_has_a_file_for_each_and_what_was_left_out() -> None:
    """It is written without being sought in."""

    async def many() -> AsyncIterator[Outgoing]:
        for number in range(3):
            yield outgoing([Said(USER, f"text {number}" * 10_000)], id=f"{CONVERSATION[:-1]}{number}")

    pieces = [piece async for piece in zipped(many(), write_markdown, lambda going: f"{going.id}.md")]
    archive = zipfile.ZipFile(io.BytesIO(b"".join(pieces)))
    assert archive.testzip() is None
    assert len(archive.namelist()) == 4
    assert b"text 2" in archive.read(f"{CONVERSATION[:-1]}2.md")
    assert archive.read("notices.txt") == b"Nothing was left out.\n"
