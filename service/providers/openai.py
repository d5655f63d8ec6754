"""The chat-completions protocol of OpenAI, and of all that speak it: vLLM, llama.cpp, Ollama, gateways.

Protocol: https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

from service.errors import ProviderError
from service.providers.openai_request import OpenAIOptions, request_body
from service.providers.options import read_options
from service.providers.sse import SseEvent
from service.providers.tool_calls import CUT, CallPieces, Piece
from service.providers.wire import Call, Wire
from service.records import ChatRequest, Completion, ProviderConfig, TextDelta, Usage

_FINISH = {"length": "length", "content_filter": "content_filter", "tool_calls": "tool_calls"}
_FINISH["function_call"] = "tool_calls"


class OpenAIProvider:
    """Speaks chat completions to one endpoint."""

    def __init__(self, config: ProviderConfig) -> None:
        self.config = config
        self._options = read_options(config, OpenAIOptions)
        key = {"authorization": f"Bearer {config.api_key.strip()}"} if config.api_key else {}
        self._wire = Wire(config, {"content-type": "application/json", **key})

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


class _Function(BaseModel):
    name: str | None = None
    arguments: Any = None

    def piece(self, **more: Any) -> Piece:
        said = self.arguments
        # Some servers send the object itself and not its text.
        text = said if isinstance(said, str) else "" if said is None else json.dumps(said, ensure_ascii=False)
        return Piece(name=self.name, arguments=text, **more)


class _ToolCall(BaseModel):
    index: int | None = None
    id: str | None = None
    function: _Function | None = None


class _Text(BaseModel):
    content: str | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    tool_calls: list[_ToolCall] | None = None
    function_call: _Function | None = None

    @property
    def has_token(self) -> bool:
        said = self.content or self.refusal or self.reasoning_content or self.reasoning
        return bool(said or self.tool_calls or self.function_call)

    def pieces(self, *, whole: bool) -> Iterator[Piece]:
        """The pieces of calls; in a message that is `whole` each is a call of its own."""
        calls = self.tool_calls or []
        for place, call in enumerate(calls):
            index = place if whole and call.index is None else call.index
            function = call.function or _Function()
            yield function.piece(index=index, id=call.id, place=place if len(calls) > 1 else None)
        if self.function_call:
            # What came before tool_calls: one call, with neither index nor id.
            yield self.function_call.piece(index=-1)


class _Choice(BaseModel):
    delta: _Text | None = None
    message: _Text | None = None
    finish_reason: str | None = None


class _Details(BaseModel):
    cached_tokens: int | None = None


class _Usage(BaseModel):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _Details | None = None

    def record(self) -> Usage:
        details = self.prompt_tokens_details or _Details()
        return Usage(self.prompt_tokens, self.completion_tokens, details.cached_tokens)


class _Chunk(BaseModel):
    choices: list[_Choice] | None = None
    usage: _Usage | None = None
    model: str | None = None
    error: Any = None


class _Answer:
    """An answer as it is put together out of chunks."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._finish: str | None = None
        self._usage = Usage()
        self._model: str | None = None
        self._calls = CallPieces()
        self._chosen = False
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
        self._over = events is None
        return self._call.last_events() if events is None else events

    def take(self, data: bytes) -> list[TextDelta]:
        """The text of one event's data."""
        if data.strip() == b"[DONE]":
            self._done = True
        if self._done or not data.strip():
            return []
        chunk = self._chunk(data)
        return [delta for choice in (chunk.choices or [])[:1] for delta in self._choose(choice)]

    def whole(self, body: bytes) -> list[TextDelta | Completion]:
        """The items of an answer that came in one piece."""
        deltas = self.take(body)
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

    def _chunk(self, data: bytes) -> _Chunk:
        try:
            chunk = _Chunk.model_validate_json(data)
        except ValidationError as error:
            raise self._call.broken(f"{error.errors()[0]['msg']}: {data.decode('utf-8', 'replace')}") from None
        if chunk.error or (chunk.choices is None and chunk.usage is None):
            raise self._call.refused(data)
        self._model = chunk.model or self._model
        self._usage = chunk.usage.record() if chunk.usage else self._usage
        return chunk

    def _choose(self, choice: _Choice) -> list[TextDelta]:
        self._chosen = True
        if choice.finish_reason == "error":
            raise self._call.broken("the provider gave up.")
        part = choice.delta or choice.message or _Text()
        if part.has_token:
            self._call.token()
        for piece in part.pieces(whole=choice.delta is None):
            self._calls.take(piece)
        if choice.finish_reason:
            self._finish = _FINISH.get(choice.finish_reason, "stop")
            self._call.finished()
        return [TextDelta(text) for text in (part.content, part.refusal) if text]
