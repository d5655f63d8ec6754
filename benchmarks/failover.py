"""Two hundred subtasks whose first model is down, against the time that they take where it is healthy.

Down: nothing listens (`refused`), or every call is answered 500 (`status_500`). The breaker has opened before the
time is taken: the task before it was the first to meet the model that is down.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

from benchmarks.bench import figure, finish, load, run, service
from service.graph.local.process import free_port
from service.services import Services
from service.tasks.creating import NewFile, NewTask, NewTaskConfig
from tests.support.fault_server import FaultServer
from tests.support.slow_provider import slow_provider

SUBTASKS = 200
AT_ONCE = 16
SECONDS = 0.2
ROUNDS = 5


def settings(base_urls: dict[str, str]) -> dict[str, Any]:
    """A provider with a model `m` at each of these addresses."""
    model = {"family": "test", "context_window": 8192, "max_output_tokens": 1024, "tokenizer": "bytes"}
    providers = {
        name: {"protocol": "openai", "base_url": base_url, "models": {"m": model}}
        for name, base_url in base_urls.items()
    }
    defaults = {"model": "healthy/m"}
    return {"providers": providers, "api_keys": dict.fromkeys(providers, "none"), "defaults": defaults}


def task(model: str, fallback: str) -> NewTask:
    """A FILE task for one model, with another behind it."""
    files = tuple(NewFile(f"file-{i}.txt", f"The content of file {i}.") for i in range(SUBTASKS))
    config = NewTaskConfig(model=model, fallback_models=(fallback,), max_parallel=AT_ONCE, aggregation="LIST")
    return NewTask(instruction="Say what this is.", strategy="FILE", files=files, config=config)


async def wall(services: Services, model: str, fallback: str) -> float:
    """Seconds that the task takes."""
    began = time.perf_counter()
    await finish(services, task(model, fallback))
    return time.perf_counter() - began


async def main() -> None:
    """Healthy, refused and failing by turns; the best of each counts."""
    with slow_provider(SECONDS) as healthy:
        async with FaultServer() as faults:
            down = {"refused": f"http://127.0.0.1:{free_port()}/v1", "status_500": faults.url("status_500")}
            async with service(settings({"healthy": healthy, "other": healthy, **down})) as services:
                first = {name: await wall(services, f"{name}/m", "healthy/m") for name in ("other", *down)}
                taken: dict[str, list[float]] = {name: [] for name in first}
                for _ in range(ROUNDS):
                    for name in taken:
                        taken[name].append(await wall(services, f"{name}/m", "healthy/m"))
            best = {name: min(times) for name, times in taken.items()}
            figure("failover_healthy", best["other"], "s", load=load())
            for name in down:
                ratio = round(best[name] / best["other"], 3)
                figure(f"failover_{name}", best[name], "s", ratio=ratio, against="the first healthy", load=load())
                figure(f"failover_{name}_first", first[name], "s", against="the breaker still closed", load=load())
            figure("failover_calls_at_the_failing_one", faults.calls["status_500"], "calls")
            await asyncio.sleep(0)


if __name__ == "__main__":
    run(main())
