"""What the use cases of tasks know of whoever runs them."""

from __future__ import annotations

from typing import Any, Protocol

from service.tasks.direct import DirectTask


class Executor(Protocol):
    """Who runs tasks: see `executors/`."""

    def lease(self) -> dict[str, Any]:
        """`leaseOwner` and `lease` (ms) of a task that is written now and will be run here."""
        ...

    def submit(self, task_id: str, direct: DirectTask | None = None) -> None:
        """Run a task that was just written; `direct` where it asks its prompt and nothing else."""
        ...

    def cancel(self, task_id: str) -> None:
        """Cut the calls of a task that was just cancelled."""
        ...
