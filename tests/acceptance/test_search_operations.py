"""Search over HTTP: what is found by its words, whatever is typed, and what belongs to others is not."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from tests.acceptance.test_branch_operations import finished
from tests.support.front import Service

SECONDS = 30.0


async def say(service: Service, content: str, conversation: str | None = None) -> tuple[str, str]:
    """Send a prompt and wait for its answer; the ids of its conversation and its task."""
    new: dict[str, Any] = {"content": content} | ({"conversationId": conversation} if conversation else {})
    sent = (await service.ask("SendPrompt", input=new))["sendPrompt"]
    await finished(service, sent["task"]["id"])
    return sent["task"]["conversation"]["id"], sent["task"]["id"]


async def found(service: Service, query: str, **more: Any) -> list[dict[str, Any]]:
    """The hits of a search."""
    result = (await service.ask("Search", **{"query": query, "mode": "HYBRID"} | more))["search"]
    return [edge["node"] for edge in result["edges"]]


async def found_soon(service: Service, query: str, count: int = 1, **more: Any) -> list[dict[str, Any]]:
    """The hits, once there are so many: words are found a moment after they were written."""
    deadline = time.monotonic() + SECONDS
    while len(hits := await found(service, query, **more)) < count:
        assert time.monotonic() < deadline, f"{query!r} has {len(hits)} hits"
        await asyncio.sleep(0.1)
    return hits


async def test_a_turn_is_found_by_its_words(service: Service) -> None:
    """The prompt with its answer is one hit, with the place in the text."""
    conversation, _ = await say(service, "How do I calibrate the zirconium spectrometer?")
    hit, *_ = await found_soon(service, "zirconium spectrometer")
    assert hit["prompt"]["conversationId"] == conversation
    assert hit["response"]
    text, marks = hit["snippet"]["text"], hit["snippet"]["marks"]
    assert {text[mark["start"] : mark["end"]] for mark in marks} == {"zirconium", "spectrometer"}
    assert hit["signals"] == ["FULL_TEXT"]


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("病院は機能していない。xq1", "病院"),
        ("我的爸爸肚子很餓 xq2", "爸爸"),
        ("권리에 있어 동등하다 xq3", "권리"),
        ("ภาษาไทยง่ายนิดเดียว xq4", "ง่าย"),
        ("العَرَبِيَّة لغة جميلة xq5", "العربية"),
        ("A party 🎉 with 👍 xq6", "🎉"),
        ("The café in Ångström street xq7", "cafe angstrom"),
        ("def getUserNameQuickly(): pass", "name quickly"),
        ("call frobnicate_widget_9 twice", "frobnicate_widget_9"),
        ("Kubernetes crashlooping zorbax", "zorbx"),
        ("the quixotic tintinnabulation", "tintinnab*"),
        ("I write C++ and not C# xq8", "C++ xq8"),
        ("to be or not to be, xq9", '"to be or not"'),
    ],
)
async def test_words_of_any_script_are_found(service: Service, said: str, asked: str) -> None:
    """Parts of runs without spaces, accents, names' parts, beginnings, and small mistakes."""
    conversation, _ = await say(service, said)
    deadline = time.monotonic() + SECONDS
    while True:
        hits = await found(service, asked, mode="FULL_TEXT")
        if any(hit["prompt"] and hit["prompt"]["conversationId"] == conversation for hit in hits):
            return
        assert time.monotonic() < deadline, hits
        await asyncio.sleep(0.1)


@pytest.mark.parametrize(
    "query",
    [
        "AND OR NOT", "a AND", "+-&&||!(){}[]^\"~*?:\\/", '"', '"unbalanced', "terms:x", "keys:q*", "*", "?x*", "x~99",
        "[a TO b]", "/regex/", "the of and", "<>=", "\\", "a" * 10_000, "wort " * 2_000, "NOT x",
        "\u200d\u0000x", "𠮷野家", "~", "x^1e9",
    ],
)  # fmt: skip
async def test_whatever_is_typed_is_answered(service: Service, query: str) -> None:
    """An answer, or an error that says what to type; never one of Lucene."""
    response = await service.post("query($q: String!) { search(query: $q) { edges { node { score } } } }", q=query)
    for error in response.get("errors", ()):
        assert error["extensions"]["code"] == "INVALID_INPUT", error
        assert "word" in error["message"]
