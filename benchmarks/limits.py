"""A limit of 600 requests a minute under load, counted at the provider: the most in any minute, and how many a minute.

Three full minutes' calls: the first are made at once, so the rate is that of the two minutes' after.
"""

from __future__ import annotations

from typing import Any

import httpx

from benchmarks.bench import figure, finish, load, run, service
from service.tasks.creating import NewFile, NewTask, NewTaskConfig
from tests.support.slow_provider import slow_provider

LIMIT = 600
SUBTASKS = LIMIT * 3
AT_ONCE = 64
SECONDS = 0.2


def settings(base_url: str) -> dict[str, Any]:
    """The slow provider, which allows so many requests a minute."""
    model = {"family": "slow", "context_window": 100_000, "max_output_tokens": 1000, "tokenizer": "bytes"}
    limits = {"requests_per_minute": LIMIT}
    provider = {"protocol": "openai", "base_url": base_url, "rate_limits": limits, "models": {"slow": model}}
    return {"providers": {"slow": provider}, "api_keys": {"slow": "none"}, "defaults": {"model": "slow/slow"}}


def task() -> NewTask:
    """A FILE task of so many small files."""
    files = tuple(NewFile(f"file-{i}.txt", f"The content of file {i}.") for i in range(SUBTASKS))
    config = NewTaskConfig(max_parallel=AT_ONCE, aggregation="LIST")
    return NewTask(instruction="Say what this is.", strategy="FILE", files=files, config=config)


def most_in_a_minute(times: list[float]) -> int:
    """The most calls that any 60 seconds hold, wherever they begin."""
    most = oldest = 0
    for place, at in enumerate(times):
        while times[oldest] <= at - 60.0:
            oldest += 1
        most = max(most, place + 1 - oldest)
    return most


async def main() -> None:
    """The provider's own times decide."""
    with slow_provider(SECONDS) as base_url:
        async with service(settings(base_url)) as services:
            await finish(services, task())
        url = base_url.removesuffix("/v1") + "/times"
        times: list[float] = sorted(httpx.get(url, trust_env=False).json())
    assert len(times) == SUBTASKS, len(times)
    minutes = (times[-1] - times[LIMIT - 1]) / 60
    figure("limit_600_most_in_a_minute", most_in_a_minute(times), "calls", against=f"the limit, {LIMIT}", load=load())
    figure("limit_600_a_minute", (SUBTASKS - LIMIT) / minutes, "calls", against=f"the limit, {LIMIT}", load=load())


if __name__ == "__main__":
    run(main())
