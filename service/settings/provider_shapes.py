"""What the configuration may say of providers and models, and of those that are looked for on this machine.

Sizes are in tokens, times in seconds, prices in USD per million tokens.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, NonNegativeFloat, PositiveFloat, PositiveInt, SecretStr

from service.settings.values import Address, Frozen, is_loopback

Feature = Literal["streaming", "json_object", "json_schema", "tools", "vision", "audio", "reasoning", "temperature"]
"""What a model can do. `temperature`: it takes a sampling temperature; reasoning models often refuse one."""

Tokenizer = Literal["o200k", "cl100k", "local", "bytes", "estimate"]


class TimeoutSettings(Frozen):
    """Seconds to connect, to the first token (and between two), and in all; what is left out is inherited."""

    connect: PositiveFloat | None = None
    first_token: PositiveFloat | None = None
    total: PositiveFloat | None = None


class RateLimitSettings(Frozen):
    """What a provider or a model allows at once and a minute; what is left out is not limited."""

    concurrent: PositiveInt | None = None
    requests_per_minute: PositiveInt | None = None
    tokens_per_minute: PositiveInt | None = None


class PriceSettings(Frozen):
    """USD per million tokens; `cache_write_1h` is of those that the provider keeps for an hour."""

    input: NonNegativeFloat
    output: NonNegativeFloat
    cached: NonNegativeFloat | None = None
    cache_write: NonNegativeFloat | None = None
    cache_write_1h: NonNegativeFloat | None = None


class ModelSettings(Frozen):
    """One model of a provider."""

    family: str
    context_window: PositiveInt
    max_output_tokens: PositiveInt
    features: frozenset[Feature] = frozenset()
    tokenizer: Tokenizer = "estimate"
    prices: PriceSettings | None = None
    rate_limits: RateLimitSettings = RateLimitSettings()
    timeouts: TimeoutSettings = TimeoutSettings()


class ProviderSettings(Frozen):
    """How to reach a provider, what it allows, and its models by name; `default_model` (else the first) is the one that
    `defaults.model: auto` takes, where the provider is `automatic`."""

    protocol: str = Field(min_length=1)
    base_url: Address | None = None
    headers: dict[str, SecretStr] = Field(default_factory=dict)
    rate_limits: RateLimitSettings = RateLimitSettings()
    timeouts: TimeoutSettings = TimeoutSettings()
    options: dict[str, Any] = Field(default_factory=dict)
    default_model: str | None = None
    automatic: bool = True
    models: dict[str, ModelSettings] = Field(default_factory=dict)


def _on_this_machine(value: str) -> str:
    if not is_loopback(urlsplit(value).hostname or ""):
        raise ValueError("must be an address of this machine. Configure another machine's server as a provider.")
    return value


class DiscoverySettings(Frozen):
    """Where model servers are looked for on this machine while `defaults.model` is `auto`; how long one may take."""

    enabled: bool = True
    seconds: Annotated[float, Field(gt=0, le=10)] = 0.5
    servers: dict[str, Annotated[Address, AfterValidator(_on_this_machine)]] = Field(default_factory=dict)
