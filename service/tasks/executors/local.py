"""Runs tasks in this process: the orchestration's steps are plain calls.

Owns which tasks are running here and the leases on them. What it holds of a task is ids, never texts.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from service.clock import now_ms
from service.errors import AntiphonError, DeadlineExceeded, GraphUnavailable
from service.graph.patience import patiently
from service.graph.store import Store
from service.models.gates import Places
from service.records import SubtaskStatus
from service.tasks.direct import DirectTask
from service.tasks.executors.allowance import Allowance, History, Holding
from service.tasks.executors.renewing import TURNS_A_LEASE, Beside, Hold, OpenRenewals, Renewals, keep_renewing
from service.tasks.executors.waiting import Waiting
from service.tasks.finishing import Finisher
from service.tasks.material import Material, TaskWork
from service.tasks.orchestration import Wave, orchestrate
from service.tasks.planning import Planner
from service.tasks.runner import Runner

CLAIMED_AT_ONCE = 1000
LOOK_SECONDS = 0.5
"""How often is looked whether the tasks that run here were cancelled or retried by another process."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Worker:
    """Who does the steps: what plans, what runs, what ends a task, and what they read."""

    store: Store
    material: Material
    planner: Planner
    runner: Runner
    finisher: Finisher


class LocalExecutor:
    """Tasks as asyncio tasks. `stopping` is set when calls are cut because the service stops.

    With `beside`, leases are renewed in a thread: what is asked of this process may keep its event loop busy.
    """

    def __init__(self, worker: Worker, hold: Hold, stopping: asyncio.Event, beside: OpenRenewals | None = None) -> None:
        self._worker = worker
        self._store = worker.store
        self._hold = hold
        self._places = Places(hold.parallel)
        self._running: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._lost: set[asyncio.Task[None]] = set()
        self._upkeep: list[asyncio.Task[None]] = []
        self._stopping = stopping
        self._open_renewals = beside
        self._beside: Beside | None = None
        self._claiming: asyncio.Task[None] | None = None
        self._waits = 0
        self._waiting = Waiting(worker.store, hold.instance)
        self._ended: Callable[[str], None] = lambda _: None

    def tell(self, ended: Callable[[str], None]) -> None:
        """From now on call this with the id of each task whose run here has ended."""
        self._ended = ended

    async def start(self, dead: Iterable[str] = ()) -> None:
        """Go on with what a former process left, and keep the leases from now on."""
        await self._claim(dead)
        loop, open_ = asyncio.get_running_loop(), self._open_renewals
        self._upkeep = [asyncio.create_task(self._keep_looking(), name="antiphon-held-tasks")]
        if open_ is None:
            renewing = self._keep_leases(self._store, loop.call_soon)
            self._upkeep.append(asyncio.create_task(renewing, name="antiphon-leases"))
        else:
            self._beside = Beside(lambda: self._keep_leases_beside(open_, loop), "antiphon-leases")
            self._beside.start()

    @property
    def is_idle(self) -> bool:
        """Whether no task runs here."""
        return not self._running

    def lease(self) -> dict[str, Any]:
        """`leaseOwner` and `lease` (ms) of a task that is written now and will be run here."""
        return {"leaseOwner": self._hold.instance, "lease": round(self._hold.lease_seconds * 1000)}

    def submit(self, task_id: str, direct: DirectTask | None = None) -> None:
        """Run a task; where a former run of it has not ended here, that is cut first."""
        if self._stopping.is_set():
            return
        if (former := self._running.get(task_id)) is not None:
            # The task was over, or another's, or it would not be to run now: that run has nothing to say any more.
            _cut(former)
            self._again.add(task_id)
            return
        self._running[task_id] = asyncio.create_task(self._run(task_id, direct), name=f"antiphon-task-{task_id}")

    def cancel(self, task_id: str) -> None:
        """Cut the calls of a task at once."""
        if (running := self._running.get(task_id)) is not None:
            _cut(running)

    async def stop(self) -> None:
        """Cut all calls, write what was received, and leave the tasks to be gone on with."""
        self._stopping.set()
        ending = [*self._upkeep, *self._running.values(), *([self._claiming] if self._claiming else [])]
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)
        if self._beside is not None:
            await self._beside.stop()
        await self._worker.runner.settle()

    async def _run(self, task_id: str, direct: DirectTask | None) -> None:
        try:
            await self._drive(task_id, direct)
        except asyncio.CancelledError:
            pass
        except Exception:
            _log.exception("Task %s could not be ended; it is gone on with when its lease has lapsed.", task_id)
        finally:
            self._lost.discard(self._running.pop(task_id))
            self._worker.material.forget(task_id)
            self._waiting.ended()
            if task_id in self._again:
                self._again.discard(task_id)
                self.submit(task_id)
            elif not self._stopping.is_set():
                self._ended(task_id)

    async def _drive(self, task_id: str, direct: DirectTask | None) -> None:
        if direct:
            self._worker.material.keep(direct.task)
        run = self._running[task_id]
        hold = Holding(self._hold.instance, lambda: self._places.hold(task_id), lambda: run in self._lost)
        try:
            if direct is None or direct.waits:
                await self._take_turn(task_id, direct)
            await orchestrate(task_id, _Steps(self._worker, task_id, hold, direct))
        except AntiphonError as error:
            await self._worker.finisher.abandon(task_id, self._hold.instance, error)
        except Exception:
            _log.exception("Task %s failed unexpectedly.", task_id)
            reason = "An internal error stopped this task; the log has the details."
            await self._worker.finisher.abandon(task_id, self._hold.instance, AntiphonError(reason))

    async def _take_turn(self, task_id: str, direct: DirectTask | None) -> None:
        """Wait until the task is asked, at most to its deadline, which counts from when it was made."""
        if direct is None and not await self._waiting.waits(task_id):
            return
        task = await patiently(lambda: self._worker.material.task(task_id))
        deadline = task.settings.deadline_seconds
        try:
            async with asyncio.timeout(None if deadline is None else deadline - await self._age(task_id)):
                await self._waiting.turn(task_id)
        except TimeoutError as error:
            raise DeadlineExceeded(f"The task waited for its turn longer than its {deadline:g} seconds.") from error

    async def _age(self, task_id: str) -> float:
        """How long ago (s) the task was made, or last retried."""
        row = await patiently(lambda: self._store.read_task_spending(task_id))
        return (now_ms() - row["since"]) / 1000

    def _turned(self, held: Mapping[str, asyncio.Task[None]], lost: set[str] | None) -> None:
        """After each renewal: what is lost is cut, and what others left is looked for."""
        if self._stopping.is_set():
            return
        if lost is None:
            # Leases lapse for everybody then: whoever lives is given the time to renew its own first.
            self._waits = TURNS_A_LEASE
            return
        self._cut_lost(held, held.keys() - lost)
        if self._waits == 0 and (self._claiming is None or self._claiming.done()):
            self._claiming = asyncio.create_task(self._claim_lapsed(), name="antiphon-claims")
        self._waits = max(0, self._waits - 1)

    async def _claim_lapsed(self) -> None:
        try:
            await self._claim(())
        except GraphUnavailable:
            _log.debug("Neo4j is away; what others left is looked for when it is back.")
        except Exception:
            _log.exception("What others left could not be taken over; it is tried again.")

    async def _keep_leases(self, renewals: Renewals, then: Callable[..., object]) -> None:
        held: dict[str, asyncio.Task[None]] = {}

        def look() -> dict[str, asyncio.Task[None]]:
            nonlocal held
            held = dict(self._running)
            return held

        def turned(lost: set[str] | None) -> None:
            then(self._turned, held, lost)

        await keep_renewing(renewals, self._hold, look, turned)

    async def _keep_leases_beside(self, open_: OpenRenewals, loop: asyncio.AbstractEventLoop) -> None:
        async with open_() as renewals:
            await self._keep_leases(renewals, loop.call_soon_threadsafe)

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if held := dict(self._running):
                # Where Neo4j is away, nobody can have cancelled anything.
                with suppress(AntiphonError):
                    self._cut_lost(held, await self._store.read_held_tasks(self._hold.instance, list(held)))

    async def _claim(self, dead: Iterable[str]) -> None:
        claimed = await self._store.claim_tasks(
            self._hold.instance, dead, seconds=self._hold.lease_seconds, limit=CLAIMED_AT_ONCE
        )
        if not claimed:
            return
        _log.info("Going on with %d unfinished tasks.", len(claimed))
        for task_id in claimed:
            self.submit(task_id)

    def _cut_lost(self, held: Mapping[str, asyncio.Task[None]], kept: Set[str]) -> None:
        """Cut the runs of tasks that are over, or not ours any more: nobody here has cancelled them."""
        # By the run and not by the id: the task may have been submitted anew while the graph was asked.
        for task_id, run in held.items():
            if task_id not in kept and not run.done():
                self._lost.add(run)
                _cut(run)


def _cut(run: asyncio.Task[None]) -> None:
    if not run.cancelling():
        run.cancel()


class _Steps:
    """The steps of one task as calls. Each waits for Neo4j when it is away: a running task does not fail of it."""

    def __init__(self, worker: Worker, task_id: str, holding: Holding, direct: DirectTask | None) -> None:
        self._worker = worker
        self._task_id = task_id
        self._holding = holding
        self._direct = direct
        self._allowance: Allowance | None = None

    async def plan(self, task_id: str) -> Wave | None:
        """See `orchestration.Steps`."""
        if self._allowance is None:
            self._allowance = await self._allow()
            if self._direct:
                return Wave({self._direct.subtask_id: ()})
        if self._direct and self._direct.over:
            return None
        halted = self._allowance.halted
        return await patiently(lambda: self._worker.planner.plan(task_id, self._holding.holder, halted))

    async def run_subtask(self, subtask_id: str) -> SubtaskStatus:
        """See `orchestration.Steps`. At the task's deadline it is cut."""
        assert self._allowance is not None
        if (refusal := self._allowance.refusal()) is not None:
            return await self._cancel(subtask_id, refusal)
        task = await self._task()
        try:
            async with asyncio.timeout_at(self._allowance.ends):
                if self._direct and self._direct.subtask_id == subtask_id:
                    return await self._worker.runner.run_direct(self._direct, self._allowance)
                return await self._worker.runner.run(task, subtask_id, self._allowance)
        except TimeoutError:
            if (why := self._allowance.why_cut()) is None:
                raise
            return await self._cancel(subtask_id, why)

    async def skip_subtask(self, subtask_id: str, reason: str) -> None:
        """See `orchestration.Steps`."""
        await self._end(subtask_id, SubtaskStatus.SKIPPED, reason, None)

    async def _cancel(self, subtask_id: str, why: AntiphonError) -> SubtaskStatus:
        await self._end(subtask_id, SubtaskStatus.CANCELLED, str(why), why.code)
        return SubtaskStatus.CANCELLED

    async def _end(self, subtask_id: str, status: SubtaskStatus, reason: str, code: str | None) -> None:
        task = await self._task()
        place, end = task.conversation_id, self._worker.store.end_subtask
        await patiently(lambda: end(place, subtask_id, status, reason, code, self._holding.holder))

    async def _allow(self) -> Allowance:
        task = await self._task()
        history = History(since=now_ms())
        if task.settings.is_bounded and not (self._direct and not self._direct.waits):
            history = History.of(await patiently(lambda: self._worker.store.read_task_spending(self._task_id)))
        return Allowance(self._holding, task.settings, history)

    async def _task(self) -> TaskWork:
        return await patiently(lambda: self._worker.material.task(self._task_id))
