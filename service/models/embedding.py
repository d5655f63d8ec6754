"""The model that makes vectors: which one is configured, and how an endpoint is asked for many texts.

Owns which texts go into one request, what is tried again, and what is learned of a server's bounds on the way. Limits
and breakers are those of all models; what goes over the wire, `providers/openai_embeddings.py` knows.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from service.chat import ModelConfig, ProviderConfig
from service.errors import (
    InvalidAnswer,
    ProviderError,
    ProviderRejected,
    ProviderUnavailable,
    RateLimited,
)
from service.models.failure import Bounds, Ladder, blames_model
from service.models.registry import Models
from service.providers.embeddings import Embedder, LocalEmbedder, Vector
from service.providers.openai_embeddings import Asked, EmbeddingsEndpoint
from service.settings.provider_shapes import LOCAL_EMBEDDINGS, NO_EMBEDDINGS, EmbeddingSettings

USUAL_WINDOW = 8000
"""Tokens of one text, of a model that is not in the catalogue."""
CHARACTERS_A_TOKEN = 3
"""Fewer than a token of most languages has; where a server still finds a text too long, it is sent shorter."""
REQUEST_TOKENS = 100_000
"""Of all texts of one request. OpenAI takes 300,000, Voyage 120,000."""
SHORTEST = 64
"""Characters; a text that is refused at this length is not refused for its length."""
PATIENCE_SECONDS = 2.0
"""Who searches does not wait longer than this for a server that wants to be left alone."""
_OF_SIZE = {400, 413, 422}
"""Statuses with which servers refuse a request for how much is in it, among other things."""
_NO_VECTOR = re.compile(r"\bnan\b|too large to process|physical batch size", re.IGNORECASE)
"""What servers say with a 500 where a text, and not they, is at fault."""
_log = logging.getLogger(__name__)


def open_embedder(models: Models, jar: Callable[[], Path]) -> Embedder | None:
    """What makes vectors here, as configured; None where nothing shall. Nothing is started or connected yet.

    `jar` gives the file of the local model, and may fetch it.
    """
    settings = models.config.settings.search.embeddings
    if settings.provider == NO_EMBEDDINGS:
        return None
    if settings.provider == LOCAL_EMBEDDINGS:
        return LocalEmbedder(jar)
    return EndpointEmbedder(models, settings)


class EndpointEmbedder:
    """An endpoint's model, asked within its limits, for any number of texts of any length."""

    def __init__(self, models: Models, settings: EmbeddingSettings) -> None:
        config = models.config.providers[settings.provider]
        self._model = _model(config, settings)
        self._bounds = Bounds(models.config.defaults.retries.max_attempts, models.config.defaults.retries.total_seconds)
        self._endpoint = EmbeddingsEndpoint(config, _asked(self._model, settings))
        self._gate, self._breaker = models.gate(self._model), models.breaker(self._model)
        self._most = settings.batch
        window = settings.window or (self._model.context_window if self._model in config.models else USUAL_WINDOW)
        self._longest = window * CHARACTERS_A_TOKEN
        self.name = _name(self._model, settings)

    @property
    def dimensions(self) -> int | None:
        """See `Embedder`."""
        return self._endpoint.dimensions

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> list[Vector]:
        """See `Embedder`."""
        vectors: list[Vector] = [[] for _ in texts]
        left = [(index, text) for index, text in enumerate(texts) if text.strip()]
        while left:
            batch = self._next(left)
            left = left[len(batch) :]
            found = await self._vectors([text for _, text in batch], query)
            for (index, _), vector in zip(batch, found, strict=True):
                vectors[index] = vector or []
        return vectors

    async def close(self) -> None:
        """See `Embedder`."""
        await self._endpoint.close()

    def _next(self, left: Sequence[tuple[int, str]]) -> Sequence[tuple[int, str]]:
        """As many of the texts as one request may hold; one at least."""
        room = REQUEST_TOKENS
        for count, (_, text) in enumerate(left[: self._most]):
            room -= _tokens(text[: self._longest])
            if room < 0 and count:
                return left[:count]
        return left[: self._most]

    async def _vectors(self, texts: Sequence[str], query: bool) -> list[Vector | None]:
        """The vectors of a batch: where it was refused for what is in it, of its halves."""
        try:
            return await self._ask([text[: self._longest] for text in texts], query)
        except ProviderError as error:
            if not is_of_texts(error):
                raise
            return await self._less(texts, query, error)

    async def _less(self, texts: Sequence[str], query: bool, error: ProviderError) -> list[Vector | None]:
        if len(texts) == 1:
            return [await self._shorter(texts[0], query, error)]
        half = (len(texts) + 1) // 2
        longest = self._longest
        vectors = [*await self._vectors(texts[:half], query), *await self._vectors(texts[half:], query)]
        if self._longest == longest and None not in vectors and not isinstance(error, InvalidAnswer):
            # No text was at fault, so it was their number.
            self._most = max(1, min(self._most, half))
        return vectors

    async def _shorter(self, text: str, query: bool, error: ProviderError) -> Vector | None:
        """The vector of the beginning of a text that was refused; None where the server has none for it."""
        if _NO_VECTOR.search(error.message) and not isinstance(error, ProviderRejected) and "size" not in error.message:
            _log.warning("%s has no vector for a text: %s", self.name, error.message)
            return None
        if isinstance(error, InvalidAnswer) or len(text) <= SHORTEST:
            raise error
        shorter = min(len(text), self._longest) // 2
        try:
            (vector,) = await self._ask([text[:shorter]], query)
        except ProviderError as again:
            if not is_of_texts(again):
                raise
            # The first refusal says what is wrong; that of a few words would only repeat it.
            return await self._shorter(text[:shorter], query, error)
        self._longest = min(self._longest, max(shorter, SHORTEST))
        return vector

    async def _ask(self, texts: Sequence[str], query: bool) -> list[Vector | None]:
        """One request, tried again while that may help."""
        ladder = Ladder([self._model], self._bounds)
        while True:
            try:
                ladder.begun(time.monotonic())
                return await self._once(texts, query)
            except ProviderError as error:
                if is_of_texts(error):
                    raise
                delay = ladder.after(error, time.monotonic())
                if delay is None or (query and delay > PATIENCE_SECONDS):
                    raise
            await asyncio.sleep(delay)

    async def _once(self, texts: Sequence[str], query: bool) -> list[Vector | None]:
        if query and self._gate.held_for > PATIENCE_SECONDS:
            wait = self._gate.held_for
            raise RateLimited(f"{self._model.key} asked to be left alone for {wait:.0f} s more.", retry_after=wait)
        estimated = sum(map(_tokens, texts)) if self._gate.counts_tokens else 0
        async with self._gate.call("search" if query else "embeddings", estimated) as passage:
            if not self._breaker.allows():
                wait = self._breaker.retry_in or 0.0
                raise ProviderUnavailable(
                    f"{self._model.key} failed several times and is asked again in {wait:.0f} s: "
                    f"{self._breaker.last_error}",
                    retry_after=wait,
                )
            began = time.monotonic()
            try:
                passage.begin()
                vectors = await self._endpoint.ask(texts, query=query)
            except BaseException as error:
                if isinstance(error, RateLimited):
                    passage.refused(error.retry_after)
                if isinstance(error, ProviderError) and blames_model(error) and not is_of_texts(error):
                    self._breaker.failed(str(error), began)
                else:
                    self._breaker.released(began)
                raise
            self._breaker.succeeded(began)
            return vectors


def is_of_texts(error: ProviderError) -> bool:
    """Whether a request may have been refused for what is in it: fewer texts, or shorter ones, may pass."""
    if isinstance(error, ProviderRejected) and error.status in _OF_SIZE:
        return True
    return isinstance(error, InvalidAnswer) or bool(_NO_VECTOR.search(error.message))


def _tokens(text: str) -> int:
    return len(text.encode("utf-8", "replace")) // CHARACTERS_A_TOKEN + 1


def _model(provider: ProviderConfig, settings: EmbeddingSettings) -> ModelConfig:
    assert settings.model is not None  # the configuration was refused without it
    known = next((model for model in provider.models if model.name == settings.model), None)
    window = settings.window or USUAL_WINDOW
    return known or ModelConfig(provider.name, settings.model, settings.model, window, 1, timeouts=provider.timeouts)


def _asked(model: ModelConfig, settings: EmbeddingSettings) -> Asked:
    return Asked(
        model,
        model.timeouts,
        settings.dimensions,
        settings.encoding,
        settings.query_prefix,
        settings.text_prefix,
        settings.query_options,
        settings.text_options,
    )


def _name(model: ModelConfig, settings: EmbeddingSettings) -> str:
    """Vectors that were made in another way cannot be compared, so what makes them differ is in the name."""
    parts = [model.key, f"@{settings.dimensions}" if settings.dimensions else ""]
    way = [settings.query_prefix, settings.text_prefix, settings.query_options, settings.text_options]
    if any(way):
        parts.append("+" + hashlib.sha256(json.dumps(way, sort_keys=True).encode()).hexdigest()[:8])
    return "".join(parts)
