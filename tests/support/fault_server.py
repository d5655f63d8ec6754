"""A provider that misbehaves on demand: raw sockets, so that what is broken is broken on the wire.

Independent of llmock, and of any HTTP server: the fault is the first part of the path, so a client whose
`base_url` is `server.url("reset_mid_body")` meets that fault, whichever protocol it speaks. With several of them,
`server.url("status_500,good")`, each call meets the next, and all further calls the last. What follows after a slash
tells callers of the same fault apart: `server.url("status_500/mine")`.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import ssl
import subprocess
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import Self

Writer = asyncio.StreamWriter
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
FOREVER = 30.0
TLS_HELLO = b"\x16"
LONG_ANSWER = [f"word{i} " for i in range(3000)]
SMALL_WINDOW_CHARACTERS = 600
_ENDPOINT = re.compile(r"/(chat/completions|v1/messages)\b.*")


def openai_events(*, finish: str | None = "stop", usage: bool = True, done: bool = True) -> list[str]:
    """The events of an OpenAI answer that says "Hello wörld"."""
    events: list[object] = [{"choices": [{"delta": {"content": text}}]} for text in ("Hello ", "wörld")]
    if finish:
        events.append({"choices": [{"delta": {}, "finish_reason": finish}]})
    if usage:
        events.append({"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 2}})
    return [*map(_dumps, events), *(["[DONE]"] if done else [])]


def anthropic_events(*, finish: str | None = "end_turn", usage: bool = True, done: bool = True) -> list[str]:
    """The events of an Anthropic answer that says "Hello wörld"."""
    counts = {"input_tokens": 4, "cache_read_input_tokens": 2, "cache_creation_input_tokens": 1}
    events: list[object] = [{"type": "message_start", "message": {"usage": counts if usage else None}}]
    for text in ("Hello ", "wörld"):
        events.append({"type": "content_block_delta", "delta": {"type": "text_delta", "text": text}})
        events.append({"type": "ping"})
    if finish:
        tail = {"output_tokens": 2} if usage else None
        events.append({"type": "message_delta", "delta": {"stop_reason": finish}, "usage": tail})
    return [*map(_dumps, events), *([_dumps({"type": "message_stop"})] if done else [])]


EVENTS = {"openai": openai_events, "anthropic": anthropic_events}


def _dumps(event: object) -> str:
    return json.dumps(event, ensure_ascii=False)


def sse(events: list[str]) -> bytes:
    """`events` as a stream of server-sent events."""
    return "".join(f"data: {event}\n\n" for event in events).encode()


def response(status: int, body: bytes, media_type: str = "application/json", extra: str = "") -> bytes:
    """A whole HTTP response."""
    head = f"HTTP/1.1 {status} X\r\nContent-Type: {media_type}\r\nContent-Length: {len(body)}\r\n{extra}\r\n"
    return head.encode() + body


class FaultServer:
    """Listens on a free loopback port.

    By what was given to `url`: `calls` counts requests, `times` has the loop's time of each, `gone` the clients that
    hung up.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.calls: Counter[str] = Counter()
        self.times: defaultdict[str, list[float]] = defaultdict(list)
        self.connections = 0
        self.gone: dict[str, asyncio.Event] = {}
        self.requests: list[dict[str, object]] = []
        self._tls = tls
        self._open: set[Writer] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for writer in list(self._open):
            writer.transport.abort()
        await asyncio.sleep(0)

    def url(self, fault: str) -> str:
        """The `base_url` under which `fault` happens."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}/{fault}"

    async def _serve(self, reader: asyncio.StreamReader, writer: Writer) -> None:
        self.connections += 1
        self._open.add(writer)
        try:
            while await self._answer(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: Writer) -> bool:
        first = await reader.readexactly(1)
        if first == TLS_HELLO:
            writer.write(response(400, b"Speak HTTP, please.", "text/plain"))
            return False
        head = (first + await reader.readuntil(b"\r\n\r\n")).decode()
        path = head.split(" ", 2)[1]
        length = next(int(x[16:]) for x in head.lower().split("\r\n") if x.startswith("content-length: "))
        body = json.loads(await reader.readexactly(length))
        self.requests.append({"head": head, **body})
        protocol = "anthropic" if "/v1/messages" in path else "openai"
        fault = _ENDPOINT.sub("", path).strip("/")
        task = asyncio.ensure_future(self._fault(fault, body)(writer, protocol))
        hung_up = asyncio.ensure_future(reader.read(1))
        await asyncio.wait({task, hung_up}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            self.gone.setdefault(fault, asyncio.Event()).set()
            task.cancel()
            return False
        hung_up.cancel()
        await asyncio.sleep(0)
        return await task

    def _fault(self, named: str, body: dict[str, object]) -> Fault:
        script = named.split("/")[0].split(",")
        name = script[min(self.calls[named], len(script) - 1)]
        self.calls[named] += 1
        self.times[named].append(asyncio.get_running_loop().time())
        if name == "small_window":
            name = "overflow" if len(str(body["messages"])) > SMALL_WINDOW_CHARACTERS else "good"
        return FAULTS[name]


def self_signed_context(folder: Path) -> ssl.SSLContext | None:
    """A server's TLS with a certificate that nobody vouches for; None where no certificate can be made."""
    if not shutil.which("openssl"):
        return None
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    names = ["-subj", "/CN=localhost", "-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run([*command.split(), *names], cwd=folder, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


Fault = Callable[[Writer, str], Awaitable[bool]]


def _sends(make: Callable[[str], bytes], *, keep: bool = False) -> Fault:
    async def send(writer: Writer, protocol: str) -> bool:
        writer.write(make(protocol))
        await writer.drain()
        return keep

    return send


def _stalls(make: Callable[[str], bytes]) -> Fault:
    async def stall(writer: Writer, protocol: str) -> bool:
        writer.write(make(protocol))
        await writer.drain()
        await asyncio.sleep(FOREVER)
        return False

    return stall


async def _reset(writer: Writer, protocol: str) -> bool:
    writer.write(STREAM + sse(EVENTS[protocol]()[:2]))
    await writer.drain()
    await asyncio.sleep(0.05)
    writer.transport.abort()
    return False


async def _drips(writer: Writer, protocol: str) -> bool:
    """A token every 50 ms, without end."""
    writer.write(STREAM)
    while True:
        writer.write(sse(EVENTS[protocol]()[:2]))
        await writer.drain()
        await asyncio.sleep(0.05)


async def _pings(writer: Writer, protocol: str) -> bool:
    """A comment every 50 ms, and never a token."""
    writer.write(STREAM)
    while True:
        writer.write(b": still thinking\n\n" + (sse(['{"type":"ping"}']) if protocol == "anthropic" else b""))
        await writer.drain()
        await asyncio.sleep(0.05)


async def _bytewise(writer: Writer, protocol: str) -> bool:
    """A good answer with CRLF and comments, a byte at a time."""
    body = b": hi\r\n\r\n" + sse(EVENTS[protocol]()).replace(b"\n", b"\r\n")
    writer.write(STREAM)
    for start in range(len(body)):
        writer.write(body[start : start + 1])
        await writer.drain()
    return False


def _chunked(body: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"


def _long(protocol: str) -> bytes:
    """The events of an answer of 3,000 tokens, with no end."""
    if protocol == "openai":
        return sse([_dumps({"choices": [{"delta": {"content": word}}]}) for word in LONG_ANSWER])
    return sse(
        [_dumps({"type": "content_block_delta", "delta": {"type": "text_delta", "text": word}}) for word in LONG_ANSWER]
    )


THOUGHTS = [f"Then I consider step {i}. " for i in range(2000)]
READ = 180_000
"""Tokens that a provider says that it has read, before its stream breaks."""
CACHED = 20_000


def _thinks(protocol: str) -> bytes:
    """The events of a long thought, with neither usage nor end."""
    if protocol == "openai":
        return sse([_dumps({"choices": [{"delta": {"reasoning_content": thought}}]}) for thought in THOUGHTS])
    deltas = [{"type": "thinking_delta", "thinking": thought} for thought in THOUGHTS]
    return sse([_dumps({"type": "content_block_delta", "delta": delta}) for delta in deltas])


def _has_read(protocol: str) -> bytes:
    """The beginning of an answer whose prompt was long, which says so, and a thought of three words."""
    if protocol == "openai":
        usage = {"prompt_tokens": READ, "completion_tokens": 0, "total_tokens": READ}
        chunk = {"choices": [{"delta": {"reasoning_content": "Well, let me"}}], "usage": usage}
        return sse([_dumps(chunk)])
    start = {"type": "message_start", "message": {"usage": {"input_tokens": READ, "output_tokens": 1}}}
    delta = {"type": "content_block_delta", "delta": {"type": "thinking_delta", "thinking": "Well, let me"}}
    return sse([_dumps(start), _dumps(delta)])


def _counts_along(protocol: str) -> bytes:
    """A server that says its usage with each piece, and breaks: all of it is counted."""
    if protocol == "openai":
        counted = [{"prompt_tokens": 7, "completion_tokens": i, "total_tokens": 7 + i} for i in (1, 2)]
        chunks = zip(("Hello ", "wörld"), counted, strict=True)
        return sse([_dumps({"choices": [{"delta": {"content": text}}], "usage": usage}) for text, usage in chunks])
    usage = {"type": "message_delta", "delta": {}, "usage": {"output_tokens": 2}}
    return sse([*anthropic_events(finish=None, done=False), _dumps(usage)])


def _cached_beside(protocol: str) -> list[str]:
    """A good answer of a server that counts what it had cached beside the prompt, or in the total alone."""
    events = EVENTS[protocol]()
    if protocol == "openai":
        usage = {"prompt_tokens": 12, "completion_tokens": 30, "total_tokens": 42 + CACHED}
        usage |= {"prompt_tokens_details": {"cached_tokens": CACHED}, "cache_read_input_tokens": CACHED}
        return [*events[:-2], _dumps({"choices": [], "usage": usage}), events[-1]]
    usage = {"input_tokens": 12, "cache_read_input_tokens": CACHED, "output_tokens": 1}
    end = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 30}}
    return [_dumps({"type": "message_start", "message": {"usage": usage}}), *events[1:-2], _dumps(end), events[-1]]


def _torn(protocol: str) -> list[str]:
    """The events of an answer whose text is cut by UTF-16, through an emoji."""
    halves = (('"Hello "', r'"Hello \ud83d"'), ('"wörld"', r'"\ude00 wörld"'))
    events = EVENTS[protocol]()
    for whole, half in halves:
        events = [event.replace(whole, half) for event in events]
    return events


def _error(kind: str, message: str, code: str | int | None = None) -> bytes:
    return json.dumps({"error": {"type": kind, "message": message, "code": code}}).encode()


def _whole(protocol: str) -> bytes:
    if protocol == "openai":
        usage = {"prompt_tokens": 7, "completion_tokens": 2}
        return _dumps({"choices": [{"message": {"content": "Hello wörld"}}], "usage": usage}).encode()
    usage = {"input_tokens": 7, "output_tokens": 2}
    blocks = [{"type": "text", "text": "Hello wörld"}]
    return _dumps({"content": blocks, "stop_reason": "end_turn", "usage": usage}).encode()


def _status(status: int, extra: str = "", body: bytes | None = None) -> Fault:
    words = body or _error("some_error", f"said {status}")
    return _sends(lambda _: response(status, words, extra=extra), keep=True)


_FILTERED = {"openai": "content_filter", "anthropic": "refusal"}
_OVERFLOW = {
    "openai": _error("invalid_request_error", "Too long.", "context_length_exceeded"),
    "anthropic": _error("invalid_request_error", "prompt is too long: 9 tokens > 8 maximum"),
}

FAULTS: dict[str, Fault] = {
    "good": _sends(lambda p: _chunked(sse(EVENTS[p]())), keep=True),
    "bytewise": _bytewise,
    "plain_json": _sends(lambda p: response(200, _whole(p)), keep=True),
    "torn": _sends(lambda p: STREAM + sse(_torn(p))),
    "usage_missing": _sends(lambda p: STREAM + sse(EVENTS[p](usage=False))),
    "no_goodbye": _sends(lambda p: STREAM + sse(EVENTS[p](done=False))),
    # The last event that matters is ended by the end of the stream alone.
    "no_last_blank": _sends(lambda p: STREAM + sse(EVENTS[p](done=False)).rstrip()),
    "content_filter": _sends(lambda p: STREAM + sse(EVENTS[p](finish=_FILTERED[p]))),
    "stall_after_finish": _stalls(lambda p: STREAM + sse(EVENTS[p](usage=False, done=False))),
    "reset_mid_body": _reset,
    "truncated": _sends(lambda p: STREAM + sse(EVENTS[p](finish=None, usage=False, done=False))),
    "truncated_event": _sends(lambda p: STREAM + sse(EVENTS[p]())[:-40].replace(b"finish", b"f")),
    "truncated_chunk": _sends(lambda p: _chunked(sse(EVENTS[p]()))[:150]),
    "malformed_json": _sends(lambda p: STREAM + sse([*EVENTS[p]()[:2], "{oops"])),
    "wrong_shape": _sends(lambda p: STREAM + sse(['{"choices": 7, "delta": 7}'])),
    # The last chunk is missing: all that came before it arrives, and then the connection breaks.
    "breaks_late": _sends(lambda p: _chunked(_long(p))[: -len(b"0\r\n\r\n")]),
    "thinks_without_usage": _sends(lambda p: STREAM + _thinks(p) + sse(EVENTS[p](usage=False))),
    "thinks_and_breaks": _sends(lambda p: _chunked(_thinks(p))[: -len(b"0\r\n\r\n")]),
    "thinks_and_stalls": _stalls(lambda p: STREAM + _thinks(p)),
    "has_read_and_breaks": _sends(lambda p: _chunked(_has_read(p))[: -len(b"0\r\n\r\n")]),
    "has_read_and_stalls": _stalls(lambda p: STREAM + _has_read(p)),
    "counts_along_and_breaks": _sends(lambda p: _chunked(_counts_along(p))[: -len(b"0\r\n\r\n")]),
    "cached_beside": _sends(lambda p: STREAM + sse(_cached_beside(p))),
    "gateway_gave_up": _status(504),
    "not_http": _sends(lambda _: b"SSH-2.0-dropbear\r\n"),
    "html": _sends(lambda _: response(200, b"<html><title>Sign in</title></html>", "text/html")),
    "empty_choices": _sends(lambda _: response(200, b'{"choices": []}')),
    "empty_body": _sends(lambda _: response(200, b"")),
    "nothing": _sends(lambda _: b""),
    "slow_first_token": _stalls(lambda _: b""),
    "slow_after_head": _stalls(lambda _: STREAM),
    "stall_mid_stream": _stalls(lambda p: STREAM + sse(EVENTS[p]()[:2])),
    "drips": _drips,
    "pings": _pings,
    "error_mid_stream": _sends(
        lambda p: STREAM + sse([*EVENTS[p]()[:2], _error("overloaded_error", "Overloaded").decode()])
    ),
    "limit_mid_stream": _sends(lambda _: STREAM + sse([_error("rate_limit_error", "Slow down").decode()])),
    "error_200": _sends(lambda _: response(200, _error("server_error", "cuda died", 502))),
    "overflow": _sends(lambda p: response(400, _OVERFLOW[p])),
    "quota": _status(429, "Retry-After: 9\r\n", _error("insufficient_quota", "No money.", "insufficient_quota")),
    "limit_after": _status(429, "Retry-After: 1\r\n"),
    "limit_soon": _status(429, "retry-after-ms: 700\r\nRetry-After: 9\r\n"),
    "limit_ms": _status(429, "retry-after-ms: 1500\r\nRetry-After: 9\r\n"),
    "limit_date": _status(429, "Retry-After: Wed, 01 Jan 2020 00:00:00 GMT\r\n"),
    "limit_silent": _status(429),
    "echoes_key": _status(401, body=_error("invalid_api_key", "Bad key open-sesame-123 and sk-abcdefgh1234.")),
    "moved": _status(301, "Location: http://127.0.0.1:9/\r\n"),
    "no_model": _status(404, body=_error("not_found_error", "There is no such model.", "model_not_found")),
    **{f"status_{code}": _status(code) for code in (400, 401, 402, 403, 404, 408, 409, 413, 422, 500, 502, 504, 529)},
    "status_503": _status(503, "Retry-After: 3\r\n"),
    "busy": _status(503),
}
