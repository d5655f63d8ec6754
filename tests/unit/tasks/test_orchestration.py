"""The orchestration: what it runs, in which order, and what it never does."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.records import SubtaskStatus
from service.tasks.orchestration import Wave, orchestrate

OK, BAD, SKIPPED = SubtaskStatus.SUCCEEDED, SubtaskStatus.FAILED, SubtaskStatus.SKIPPED


@dataclass
class Recorded:
    """Steps that remember what was asked of them. `outcome` says how each subtask ends (default: SUCCEEDED)."""

    waves: list[Wave]
    outcome: Mapping[str, SubtaskStatus] = field(default_factory=dict[str, SubtaskStatus])
    ran: list[str] = field(default_factory=list[str])
    ended: dict[str, SubtaskStatus] = field(default_factory=dict[str, SubtaskStatus])
    inside: int = 0
    most: int = 0

    async def plan(self, task_id: str) -> Wave | None:
        """The next wave."""
        return self.waves.pop(0) if self.waves else None

    async def run_subtask(self, subtask_id: str) -> SubtaskStatus:
        """Take a turn of the loop or two."""
        self.inside += 1
        self.most = max(self.most, self.inside)
        await asyncio.sleep(0)
        self.inside -= 1
        self.ran.append(subtask_id)
        self.ended[subtask_id] = self.outcome.get(subtask_id, OK)
        return self.ended[subtask_id]

    async def skip_subtask(self, subtask_id: str, reason: str) -> None:
        """Note it."""
        self.ended[subtask_id] = SKIPPED


def graphs() -> st.SearchStrategy[dict[str, tuple[str, ...]]]:
    """Acyclic dependencies: each subtask may need any that come before it."""
    return st.integers(1, 12).flatmap(
        lambda n: st.tuples(*(st.sets(st.integers(0, max(0, i - 1)), max_size=3) for i in range(n))).map(
            lambda needs: {str(i): tuple(str(need) for need in found if need < i) for i, found in enumerate(needs)}
        )
    )


@given(graphs(), st.integers(1, 5), st.sets(st.integers(0, 11)))
def test_every_subtask_ends_once_and_after_what_it_needs(
    needs: dict[str, tuple[str, ...]], workers: int, bad: set[int]
) -> None:
    """Whatever the dependencies and failures: all end, nothing runs before or without what it depends on."""
    steps = Recorded([Wave(needs, workers=workers)], {str(i): BAD for i in bad})
    asyncio.run(orchestrate("t", steps))
    assert steps.ended.keys() == needs.keys()
    assert len(steps.ran) == len(set(steps.ran))
    for name in needs:
        met = all(steps.ended[need] is OK for need in needs[name])
        assert (name in steps.ran) == met
        assert all(steps.ran.index(need) < steps.ran.index(name) for need in needs[name]) if met else True


async def test_workers_bound_is_obeyed_and_reached() -> None:
    """As many run at once as there are workers, and never more."""
    steps = Recorded([Wave({str(i): () for i in range(20)}, workers=4)])
    await orchestrate("t", steps)
    assert steps.most == 4


async def test_what_ended_before_counts() -> None:
    """A dependency from an earlier wave, or from before a crash, is looked at, not run again."""
    wave = Wave({"a": ("good",), "b": ("bad",)}, ended={"good": OK, "bad": BAD}, workers=2)
    steps = Recorded([wave])
    await orchestrate("t", steps)
    assert (steps.ran, steps.ended["b"]) == (["a"], SKIPPED)


async def test_waves_follow_each_other() -> None:
    """Planning is repeated until there is nothing left to plan."""
    steps = Recorded([Wave({"a": ()}), Wave({"b": ()}), Wave({"c": ()})])
    await orchestrate("t", steps)
    assert steps.ran == ["a", "b", "c"]


async def test_cancelling_cuts_what_runs() -> None:
    """A cancelled orchestration leaves nothing running behind it."""
    cut: list[str] = []

    class Endless(Recorded):
        async def run_subtask(self, subtask_id: str) -> SubtaskStatus:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                cut.append(subtask_id)
                raise
            return OK

    running = asyncio.create_task(orchestrate("t", Endless([Wave({str(i): () for i in range(5)}, workers=3)])))
    await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert len(cut) == 3


async def test_an_error_in_a_step_reaches_the_caller() -> None:
    """An unexpected error ends the orchestration as it is, not wrapped in a group."""

    class Broken(Recorded):
        async def run_subtask(self, subtask_id: str) -> SubtaskStatus:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await orchestrate("t", Broken([Wave({str(i): () for i in range(5)}, workers=3)]))
