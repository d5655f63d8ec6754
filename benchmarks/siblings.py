"""Ten answers below one long path at the local model's llama.cpp: how much of what they share was in its cache.

Run as `python -m benchmarks.siblings`, with `--tokens` for another path. The default fits the window that the model was
trained for; with more it still reads, and its cache can be measured, but what it answers means nothing. The answers are
asked for at once, as the service asks for them; the first reads the path.
"""

from __future__ import annotations

import argparse
import asyncio
import struct
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.bench import figure, load, run
from benchmarks.texts import Texts
from service.chat import ChatMessage, ChatRequest, Completion, ModelConfig, ProviderConfig, Timeouts
from service.providers.local import LocalOptions, LocalProvider, usual_weights
from service.providers.options import read_options
from service.records import Role

SIBLINGS = 10
WINDOW, ROOM = 8192, 2048
ANSWER = 32
TOKENS = 6000
WINDOW_KEY = b"llama.context_length"
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


def widened(weights: Path, window: int, folder: Path) -> Path:
    """A copy of a model whose server takes so many tokens: it gives no slot more than the file says."""
    text = bytearray(weights.read_bytes())
    at = text.index(WINDOW_KEY) + len(WINDOW_KEY) + 4
    text[at : at + 4] = struct.pack("<I", window)
    copy = folder / "widened.gguf"
    copy.write_bytes(text)
    return copy


async def main(tokens: int) -> None:
    """All at once; the share of the path's tokens that the others found, and how long the first and all took."""
    window = max(WINDOW, tokens + ROOM)
    model = ModelConfig("local", "smollm2", "smollm2", window, ANSWER)
    options: dict[str, Any] = {"n_threads": 2, "start_seconds": 300}
    plain = ProviderConfig("local", "local", options=options, models=(model,))
    with tempfile.TemporaryDirectory(prefix="antiphon-bench-") as folder:
        if window > WINDOW:
            weights = widened(usual_weights(plain, read_options(plain, LocalOptions)), window, Path(folder))
            plain = replace(plain, options=options | {"model_path": str(weights)})
        await measure(LocalProvider(plain), tokens)


async def measure(provider: LocalProvider, tokens: int) -> None:
    """Print the figures."""
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
