"""What a task may still do: when it is over for the clock."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext

import pytest

from service.errors import DeadlineExceeded
from service.graph.store import now_ms
from service.strategies.interface import TaskSettings
from service.tasks.executors.allowance import Allowance, History, Holding


@pytest.mark.parametrize(("left", "over"), [(-1.0, True), (0.0, True), (0.000_5, True), (1.0, False)])
async def test_a_timer_that_fires_a_little_early_is_the_deadline(left: float, over: bool) -> None:
    """uvloop's timers count whole milliseconds, so the deadline's may fire half of one before it."""
    settings = TaskSettings(model="echo/echo", deadline_seconds=60.0)
    allowance = Allowance(Holding("me", nullcontext), settings, History(since=int(now_ms())))
    allowance.ends = asyncio.get_running_loop().time() + left
    assert isinstance(allowance.why_cut(), DeadlineExceeded) is over
