"""What comes in the chat-completions protocol of OpenAI: the shapes of a chunk, as servers really send them. Pure.

What an answer is made of is read strictly; what stands beside it (model, usage, reasoning) is no reason to lose it.

Protocol: https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Literal, cast

from pydantic import BaseModel, Field

from service.chat import Usage
from service.providers.tool_calls import Piece
from service.providers.usages import grown, openai_usage

_FINISHES = {
    "length": "length max_tokens max_output_tokens model_length max_length token_limit model_context_window_exceeded",
    "content_filter": "content_filter content_filtered safety image_safety recitation blocklist prohibited_content spii"
    " sensitive guardrail_intervened refusal moderation error_toxic",
    "tool_calls": "tool_calls tool_call tool_use function_call",
    "error": "error network_error engine_error error_limit insufficient_system_resource abort cancelled canceled"
    " malformed_function_call function_call_filter malformed_response",
}
_FINISH = {said: kind for kind, words in _FINISHES.items() for said in words.split()}
_OF_ERRORS = ("error", "errors", "message", "detail", "msg", "code", "status_code", "base_resp")
"""What a chunk with no choices has that is an error; the others (pings, costs, citations) say nothing to us."""
_TEXTS = ("text", "thinking", "content", "summary")
"""Where a part of an answer has its text, whatever it is for."""


def finish_of(reason: str) -> str:
    """A finish reason in our words: stop, length, content_filter, tool_calls, or `error` for an answer that broke off.

    Gemini sends its own in capitals, or `content_filter: PROHIBITED_CONTENT`; Mistral `model_length`, TGI `eos_token`.
    """
    return _FINISH.get(reason.partition(":")[0].strip().lower(), "stop")


class Function(BaseModel):
    """The function of a call, or a piece of it."""

    name: str | None = None
    arguments: Any = None

    def piece(self, **more: Any) -> Piece:
        """It as a piece of a call."""
        said = self.arguments
        # Some servers send the object itself and not its text.
        text = said if isinstance(said, str) else "" if said is None else json.dumps(said, ensure_ascii=False)
        return Piece(name=self.name, arguments=text, **more)


class ToolCall(BaseModel):
    """A call, or a piece of it."""

    index: int | None = None
    id: str | None = None
    function: Function | None = None


class Said(BaseModel):
    """What a choice says: its delta, or its whole message."""

    content: str | list[Any] | None = Field(default=None, union_mode="left_to_right")
    refusal: Any = None
    reasoning_content: Any = None
    reasoning: Any = None
    thinking: Any = None
    tool_calls: list[ToolCall] | None = None
    function_call: Function | None = None

    @property
    def text(self) -> str:
        """The text of the answer. Mistral sends it in parts, with its reasoning as parts among them."""
        content = "".join(map(_text_of_part, self.content)) if isinstance(self.content, list) else self.content or ""
        return content + (self.refusal if isinstance(self.refusal, str) else "")

    @property
    def reasoned(self) -> str:
        """What the model thinks, by the first name that has some: some servers send it under two at once."""
        parts = "".join(map(_thought_of_part, self.content)) if isinstance(self.content, list) else ""
        named = (self.reasoning_content, self.reasoning, self.thinking)
        return parts or next((said for said in named if said and isinstance(said, str)), "")

    @property
    def has_token(self) -> bool:
        """Whether the model has said anything at all, reasoning included."""
        said = self.content or self.refusal or self.reasoning_content or self.reasoning or self.thinking
        return bool(said or self.tool_calls or self.function_call)

    @property
    def generated(self) -> str:
        """All that the model has generated, which is paid for: the text, the reasoning, and pieces of calls."""
        thought = self.reasoned or _text_in(self.reasoning_content or self.reasoning or self.thinking)
        calls = "".join(f"{piece.name or ''}{piece.arguments}" for piece in self.pieces(whole=False))
        return f"{thought}{self.text}{calls}"

    def pieces(self, *, whole: bool) -> Iterator[Piece]:
        """The pieces of calls; in a message that is `whole` each is a call of its own."""
        calls = self.tool_calls or []
        for place, call in enumerate(calls):
            index = place if whole and call.index is None else call.index
            function = call.function or Function()
            yield function.piece(index=index, id=call.id, place=place if len(calls) > 1 else None)
        if self.function_call:
            # What came before tool_calls: one call, with neither index nor id.
            yield self.function_call.piece(index=-1)


class Choice(BaseModel):
    """An answer, or a piece of it. OpenRouter puts an error of its own into it, Moonshot the usage."""

    index: int | None = None
    delta: Said | Literal[""] | None = Field(default=None, union_mode="left_to_right")
    message: Said | None = None
    finish_reason: str | None = None
    error: Any = None
    usage: Any = None

    @property
    def said(self) -> Said:
        """What it says; nothing at all is empty."""
        return self.delta or self.message or Said()


class Chunk(BaseModel):
    """One event of a stream, or the whole body of an answer that came in one piece."""

    choices: list[Choice] | None = None
    usage: Any = None
    x_groq: Any = None
    model: Any = None
    error: Any = None

    @property
    def choice(self) -> Choice | None:
        """The first answer: we never ask for more."""
        for choice in self.choices or ():
            if not choice.index:
                return choice
        return None

    def is_failure(self, members: object) -> bool:
        """Whether it is an error; `members` is the whole of it."""
        if self.choices is not None or isinstance(self.usage, dict):
            return bool(self.error) and _says_something(self.error)
        return isinstance(members, dict) and any(cast("dict[str, Any]", members).get(key) for key in _OF_ERRORS)

    @property
    def used(self) -> Usage:
        """What this chunk says of the usage, which may stand in several places."""
        groq = cast("dict[str, Any]", self.x_groq).get("usage") if isinstance(self.x_groq, dict) else None
        used = Usage()
        for place in (self.usage, groq, *(choice.usage for choice in self.choices or ())):
            if place and isinstance(place, dict):
                used = grown(used, openai_usage(cast("dict[str, Any]", place)))
        return used


def _text_of_part(part: Any) -> str:
    if not isinstance(part, dict):
        return part if isinstance(part, str) else ""
    said = cast("dict[str, Any]", part)
    text = said.get("text") if said.get("type", "text") in ("text", "output_text") else None
    return text if isinstance(text, str) else ""


def _thought_of_part(part: Any) -> str:
    """What Mistral sends among the parts of a content: `{type: thinking, thinking: [{type: text, text}]}`."""
    thought = cast("dict[str, Any]", part).get("thinking") if isinstance(part, dict) else None
    if isinstance(thought, list):
        return "".join(map(_text_of_part, cast("list[Any]", thought)))
    return thought if isinstance(thought, str) else ""


def _text_in(value: Any) -> str:
    """All text in a value of any shape: some send their reasoning in objects."""
    if isinstance(value, dict):
        said = cast("dict[str, Any]", value)
        return next(
            (text for key in ("text", "thinking", "content", "summary") if (text := _text_in(said.get(key)))), ""
        )
    if isinstance(value, list):
        return "".join(map(_text_in, cast("list[Any]", value)))
    return value if isinstance(value, str) else ""


def _says_something(error: Any) -> bool:
    """Whether an error says anything: some servers send an empty one with every chunk."""
    return any(cast("dict[str, Any]", error).values()) if isinstance(error, dict) else True
