"""Models as data: how a provider is reached, what it is asked, and what it answers.

A leaf. Knows no protocol and no task.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from service.records import TEXT_FORMAT, ResponseFormat, Role

CountTokens = Callable[[str], int]
"""Counts the tokens of a text. May block (the local model is asked over HTTP): call it off the event loop."""


@dataclass(frozen=True, slots=True)
class RateLimits:
    """What a provider or a model allows us at once and a minute (None: no limit)."""

    concurrent: int | None = None
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: to connect, to the first token (and between two tokens), and for the whole call."""

    connect: float = 5.0
    first_token: float = 60.0
    total: float = 600.0


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """One model of one provider. Sizes in tokens, prices in USD per million tokens (None: not known)."""

    provider: str
    name: str
    family: str
    context_window: int
    max_output_tokens: int
    features: frozenset[str] = frozenset()
    tokenizer: str = "estimate"
    input_price: float | None = None
    output_price: float | None = None
    cached_price: float | None = None
    cache_write_price: float | None = None
    cache_write_1h_price: float | None = None
    limits: RateLimits = RateLimits()
    timeouts: Timeouts = Timeouts()

    @property
    def key(self) -> str:
        """`provider/name`, as callers write it."""
        return f"{self.provider}/{self.name}"


@dataclass(frozen=True, slots=True)
class ProviderConfig:
    """How to reach a provider. `protocol` names the plug-in in `providers/` that speaks to it."""

    name: str
    protocol: str
    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    headers: dict[str, str] = field(default_factory=dict[str, str], repr=False)
    timeouts: Timeouts = Timeouts()
    limits: RateLimits = RateLimits()
    options: dict[str, Any] = field(default_factory=dict[str, Any], repr=False)
    models: tuple[ModelConfig, ...] = ()


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool that a model may call; `parameters` is the JSON Schema of its arguments."""

    name: str
    description: str
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A model's wish to call a tool. `id` is the provider's own; `arguments` is JSON as the model wrote it."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message as it is sent to a model.

    An ASSISTANT message may carry the calls that the model made; a TOOL message is the result of `tool_call_id`,
    or says why there is none (`is_error`).
    """

    role: Role
    content: str
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None
    is_error: bool = False


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call. Of `input_tokens`, the provider had `cached_tokens` in its cache and wrote
    `cache_write_tokens` to it, `cache_write_1h_tokens` of those for an hour. Of sound were `input_audio_tokens` and
    `output_audio_tokens`, and `cached_audio_tokens` of those that it had."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None
    cache_write_1h_tokens: int | None = None
    input_audio_tokens: int | None = None
    output_audio_tokens: int | None = None
    cached_audio_tokens: int | None = None


@dataclass(slots=True)
class UsageSoFar:
    """What is known of the cost of a call while it runs. The provider fills it, and no exception loses it.

    `may_cost`: the request has left for the provider, and was not refused; who can tell sets it to False until then.
    `usage` is what the provider has said so far, `uncounted` what it has generated since: text, reasoning and pieces
    of tool calls.
    """

    may_cost: bool = True
    usage: Usage = Usage()
    uncounted: list[str] = field(default_factory=list[str])

    @property
    def has_begun(self) -> bool:
        """Whether the provider has said or generated anything."""
        return bool(self.uncounted) or self.usage != Usage()

    def generated(self, text: str) -> None:
        """The provider has generated this much more."""
        self.uncounted.append(text)

    def said(self, usage: Usage, *, counted: bool) -> None:
        """What the provider has said by now; `counted`: just now, of all that it has generated."""
        self.usage = usage
        if counted:
            self.uncounted.clear()


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One call to a provider. `tools` are what the model may call: the service calls none of them itself.

    The first `stable` of the messages are those that other calls send too, to the byte: a provider may keep them.
    `cache_key` is the same for calls that are likely to share them, and tells nothing else.
    """

    model: ModelConfig
    messages: tuple[ChatMessage, ...]
    max_output_tokens: int | None = None
    temperature: float | None = None
    response_format: ResponseFormat = TEXT_FORMAT
    tools: tuple[Tool, ...] = ()
    timeouts: Timeouts = Timeouts()
    stable: int = 0
    cache_key: str | None = None
    so_far: UsageSoFar = field(default_factory=UsageSoFar, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the answer, as it is generated."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """A piece of what the model thinks before its answer, where the server keeps the two apart."""

    text: str


@dataclass(frozen=True, slots=True)
class Completion:
    """The last thing a provider's stream yields. `finish_reason`: stop, length, content_filter, tool_calls."""

    finish_reason: str
    usage: Usage = Usage()
    model: str | None = None
    tool_calls: tuple[ToolCall, ...] = ()


StreamItem = TextDelta | ReasoningDelta | Completion
"""What a provider's stream yields."""
