"""How much a call used, out of the many shapes in which vendors say it. Pure.

All of the input is `input_tokens`, all that was generated is `output_tokens`: some vendors leave what was cached, and
what was thought, out of these and count it beside them, or in the total alone. Knows nothing of prices.

Shapes: the usage objects of OpenAI (chat and responses), Anthropic, Gemini, xAI, DeepSeek, Moonshot, OpenRouter,
LiteLLM, Portkey and New API.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any, cast

from service.chat import Usage

Json = dict[str, Any]

NOTHING = Usage()
"""What is known where nothing is said."""

_SENT = ("prompt_tokens", "input_tokens", "promptTokenCount")
_RECEIVED = ("completion_tokens", "output_tokens", "candidatesTokenCount")
_TOTAL = ("total_tokens", "totalTokenCount")
_OF_SENT = ("prompt_tokens_details", "input_tokens_details", "input_token_details", "prompt_details")
_OF_RECEIVED = ("completion_tokens_details", "output_tokens_details", "output_token_details", "completion_details")
_READ = (
    *("cached_tokens", "cache_read_tokens", "cache_read_input_tokens", "cache_read", "cached_input_tokens"),
    *("prompt_cache_hit_tokens", "cachedContentTokenCount", "cached_content_token_count"),
)
_WRITTEN = ("cache_creation_input_tokens", "cache_write_tokens", "cache_creation_tokens", "cached_creation_tokens")
_WRITTEN_1H = ("ephemeral_1h_input_tokens", "claude_cache_creation_1_h_tokens")
_WRITTEN_5M = ("ephemeral_5m_input_tokens", "claude_cache_creation_5_m_tokens")
_CREATION = ("cache_creation", "cache_creation_token_details")
_THOUGHT = ("reasoning_tokens", "thoughtsTokenCount", "reasoning_output_tokens")
_KINDS = ("text_tokens", "audio_tokens", "image_tokens", "video_tokens")
_AUDIO = ("audio_tokens", "audioTokens")
_OF_READ = ("cached_tokens_details", "cache_tokens_details")
_SENT_KINDS = ("promptTokensDetails", "prompt_tokens_details")
_RECEIVED_KINDS = ("candidatesTokensDetails", "candidates_tokens_details", "responseTokensDetails")
_READ_KINDS = ("cacheTokensDetails", "cache_tokens_details")
_TOOL_USE = ("toolUsePromptTokenCount",)


@dataclass(frozen=True, slots=True)
class _Cache:
    """What of the input was read from a cache and written to it, `long` of that for an hour; None: nothing is said."""

    read: int | None
    written: int | None
    long: int | None

    @property
    def size(self) -> int:
        return (self.read or 0) + (self.written or 0)


def openai_usage(said: Json) -> Usage:
    """The usage that a chunk or a body in the protocol of OpenAI says; nothing for zeros, which a gateway sends that
    does not know."""
    sent, received, total = (_count([said], names) for names in (_SENT, _RECEIVED, _TOTAL))
    of_sent, of_received = _objects(said, _OF_SENT), _objects(said, _OF_RECEIVED)
    cache = _cache(said, of_sent)
    if not sent and not received and not cache.size:
        return NOTHING
    thought = _count([*of_received, said], _THOUGHT) or 0
    if sent is not None:
        sent = max(sent, _parts(of_sent)) + (_count([said], _TOOL_USE) or 0)
        sent += _beside(said, sent, cache, None if total is None else (total - sent - (received or 0), thought))
    if received is not None:
        received = max(received, _parts(of_received))
        # xAI and Gemini leave the reasoning, which is paid for, out of the answer's tokens and in the total.
        rest = 0 if sent is None or total is None else total - sent - received
        received += max(rest, thought if thought > received else 0, 0)
    return _with_audio(_usage(sent, received, cache), said, of_sent, of_received)


def anthropic_usage(said: Json) -> Usage:
    """The usage of a message or an event of Anthropic's: `input_tokens` leaves out what was cached."""
    sent, received = _count([said], _SENT), _count([said], _RECEIVED)
    cache = _cache(said, [])
    if not sent and not received and not cache.size:
        return NOTHING
    return _usage(None if sent is None and not cache.size else (sent or 0) + cache.size, received, cache)


def grown(before: Usage, now: Usage) -> Usage:
    """What two messages about the same call say together: its counts only grow."""
    return Usage(*(_larger(getattr(before, one.name), getattr(now, one.name)) for one in fields(Usage)))


def _usage(sent: int | None, received: int | None, cache: _Cache) -> Usage:
    read = cache.read if cache.read is None or sent is None else min(cache.read, sent)
    return Usage(sent, received, read, cache.written or None, cache.long or None)


def _with_audio(usage: Usage, said: Json, of_sent: list[Json], of_received: list[Json]) -> Usage:
    """What of it was sound, as a field of the details (OpenAI) or as one of the kinds in a list (Gemini)."""
    of_read = [*_objects(said, _OF_READ), *(one for place in of_sent for one in _objects(place, _OF_READ))]
    return replace(
        usage,
        input_audio_tokens=_largest(of_sent, _AUDIO) or _listed(said, _SENT_KINDS),
        output_audio_tokens=_largest(of_received, _AUDIO) or _listed(said, _RECEIVED_KINDS),
        cached_audio_tokens=_largest(of_read, _AUDIO) or _listed(said, _READ_KINDS),
    )


def _listed(said: Json, names: tuple[str, ...]) -> int | None:
    lists = [cast("list[object]", said[name]) for name in names if isinstance(said.get(name), list)]
    kinds = [cast(Json, one) for items in lists for one in items if isinstance(one, dict)]
    counts = (_whole(one.get("tokenCount")) for one in kinds if str(one.get("modality")).upper() == "AUDIO")
    return sum(count or 0 for count in counts) or None


def _beside(said: Json, sent: int, cache: _Cache, unexplained: tuple[int, int] | None) -> int:
    """How much of what was cached is not among the tokens that were sent, but beside them.

    `unexplained`: what the total has that is neither sent nor received, and how much of that may be reasoning.
    """
    if unexplained is not None:
        rest, thought = unexplained
        for part in (cache.size, cache.read, cache.written):
            if part and rest != thought and rest in (part, part + thought):
                return part
    # Anthropic's own names, as some pass them on: there the input leaves out the cache.
    own = unexplained is None and "prompt_tokens" not in said and "cache_read_input_tokens" in said
    return cache.size if own or cache.size > sent else 0


def _cache(said: Json, of_sent: list[Json]) -> _Cache:
    """Some gateways say it twice, and one of them zero."""
    places = [said, *of_sent]
    periods = [*places, *_objects(said, _CREATION), *(one for place in of_sent for one in _objects(place, _CREATION))]
    long, short = _largest(periods, _WRITTEN_1H), _largest(periods, _WRITTEN_5M)
    written = _larger(_largest(places, _WRITTEN), None if long is short is None else (long or 0) + (short or 0))
    return _Cache(_largest(places, _READ), written, long)


def _parts(details: list[Json]) -> int:
    """The tokens of all kinds of content together, where the text's are among them."""
    return max((sum(_kinds(one)) for one in details if _whole(one.get("text_tokens"))), default=0)


def _kinds(one: Json) -> Iterator[int]:
    return (_whole(one.get(kind)) or 0 for kind in _KINDS)


def _objects(said: Json, names: tuple[str, ...]) -> list[Json]:
    return [cast(Json, said[name]) for name in names if isinstance(said.get(name), dict)]


def _largest(places: list[Json], names: tuple[str, ...]) -> int | None:
    counts = (_whole(place.get(name)) for place in places for name in names)
    return max((count for count in counts if count is not None), default=None)


def _count(places: list[Json], names: tuple[str, ...]) -> int | None:
    counts = (_whole(place.get(name)) for place in places for name in names)
    return next((count for count in counts if count is not None), None)


def _whole(value: Any) -> int | None:
    if isinstance(value, str) and value.isdecimal():
        return int(value[:16])
    return int(value) if isinstance(value, int | float) and 0 <= value < 2**53 else None


def _larger(a: int | None, b: int | None) -> int | None:
    return b if a is None else a if b is None else max(a, b)
