"""Commands of ours on a running service: real processes, with what came of them."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from asyncio import StreamReader, StreamWriter
from typing import BinaryIO

from tests.support.forked import ROOT, Forked, is_first

_PIPE = asyncio.subprocess.PIPE


class Ran:
    """What came of one command."""

    def __init__(self, code: int, out: bytes, err: bytes) -> None:
        self.code, self.out, self.err = code, out.decode(), err.decode()


class Running:
    """A command that was forked, with pipes, as an `asyncio.subprocess.Process` has it."""

    returncode: int | None = None

    def __init__(self, forked: Forked, stdin: StreamWriter, stdout: StreamReader, stderr: StreamReader) -> None:
        self.stdin, self.stdout, self.stderr = stdin, stdout, stderr
        self.send_signal, self.kill = forked.send_signal, forked.kill
        self._forked = forked
        self._loop = asyncio.get_running_loop()
        self._over = asyncio.Event()
        self._loop.add_reader(forked.ended, self._end)

    def _end(self) -> None:
        self._loop.remove_reader(self._forked.ended)
        self.returncode = self._forked.poll()
        self.stdin.close()
        self._over.set()

    async def wait(self) -> int | None:
        """Wait for its end; its exit code."""
        await self._over.wait()
        return self.returncode

    async def communicate(self, said: bytes | None = None) -> tuple[bytes, bytes]:
        """Say something to it, if anything; all that it prints until it ends."""
        if said is not None:
            # It may end, or stop reading, before it has heard all.
            self.stdin.write(said)
            self.stdin.close()
        out, err = await asyncio.gather(self.stdout.read(), self.stderr.read())
        await self.wait()
        return out, err


async def begin(url: str, *arguments: str) -> asyncio.subprocess.Process | Running:
    """Begin a command on a service."""
    environ = os.environ | {"ANTIPHON_URL": url, "PYTHONPATH": str(ROOT)}
    if is_first(arguments[0]):
        command = [sys.executable, "-P", "-m", "service.cli", *arguments]
        return await asyncio.create_subprocess_exec(*command, stdin=_PIPE, stdout=_PIPE, stderr=_PIPE, env=environ)
    # As asyncio does it: standard input is a socket.
    ours, stdin = socket.socketpair()
    (out, stdout), (err, stderr) = os.pipe(), os.pipe()
    try:
        forked = await asyncio.to_thread(Forked, arguments, environ, stdin.fileno(), stdout, stderr)
    finally:
        stdin.close()
        os.close(stdout)
        os.close(stderr)
    _, said = await asyncio.open_unix_connection(sock=ours)
    return Running(forked, said, await _reader(os.fdopen(out, "rb")), await _reader(os.fdopen(err, "rb")))


async def _reader(pipe: BinaryIO) -> StreamReader:
    reader = StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
    return reader


async def antiphon(url: str, *arguments: str, said: str = "") -> Ran:
    """Run a command on a service to its end."""
    process = await begin(url, *arguments)
    out, err = await process.communicate(said.encode())
    return Ran(process.returncode or 0, out, err)


async def ask(url: str, prompt: str, *options: str) -> tuple[str, str]:
    """Ask a prompt: the answer, and the conversation's id."""
    ran = await antiphon(url, "ask", prompt, *options)
    assert ran.code == 0, ran.err
    return ran.out, ran.err.split("conversation ")[1].split()[0]
