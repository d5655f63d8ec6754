"""What of a request a provider's prompt cache can share between calls. Pure.

A prefix is kept where it is long, and found again where it is the same to the byte. Some want it marked (Anthropic),
some a key that brings calls with the same prefix to the same machine (OpenAI, Mistral), most want nothing.

Anthropic: https://docs.anthropic.com/en/docs/build-with-claude/prompt-caching
OpenAI: https://developers.openai.com/api/docs/guides/prompt-caching
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Hashable, Iterable

from service.chat import ChatRequest, Tool

LEAST_TOKENS = 1024
"""No provider keeps a shorter prefix; some models want two or four times as much, and say nothing where it is less."""
_BYTES_A_TOKEN = 4
_KEYED = ("api.openai.com", "api.mistral.ai")
"""Hosts that take `prompt_cache_key`. Others refuse the request for it (NVIDIA, Gemini), or ignore it."""
_OPENAI_MODEL = re.compile(r"(?:gpt|chatgpt|codex|o[1-9])\b", re.IGNORECASE)


def cache_key(*shared: str) -> str:
    """The key of all calls that share what is named, such as an owner and a conversation; it tells neither."""
    return hashlib.blake2b("\x1f".join(shared).encode(), digest_size=16).hexdigest()


def is_long(texts: Iterable[str]) -> bool:
    """Whether these texts together are long enough for a provider to keep them, at about four bytes a token."""
    left = LEAST_TOKENS * _BYTES_A_TOKEN
    for text in texts:
        left -= len(text) if len(text) >= left else len(text.encode("utf-8", "replace"))
        if left <= 0:
            return True
    return False


def has_long_prefix(request: ChatRequest) -> bool:
    """Whether what a request shares with its siblings is long enough for a provider to keep it."""
    return is_long([*map(_said, request.tools), *(message.content for message in request.messages[: request.stable])])


def prefix_of(request: ChatRequest) -> Hashable | None:
    """What is the same for calls that send the same long prefix to the same model; None where there is none.

    The whole text is not looked at: two prefixes that are taken for one cost a call a moment, and nothing else.
    """
    if request.cache_key is None or not has_long_prefix(request):
        return None
    shared = request.messages[: request.stable]
    lengths = hash(tuple(len(message.content) for message in shared))
    return request.model.key, request.cache_key, len(shared), lengths, hash(shared[-1].content if shared else "")


def takes_key(host: str, model: str, *, azure: bool) -> bool:
    """Whether a server takes `prompt_cache_key`. Azure's do for OpenAI's own models, and refuse it for others."""
    if azure:
        return bool(_OPENAI_MODEL.match(model))
    return any(host == one or host.endswith(f".{one}") for one in _KEYED)


def _said(tool: Tool) -> str:
    return f"{tool.name}{tool.description}{tool.parameters}"
