"""What the configuration may say of providers and models, and of those that are looked for on this machine.

Sizes are in tokens, times in seconds, prices in USD per million tokens.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from service.proxies import is_loopback
from service.settings.values import About, Address, Count, Dollars, Frozen, Seconds, Tokens

ModelName = Annotated[str, About(name="model", example="gpt-4o")]
HeaderName = Annotated[str, About(name="header", example="X-Team")]
ServerName = Annotated[str, About(name="server", example="lmstudio")]

Feature = Literal["streaming", "json_object", "json_schema", "tools", "vision", "audio", "reasoning", "temperature"]
"""What a model can do. `temperature`: it takes a sampling temperature; reasoning models often refuse one."""

Tokenizer = Literal["o200k", "cl100k", "local", "bytes", "estimate"]


class TimeoutSettings(Frozen):
    """Seconds to connect, to the first token (and between two), and in all; what is left out is inherited."""

    connect: Annotated[Seconds | None, About(default="5", example="5")] = None
    """To reach the provider."""
    first_token: Annotated[
        Seconds | None, About(default="60; 300 for models with the feature `reasoning`", example="60")
    ] = None
    """To the first token, and between two. Models that reason may be silent for minutes."""
    total: Annotated[
        Seconds | None, About(default="600; 1800 for models with the feature `reasoning`", example="600")
    ] = None
    """For the whole call."""


class RateLimitSettings(Frozen):
    """What a provider or a model allows at once and a minute; what is left out is not limited."""

    concurrent: Annotated[Count | None, About(unit="calls", default="no limit", example="32")] = None
    """Calls at once."""
    requests_per_minute: Annotated[Count | None, About(unit="calls", default="no limit", example="500")] = None
    """Calls in a minute."""
    tokens_per_minute: Annotated[Tokens | None, About(default="no limit", example="400000")] = None
    """Tokens in a minute, of prompts and answers together."""


class PriceSettings(Frozen):
    """USD per million tokens; `cache_write_1h` is of those that the provider keeps for an hour."""

    input: Annotated[Dollars, About(example="2.5", beside="output: 10")]
    """What is sent."""
    output: Annotated[Dollars, About(example="10", beside="input: 2.5")]
    """What is answered."""
    cached: Annotated[Dollars | None, About(default="the price of `input`", example="1.25")] = None
    """What was read from the provider's cache."""
    cache_write: Annotated[Dollars | None, About(default="the price of `input`", example="3.125")] = None
    """What was written to the provider's cache. Anthropic takes 1.25 × `input`."""
    cache_write_1h: Annotated[Dollars | None, About(default="1.6 × `cache_write`", example="5")] = None
    """What was written there to be kept for an hour. Anthropic takes 2 × `input`."""


class ModelSettings(Frozen):
    """One model of a provider."""

    family: Annotated[str, About(example="gpt-4o")]
    """Models of one family are alike, as `gpt-4o`."""
    context_window: Annotated[Tokens, About(example="128000")]
    """What fits into one call, prompt and answer together."""
    max_output_tokens: Annotated[Tokens, About(example="16384")]
    """How long an answer can be."""
    features: Annotated[frozenset[Feature], About(example="[streaming, tools]")] = frozenset()
    """What the model can do. `temperature`: it takes one; reasoning models often refuse it."""
    tokenizer: Annotated[Tokenizer, About(example="o200k")] = "estimate"
    """How its tokens are counted."""
    prices: PriceSettings | None = None
    """What its tokens cost, in USD per million. They are looked up where they are not set. 0 is free; not known is not
    0."""
    rate_limits: RateLimitSettings = RateLimitSettings()
    """Of this model, beside those of its provider. See [rate limits](configuration.md#rate-limits)."""
    timeouts: Annotated[TimeoutSettings, About(default="the provider's")] = TimeoutSettings()
    """How long a call of this model may take. A task's and a role's own stand above all."""


class ProviderSettings(Frozen):
    """How to reach a provider, what it allows, and its models by name."""

    protocol: Annotated[
        str,
        Field(min_length=1),
        About(takes="`openai`, `anthropic`, `local`, `echo` or a plug-in's", example="openai"),
    ]
    """The protocol that it speaks."""
    base_url: Annotated[Address | None, About(default="none", example="https://proxy.example.org/v1")] = None
    """Its address, up to what the protocol adds (`…/v1` for `openai`)."""
    headers: dict[HeaderName, Annotated[SecretStr, About(example="search")]] = Field(default_factory=dict)
    """Headers that are sent with every call."""
    rate_limits: RateLimitSettings = RateLimitSettings()
    """Of all its models together. See [rate limits](configuration.md#rate-limits)."""
    timeouts: Annotated[TimeoutSettings, About(default="`defaults.timeouts`")] = TimeoutSettings()
    """How long a call of this provider may take."""
    options: Annotated[dict[str, Any], About(takes="what the protocol's plug-in takes", example="{}")] = Field(
        default_factory=dict
    )
    """For the protocol's plug-in."""
    default_model: Annotated[
        str | None, About(takes="the name of one of its models", default="its first model", example="gpt-4o")
    ] = None
    """What `defaults.model: auto` takes of this provider."""
    automatic: bool = True
    """Whether `auto` may take it. With `false` the provider is asked only when it is named."""
    models: dict[ModelName, ModelSettings] = Field(default_factory=dict)
    """Its models. A name may hold dots, slashes and colons."""


def _on_this_machine(value: str) -> str:
    if not is_loopback(urlsplit(value).hostname or ""):
        raise ValueError("must be an address of this machine. Configure another machine's server as a provider.")
    return value


LocalAddress = Annotated[Address, AfterValidator(_on_this_machine), About(takes="an address of this machine")]


class DiscoverySettings(Frozen):
    """Where model servers are looked for on this machine while `defaults.model` is `auto`; how long one may take."""

    enabled: bool = True
    """Whether they are looked for."""
    seconds: Annotated[float, Field(gt=0, le=10), About(unit="seconds")] = 0.5
    """How long one of them may take to answer."""
    servers: Annotated[
        dict[ServerName, Annotated[LocalAddress, About(example="http://127.0.0.1:1234/v1")]],
        About(default="`ollama`, `lmstudio`, `llamacpp` and `vllm` at their usual ports"),
    ] = Field(default_factory=dict)
    """Where they are looked for. Each is a provider of that name while it answers."""


LOCAL_EMBEDDINGS, NO_EMBEDDINGS = "local", "none"
"""The model that is shipped, whatever provider has the name; and nobody, so that there are no vectors."""


class EmbeddingSettings(Frozen):
    """What makes the vectors that search compares. `local` needs no key; `none`: nothing does."""

    provider: Annotated[str, Field(min_length=1), About(takes="a provider, `local` or `none`", example="none")] = (
        LOCAL_EMBEDDINGS
    )
    """Who makes them: a provider whose protocol is `openai`, the model that is shipped (`local`), or nobody."""
    model: Annotated[
        str | None,
        About(default="required with a provider", example="text-embedding-3-small", beside="provider: openai"),
    ] = None
    """The provider's model, as its server calls it."""
    dimensions: Annotated[Annotated[int, Field(ge=1, le=4096)] | None, About(default="the model's", example="512")] = (
        None
    )
    """How many numbers a vector has. It is sent to the server, and checked."""
    batch: Annotated[int, Field(ge=1, le=512)] = 64
    """Texts of one request. What a server refuses is halved."""
    window: Annotated[Tokens | None, About(default="the model's in the catalogue, else 8000", example="8000")] = None
    """How much of one text is read; what follows is cut off."""
    encoding: Annotated[Literal["float", "base64"] | None, About(default="the server's own", example="float")] = None
    """How numbers are asked for. Both are read."""
    query_prefix: Annotated[str, About(example="'query: '")] = ""
    """Stands before each text that is searched for."""
    text_prefix: Annotated[str, About(example="'passage: '")] = ""
    """Stands before each text that is found."""
    query_options: Annotated[dict[str, Any], About(example="{input_type: query}")] = Field(default_factory=dict)
    """Goes into the body of a request for texts that are searched for."""
    text_options: Annotated[dict[str, Any], About(example="{input_type: passage}")] = Field(default_factory=dict)
    """Goes into the body of a request for texts that are found."""


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

    analyzer: Annotated[Analyzer, About(example="english")] = "standard-no-stop-words"
    """What Neo4j does with words: `english`, `german` and others take off endings. The index is made again at the next
    start."""
    embeddings: Annotated[EmbeddingSettings, BeforeValidator(_named)] = EmbeddingSettings()
    """What makes vectors of texts: the model that is shipped (`local`), nobody (`none`), or these keys. One word is
    enough for the first two: `embeddings: none`. See [embeddings](providers.md#embeddings)."""
