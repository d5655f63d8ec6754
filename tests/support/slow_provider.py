"""A provider that takes a fixed time: a small server of its own process that speaks OpenAI's chat completions.

`python -m tests.support.slow_provider --seconds 0.5` prints its port and serves until its standard input closes.
`GET /stats` answers `{calls, most, open, prompts}`: all calls, the most at once, those open now, and how often
each prompt was asked; `GET /times` when each call came, in seconds since the first. Raw sockets, so that it costs next
to nothing beside what it measures.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import re
import subprocess
import sys
import threading
import time
from array import array
from collections import Counter
from collections.abc import Iterator
from typing import Any

_LENGTH = re.compile(rb"^content-length:\s*(\d+)", re.IGNORECASE | re.MULTILINE)


class SlowProvider:
    """Answers each connection's requests one after the other, each after a fixed time."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.calls = self.open = self.most = 0
        self.prompts: Counter[str] = Counter()
        self.times = array("d")

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until the client hangs up."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = _LENGTH.search(head)
                body = await reader.readexactly(int(length[1])) if length else b""
                answer = self._told(head) or await self._complete(reader, body)
                if answer is None:
                    break
                writer.write(answer)
                await writer.drain()
        writer.close()

    async def _complete(self, reader: asyncio.StreamReader, body: bytes) -> bytes | None:
        prompt = json.loads(body)["messages"][-1]["content"]
        self.begin(prompt)
        try:
            # A client that waits for an answer sends nothing, so what can be read is its hanging up.
            hung_up = asyncio.ensure_future(reader.read(1))
            gone = await self.think(hung_up)
            hung_up.cancel()
            await asyncio.gather(hung_up, return_exceptions=True)
            return None if gone else _response(b"text/event-stream", _events(self.answer(prompt)))
        finally:
            self.end(prompt)

    def begin(self, prompt: str) -> None:
        """A call has come."""
        self.calls += 1
        self.times.append(time.monotonic())
        self.prompts[prompt[:200]] += 1
        self.open += 1
        self.most = max(self.most, self.open)

    async def think(self, hung_up: asyncio.Future[bytes]) -> bool:
        """Take the time of an answer; whether the client hung up meanwhile."""
        done, _ = await asyncio.wait({hung_up}, timeout=self.seconds)
        return bool(done)

    def answer(self, prompt: str) -> str:
        """The text of an answer, which is sent at once."""
        return f"Answer to: {prompt[:80]}"

    def end(self, prompt: str) -> None:
        """A call is answered, or its client hung up."""
        self.open -= 1

    def _told(self, head: bytes) -> bytes | None:
        """The answer to a question about what was counted."""
        if head.startswith(b"GET /stats"):
            said: Any = {"calls": self.calls, "most": self.most, "open": self.open, "prompts": self.prompts}
        elif head.startswith(b"GET /times"):
            said = [round(at - self.times[0], 4) for at in self.times]
        else:
            return None
        return _response(b"application/json", json.dumps(said).encode())


def _response(kind: bytes, body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\ncontent-type: %s\r\ncontent-length: %d\r\n\r\n%s" % (kind, len(body), body)


def _events(text: str) -> bytes:
    events: list[dict[str, Any]] = [
        {"choices": [{"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": None}]},
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
        {"choices": [], "usage": {"prompt_tokens": 12, "completion_tokens": 8}},
    ]
    return b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events) + b"data: [DONE]\n\n"


@contextlib.contextmanager
def slow_provider(seconds: float) -> Iterator[str]:
    """A slow provider in a process of its own; its base URL."""
    command = [sys.executable, "-m", "tests.support.slow_provider", "--seconds", str(seconds)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        try:
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()


async def _serve(seconds: float) -> None:
    server = await asyncio.start_server(SlowProvider(seconds).serve, "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main() -> None:
    """Serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=0.5)
    seconds = parser.parse_args().seconds
    # Whoever started us has gone when standard input closes.
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    asyncio.run(_serve(seconds))


if __name__ == "__main__":
    main()
