"""A thousand files of which ten changed, combined by a tree, at a provider of 500 ms; and how long staleness takes.

The refresh is held against the whole run: its calls, and its wall time. With eight calls at once the whole run cannot
take less than 63.5 s (125 rounds of parts, then two levels of the tree); the refresh not less than 2 s (two rounds of
parts, then two levels), which is 3.2% of it. What it takes beyond that is ours.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

from benchmarks.bench import OWNER, figure, finish, load, run, service, status_of
from service.services import Services
from service.tasks.creating import NewFile, NewTask, NewTaskConfig
from service.tasks.refreshing import Refresh
from tests.support.slow_provider import slow_provider

FILES = 1000
CHANGED = 10
SECONDS = 0.5
LOOKS = 20


def settings(base_url: str) -> dict[str, Any]:
    """The slow provider as the default model, with no limits of its own."""
    model = {"family": "slow", "context_window": 16_000, "max_output_tokens": 1000, "tokenizer": "bytes"}
    provider = {"protocol": "openai", "base_url": base_url, "models": {"slow": model}}
    return {"providers": {"slow": provider}, "api_keys": {"slow": "none"}, "defaults": {"model": "slow/slow"}}


def files(changed: range, version: str) -> tuple[NewFile, ...]:
    """Those of the files that changed."""
    return tuple(NewFile(f"file-{i}.txt", f"The content of file {i}, {version}.") for i in changed)


async def calls_of(services: Services, task_id: str) -> int:
    """The calls that a task made."""
    return (await services.backend.reader.read_metrics(OWNER, [task_id])).get(task_id, {"attempts": 0})["attempts"]


async def main() -> None:
    """The whole run, a dry run, the refresh; then the staleness of the old answer, and of one that is fresh."""
    with slow_provider(SECONDS) as base_url:
        async with service(settings(base_url)) as services:
            await services.warm.wait()
            config = NewTaskConfig(aggregation="REDUCE")
            new = NewTask(instruction="Say it.", strategy="FILE", files=files(range(FILES), "first"), config=config)
            began = time.perf_counter()
            first = await finish(services, new)
            whole = time.perf_counter() - began
            all_calls = await calls_of(services, first)
            step = FILES // CHANGED
            newer = tuple(files(range(i, i + 1), "second")[0] for i in range(0, FILES, step))
            refreshing = services.backend.refreshing
            began = time.perf_counter()
            foreseen = (await refreshing.refresh_task(OWNER, Refresh(first, files=newer, dry_run=True))).foreseen
            dry = time.perf_counter() - began
            began = time.perf_counter()
            again = (await refreshing.refresh_task(OWNER, Refresh(first, files=newer))).task_id
            assert again is not None
            while await status_of(services, again) not in ("SUCCEEDED", "PARTIAL", "FAILED"):
                # Looking takes the machine's time, too.
                await asyncio.sleep(0.05)
            wall = time.perf_counter() - began
            calls = await calls_of(services, again)
            assert foreseen is not None
            figure("whole run", whole, "s", calls=all_calls)
            figure("dry run", dry, "s", calls=foreseen.calls)
            figure("refresh", wall, "s", calls=calls, of_the_whole=wall / whole)
            await stale(services, first, again)
    print(f"load {load():.1f}")


async def stale(services: Services, first: str, again: str) -> None:
    """How long it takes to know whether answers with a thousand sources are stale."""
    tasks = await services.backend.reader.read_tasks(OWNER, [first, again])
    for name, task in (("stale", first), ("fresh", again)):
        key = ("message", tasks[task]["answerId"])
        seconds: list[float] = []
        for _ in range(LOOKS):
            began = time.perf_counter()
            ((*reasons,),) = await services.backend.staleness.find(OWNER, [key])
            seconds.append(time.perf_counter() - began)
            assert bool(reasons) is (name == "stale")
        seconds.sort()
        figure(f"staleness of a {name} answer", seconds[LOOKS // 2] * 1000, "ms", p95=seconds[-1] * 1000)


if __name__ == "__main__":
    run(main())
