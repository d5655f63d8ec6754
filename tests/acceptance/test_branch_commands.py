"""The commands of branches, as processes of their own: made, drawn, moved, chosen, deleted; what a prompt would get."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from service.app import create_app
from service.commands.server import serving
from service.graph.database import Connection
from tests.support.commands import antiphon, ask
from tests.support.front import MakeConfig


@pytest.fixture(scope="module")
async def url(connection: Connection, make_config: MakeConfig) -> AsyncIterator[str]:
    """A running service over the echo model."""
    config = make_config("defaults: {model: echo/echo}")
    async with serving(create_app(config, connection=connection), config, port=0) as address:
        yield address


async def history(url: str, conversation: str, *options: str) -> list[str]:
    """The lines of a drawing, without the title."""
    ran = await antiphon(url, "history", conversation, *options)
    assert ran.code == 0, ran.err
    return ran.out.splitlines()[1:]


async def numbers(url: str, conversation: str) -> list[str]:
    """The numbers of the messages, oldest first."""
    told = json.loads((await antiphon(url, "history", conversation, "--json")).out)
    return [str(message["seq"]) for message in told["messages"]]


async def test_branches_are_made_drawn_and_listed(url: str) -> None:
    """Messages by the numbers that the drawing has; the star is the default branch."""
    _, conversation = await ask(url, "First question")
    await ask(url, "Second question", "-c", conversation)
    first, answer, second, last = await numbers(url, conversation)
    made = await antiphon(url, "branch", conversation, "shorter", "--from", answer)
    assert made.out == f"shorter is at message {answer}: First question\n"
    await ask(url, "Shorter?", "-c", conversation, "--branch", "shorter")
    *_, asked, said = await numbers(url, conversation)
    assert await history(url, conversation) == [
        f"● {first} prompt   First question",
        f"● {answer} response First question",
        "├─╮",
        f"│ ● {asked} prompt   Shorter?  2/2",
        f"│ ● {said} response Shorter?  (shorter)",
        f"● {second} prompt   Second question  1/2",
        f"● {last} response Second question  (main*)",
    ]
    listed = (await antiphon(url, "branches", conversation)).out.splitlines()
    assert listed[1].split()[:7] == ["*", "main", last, "3", "2", "0.0000", listed[1].split()[6]]
    assert listed[2].split()[:6] == ["shorter", said, "3", "2", answer, "0.0000"]
    one = await history(url, conversation, "--branch", "shorter", "--ascii")
    assert [line[:4].rstrip() for line in one] == [f"* {it}"[:4].rstrip() for it in (first, answer, asked, said)]


async def test_branches_are_renamed_moved_chosen_and_deleted(url: str) -> None:
    """One wish at a time; what is not there is named with what there is."""
    _, conversation = await ask(url, "A title of its own")
    prompt, answer = await numbers(url, conversation)
    await antiphon(url, "branch", conversation, "other")
    assert (await antiphon(url, "branch", "a title of", "other", "--rename", "b")).out == "other is b now.\n"
    moved = await antiphon(url, "branch", conversation, "b", "--move-to", prompt)
    assert moved.out == f"b is at message {prompt}: A title of its own. It was at {answer}.\n"
    assert (await antiphon(url, "branch", conversation, "b", "--default")).out == "b is the default branch now.\n"
    refused = await antiphon(url, "branch", conversation, "b", "--delete")
    assert (refused.code, "default branch" in refused.err) == (1, True)
    deleted = await antiphon(url, "branch", conversation, "main", "--delete")
    assert f'"main" --from {answer}' in deleted.out
    gone = await antiphon(url, "branch", conversation, "main", "--rename", "x")
    assert "There is no branch 'main'. There are: b." in gone.err
    both = await antiphon(url, "branch", conversation, "b", "--delete", "--rename", "x")
    assert (both.code, "two wishes" in both.err) == (2, True)
    assert "no message 999" in (await antiphon(url, "branch", conversation, "c", "--from", "999")).err


async def test_messages_are_edited_and_answered_again_by_number(url: str) -> None:
    """As the drawing shows them, with where each stands among its siblings."""
    _, conversation = await ask(url, "Wrong spelling")
    prompt, answer = await numbers(url, conversation)
    again = await antiphon(url, "regenerate", conversation, answer)
    assert again.out == "echo/echo\nWrong spelling\n"
    edited = await antiphon(url, "edit", conversation, prompt, "Right spelling", "--ask", "--new-branch", "right")
    assert edited.out == "Right spelling\n"
    lines = await history(url, conversation)
    marks = sorted(mark for line in lines for mark in line.split("  ") if mark[1:2] == "/" or mark.startswith("("))
    assert marks == ["(main*)", "(right)", "1/2", "1/2", "2/2", "2/2"]


async def test_a_conversation_is_summarized(url: str) -> None:
    """The text on standard output, what it covers beside it; a part by the numbers of its messages."""
    _, conversation = await ask(url, "What is a mass?")
    prompt, answer = await numbers(url, conversation)
    whole = await antiphon(url, "summarize", conversation, "-i", "Mind the questions.", "--length", "short")
    assert ("Mind the questions." in whole.out, "What is a mass?" in whole.out) == (True, True)
    assert f"2 messages, #{prompt} to #{answer}" in whole.err
    part = json.loads((await antiphon(url, "summarize", conversation, "--to", prompt, "--json")).out)
    assert (part["taskStatus"], part["summary"]["messageCount"]) == ("SUCCEEDED", 1)
    wrong = await antiphon(url, "summarize", conversation, "--length", "huge")
    assert (wrong.code, "short, medium, long" in wrong.err) == (2, True)
    refused = await antiphon(url, "summarize", conversation, "--structured")
    assert (refused.code, "not JSON" in refused.err) == (1, True)


async def test_a_long_conversation_is_shortened_and_paged(url: str) -> None:
    """What is left out is told, and how to see it."""
    _, conversation = await ask(url, "Turn 0")
    for number in range(1, 4):
        await ask(url, f"Turn {number}", "-c", conversation)
    ran = await antiphon(url, "history", conversation, "-n", "4")
    third = (await numbers(url, conversation))[4]
    assert f"--before {third}" in ran.err
    assert ran.out.splitlines()[1] == "┆"
    older = await history(url, conversation, "-n", "10", "--before", third)
    assert [line.split(maxsplit=3)[-1] for line in older] == ["Turn 0", "Turn 0", "Turn 1", "Turn 1"]


async def test_context_shows_what_a_prompt_would_get(url: str) -> None:
    """A row a message, the totals, and what each policy would do; a pinned message is among them."""
    _, conversation = await ask(url, "Pin this")
    prompt, answer = await numbers(url, conversation)
    assert (await antiphon(url, "pin", conversation, prompt)).out == f"{prompt} is pinned.\n"
    assert (
        await antiphon(url, "link", conversation, answer, prompt, "supports")
    ).out == f"{answer} supports {prompt}\n"
    shown = await antiphon(url, "context", conversation, "--text", "And this?", "--policy", "none")
    assert shown.code == 0, shown.err
    assert shown.out.splitlines()[0].split() == ["kind", "role", "tokens", "number", "text"]
    assert "* none" in shown.out
    assert "pinned" in (await history(url, conversation))[0]
    assert (await antiphon(url, "unpin", conversation, prompt)).out == f"{prompt} is not pinned any more.\n"
    wrong = await antiphon(url, "context", conversation, "--policy", "most")
    assert (wrong.code, "full, recent" in wrong.err) == (2, True)


async def test_branches_are_merged(url: str) -> None:
    """The answer on standard output, who gave it beside; where nobody can list conflicts, that is why it failed."""
    _, conversation = await ask(url, "Shared question")
    for name in ("left", "right"):
        await antiphon(url, "branch", conversation, name)
        await ask(url, f"On {name}", "-c", conversation, "--branch", name)
    ran = await antiphon(url, "merge", conversation, "--into", "left", "right", "--instruction", "Both?")
    assert (ran.code, ran.out) == (0, "Both?\n"), ran.err
    assert "echo/echo" in ran.err
    again = await antiphon(url, "merge", conversation, "--into", "left", "right")
    assert (again.code, "holds all of 'right' already" in again.err) == (1, True)
    await ask(url, "More on right", "-c", conversation, "--branch", "right")
    told = await antiphon(url, "merge", conversation, "--into", "left", "right", "--json", "--instruction", "So?")
    assert json.loads(told.out)["conflicts"] == []
    await ask(url, "Still more on right", "-c", conversation, "--branch", "right")
    failed = await antiphon(url, "merge", conversation, "--into", "left", "right", "--reconcile")
    assert (failed.code, "The merge is FAILED. The answer is not JSON" in failed.err) == (1, True), failed.err
    gone = await antiphon(url, "merge", conversation, "--into", "left", "nowhere")
    assert "There is no branch 'nowhere'" in gone.err


async def test_a_branch_goes_with_its_messages_or_leaves_a_summary(url: str) -> None:
    """What was asked of it alone is pruned; `--summarize` shows what it leaves behind."""
    _, conversation = await ask(url, "First question")
    _, answer = await numbers(url, conversation)
    for name in ("aside", "other"):
        await antiphon(url, "branch", conversation, name, "--from", answer)
        await ask(url, f"A question {name}", "-c", conversation, "--branch", name)
    refused = await antiphon(url, "branch", conversation, "aside", "--prune")
    assert (refused.code, "Say --delete --prune." in refused.err) == (2, True)
    gone = await antiphon(url, "branch", conversation, "aside", "--delete", "--prune")
    assert gone.out == "aside is deleted. 2 messages that no other branch had go with it.\n"
    async with asyncio.timeout(30):
        while len(await numbers(url, conversation)) > 4:
            await asyncio.sleep(0.1)
    left = await antiphon(url, "branch", conversation, "other", "--delete", "--summarize")
    assert (left.code, left.out.splitlines()[-1].startswith("other is deleted, its messages are kept.")) == (0, True)
    assert "summarized: 2 messages" in left.err
    assert len((await antiphon(url, "branches", conversation)).out.splitlines()) == 2
