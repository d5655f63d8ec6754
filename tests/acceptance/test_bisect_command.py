"""`antiphon bisect` as a process of its own, over a model that is told another name: what is found, what stays."""

from __future__ import annotations

import asyncio
import json
import re
import signal
from collections.abc import AsyncIterator

import pytest

from service.app import create_app
from service.commands.client import Client, nodes_of
from service.commands.server import serving
from service.graph.database import Connection
from tests.acceptance.test_branch_commands import history, numbers
from tests.support.commands import Ran, antiphon, ask, begin
from tests.support.front import MakeConfig
from tests.support.scripted_provider import Json, Said, ScriptedProvider, openai_delta, openai_stream

PROBE = ("--probe", "What is its name?", "--check", "(?i)anna")
CONFIG = """
defaults: {model: scripted/m}
providers:
  scripted:
    protocol: openai
    base_url: %s/v1
    models: {m: {family: test, context_window: 100000, max_output_tokens: 1000, tokenizer: bytes}}
api_keys: {scripted: none}
"""


def answer(request: Json) -> Said:
    """The name that was said last; a refusal where the newest turn has a fault, half an answer where that is asked."""
    texts = [str(it["content"]) for it in request["messages"]]
    if not texts[-1].startswith("What is its name"):
        return openai_stream("Yes.")
    if "FAULT" in "".join(texts[-3:]):
        return 400, {"error": {"message": "This turn cannot be asked."}}
    if "SLOW" in texts[-1]:
        return [openai_delta(content="It is ")] * 20_000
    if "CUT" in texts[-1]:
        return openai_stream("It is", finish="length")
    names = re.findall(r"It is called (\w+)", "".join(texts))
    return openai_stream(f"It is {names[-1] if names else 'nobody'}.")


@pytest.fixture(scope="module")
async def url(connection: Connection, make_config: MakeConfig) -> AsyncIterator[str]:
    """A running service over that model."""
    async with ScriptedProvider(answer, pause=0.001) as heard:
        config = make_config(CONFIG % heard.url)
        async with serving(create_app(config, connection=connection), config, port=0) as address:
            yield address


async def chat(url: str, *turns: str) -> tuple[str, list[str]]:
    """A conversation of these turns: its id and its numbers."""
    _, conversation = await ask(url, turns[0])
    for turn in turns[1:]:
        await ask(url, turn, "-c", conversation)
    return conversation, await numbers(url, conversation)


async def bisect(url: str, conversation: str, good: str, bad: str, *options: str) -> Ran:
    """Run it between two messages."""
    return await antiphon(url, "bisect", conversation, "--good", good, "--bad", bad, *(options or PROBE))


async def shown(url: str, conversation: str) -> Json:
    """All that is seen of a conversation: its drawing, its branches, its outline, its siblings."""
    async with Client(url) as client:
        outline = await client.execute("Outline", conversationId=conversation)
        branches = await client.execute("Branches", conversationId=conversation)
    keys = ("name", "isDefault", "depth", "head")
    branches = [{key: it[key] for key in keys} for it in nodes_of(branches["branches"])]
    return {"drawn": await history(url, conversation), "outline": outline, "branches": branches}


async def test_the_first_bad_message_is_found_and_nothing_stays(url: str) -> None:
    """Seven turns, the name changes in the fifth; what the conversation shows is as before, what it cost is counted."""
    turns = ["It is called Anna.", "Go on.", "And on.", "More.", "From now on: It is called Bert.", "Go on.", "And on."]
    conversation, all_of_it = await chat(url, *turns)
    before = await shown(url, conversation)
    ran = await bisect(url, conversation, all_of_it[1], all_of_it[-1])
    assert ran.code == 0, ran.err
    told = ran.out.splitlines()
    assert told[0] == f"{all_of_it[9]} is the first message after which the probe is answered wrongly:"
    assert [line.split()[-3:] for line in told[1:2]] == [["is", "called", "Bert."]]
    assert told[3:5] == [f"answer after {all_of_it[7]}: It is Anna.", f"answer after {all_of_it[9]}: It is Bert."]
    assert "7 places, at most 5 probes" in ran.err
    assert await shown(url, conversation) == before
    found = json.loads((await bisect(url, conversation, all_of_it[1], all_of_it[-1], *PROBE, "--json")).out)
    assert (found["outcome"], found["firstBad"]["seq"]) == ("FOUND", int(all_of_it[9]))
    assert len(found["probes"]) <= 5
    assert found["tokens"] == 39 * len(found["probes"])
    assert await shown(url, conversation) == before
    async with Client(url) as client:
        used = await client.execute("Usage", groupBy="CONVERSATION", conversationId=conversation)
    assert sum(it["attempts"] for it in used) >= len(turns) + 2 * len(found["probes"])


async def test_an_end_that_no_branch_reaches_stays(url: str) -> None:
    """The bad end is an answer beside the branch's: what is deleted below it does not take it along."""
    conversation, (_, good, _, bad) = await chat(url, "It is called Anna.", "It is called Bert.")
    await antiphon(url, "regenerate", conversation, bad)
    before = await shown(url, conversation)
    assert f"{bad} is the first" in (await bisect(url, conversation, good, bad)).out
    assert await shown(url, conversation) == before


async def test_what_cannot_be_asked_is_skipped_and_told(url: str) -> None:
    """The turns of which one is the first bad one, as git has it: no failure, but not one answer."""
    conversation, all_of_it = await chat(url, "It is called Anna.", "FAULT It is called Bert.", "Go on.", "On.")
    before = await shown(url, conversation)
    ran = await bisect(url, conversation, all_of_it[1], all_of_it[-1])
    assert ran.code == 3, ran.err
    assert ran.out.startswith("The first message after which the probe is answered wrongly is one of 2:")
    assert f"skipped after {all_of_it[3]}" in ran.err
    assert "This turn cannot be asked" in ran.err
    assert await shown(url, conversation) == before


async def test_ends_that_are_not_as_said_are_told(url: str) -> None:
    """Both are asked first; no place between them is."""
    conversation, all_of_it = await chat(url, "It is called Anna.", "Go on.", "It is called Bert.", "Go on.")
    before = await shown(url, conversation)
    first, second, third, last = all_of_it[1::2]
    wrong = await bisect(url, conversation, third, last)
    assert (wrong.code, f"After the good message {third} the answer is wrong: It is Bert." in wrong.err) == (1, True)
    right = await bisect(url, conversation, first, second)
    assert (right.code, f"After the bad message {second} the answer is right: It is Anna." in right.err) == (1, True)
    cut = await bisect(url, conversation, first, last, "--probe", "What is its name? CUT", "--check", "Anna")
    assert (cut.code, "The answer was cut before it was right" in cut.err) == (1, True)
    assert await shown(url, conversation) == before


async def test_ends_that_are_no_ends_are_refused_before_anything_is_asked(url: str) -> None:
    """The wrong way round, beside each other, the same, a prompt, no expression."""
    conversation, (prompt, first, second, last) = await chat(url, "It is called Anna.", "It is called Bert.")
    await antiphon(url, "regenerate", conversation, last)
    beside = (await numbers(url, conversation))[-1]
    cases = [
        ((last, first), "is not above"),
        ((last, beside), "is not above"),
        ((first, first), "are the same"),
        ((prompt, last), f"The nearest one on the way is {first}."),
        ((first, second), "a chat goes on after a response"),
        ((first, "99"), "There is no message 99"),
        ((first, last, "--probe", "x", "--check", "("), "--check is no regular expression"),
        ((first, last, "--probe", " ", "--check", "x"), "--probe is empty"),
    ]
    for (good, bad, *options), told in cases:
        ran = await bisect(url, conversation, good, bad, *options)
        assert (ran.code, told in ran.err, "Asking" in ran.err) == (1 if "99" in told else 2, True, False), ran.err


async def test_ctrl_c_cancels_the_probe_and_leaves_nothing(url: str) -> None:
    """While an answer is being written."""
    conversation, all_of_it = await chat(url, "It is called Anna.", "It is called Bert.")
    before = await shown(url, conversation)
    slow = ("--probe", "What is its name? SLOW", "--check", "Anna")
    process = await begin(url, "bisect", conversation, "--good", all_of_it[1], "--bad", all_of_it[3], *slow)
    async with Client(url) as client, asyncio.timeout(60):
        while len(nodes_of((await client.execute("Branches", conversationId=conversation))["branches"])) < 3:
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, err = await process.communicate()
    assert process.returncode == 130, err.decode()
    assert await shown(url, conversation) == before


async def test_what_a_killed_command_left_goes_with_the_next_one(url: str) -> None:
    """By its name and its age; a branch that a person called alike stays."""
    conversation, all_of_it = await chat(url, "It is called Anna.", "It is called Bert.")
    before = await shown(url, conversation)
    await antiphon(url, "branch", conversation, "bisect-20250101T0000-0123abcd", "--from", all_of_it[1])
    await ask(url, "What is its name?", "-c", conversation, "--branch", "bisect-20250101T0000-0123abcd")
    await antiphon(url, "branch", conversation, "bisect-20250101T0000-0123abcd-end", "--from", all_of_it[3])
    assert (await bisect(url, conversation, all_of_it[1], all_of_it[3])).code == 0
    async with Client(url) as client, asyncio.timeout(30):
        while len((await client.execute("Outline", conversationId=conversation))["nodes"]) > len(all_of_it):
            await asyncio.sleep(0.1)
    assert await shown(url, conversation) == before
