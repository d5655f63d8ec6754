"""A thousand subtasks at a provider that takes 500 ms, 64 at once; against the time that the provider alone needs."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import httpx

from benchmarks.bench import OWNER, figure, finish, load, run, service
from service.services import Services
from service.tasks.creating import NewFile, NewTask, NewTaskConfig
from tests.support.slow_provider import slow_provider

SUBTASKS = 1000
AT_ONCE = 64
SECONDS = 0.5
WARMING_ROUNDS, WARMING_SUBTASKS = 3, 5000
WARMING = NewTaskConfig(model="echo/echo", max_parallel=256, aggregation="NONE")


def settings(base_url: str) -> dict[str, Any]:
    """The slow provider as the default model, with no limits of its own."""
    model = {"family": "slow", "context_window": 100_000, "max_output_tokens": 1000, "tokenizer": "bytes"}
    provider = {"protocol": "openai", "base_url": base_url, "models": {"slow": model}}
    return {"providers": {"slow": provider}, "api_keys": {"slow": "none"}, "defaults": {"model": "slow/slow"}}


def task(subtasks: int) -> NewTask:
    """A FILE task of so many small files."""
    files = tuple(NewFile(f"file-{i}.txt", f"The content of file {i}.") for i in range(subtasks))
    config = NewTaskConfig(max_parallel=AT_ONCE, aggregation="LIST")
    return NewTask(instruction="Say what this is.", strategy="FILE", files=files, config=config)


async def measure(services: Services) -> float:
    """Seconds from the mutation to the answer; every subtask must be there."""
    began = time.perf_counter()
    task_id = await finish(services, task(SUBTASKS))
    wall = time.perf_counter() - began
    done = await services.backend.reader.read_task_progress(OWNER, [task_id])
    assert dict(done[task_id])["SUCCEEDED"] == SUBTASKS, done
    return wall


async def main() -> None:
    """At once after a start; when the service says that it is ready; and when it has worked for a while."""
    ideal = SUBTASKS / AT_ONCE * SECONDS
    with slow_provider(SECONDS) as base_url:
        async with service(settings(base_url)) as services:
            impatient = await measure(services)
        async with service(settings(base_url)) as services:
            began = time.perf_counter()
            await services.warm.wait()
            warming = time.perf_counter() - began
            cold = await measure(services)
            for _ in range(WARMING_ROUNDS):
                await finish(services, replace(task(WARMING_SUBTASKS), config=WARMING))
            warm = await measure(services)
            stats = httpx.get(base_url.removesuffix("/v1") + "/stats").json()
            against = f"ideal {ideal} s"
            figure("parallel_64_wall", warm, "s", ratio=round(warm / ideal, 3), against=against)
            figure("parallel_64_wall_cold", cold, "s", ratio=round(cold / ideal, 3), against=against, load=load())
            figure("parallel_64_warming_up", warming, "s", load=load())
            figure("parallel_64_wall_impatient", impatient, "s", ratio=round(impatient / ideal, 3), against=against)
            figure("parallel_64_most_at_once", stats["most"], "calls")


if __name__ == "__main__":
    run(main())
