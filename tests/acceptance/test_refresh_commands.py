"""Refreshing over HTTP and from the command line: files change while somebody watches, and only that is asked."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from service.app import create_app
from service.commands.server import serving
from service.graph.database import Connection
from tests.support.commands import antiphon, begin
from tests.support.front import MakeConfig, Service

STALE = """query S($id: ID!) { task(id: $id) { taskStatus answer { stale staleBecause { kind documentName } } stale
  saved { calls } } }"""


@pytest.fixture(scope="module")
async def url(connection: Connection, make_config: MakeConfig) -> AsyncIterator[str]:
    """A running service over the echo model."""
    config = make_config("defaults: {model: echo/echo}\n")
    async with serving(create_app(config, connection=connection), config, port=0) as address:
        yield address


async def said(stream: asyncio.StreamReader | None, words: str) -> str:
    """All that is said up to these words."""
    assert stream is not None
    got = ""
    async with asyncio.timeout(60):
        while words not in got:
            piece = (await stream.read(4096)).decode()
            assert piece, got
            got += piece
    return got


def put(path: Path, text: str) -> None:
    """Put another file in its place, as editors do."""
    beside = path.with_suffix(".tmp")
    beside.write_text(text)
    os.replace(beside, path)


async def test_watch_shows_what_changed(url: str, tmp_path: Path) -> None:
    """The first answer as it is, then a diff; a file that is empty for a moment is not asked about."""
    one, two = tmp_path / "one.txt", tmp_path / "two.txt"
    one.write_text("First words.")
    two.write_text("Other words.")
    process = await begin(url, "watch", str(one), str(two), "-i", "Look.", "--times", "2")
    assert "First words." in await said(process.stdout, "Other words.")
    await said(process.stderr, "2 calls")
    one.write_text("")
    two.unlink()
    await asyncio.sleep(0.6)
    put(two, "Other words.")
    put(one, "Newer words.")
    out, err = await process.communicate()
    assert process.returncode == 0, err
    lines = out.decode().splitlines()
    assert "-First words." in lines
    assert "+Newer words." in lines
    assert not any("Other words." in line for line in lines if line[:1] in "+-")
    assert "1 calls, 1 answers taken over" in err.decode()


async def test_watch_ends_with_an_interrupt(url: str, tmp_path: Path) -> None:
    """As all commands do: with 130."""
    file = tmp_path / "file.txt"
    file.write_text("Words.")
    process = await begin(url, "watch", str(file), "-i", "Look.")
    await said(process.stderr, "1 calls")
    process.send_signal(signal.SIGINT)
    _, err = await process.communicate()
    assert process.returncode == 130, err


async def test_run_refreshes_a_task(url: str, tmp_path: Path) -> None:
    """It says beforehand what it would ask, and then asks that."""
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.txt").write_text(f"This is {name}.")
    names = [str(tmp_path / f"{name}.txt") for name in ("a", "b", "c")]
    ran = await antiphon(url, "run", *names, "-s", "file", "-i", "Look.")
    assert ran.code == 0, ran.err
    task = ran.err.split("task ")[1].split()[0]
    (tmp_path / "b.txt").write_text("This is another.")
    dry = await antiphon(url, "run", "--refresh", task, *names, "--dry-run")
    assert dry.out.startswith("1 calls, 2 answers taken over\n"), dry.out + dry.err
    ran = await antiphon(url, "run", "--refresh", task, *names)
    assert (ran.code, "This is another." in ran.out) == (0, True)
    wrong = await antiphon(url, "run", names[0], "-s", "file", "-i", "x", "--dry-run")
    assert wrong.code != 0


async def ended(service: Service, task_id: str) -> dict[str, Any]:
    """The task, once it is over."""
    async with asyncio.timeout(60):
        while (task := (await service.post(STALE, id=task_id))["data"]["task"])["answer"] is None:
            await asyncio.sleep(0.05)
    return task


async def test_documents_are_versioned_and_make_stale(service: Service) -> None:
    """Over GraphQL: the old answer says which document is newer, the refreshed one is fresh."""
    files = [{"name": name, "content": {"text": f"{name} says it."}} for name in ("a.txt", "b.txt")]
    wish = {"instruction": "Look.", "strategy": {"builtIn": "FILE"}, "input": {"files": files}}
    made = (await service.ask("CreateTask", input=wish))["createTask"]["task"]
    assert (await ended(service, made["id"]))["stale"] is False
    place, newer = made["conversation"]["id"], {"name": "a.txt", "content": {"text": "a.txt says more."}}
    given = await service.ask("AddDocumentVersion", input={"conversationId": place, "file": newer})
    assert given["addDocumentVersion"]["document"]["newestVersion"] == 2
    found = (await service.ask("Documents", conversationId=place))["conversation"]["documents"]["edges"]
    assert {edge["node"]["name"]: edge["node"]["newestVersion"] for edge in found} == {"a.txt": 2, "b.txt": 1}
    task = await ended(service, made["id"])
    assert task["stale"]
    assert task["answer"] == {"stale": True, "staleBecause": [{"kind": "DOCUMENT", "documentName": "a.txt"}]}
    foreseen = (await service.ask("RefreshTask", input={"taskId": made["id"], "dryRun": True}))["refreshTask"]
    assert (foreseen["task"], foreseen["foreseen"]["calls"]) == (None, 1)
    again = (await service.ask("RefreshTask", input={"taskId": made["id"]}))["refreshTask"]["task"]
    fresh = await ended(service, again["id"])
    assert (fresh["stale"], fresh["answer"]["stale"], fresh["saved"]["calls"]) == (False, False, 1)
