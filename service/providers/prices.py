"""What a call cost: the configuration's price first, then genai-prices' own data, else not known.

Nothing here touches the network: genai-prices ships its data and is never asked to update it.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

from genai_prices import Usage as PricedUsage
from genai_prices import calc_price

from service.chat import ModelConfig, Usage

_MILLION = 1_000_000
_SMALL = 1000
_HOUR = 1.6


def cost_usd(model: ModelConfig, usage: Usage) -> float | None:
    """USD for `usage`, or None where the price or the usage is not known: unknown is never 0.

    A price in the configuration wins; without a `cached_price` or a `cache_write_price`, tokens that were read from a
    cache or written to it cost as much as others, and those that are kept for an hour 1.6 times as much as those that
    are kept for five minutes, as at Anthropic (2 to 1.25).
    """
    if usage.input_tokens is None or usage.output_tokens is None:
        return None
    if model.input_price is not None and model.output_price is not None:
        return _configured(model, usage)
    if not _is_listed(model.provider, model.name):
        return None
    return _listed(model, usage)


def prices(model: ModelConfig) -> tuple[float | None, float | None]:
    """USD per million tokens that are read, and written, as `cost_usd` counts a small call; None where not known."""
    read, written = (cost_usd(model, Usage(*tokens, 0)) for tokens in ((_SMALL, 0), (0, _SMALL)))
    return _per_million(read), _per_million(written)


def _per_million(cost: float | None) -> float | None:
    return None if cost is None else round(cost * _MILLION / _SMALL, 6)


def _configured(model: ModelConfig, usage: Usage) -> float:
    price = model.input_price or 0.0
    read_price = price if model.cached_price is None else model.cached_price
    write_price = price if model.cache_write_price is None else model.cache_write_price
    hour_price = model.cache_write_1h_price
    if hour_price is None:
        hour_price = write_price if model.cache_write_price is None else write_price * _HOUR
    parts = _parts(usage)
    sent = parts.fresh * price + parts.read * read_price + parts.written * write_price + parts.hour * hour_price
    return (sent + (usage.output_tokens or 0) * (model.output_price or 0.0)) / _MILLION


@dataclass(frozen=True, slots=True)
class _Parts:
    """The tokens that were sent, by what they cost."""

    fresh: int
    read: int
    written: int
    hour: int


def _parts(usage: Usage) -> _Parts:
    sent = usage.input_tokens or 0
    read = min(usage.cached_tokens or 0, sent)
    written = min(usage.cache_write_tokens or 0, sent - read)
    hour = min(usage.cache_write_1h_tokens or 0, written)
    return _Parts(sent - read - written, read, written - hour, hour)


@dataclass(frozen=True, slots=True)
class _Sound:
    """The tokens of sound: `read` of those that were `sent` came from a cache."""

    sent: int
    read: int
    received: int


def _sound(usage: Usage, all_read: int) -> _Sound:
    """Never more than there is: what of `all_read`, which came from a cache, is not text was sound."""
    all_sent = usage.input_tokens or 0
    sent = min(usage.input_audio_tokens or 0, all_sent)
    least = max(0, all_read - (all_sent - sent))
    read = min(max(usage.cached_audio_tokens or 0, least), sent, all_read)
    return _Sound(sent, read, min(usage.output_audio_tokens or 0, usage.output_tokens or 0))


@functools.lru_cache(maxsize=1024)
def _is_listed(provider: str, name: str) -> bool:
    # Looked up with the provider only: a local model that calls itself gpt-4o is not priced as one.
    try:
        calc_price(PricedUsage(input_tokens=1, output_tokens=1), name, provider_id=provider)
    except LookupError:
        return False
    return True


def _listed(model: ModelConfig, usage: Usage) -> float | None:
    parts = _parts(usage)
    sound = _sound(usage, parts.read)
    priced = PricedUsage(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cache_read_tokens=parts.read,
        cache_write_tokens=parts.written + parts.hour,
        input_audio_tokens=sound.sent,
        cache_audio_read_tokens=sound.read,
        output_audio_tokens=sound.received,
    )
    try:
        price = calc_price(priced, model.name, provider_id=model.provider)
        return float(price.total_price) + _longer(model, parts.hour)
    except (LookupError, ValueError):
        return None


def _longer(model: ModelConfig, tokens: int) -> float:
    """What tokens cost more for being kept for an hour: the lists know one price of a write."""
    if not tokens:
        return 0.0
    write = PricedUsage(input_tokens=tokens, cache_write_tokens=tokens)
    return float(calc_price(write, model.name, provider_id=model.provider).total_price) * (_HOUR - 1)
