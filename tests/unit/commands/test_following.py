"""A task as a command watches it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from service.commands.client import Client
from service.commands.following import Json, follow_or_cancel
from service.commands.terminal import PlainText


class Behind(Client):
    """A service whose events are far behind; the task itself ends soon after it was cancelled."""

    states = iter(["RUNNING", "RUNNING", "CANCELLED"])

    async def execute(self, operation: str, **variables: Any) -> Any:
        """What the operation answers."""
        return {"id": "t", "taskStatus": next(self.states) if operation == "Task" else "RUNNING"}

    async def subscribe(self, operation: str, **variables: Any) -> AsyncGenerator[Json, None]:
        """Nothing, for ever."""
        await asyncio.Event().wait()
        yield {}


async def test_a_cancelled_task_is_over_when_it_has_ended() -> None:
    """Not when all that happened in it has been read: of a thousand subtasks that takes longer than anybody waits."""
    interrupted = asyncio.Event()
    interrupted.set()
    async with Behind("http://127.0.0.1:9") as client, asyncio.timeout(10):
        task = await follow_or_cancel(client, {"id": "t"}, PlainText(), interrupted)
    assert task == {"id": "t", "taskStatus": "CANCELLED"}
