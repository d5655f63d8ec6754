"""How many tokens a text has for a model: by its tokenizer where there is one to be had, else by an estimate.

Counts are of bare text; what a chat template adds around each message (about 4 to 8 tokens) is not in them.
Every counter is linear in the length of the text, whatever is in it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

import toktok

from service.chat import CountTokens, ModelConfig
from service.errors import ConfigurationError
from service.providers.opening import Provider

ESTIMATE_FACTOR = 1.35
"""What an estimate multiplies by; docs/providers.md has what it was measured against."""

_ENCODINGS = {"o200k": "o200k_base", "cl100k": "cl100k_base"}
VOCABULARIES = tuple(_ENCODINGS)
"""The vocabularies that are always at hand, by which counts are worth keeping."""
_BYTES_PER_TOKEN = 4


@runtime_checkable
class CountsTokens(Protocol):
    """A provider that counts with its model's own tokenizer."""

    def count_tokens(self, text: str) -> int:
        """Tokens of `text`. May block."""
        ...


@runtime_checkable
class CountsByModel(Protocol):
    """A provider whose models have tokenizers of their own."""

    def counter(self, model: str) -> CountTokens:
        """What counts for the model of that name. It may block."""
        ...


def token_counter(model: ModelConfig, provider: Provider | None = None) -> CountTokens:
    """What counts tokens for `model`. The result may block (never the event loop, please): `local` asks the
    model's process, and starts it if need be; the others take 0.3 s once, to load a vocabulary.

    `model.tokenizer`: o200k, cl100k, local (needs the open `provider`), bytes (a token is four bytes),
    estimate. Raises `ConfigurationError` for any other.
    """
    if model.tokenizer in _ENCODINGS:
        return _encoding_counter(_ENCODINGS[model.tokenizer])
    if model.tokenizer == "bytes":
        return count_bytes
    if model.tokenizer == "estimate":
        return _estimate
    if model.tokenizer == "local" and isinstance(provider, CountsByModel):
        return provider.counter(model.name)
    if model.tokenizer == "local" and isinstance(provider, CountsTokens):
        return provider.count_tokens
    raise ConfigurationError(
        f"{model.key}: there is no tokenizer {model.tokenizer!r} for this provider.",
        remedy="Use one of o200k, cl100k, local (with the provider `local`), bytes, estimate.",
    )


def is_exact(model: ModelConfig) -> bool:
    """Whether the count is the model's own; else it is an estimate, on the high side."""
    return model.tokenizer in _ENCODINGS or model.tokenizer == "local"


def without_margin(count: int, model: ModelConfig) -> int:
    """The likely number of tokens, of a count on the high side: what is to fit is safe, what is booked is right."""
    return round(count / ESTIMATE_FACTOR) if model.tokenizer == "estimate" else count


def vocabularies(model: ModelConfig) -> tuple[str, ...]:
    """The vocabularies by which the model's tokens are counted; none for a tokenizer of its own."""
    if model.tokenizer == "estimate":
        return VOCABULARIES
    return (model.tokenizer,) if model.tokenizer in _ENCODINGS else ()


def count_batch(texts: Sequence[str], vocabulary: str) -> list[int]:
    """The tokens of each text by one of `VOCABULARIES`. It blocks: about a second for 10 MB."""
    return list(toktok.batch_count([_whole(text) for text in texts], _ENCODINGS[vocabulary], threads=1))


def combined(counts: Mapping[str, int], model: ModelConfig) -> int:
    """The tokens for the model of a text that has so many by each of its `vocabularies`."""
    most = max(counts.values())
    return math.ceil(most * ESTIMATE_FACTOR) if model.tokenizer == "estimate" else most


def _encoding_counter(encoding: str) -> CountTokens:
    def count(text: str) -> int:
        return toktok.batch_count([_whole(text)], encoding, threads=1)[0]

    return count


_known = [_encoding_counter(encoding) for encoding in _ENCODINGS.values()]


def _estimate(text: str) -> int:
    # The older vocabulary counts more where a tokenizer knows little: other scripts, numbers.
    return math.ceil(max(count(text) for count in _known) * ESTIMATE_FACTOR)


def count_bytes(text: str) -> int:
    """Tokens of a text whose tokenizer is not known, or takes too long: one for four bytes."""
    return -(-len(text.encode("utf-8", "replace")) // _BYTES_PER_TOKEN)


def _whole(text: str) -> str:
    # A lone surrogate has no UTF-8, and so no tokens; it is sent as a question mark, and counted as one.
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text
