"""From the mutation to the call at the provider, over that of an empty conversation; and what another caller feels.

Run as `python -m benchmarks.context`, or with `--messages 1000000 --windows 1m --tokenizers estimate` for some of it.
Each prompt continues the newest message of a long conversation (100 tokens a message, so a million fill the largest
window with 10,000 of them), and is answered at once by a provider in this process that notes when it is called.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

from benchmarks.bench import FINAL, OWNER, figure, load, run, service, status_of
from benchmarks.generate import Wish, fill
from service.chat import ChatRequest, Completion, ProviderConfig, TextDelta, Usage
from service.providers.opening import PROTOCOLS
from service.providers.tokens import count_bytes
from service.records import ContextPolicy
from service.services import Services
from service.tasks.creating import NewPrompt, NewTaskConfig

WINDOWS = {"8k": 8_192, "128k": 131_072, "1m": 1_048_576}
TOKENIZERS = ("o200k", "estimate")
TOKENS = 100
SAMPLES, SECONDS, WARMING = 20, 20.0, 3
"""So many prompts, or as many as there is time for; the first is a figure of its own, the next warm up."""
LONGEST_SECONDS = 900.0
PROBE_SECONDS = 0.005
ASKED = "And now?"


class NotingProvider:
    """Answers at once, and notes when it was called and with what."""

    called: asyncio.Queue[tuple[float, ChatRequest]] = asyncio.Queue()

    def __init__(self, config: ProviderConfig) -> None:
        self.config = config

    async def stream(self, request: ChatRequest) -> AsyncGenerator[TextDelta | Completion, None]:
        """See `Provider`."""
        now = time.perf_counter()
        # What summarizes in the background is asked something else.
        if request.messages[-1].content == ASKED:
            self.called.put_nowait((now, request))
        yield TextDelta("Yes.")
        yield Completion("stop", Usage(1, 1))

    async def aclose(self) -> None:
        """See `Provider`."""


@dataclass(slots=True)
class Probe:
    """Another caller, who looks at one small conversation again and again; the seconds of each look."""

    services: Services
    conversation: str
    seconds: list[float] = field(default_factory=list[float])

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            began = time.perf_counter()
            await self.services.backend.reader.read_conversations("other", [self.conversation])
            self.seconds.append(time.perf_counter() - began)
            await asyncio.sleep(PROBE_SECONDS)

    def p99(self) -> float:
        """In ms, of the looks since it was asked last."""
        taken, self.seconds = sorted(self.seconds), []
        return taken[int(len(taken) * 0.99)] * 1000 if taken else float("nan")


def settings() -> dict[str, Any]:
    """The noting provider, with a model for each window and tokenizer."""
    models = {
        f"{name}-{tokenizer}": {"family": "noting", "context_window": window, "max_output_tokens": 1000}
        | {"tokenizer": tokenizer, "features": ["streaming"]}
        for name, window in WINDOWS.items()
        for tokenizer in TOKENIZERS
    }
    provider = {"protocol": "noting", "models": models}
    return {"providers": {"noting": provider}, "api_keys": {"noting": "none"}, "defaults": {"model": "echo/echo"}}


async def ask(
    services: Services, model: str, conversation: str | None, parent: str | None
) -> tuple[float, ChatRequest]:
    """Ms from the mutation to the call, and the call: all of the history that the window holds."""
    config = NewTaskConfig(model=model, context=ContextPolicy.RECENT.value)
    prompt = NewPrompt(ASKED, conversation, parent_id=parent, config=config)
    began = time.perf_counter()
    task_id = await services.backend.tasks.send_prompt(OWNER, prompt)
    at, request = await asyncio.wait_for(NotingProvider.called.get(), LONGEST_SECONDS)
    while await status_of(services, task_id) not in FINAL:
        await asyncio.sleep(0.002)
    return (at - began) * 1000, request


async def times(
    services: Services, model: str, conversation: str | None, parent: str | None
) -> tuple[list[float], ChatRequest]:
    """The first, those that warm up, and the others; fewer of them where they take long. The newest call besides."""
    taken: list[float] = []
    until = time.perf_counter() + SECONDS
    while True:
        ms, request = await ask(services, model, conversation, parent)
        taken.append(ms)
        if len(taken) == 1 + WARMING + SAMPLES or (len(taken) >= 2 and time.perf_counter() >= until):
            return taken, request


def median(taken: list[float]) -> float:
    """In ms, of those behind the first and the warming ones."""
    return statistics.median(taken[1 + WARMING :] or taken[1:])


async def measure(services: Services, probe: Probe, messages: int, models: list[str]) -> None:
    """A conversation of so many messages, asked by each model."""
    (filled,) = await fill(services.database, Wish(messages=messages, tokens=TOKENS, owner=OWNER))
    for model in models:
        empty = median((await times(services, f"noting/{model}", None, None))[0])
        await asyncio.sleep(2)
        probe.p99()
        await asyncio.sleep(3)
        quiet = probe.p99()
        taken, request = await times(services, f"noting/{model}", filled.id, filled.head)
        meanwhile = probe.p99()
        name, more = f"context_{model}_at_{messages}", {"against": "an empty conversation", "load": load()}
        more |= {
            "empty": round(empty, 2),
            "first": round(taken[0], 1),
            "tokens": sum(count_bytes(message.content) for message in request.messages),
            "samples": len(taken),
        }
        figure(name, median(taken) - empty, "ms over", **more)
        figure(f"{name}_other_p99", meanwhile - quiet, "ms over", quiet=round(quiet, 2))


async def main(given: argparse.Namespace) -> None:
    """Each length of history, window and tokenizer that is wished."""
    PROTOCOLS["noting"] = NotingProvider
    models = [f"{window}-{tokenizer}" for window in given.windows for tokenizer in given.tokenizers]
    async with service(settings()) as services:
        await services.warm.wait()
        (small,) = await fill(services.database, Wish(messages=10, owner="other"))
        probe = Probe(services, small.id)
        probing = asyncio.create_task(probe.run())
        for messages in given.messages:
            await measure(services, probe, messages, models)
        probing.cancel()


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", nargs="+", type=int, default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--windows", nargs="+", choices=list(WINDOWS), default=list(WINDOWS))
    parser.add_argument("--tokenizers", nargs="+", choices=TOKENIZERS, default=list(TOKENIZERS))
    return parser.parse_args()


if __name__ == "__main__":
    run(main(_given()))
