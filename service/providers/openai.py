"""The chat-completions protocol of OpenAI, and of all that speak it: vLLM, llama.cpp, Ollama, gateways.

Protocol: https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

from collections.abc import AsyncGenerator

import orjson
from pydantic import ValidationError

from service.errors import ProviderError
from service.providers.openai_chunk import Choice, Chunk, finish_of
from service.providers.openai_request import OpenAIOptions, key_header, request_body
from service.providers.options import read_options
from service.providers.sse import SseEvent
from service.providers.tool_calls import CUT, CallPieces
from service.providers.wire import Call, Wire
from service.records import ChatRequest, Completion, ProviderConfig, TextDelta, Usage


class OpenAIProvider:
    """Speaks chat completions to one endpoint."""

    def __init__(self, config: ProviderConfig) -> None:
        self.config = config
        self._options = read_options(config, OpenAIOptions)
        self._wire = Wire(config, {"content-type": "application/json", **key_header(config)})

    async def stream(self, request: ChatRequest) -> AsyncGenerator[TextDelta | Completion, None]:
        """Asks, and yields the answer as it comes; the last item is the `Completion`."""
        body = request_body(request, self._options, self._wire.host)
        async with self._wire.post("/chat/completions", body, request.timeouts) as call:
            answer = _Answer(call)
            if not call.is_stream:
                for item in answer.whole(await call.body()):
                    yield item
                return
            while (events := await answer.next_events()) is not None:
                for event in events:
                    for delta in answer.take(event.data):
                        yield delta
            yield answer.completion()
            await call.drain()

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._wire.aclose()


class _Answer:
    """An answer as it is put together out of chunks."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._finish: str | None = None
        self._usage = Usage()
        self._model: str | None = None
        self._calls = CallPieces()
        self._chosen = False
        self._said = False
        self._done = False
        self._over = False

    async def next_events(self) -> list[SseEvent] | None:
        """The next events of the stream, or None when no more are needed."""
        if self._done or self._over:
            return None
        try:
            events = await self._call.events()
        except ProviderError:
            if self._finish is None:
                raise
            return None  # only the usage is missing: the answer was paid for and is whole
        if events is None:
            self._over = True
            return self._call.last_events()
        return events

    def take(self, data: bytes) -> list[TextDelta]:
        """The text of one event's data."""
        if b"\n" not in data or _is_json(data):
            return self._read(data)
        # A server that ends its events with one line break, where the format wants two.
        return [delta for line in data.splitlines() for delta in self._read(line)]

    def whole(self, body: bytes) -> list[TextDelta | Completion]:
        """The items of an answer that came in one piece."""
        deltas = self._read(body, whole=True)
        if self._chosen and self._finish is None:
            self._finish = "stop"
        return [*deltas, self.completion()]

    def completion(self) -> Completion:
        """The end of the answer; an answer that did not say that it ended has broken off."""
        if not self._chosen:
            raise self._call.broken("the answer is empty.")
        if self._finish is None:
            raise self._call.broken("the stream ended with no finish reason.")
        try:
            calls = self._calls.calls(cut=self._finish in CUT)
        except ValueError as error:
            raise self._call.broken(str(error)) from None
        finish = "tool_calls" if calls and self._finish == "stop" else self._finish
        return Completion(finish, self._usage, self._model, calls)

    def _read(self, data: bytes, *, whole: bool = False) -> list[TextDelta]:
        data = data.strip()
        if self._done or not data:
            return []
        if data == b"[DONE]":
            self._end()
            return []
        chunk = self._chunk(data, whole)
        return self._choose(choice, data) if chunk and (choice := chunk.choice) else []

    def _end(self) -> None:
        """The stream said that it is done; with some servers that is all that it says of its end."""
        self._done = True
        if self._finish is None and self._said:
            self._finish = "stop"

    def _chunk(self, data: bytes, whole: bool) -> Chunk | None:
        """The chunk; None for one that says nothing. What is no chunk at all is the error that it is."""
        try:
            chunk = Chunk.model_validate_json(data)
        except ValidationError as error:
            if data.startswith(b"["):
                raise self._call.refused(data) from None
            raise self._call.broken(f"{error.errors()[0]['msg']}: {data.decode('utf-8', 'replace')}") from None
        if chunk.error or chunk.choices is None:
            empty = whole and chunk.choices is None
            if empty or chunk.is_failure(orjson.loads(data)):
                raise self._call.refused(data)
        self._model = chunk.model if isinstance(chunk.model, str) and chunk.model else self._model
        self._usage = chunk.used(self._usage)
        return chunk

    def _choose(self, choice: Choice, data: bytes) -> list[TextDelta]:
        self._chosen = True
        part = choice.said
        if part.has_token:
            self._said = True
            self._call.token()
        for piece in part.pieces(whole=not choice.delta):
            self._calls.take(piece)
        finish = finish_of(choice.finish_reason) if choice.finish_reason else None
        if choice.error:
            raise self._call.refused(orjson.dumps({"error": choice.error}))
        if finish == "error":
            raise self._call.broken(f"the provider gave up ({choice.finish_reason}).")
        if finish:
            self._finish = finish
            self._call.finished()
        return [TextDelta(part.text)] if part.text else []


def _is_json(data: bytes) -> bool:
    try:
        orjson.loads(data)
    except orjson.JSONDecodeError:
        return False
    return True
