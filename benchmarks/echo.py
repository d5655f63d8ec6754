"""Subtasks a second from the mutation to the answer, with a provider that answers at once."""

from __future__ import annotations

import statistics
import time

from benchmarks.bench import figure, finish, run, service
from service.tasks.creating import NewFile, NewTask, NewTaskConfig

SUBTASKS = 5000
ROUNDS = 5
AT_ONCE = 256


def task() -> NewTask:
    """A FILE task of so many small files."""
    files = tuple(NewFile(f"file-{i}.txt", f"The content of file {i}.") for i in range(SUBTASKS))
    config = NewTaskConfig(max_parallel=AT_ONCE, aggregation="LIST")
    return NewTask(instruction="Say what this is.", strategy="FILE", files=files, config=config)


async def main() -> None:
    """Warm up, then the median of the rounds."""
    async with service({"defaults": {"model": "echo/echo"}}) as services:
        rates: list[float] = []
        for _ in range(ROUNDS + 2):
            began = time.perf_counter()
            await finish(services, task())
            rates.append(SUBTASKS / (time.perf_counter() - began))
        figure("echo", statistics.median(rates[2:]), "subtasks/s")


if __name__ == "__main__":
    run(main())
