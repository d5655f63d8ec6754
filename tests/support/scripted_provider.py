"""A provider that says what it is told to, answer after answer: raw server-sent events, cut wherever a test wants.

It speaks either protocol, since the test gives it the events; `requests` is what it was asked, in order.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections import deque
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self, cast

Json = dict[str, Any]
Call = tuple[str, str, str]
"""A tool call as a test says it: id, name, arguments."""

_LENGTH = re.compile(rb"^content-length:\s*(\d+)", re.IGNORECASE | re.MULTILINE)
_NOTHING = (b"text/plain", [b"The test has given no answer for this request."])
_HEAD = b"HTTP/1.1 %d X\r\ncontent-type: %s\r\ntransfer-encoding: chunked\r\n\r\n"

Said = Sequence[Json | str] | tuple[int, Json]
"""An answer to one request: the events of a stream, or a status and a body."""


class ScriptedProvider:
    """Listens on a free loopback port and gives the next of its answers to each request, or what `by` says to it.

    With a `pause` (s), it waits before each event of what `by` says. As long as `go` is not set, it answers nothing.
    """

    def __init__(self, by: Callable[[Json], Said] | None = None, *, pause: float = 0.0) -> None:
        self._by = by
        self._pause = pause
        self.go = asyncio.Event()
        self.go.set()
        self.requests: list[Json] = []
        self._answers: deque[tuple[bytes, Sequence[bytes]]] = deque()
        self._serving: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._begin, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    def say(self, *events: Json | str) -> None:
        """The next answer, as a stream of these events."""
        self.say_bytes([sse(*events)])

    def say_bytes(self, pieces: Sequence[bytes], kind: bytes = b"text/event-stream") -> None:
        """The next answer, a stream in these pieces."""
        self._answers.append((kind, pieces))

    def say_whole(self, body: Json) -> None:
        """The next answer, in one JSON body."""
        self._answers.append((b"application/json", [json.dumps(body).encode()]))

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._serving.add(asyncio.create_task(self._serve(reader, writer)))

    def _next(self) -> tuple[int, bytes, Sequence[bytes]]:
        if self._by is None:
            return (200, *(self._answers.popleft() if self._answers else _NOTHING))
        match self._by(self.requests[-1]):
            case (int() as status, body):
                return status, b"application/json", [json.dumps(body).encode()]
            case events:
                said = cast("Sequence[Json | str]", events)
                return 200, b"text/event-stream", [*map(sse, said)] if self._pause else [sse(*said)]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                length = _LENGTH.search(await reader.readuntil(b"\r\n\r\n"))
                assert length is not None
                self.requests.append(json.loads(await reader.readexactly(int(length[1]))))
                await self.go.wait()
                status, kind, pieces = self._next()
                writer.write(_HEAD % (status, kind))
                for piece in filter(None, pieces):
                    await asyncio.sleep(self._pause)
                    writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                    await writer.drain()
                writer.write(b"0\r\n\r\n")
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()


def sse(*events: Json | str) -> bytes:
    """Events as a stream."""
    texts = (event if isinstance(event, str) else json.dumps(event, ensure_ascii=False) for event in events)
    return "".join(f"data: {text}\n\n" for text in texts).encode()


def openai_delta(finish: str | None = None, **delta: Any) -> Json:
    """One chunk of an OpenAI stream."""
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def openai_stream(text: str, calls: Sequence[Call] = (), finish: str | None = None) -> list[Json | str]:
    """An answer in OpenAI's protocol, each call's arguments in two pieces."""
    events: list[Json | str] = [openai_delta(content=text)] if text else []
    for index, (id_, name, arguments) in enumerate(calls):
        half = len(arguments) // 2
        begun = {"index": index, "id": id_, "type": "function", "function": {"name": name, "arguments": ""}}
        events.append(openai_delta(tool_calls=[begun]))
        events += [
            openai_delta(tool_calls=[{"index": index, "function": {"arguments": part}}])
            for part in (arguments[:half], arguments[half:])
        ]
    events.append(openai_delta(finish=finish or ("tool_calls" if calls else "stop")))
    return [*events, {"choices": [], "usage": {"prompt_tokens": 30, "completion_tokens": 9}}, "[DONE]"]


def anthropic_stream(text: str, calls: Sequence[Call] = (), finish: str | None = None) -> list[Json | str]:
    """An answer in Anthropic's protocol, each call's arguments in two pieces."""
    events: list[Json | str] = [{"type": "message_start", "message": {"usage": {"input_tokens": 30}}}]
    if text:
        events.append({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}})
        events.append({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}})
        events.append({"type": "content_block_stop", "index": 0})
    for index, (id_, name, arguments) in enumerate(calls, start=1):
        half = len(arguments) // 2
        begun: Json = {"type": "tool_use", "id": id_, "name": name, "input": {}}
        events.append({"type": "content_block_start", "index": index, "content_block": begun})
        events += [
            {
                "type": "content_block_delta",
                "index": index,
                "delta": {"type": "input_json_delta", "partial_json": part},
            }
            for part in ("", arguments[:half], arguments[half:])
        ]
        events.append({"type": "content_block_stop", "index": index})
    stop = {"stop_reason": finish or ("tool_use" if calls else "end_turn")}
    return [
        *events,
        {"type": "message_delta", "delta": stop, "usage": {"output_tokens": 9}},
        {"type": "message_stop"},
    ]


STREAMS = {"openai": openai_stream, "anthropic": anthropic_stream}
