"""What is sent in the chat-completions protocol of OpenAI. Pure.

Protocol: https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

import re
from typing import Any, Literal

from service.chat import ChatMessage, ChatRequest, ProviderConfig, Tool, ToolCall
from service.providers.caching import takes_key
from service.providers.endpoints import base_url, is_azure
from service.providers.options import Options
from service.providers.tool_calls import SentIds, sendable_name, sendable_text
from service.records import ResponseFormat, ResponseFormatKind, Role

Json = dict[str, Any]

_ROLES = {Role.SYSTEM: "system", Role.USER: "user", Role.ASSISTANT: "assistant", Role.TOOL: "user"}
_REASONING = re.compile(r"(?:.*/)?(?:gpt-[5-9]|o[1-9])\b", re.IGNORECASE)
"""OpenAI's models that refuse `max_tokens`, whoever passes them on."""


class OpenAIOptions(Options):
    """`include_usage`: ask for the usage of a stream (off for a server that refuses `stream_options`).
    `max_tokens_field`: how the bound of the answer is called; by default the name that OpenAI's own
    servers want, and their newer models behind any gateway, and the older one, which everyone knows, for all others.
    `prompt_cache`: send `prompt_cache_key`; by default to servers that are known to take it."""

    include_usage: bool = True
    max_tokens_field: Literal["max_tokens", "max_completion_tokens"] | None = None
    prompt_cache: bool | None = None


def key_header(config: ProviderConfig) -> dict[str, str]:
    """The header that carries the provider's key. Azure's keys have one of their own; its tokens (JWT) do not."""
    if not (key := (config.api_key or "").strip()):
        return {}
    if is_azure(base_url(config).host) and not key.startswith("eyJ"):
        return {"api-key": key}
    return {"authorization": f"Bearer {key}"}


def request_body(request: ChatRequest, options: OpenAIOptions, host: str) -> Json:
    """The body of a request to that host."""
    body: Json = {
        "model": request.model.name,
        "messages": _messages(request.messages),
        "stream": True,
    }
    if request.tools:
        body["tools"] = [_tool(tool) for tool in request.tools]
    if options.include_usage:
        body["stream_options"] = {"include_usage": True}
    if request.max_output_tokens is not None:
        body[options.max_tokens_field or _max_tokens_field(host, request.model.name)] = request.max_output_tokens
    if request.temperature is not None:
        body["temperature"] = request.temperature
    if request.cache_key and _wants_key(request, options, host):
        body["prompt_cache_key"] = request.cache_key
    if (form := _response_format(request.response_format)) is not None:
        body["response_format"] = form
    return body


def _tool(tool: Tool) -> Json:
    said = {"description": tool.description} if tool.description else {}
    return {"type": "function", "function": {"name": tool.name, **said, "parameters": tool.parameters}}


def _messages(messages: tuple[ChatMessage, ...]) -> list[Json]:
    """The two sides by turns, and no empty answer: OpenAI takes anything, Mistral and many chat templates do not."""
    ids = SentIds()
    sent: list[Json] = []
    for message in messages:
        one = _message(message, ids)
        if message.role is Role.ASSISTANT and _is_plain(one) and not message.content.strip():
            continue
        if sent and _is_plain(one) and _is_plain(sent[-1]) and sent[-1]["role"] == one["role"]:
            sent[-1]["content"] += f"\n\n{one['content']}"
        else:
            sent.append(one)
    return sent


def _is_plain(message: Json) -> bool:
    """Whether a message is its text alone, with neither a call nor a result."""
    return message.keys() == {"role", "content"}


def _message(message: ChatMessage, ids: SentIds) -> Json:
    role = _ROLES[message.role]
    if message.tool_calls:
        calls = [_sent_call(call, ids) for call in message.tool_calls]
        return {"role": role, "content": message.content or None, "tool_calls": calls}
    if (id_ := ids.of_result(message.tool_call_id)) is not None:
        # The protocol has no place for it that a tool failed.
        content = f"Error: {message.content}" if message.is_error else message.content
        return {"role": "tool", "tool_call_id": id_, "content": content}
    return {"role": role, "content": message.content}


def _sent_call(call: ToolCall, ids: SentIds) -> Json:
    function = {"name": sendable_name(call.name), "arguments": sendable_text(call.arguments)}
    return {"id": ids.of_call(call.id), "type": "function", "function": function}


def _wants_key(request: ChatRequest, options: OpenAIOptions, host: str) -> bool:
    if options.prompt_cache is not None:
        return options.prompt_cache
    return takes_key(host, request.model.name, azure=is_azure(host))


def _max_tokens_field(host: str, model: str) -> str:
    own = host == "api.openai.com" or host.endswith(".openai.azure.com")
    return "max_completion_tokens" if own or _REASONING.match(model) else "max_tokens"


def _response_format(form: ResponseFormat) -> Json | None:
    match form.kind:
        case ResponseFormatKind.JSON_SCHEMA:
            return {"type": "json_schema", "json_schema": {"name": "answer", "schema": form.schema}}
        case ResponseFormatKind.JSON:
            return {"type": "json_object"}
        case ResponseFormatKind.TEXT:
            return None
