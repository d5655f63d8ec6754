"""Ten answers below one long path at the local model's llama.cpp: how much of what they share was in its cache.

Run as `python -m benchmarks.siblings`, with `--tokens` for a shorter path (the default is the longest that fits the
model's window). The answers are asked for at once, as the service asks for them; the first reads the path.
"""

from __future__ import annotations

import argparse
import asyncio
import time

from benchmarks.bench import figure, load, run
from benchmarks.texts import Texts
from service.chat import ChatMessage, ChatRequest, Completion, ModelConfig, ProviderConfig, Timeouts
from service.providers.local import LocalProvider
from service.records import Role

SIBLINGS = 10
WINDOW = 8192
ANSWER = 32
TOKENS = 6000
PATIENCE = Timeouts(60, 1800, 3600)


async def ask(provider: LocalProvider, path: tuple[ChatMessage, ...], number: int) -> tuple[int, int]:
    """Tokens of one call, and how many of them were cached."""
    prompt = ChatMessage(Role.USER, f"What is said of number {number}?")
    model = provider.config.models[0]
    request = ChatRequest(model, (*path, prompt), ANSWER, stable=len(path), cache_key="siblings", timeouts=PATIENCE)
    async for item in provider.stream(request):
        if isinstance(item, Completion):
            return item.usage.input_tokens or 0, item.usage.cached_tokens or 0
    raise RuntimeError("the answer had no end")


async def main(tokens: int) -> None:
    """All at once; the share of the path's tokens that the others found, and how long the first and all took."""
    model = ModelConfig("local", "smollm2", "smollm2", WINDOW, ANSWER)
    provider = LocalProvider(ProviderConfig("local", "local", options={"n_threads": 2}, models=(model,)))
    path = (ChatMessage(Role.USER, Texts(1, tokens).next()), ChatMessage(Role.ASSISTANT, "I have read it."))
    try:
        # Without what the chat template adds: it can be a little more than that.
        shared = sum([await asyncio.to_thread(provider.count_tokens, message.content) for message in path])
        began = time.perf_counter()
        first, _ = await ask(provider, path, 0)
        read = time.perf_counter() - began
        found = await asyncio.gather(*(ask(provider, path, number) for number in range(1, SIBLINGS)))
        wall = time.perf_counter() - began
    finally:
        await provider.aclose()
    least = min(cached for _, cached in found) / shared
    figure(
        f"siblings_{SIBLINGS}_cached_least",
        min(least, 1.0),
        "of the shared tokens",
        tokens=first,
        shared=shared,
        load=load(),
    )
    figure(f"siblings_{SIBLINGS}_wall", wall, "s", ratio=round(wall / read, 3), against="the first alone")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokens", type=int, default=TOKENS)
    run(main(parser.parse_args().tokens))
