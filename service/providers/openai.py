"""The chat-completions protocol of OpenAI, and of all that speak it: vLLM, llama.cpp, Ollama, gateways.

Protocol: https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import orjson
from pydantic import ValidationError

from service.chat import ChatRequest, Completion, ProviderConfig, ReasoningDelta, StreamItem, TextDelta, Usage
from service.providers.openai_chunk import Choice, Chunk, finish_of
from service.providers.openai_request import OpenAIOptions, key_header, request_body
from service.providers.options import read_options
from service.providers.streams import Deltas, read_answer, with_calls
from service.providers.tool_calls import CallPieces
from service.providers.usages import NOTHING, grown
from service.providers.wire import Call, Wire


class OpenAIProvider:
    """Speaks chat completions to one endpoint."""

    def __init__(self, config: ProviderConfig) -> None:
        self.config = config
        self._options = read_options(config, OpenAIOptions)
        self.keeps_prefixes = self._options.prompt_cache is not False
        self._wire = Wire(config, {"content-type": "application/json", **key_header(config)})

    def stream(self, request: ChatRequest, **more: Any) -> AsyncGenerator[StreamItem, None]:
        """Asks, and yields the answer as it comes; the last item is the `Completion`. `more` goes into the body."""
        body = request_body(request, self._options, self._wire.host) | more
        return read_answer(self._wire.post("/chat/completions", body, request), _Answer)

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
        self.is_done = False

    @property
    def is_whole(self) -> bool:
        """See `streams.Answer`. Only the usage may still come."""
        return self._finish is not None

    def take(self, data: bytes) -> Deltas:
        """See `streams.Answer`."""
        if b"\n" not in data or _is_json(data):
            return self._read(data)
        # A server that ends its events with one line break, where the format wants two.
        return [delta for line in data.splitlines() for delta in self._read(line)]

    def whole(self, body: bytes) -> Deltas:
        """See `streams.Answer`."""
        deltas = self._read(body, whole=True)
        if self._chosen and self._finish is None:
            self._finish = "stop"
        return deltas

    def completion(self) -> Completion:
        """See `streams.Answer`."""
        if not self._chosen:
            raise self._call.broken("the answer is empty.")
        if self._finish is None:
            raise self._call.broken("the stream ended with no finish reason.")
        return with_calls(self._call, Completion(self._finish, self._usage, self._model), self._calls)

    def _read(self, data: bytes, *, whole: bool = False) -> Deltas:
        data = data.strip()
        if self.is_done or not data:
            return []
        if data == b"[DONE]":
            self._end()
            return []
        chunk = self._chunk(data)
        try:
            self._check(chunk, data, whole)
            return self._choose(choice, data) if (choice := chunk.choice) else []
        finally:
            self._note(chunk.used)

    def _end(self) -> None:
        """The stream said that it is done; with some servers that is all that it says of its end."""
        self.is_done = True
        if self._finish is None and self._said:
            self._finish = "stop"

    def _chunk(self, data: bytes) -> Chunk:
        try:
            return Chunk.model_validate_json(data)
        except ValidationError as error:
            if data.startswith(b"["):
                raise self._call.refused(data) from None
            raise self._call.broken(f"{error.errors()[0]['msg']}: {data.decode('utf-8', 'replace')}") from None

    def _check(self, chunk: Chunk, data: bytes, whole: bool) -> None:
        """What is no chunk at all is raised as the error that it is."""
        if chunk.error or chunk.choices is None:
            empty = whole and chunk.choices is None
            if empty or chunk.is_failure(orjson.loads(data)):
                raise self._call.refused(data)
        self._model = chunk.model if isinstance(chunk.model, str) and chunk.model else self._model

    def _note(self, used: Usage) -> None:
        """Once known it is not forgotten: what the whole call used only grows."""
        if used != NOTHING:
            self._usage = grown(self._usage, used)
            self._call.so_far.said(self._usage, counted=bool(used.output_tokens))

    def _choose(self, choice: Choice, data: bytes) -> Deltas:
        self._chosen = True
        part = choice.said
        if part.has_token:
            self._said = True
            self._call.token(part.generated)
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
        reasoning: Deltas = [ReasoningDelta(part.reasoned)] if part.reasoned else []
        return [*reasoning, TextDelta(part.text)] if part.text else reasoning


def _is_json(data: bytes) -> bool:
    try:
        orjson.loads(data)
    except orjson.JSONDecodeError:
        return False
    return True
