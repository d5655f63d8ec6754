"""`antiphon export` as a process: a whole file or none, and what is said of it."""

from __future__ import annotations

import asyncio
import json
import signal
from pathlib import Path

import pytest

from tests.acceptance.test_branch_operations import chat, made_branch
from tests.support.commands import antiphon, begin
from tests.support.front import Service


class Seen:
    """What is in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self) -> list[str]:
        """The names of its files."""
        return sorted(file.name for file in self._folder.iterdir())


@pytest.fixture(scope="module")
async def conversation(service: Service) -> str:
    """A conversation with a branch."""
    id, messages = await chat(service, 2)
    await made_branch(service, id, messageId=messages[1], name="side")
    return id


async def test_a_conversation_is_saved_whole_and_once(service: Service, conversation: str, tmp_path: Path) -> None:
    """A file that is there is left alone, and nothing else is left in the folder."""
    target = tmp_path / "chat.md"
    ran = await antiphon(service.url, "export", conversation, "-o", str(target))
    assert ran.code == 0, ran.err
    assert "not exported" in ran.err
    assert f"{target}: {target.stat().st_size:,} bytes" in ran.err
    text = target.read_text()
    assert "> Question 1" in text
    again = await antiphon(service.url, "export", conversation, "-f", "html", "-o", str(target))
    assert again.code == 2
    assert "--force" in again.err
    assert target.read_text() == text
    forced = await antiphon(service.url, "export", conversation, "-f", "html", "-o", str(target), "--force")
    assert forced.code == 0
    assert target.read_text().startswith("<!DOCTYPE html>")
    assert Seen(tmp_path).names() == ["chat.md"]


async def test_a_branch_is_printed(service: Service, conversation: str) -> None:
    """Byte for byte on a pipe; what it is not is said."""
    ran = await antiphon(service.url, "export", conversation, "-f", "openai", "--branch", "side", "-o", "-")
    (line,) = ran.out.splitlines()
    assert [it["content"] for it in json.loads(line)["messages"]] == ["Question 0", "Question 0"]
    wrong = await antiphon(service.url, "export", conversation, "--branch", "nowhere", "-o", "-")
    assert (wrong.code, "There are: main, side" in wrong.err) == (1, True)


async def test_a_full_disk_is_said(service: Service, conversation: str) -> None:
    """And it is no success."""
    ran = await antiphon(service.url, "export", conversation, "-o", "/dev/full")
    assert ran.code == 2
    assert "No space left on device" in ran.err


async def test_what_is_cut_leaves_nothing(conversation: str, tmp_path: Path) -> None:
    """Ctrl-C while a file comes, and a service that breaks off in the middle of it."""
    answers, seen = asyncio.Queue[str](), Seen(tmp_path)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        if head.startswith("POST"):
            made = {"fileName": "../x.md", "mediaType": "text/markdown", "url": "/exports/x", "notices": []}
            body = json.dumps({"data": {"exportConversations": {"export": made}}})
            writer.write(f"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {len(body)}\r\n\r\n{body}".encode())
        else:
            writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n")
            await writer.drain()
            if await answers.get() == "wait":
                await reader.read()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        for how in ("break", "wait"):
            answers.put_nowait(how)
            process = await begin(url, "export", "--all", "-o", str(tmp_path / "x.md"))
            if how == "wait":
                async with asyncio.timeout(60):
                    while not seen.names():
                        await asyncio.sleep(0.02)
                process.send_signal(signal.SIGINT)
            _, err = await process.communicate()
            assert process.returncode == (130 if how == "wait" else 1), err
            assert seen.names() == []
