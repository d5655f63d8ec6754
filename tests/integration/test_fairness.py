"""Fairness between tasks on real parts: a large task does not keep a small one waiting."""

from __future__ import annotations

import asyncio
from collections import deque
from pathlib import Path

from service.graph.database import Connection, Database
from service.tasks.creating import NewTask, NewTaskConfig
from tests.support.services import file_task, files, provider, running, status_of
from tests.support.slow_provider import SlowProvider

PLACES = 8
LARGE = 2000
LARGE_AT_ONCE = 1000
"""Calls of the large task that wait for a place: so many would come first if the small task waited behind them."""


class SteppedProvider(SlowProvider):
    """Answers the call that came first whenever the test says so."""

    def __init__(self) -> None:
        super().__init__(0)
        self.begun = list[str]()
        self._held: deque[asyncio.Event] = deque()

    def begin(self, prompt: str) -> None:
        """A call has come."""
        super().begin(prompt)
        self.begun.append(prompt)

    async def think(self, hung_up: asyncio.Future[bytes]) -> bool:
        """Wait for one's step."""
        step = asyncio.Event()
        self._held.append(step)
        stepping = asyncio.ensure_future(step.wait())
        done, _ = await asyncio.wait({hung_up, stepping}, return_when=asyncio.FIRST_COMPLETED)
        stepping.cancel()
        return hung_up in done

    async def step(self) -> None:
        """Once all places are taken, answer one call."""
        while len(self._held) < PLACES:
            await asyncio.sleep(0.005)
        self._held.popleft().set()


async def test_a_task_of_thousands_does_not_keep_one_of_three_waiting(
    connection: Connection, database: Database, owner: str, tmp_path: Path
) -> None:
    """From the small task's submission to its end, the large one gets a few rounds of the places, not all its calls."""
    stepped = SteppedProvider()
    server = await asyncio.start_server(stepped.serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    settings = provider(url) | {"executor": {"max_parallel": PLACES}}
    small = NewTask(
        instruction="Look.", strategy="FILE", files=files(3, "A small one, {i}."), config=NewTaskConfig(max_parallel=3)
    )
    async with server, running(connection, tmp_path, settings) as services:
        tasks = services.backend.tasks
        large_id = await tasks.create_task(owner, file_task(LARGE, max_parallel=LARGE_AT_ONCE))
        for _ in range(PLACES * 3):
            await stepped.step()
        before = len(stepped.begun)
        small_id = await tasks.create_task(owner, small)
        while not (await ended(database, small_id)):
            await stepped.step()
        between = stepped.begun[before:]
        assert sum("A small one" in prompt for prompt in between) == 3
        assert len(between) - 3 <= PLACES * 10
        assert not (await ended(database, large_id))
        await tasks.cancel_task(owner, large_id)


async def ended(database: Database, task_id: str) -> bool:
    """Whether a task is over."""
    status = await status_of(database, task_id)
    return status is not None and status.is_final
