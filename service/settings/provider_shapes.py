"""What the configuration may say of providers and models, and of those that are looked for on this machine.

Sizes are in tokens, times in seconds, prices in USD per million tokens.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, NonNegativeFloat, PositiveFloat, PositiveInt, SecretStr

from service.proxies import is_loopback
from service.settings.values import Address, Frozen

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


LOCAL_EMBEDDINGS, NO_EMBEDDINGS = "local", "none"
"""The model that is shipped, whatever provider has the name; and nobody, so that there are no vectors."""


class EmbeddingSettings(Frozen):
    """What makes the vectors that search compares. `local` needs no key; `none`: nothing does.

    `batch`: texts of one request. `window`: tokens of a text, what follows is cut off. The prefixes stand before each
    text that is searched for, or found; the options go into the body of a request for such texts.
    """

    provider: str = Field(default=LOCAL_EMBEDDINGS, min_length=1)
    model: str | None = None
    dimensions: Annotated[int, Field(ge=1, le=4096)] | None = None
    batch: Annotated[int, Field(ge=1, le=512)] = 64
    window: PositiveInt | None = None
    encoding: Literal["float", "base64"] | None = None
    query_prefix: str = ""
    text_prefix: str = ""
    query_options: dict[str, Any] = Field(default_factory=dict)
    text_options: dict[str, Any] = Field(default_factory=dict)


def _named(value: object) -> object:
    return {"provider": value} if isinstance(value, str) else value


Analyzer = Literal[
    "standard-no-stop-words", "standard", "english", "arabic", "armenian", "basque", "brazilian", "bulgarian",
    "catalan", "czech", "danish", "dutch", "finnish", "french", "galician", "german", "greek", "hindi", "hungarian",
    "indonesian", "irish", "italian", "latvian", "lithuanian", "norwegian", "persian", "portuguese", "romanian",
    "russian", "sorani", "spanish", "swedish", "turkish",
]  # fmt: skip
"""What Neo4j does with words: the first leaves them as they are, those of a language take off endings."""


class SearchSettings(Frozen):
    """How texts are found again."""

    analyzer: Analyzer = "standard-no-stop-words"

    embeddings: Annotated[EmbeddingSettings, BeforeValidator(_named)] = EmbeddingSettings()
