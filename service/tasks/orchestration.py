"""The one coroutine that drives a task: plan, run what was planned, plan again, until the task is over.

Pure asyncio: no I/O, no clock, no randomness; every effect is a step, so the same coroutine can run in this
process or as a workflow elsewhere. It sees ids and dependencies, never texts.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from service.records import SubtaskStatus


@dataclass(frozen=True, slots=True)
class Wave:
    """The subtasks to run before planning again: each id with the ids that it depends on.

    `ended` holds those that have their last state already.
    """

    waiting: Mapping[str, tuple[str, ...]]
    ended: Mapping[str, SubtaskStatus] = field(default_factory=dict[str, SubtaskStatus])
    workers: int = 1


class Steps(Protocol):
    """The effects that an executor lends to the orchestration."""

    async def plan(self, task_id: str) -> Wave | None:
        """Ask the strategy what is next and write it: a wave of subtasks, or the task's answer; None: it is over."""
        ...

    async def run_subtask(self, subtask_id: str) -> SubtaskStatus:
        """Run one subtask to its last state; one that is not wanted any more is CANCELLED without a call."""
        ...

    async def skip_subtask(self, subtask_id: str, reason: str) -> None:
        """End a subtask as SKIPPED."""
        ...


async def orchestrate(task_id: str, steps: Steps) -> None:
    """Drive one task to its end. Cancelling it cancels what is running."""
    while (wave := await steps.plan(task_id)) is not None:
        await _run_wave(wave, steps)


async def _run_wave(wave: Wave, steps: Steps) -> None:
    board = Board(wave)
    workers = [asyncio.create_task(_work(board, steps)) for _ in range(min(wave.workers, len(wave.waiting)))]
    try:
        await asyncio.gather(*workers)
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)


async def _work(board: Board, steps: Steps) -> None:
    while (subtask_id := await board.take()) is not None:
        reason = board.refuses(subtask_id)
        if reason is None:
            board.done(subtask_id, await steps.run_subtask(subtask_id))
        else:
            await steps.skip_subtask(subtask_id, reason)
            board.done(subtask_id, SubtaskStatus.SKIPPED)


class Board:
    """Which subtasks of a wave can run now. A subtask is taken when all that it depends on has ended."""

    def __init__(self, wave: Wave) -> None:
        self._needs = dict(wave.waiting)
        self._ended: dict[str, SubtaskStatus] = dict(wave.ended)
        self._open: dict[str, int] = {}
        self._dependents: dict[str, list[str]] = {}
        self._ready: deque[str] = deque()
        self._left = len(wave.waiting)
        self._changed = asyncio.Event()
        for subtask_id, needs in wave.waiting.items():
            unmet = [need for need in needs if need not in self._ended]
            self._open[subtask_id] = len(unmet)
            for need in unmet:
                self._dependents.setdefault(need, []).append(subtask_id)
            if not unmet:
                self._ready.append(subtask_id)

    async def take(self) -> str | None:
        """The next subtask that can run; None when none will be any more."""
        while not self._ready and self._left:
            self._changed.clear()
            await self._changed.wait()
        if not self._ready:
            return None
        return self._ready.popleft()

    def refuses(self, subtask_id: str) -> str | None:
        """Why a subtask cannot run: something that it depends on did not succeed."""
        for need in self._needs[subtask_id]:
            if self._ended[need] is not SubtaskStatus.SUCCEEDED:
                return f"It depends on a subtask that is {self._ended[need]}."
        return None

    def done(self, subtask_id: str, status: SubtaskStatus) -> None:
        """Note the last state of a subtask and free what waited for it."""
        self._ended[subtask_id] = status
        self._left -= 1
        for dependent in self._dependents.pop(subtask_id, ()):
            self._open[dependent] -= 1
            if not self._open[dependent]:
                self._ready.append(dependent)
        if self._ready or not self._left:
            self._changed.set()
