"""One local model: its process, started when it is first asked and again when it died, and how it is spoken to.

Knows nothing of which models there are, nor of where their files are.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncGenerator

import httpx
from pydantic import BaseModel, ValidationError

from service.chat import ChatRequest, ProviderConfig, StreamItem
from service.errors import ProviderTimeout, ProviderUnavailable
from service.providers.endpoints import encode
from service.providers.local_process import Endpoint, LocalProcess
from service.providers.openai import OpenAIProvider
from service.providers.slots import Slots

_COUNT_SECONDS = 60.0
_DEATH_POLLS = 20
_DEATH_POLL_SECONDS = 0.01


class LocalModel:
    """Runs one model and asks it."""

    def __init__(self, config: ProviderConfig, process: LocalProcess) -> None:
        self.process = process
        self._slots = Slots(process.slots)
        self._config = config
        self._speaker: tuple[Endpoint, OpenAIProvider] | None = None
        self._starting = asyncio.Lock()
        self._counter = httpx.Client(trust_env=False, verify=False, timeout=_COUNT_SECONDS)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[StreamItem, None]:
        """Asks the model, and starts it first if need be. Raises `SetupError` if it cannot run here."""
        async with self._slots.hold(request) as slot, contextlib.aclosing(self._ask(request, slot)) as answer:
            async for item in answer:
                yield item

    async def _ask(self, request: ChatRequest, slot: int | None) -> AsyncGenerator[StreamItem, None]:
        speaker = await self._speak()
        more = {} if slot is None else {"id_slot": slot}
        try:
            async with contextlib.aclosing(speaker.stream(request, **more)) as answer:
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
            raise ProviderTimeout(f"{self._config.name} did not count tokens within {took} ms.") from error
        except (httpx.HTTPError, ValidationError) as error:
            raise ProviderUnavailable(f"{self._config.name} could not count tokens: {error}") from error

    async def aclose(self) -> None:
        """Ends the process and closes the connections."""
        if self._speaker:
            await self._speaker[1].aclose()
        await asyncio.to_thread(self.process.stop)
        self._counter.close()

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
        config = dataclasses.replace(self._config, base_url=f"{endpoint.url}/v1", api_key=endpoint.api_key, options={})
        self._speaker = (endpoint, OpenAIProvider(config))
        if old:
            await old[1].aclose()


class _Tokens(BaseModel):
    tokens: list[int]
