"""What a call cost: the configuration's price first, then genai-prices' own data, else not known.

Nothing here touches the network: genai-prices ships its data and is never asked to update it.
"""

from __future__ import annotations

import functools

from genai_prices import Usage as PricedUsage
from genai_prices import calc_price

from service.chat import ModelConfig, Usage

_MILLION = 1_000_000
_SMALL = 1000


def cost_usd(model: ModelConfig, usage: Usage) -> float | None:
    """USD for `usage`, or None where the price or the usage is not known: unknown is never 0.

    A price in the configuration wins; without a `cached_price`, cached tokens cost as much as others.
    """
    if usage.input_tokens is None or usage.output_tokens is None:
        return None
    if model.input_price is not None and model.output_price is not None:
        return _configured(model, usage.input_tokens, usage.output_tokens, usage.cached_tokens or 0)
    if not _is_listed(model.provider, model.name):
        return None
    return _listed(model, usage)


def prices(model: ModelConfig) -> tuple[float | None, float | None]:
    """USD per million tokens that are read, and written, as `cost_usd` counts a small call; None where not known."""
    read, written = (cost_usd(model, Usage(*tokens, 0)) for tokens in ((_SMALL, 0), (0, _SMALL)))
    return _per_million(read), _per_million(written)


def _per_million(cost: float | None) -> float | None:
    return None if cost is None else round(cost * _MILLION / _SMALL, 6)


def _configured(model: ModelConfig, sent: int, received: int, cached: int) -> float:
    input_price, output_price = model.input_price or 0.0, model.output_price or 0.0
    cached_price = input_price if model.cached_price is None else model.cached_price
    fresh = max(0, sent - cached)
    return (fresh * input_price + cached * cached_price + received * output_price) / _MILLION


@functools.lru_cache(maxsize=1024)
def _is_listed(provider: str, name: str) -> bool:
    # Looked up with the provider only: a local model that calls itself gpt-4o is not priced as one.
    try:
        calc_price(PricedUsage(input_tokens=1, output_tokens=1), name, provider_id=provider)
    except LookupError:
        return False
    return True


def _listed(model: ModelConfig, usage: Usage) -> float | None:
    priced = PricedUsage(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cache_read_tokens=min(usage.cached_tokens or 0, usage.input_tokens or 0),
    )
    try:
        return float(calc_price(priced, model.name, provider_id=model.provider).total_price)
    except (LookupError, ValueError):
        return None
