"""`antiphon replay` as a process of its own: the same again, something changed, and how the answers differ."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from service.app import create_app
from service.commands.server import serving
from service.graph.database import Connection
from tests.acceptance.test_branch_commands import history, numbers
from tests.support.commands import antiphon, ask
from tests.support.front import MakeConfig


@pytest.fixture(scope="module")
async def url(connection: Connection, make_config: MakeConfig) -> AsyncIterator[str]:
    """A running service over the echo model."""
    config = make_config("defaults: {model: echo/echo}")
    async with serving(create_app(config, connection=connection), config, port=0) as address:
        yield address


async def test_what_a_model_was_sent_is_sent_again(url: str) -> None:
    """By the number of its answer in the last conversation, or by its id; no branch moves."""
    await ask(url, "Say this.")
    _, conversation = await ask(url, "And this.", "-c")
    number = (await numbers(url, conversation))[-1]
    drawn = await history(url, conversation)
    ran = await antiphon(url, "replay", number)
    assert (ran.code, ran.out) == (0, "And this.\n"), ran.err
    assert "Asking echo/echo" in ran.err
    assert (await antiphon(url, "replay", "-c", conversation)).out == "And this.\n"
    asked = json.loads((await antiphon(url, "replay", number, "-c", conversation, "--json")).out)
    again = await antiphon(url, "replay", asked["answer"]["id"], "--compare")
    assert again.out.splitlines()[:3] == [
        "And this.",
        "text: the same",
        "context: the same, byte for byte (3 messages)",
    ]
    assert (await history(url, conversation))[:3] == drawn[:3]


async def test_one_thing_is_changed_and_compared(url: str, tmp_path: Path) -> None:
    """A text from a file, a message left out, a setting: the words that changed are marked."""
    _, conversation = await ask(url, "One, two.")
    await ask(url, "Name the blue house.", "-c", conversation)
    first, second, prompt, answer = await numbers(url, conversation)
    (tmp_path / "new.txt").write_text("Name the red house.")
    changes = ("--instead", f"{prompt}=@{tmp_path / 'new.txt'}", "--without", first, "--setting", "temperature=0")
    ran = await antiphon(url, "replay", answer, "-c", conversation, *changes, "--compare")
    assert ran.code == 0, ran.err
    told = ran.out.splitlines()
    assert told[0] == "Name the [-blue -]{+red +}house."
    assert told[2] == f"context: 1 message as they were; changed: {prompt}; left out: {first}"
    both = await antiphon(url, "replay", answer, "-c", conversation, *changes, "--compare", "--json")
    assert json.loads(both.out)["comparison"]["context"]["changedCount"] == 1
    assert second not in told[2]


async def test_what_cannot_be_replayed_is_named_with_what_can(url: str) -> None:
    """A prompt, an id of nothing, a wrong setting: nothing is asked."""
    _, conversation = await ask(url, "Only this.")
    prompt, answer = await numbers(url, conversation)
    wrong = await antiphon(url, "replay", prompt, "-c", conversation)
    assert (wrong.code, "is a prompt" in wrong.err) == (2, True)
    gone = await antiphon(url, "replay", "nothing")
    assert (gone.code, "is not there" in gone.err) == (1, True)
    unknown = await antiphon(url, "replay", answer, "-c", conversation, "--setting", "temprature=1")
    assert (unknown.code, "Known: temperature" in unknown.err) == (2, True)
    missing = await antiphon(url, "replay", answer, "-c", conversation, "--without", answer)
    assert (missing.code, "was not sent this message" in missing.err) == (2, True)
