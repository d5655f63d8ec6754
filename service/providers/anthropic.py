"""The messages protocol of Anthropic, and of all that speak it.

Protocol: https://docs.anthropic.com/en/api/messages and …/messages-streaming
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any, TypeVar, cast

import orjson
from pydantic import BaseModel, ValidationError

from service.chat import ChatRequest, Completion, ProviderConfig, ReasoningDelta, StreamItem, TextDelta
from service.errors import ProviderError
from service.providers.anthropic_request import request_body
from service.providers.caching import has_long_prefix
from service.providers.options import Options, read_options
from service.providers.streams import Deltas, read_answer, with_calls
from service.providers.tool_calls import CallPieces, Piece
from service.providers.usages import NOTHING, anthropic_usage, grown
from service.providers.wire import Call, Wire

_FINISH = {
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
    "content_filtered": "content_filter",
    "guardrail_intervened": "content_filter",
}
_KNOWN = {"message_start", "message_delta", "content_block_start", "content_block_delta", "error", None}
"""The events that say something, and those that do not say what they are."""


class AnthropicOptions(Options):
    """`version`: the `anthropic-version` header. `beta`: the `anthropic-beta` header.
    `prompt_cache`: mark what other calls send too, so that the provider keeps it."""

    version: str = "2023-06-01"
    beta: str | None = None
    prompt_cache: bool = True


class AnthropicProvider:
    """Speaks the messages protocol to one endpoint."""

    def __init__(self, config: ProviderConfig) -> None:
        self.config = config
        options = read_options(config, AnthropicOptions)
        self.keeps_prefixes = options.prompt_cache
        self._wire = Wire(config, _headers(config, options))

    def stream(self, request: ChatRequest) -> AsyncGenerator[StreamItem, None]:
        """Asks, and yields the answer as it comes; the last item is the `Completion`."""
        body = request_body(request, marks=self.keeps_prefixes and has_long_prefix(request))
        return read_answer(self._wire.post("/v1/messages", body, request), _Answer)

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._wire.aclose()


class _Block(BaseModel):
    """A content block, or a delta of one; `message_delta` puts its stop reason into the same place."""

    type: str = ""
    text: str | None = None
    thinking: str | None = None
    partial_json: str | None = None
    stop_reason: str | None = None
    id: str | None = None
    name: str | None = None
    input: Any = None

    @property
    def said(self) -> Deltas:
        """What it says, and what the model thinks."""
        thought: Deltas = [ReasoningDelta(self.thinking)] if self.thinking else []
        return [*thought, TextDelta(self.text)] if self.text else thought


class _Message(BaseModel):
    content: list[_Block] | str | None = None
    model: str | None = None
    stop_reason: str | None = None
    usage: Any = None

    @property
    def blocks(self) -> list[_Block]:
        """The content; some servers send its text alone."""
        return [_Block(type="text", text=self.content)] if isinstance(self.content, str) else self.content or []


class _Event(BaseModel):
    type: str = ""
    index: int | None = None
    content_block: _Block | None = None
    message: _Message | None = None
    delta: _Block | None = None
    usage: Any = None
    error: Any = None


AnyShape = TypeVar("AnyShape", bound=BaseModel)


class _Answer:
    """An answer as it is put together out of events."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._finish: str | None = None
        self._usage = NOTHING
        self._model: str | None = None
        self._calls = CallPieces()
        self._said = False
        self.is_done = False

    @property
    def is_whole(self) -> bool:
        """See `streams.Answer`."""
        return self._finish is not None

    def take(self, data: bytes) -> Deltas:
        """See `streams.Answer`. An event of a kind that we do not know is passed over."""
        if data.strip() == b"[DONE]":
            return []
        event = self._event(data)
        if event.type == "error" or event.error:
            raise self._call.refused(data)
        self._note(event.message or _Message(usage=event.usage), begins=event.message is not None)
        if event.type == "message_stop":
            self._end()
        begun = self._begin(event.content_block, event.index) if event.content_block else []
        return [*begun, *(self._delta(event.delta, event.index) if event.delta else [])]

    def whole(self, body: bytes) -> Deltas:
        """See `streams.Answer`."""
        message = self._parsed(_Message, body)
        if message.content is None:
            raise self._call.refused(body)
        deltas = [delta for index, block in enumerate(message.blocks) for delta in self._begin(block, index)]
        self._note(message)
        self._finished(message.stop_reason or "end_turn")
        return deltas

    def completion(self) -> Completion:
        """See `streams.Answer`."""
        if self._finish is None:
            raise self._call.broken("the stream ended with no stop reason.")
        return with_calls(self._call, Completion(self._finish, self._usage, self._model), self._calls)

    def _note(self, message: _Message, *, begins: bool = False) -> None:
        self._model = message.model or self._model
        if not isinstance(message.usage, dict):
            return
        used = anthropic_usage(cast("dict[str, Any]", message.usage))
        if begins:
            # What has been generated at the beginning says nothing of what will be.
            used = replace(used, output_tokens=None)
        # The newer counts all from the beginning; but some servers end with zeros for what they said before.
        self._usage = grown(self._usage, used)
        self._call.so_far.said(self._usage, counted=bool(used.output_tokens))

    def _end(self) -> None:
        """The message is over; with some servers that is all that says so."""
        self.is_done = True
        if self._finish is None and self._said:
            self._finished("end_turn")

    def _begin(self, block: _Block, index: int | None) -> Deltas:
        """A block begins; its first text may stand in it already."""
        if block.type == "tool_use":
            given = json.dumps(block.input, ensure_ascii=False) if block.input else ""
            self._token(f"{block.name or ''}{given}")
            self._calls.begin(Piece(index, block.id, block.name), given)
        if generated := f"{block.thinking or ''}{block.text or ''}":
            self._token(generated)
        return block.said

    def _token(self, generated: str) -> None:
        self._said = True
        self._call.token(generated)

    def _delta(self, delta: _Block, index: int | None) -> Deltas:
        if generated := f"{delta.thinking or ''}{delta.text or ''}{delta.partial_json or ''}":
            self._token(generated)
        if delta.partial_json:
            self._calls.extend(index, delta.partial_json)
        if delta.stop_reason:
            self._finished(delta.stop_reason)
        return delta.said

    def _finished(self, stop_reason: str) -> None:
        self._finish = _FINISH.get(stop_reason, "stop")
        self._call.finished()

    def _event(self, data: bytes) -> _Event:
        """The event; an empty one for one of a kind and a shape that we do not know."""
        try:
            return self._parsed(_Event, data)
        except ProviderError:
            if _type_of(data) in _KNOWN:
                raise
            return _Event()

    def _parsed(self, shape: type[AnyShape], data: bytes) -> AnyShape:
        try:
            return shape.model_validate_json(data)
        except ValidationError as error:
            raise self._call.broken(f"{error.errors()[0]['msg']}: {data.decode('utf-8', 'replace')}") from None


def _type_of(data: bytes) -> str | None:
    try:
        return str(cast("dict[str, Any]", orjson.loads(data))["type"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return None


def _headers(config: ProviderConfig, options: AnthropicOptions) -> dict[str, str]:
    headers = {"content-type": "application/json", "anthropic-version": options.version}
    if options.beta:
        headers["anthropic-beta"] = options.beta
    if config.api_key:
        headers["x-api-key"] = config.api_key
    return headers
