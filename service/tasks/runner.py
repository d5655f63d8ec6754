"""One subtask from READY to its last state: the walk along the ladder of its models.

Says which model is asked next, whether it is asked again, and what the calls make of the subtask: `failure.py` says
what may help, `calls.py` makes the call. Knows nothing of what is written of a call.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from service.answers.formats import format_instruction
from service.chat import ChatMessage, ModelConfig
from service.clock import now_ms
from service.errors import AntiphonError, ContextOverflow, EmptyAnswer, InvalidAnswer
from service.graph.patience import patiently
from service.graph.store import Store
from service.models.breaker import BreakerState
from service.models.failure import PATIENCE_SECONDS, Bounds, Ladder, Made, blames_model
from service.models.registry import Models
from service.records import AttemptStatus, Role, SubtaskStatus
from service.tasks.calls import Calls
from service.tasks.direct import DirectTask
from service.tasks.jobs import Call, Job, Place, Repair
from service.tasks.material import TaskWork
from service.tasks.prompts import ComposedPrompt, Prompts
from service.tasks.reusing import Taking

_CUT = (AttemptStatus.INTERRUPTED, AttemptStatus.CANCELLED)
"""Attempts that do not count as failed: nobody let them come to an end."""


@dataclass(slots=True)
class _Walk:
    """How far a subtask has come: its ladder, and what the next call is made of.

    `repair` is what the model is told of its last answer, `passed_over` which models were not asked since, and why.
    """

    job: Job
    ladder: Ladder
    calls_made: int
    ready_ms: float
    model: ModelConfig | None = None
    prompt: ComposedPrompt | None = None
    repair: Repair | None = None
    passed_over: dict[str, str] = field(default_factory=dict[str, str])

    def turn_to(self, model: ModelConfig, prompt: ComposedPrompt) -> None:
        """From now on ask this model, with this prompt."""
        self.model, self.prompt, self.repair = model, prompt, None

    def next_call(self) -> Call:
        """The call that comes next."""
        assert self.model is not None
        assert self.prompt is not None
        number = self.calls_made + 1
        return Call(self.job, self.prompt, self.model, number, self.ready_ms, self.repair, self.passed_over)

    def go_on(self, call: Call) -> None:
        """After a call that did not end the subtask."""
        self.calls_made, self.ready_ms, self.repair = call.number, now_ms(), _repair(call)
        self.passed_over = {}


class Runner:
    """Runs subtasks."""

    def __init__(self, store: Store, models: Models, prompts: Prompts, calls: Calls, taking: Taking) -> None:
        self._store = store
        self._models = models
        self._prompts = prompts
        self._calls = calls
        self._taking = taking

    async def settle(self) -> None:
        """Wait until what came of every call is written, also of those whose subtask was cut."""
        await self._calls.settle()

    async def run(self, task: TaskWork, subtask_id: str, place: Place) -> SubtaskStatus:
        """Run one subtask of a task to its last state. Cancelling it cuts its call and keeps what was received."""
        work = await patiently(lambda: self._store.load_subtask_work(subtask_id))
        if work is None:
            return SubtaskStatus.CANCELLED
        if (status := SubtaskStatus(work["status"])).is_final:
            return status
        return await self._run(Job(task, work, place))

    async def run_direct(self, direct: DirectTask, place: Place) -> SubtaskStatus:
        """Run the one subtask of a task that was just made; where it succeeds, the task is over with it."""
        return await self._run(Job(direct.task, direct.work(), place, direct))

    async def _run(self, job: Job) -> SubtaskStatus:
        try:
            async with self._taking(job.task, job.work, job.place.holder) as taken:
                return SubtaskStatus.SUCCEEDED if taken else await self._walk(job)
        except AntiphonError as error:
            job.place.failed()
            return await self._end(job, SubtaskStatus.FAILED, error)

    async def _end(self, job: Job, status: SubtaskStatus, why: AntiphonError) -> SubtaskStatus:
        place, code = job.conversation_id, why.code
        await patiently(lambda: self._store.end_subtask(place, job.id, status, str(why), code, job.place.holder))
        return status

    async def _walk(self, job: Job) -> SubtaskStatus:
        walk = _Walk(job, self._ladder(job), job.calls_made, job.ready_ms)
        while True:
            model, is_ready = self._choose(walk)
            if model is not walk.model:
                walk.turn_to(model, await self._compose(job, model))
            async with job.place.slot():
                if not self._models.breaker(model).allows() and is_ready:
                    # It began to fail while this subtask waited for its turn.
                    continue
                call = walk.next_call()
                if not await self._make(call):
                    return await self._unwanted(call)
                delay = self._after(walk.ladder, call)
                status = self._judge(call, delay)
            await self._calls.finish(call, status)
            if status is not None:
                return status
            walk.go_on(call)
            await job.place.pause(delay or 0.0)

    def _ladder(self, job: Job) -> Ladder:
        settings = job.task.settings
        return Ladder(
            [self._models.find(name) for name in job.models],
            Bounds(settings.max_attempts, settings.retry_seconds),
            [Made(model, status not in _CUT) for model, status in job.earlier()],
        )

    def _choose(self, walk: _Walk) -> tuple[ModelConfig, bool]:
        """The model to ask, and whether it is one that does not keep failing, nor asks to be let alone for long.

        Where all do, or there is one only, it is the one in turn.
        """
        ladder, passed_over = walk.ladder, dict[str, str]()
        for model in (ladder.model, *ladder.others):
            held = ladder.others and self._models.gate(model).held_for > PATIENCE_SECONDS
            if self._models.breaker(model).is_ready and not held:
                ladder.skip_to(model)
                walk.passed_over |= passed_over
                return model, True
            passed_over[model.key] = "It asks to be let alone for long." if held else self._why_skipped(model)
        return ladder.model, False

    def _why_skipped(self, model: ModelConfig) -> str:
        return f"It keeps failing. {self._models.breaker(model).last_error or ''}".strip()

    async def _compose(self, job: Job, model: ModelConfig) -> ComposedPrompt:
        return await patiently(lambda: self._prompts.compose(job.task, job.work, model))

    async def _make(self, call: Call) -> bool:
        """Make the call, see `Calls.make`; one that says nothing of its model lets the breaker go."""
        made = False
        try:
            made = await self._calls.make(call)
        finally:
            if not made:
                self._models.breaker(call.model).released(call.started)
        return made

    async def _unwanted(self, call: Call) -> SubtaskStatus:
        """The end of a subtask whose call was not made."""
        if call.refused is None:
            return SubtaskStatus.CANCELLED
        return await self._end(call.job, SubtaskStatus.CANCELLED, call.refused)

    def _after(self, ladder: Ladder, call: Call) -> float | None:
        """Seconds to the next call; None where there is none."""
        breaker = self._models.breaker(call.model)
        ladder.begun(call.started)
        if call.error is None:
            breaker.succeeded(call.started)
            return None
        if blames_model(call.error):
            breaker.failed(str(call.error), call.started)
        else:
            breaker.released(call.started)
        delay = ladder.after(call.error, time.monotonic())
        # Nobody waits for a model that is skipped by now.
        return 0.0 if delay and ladder.others and breaker.state is BreakerState.OPEN else delay

    def _judge(self, call: Call, delay: float | None) -> SubtaskStatus | None:
        """What a call makes of its subtask; None: it is tried again.

        Its task hears of a failure before the slot is free for the next call, which may not be wanted any more.
        """
        place, status = call.job.place, _verdict(call, delay)
        if status is SubtaskStatus.FAILED and not _may_be_cut(call):
            place.failed()
        if place.refuses():
            self._models.dismiss(call.job.task.id)
        return status


def _verdict(call: Call, delay: float | None) -> SubtaskStatus | None:
    if call.error is None:
        return SubtaskStatus.SUCCEEDED
    return SubtaskStatus.FAILED if delay is None else None


def _may_be_cut(call: Call) -> bool:
    """Whether the strategy asks again in smaller pieces, so that this is not the failure of a task that fails fast."""
    return isinstance(call.error, ContextOverflow) and call.job.kind in ("part", "reduce")


def _repair(call: Call) -> Repair | None:
    """What is sent after the prompt when the last answer could not be used: that answer, and what is wrong with it."""
    if not isinstance(call.error, InvalidAnswer) or isinstance(call.error, EmptyAnswer):
        return call.repair
    wish = format_instruction(call.job.form)
    answer = (ChatMessage(Role.ASSISTANT, call.text),) if call.text.strip() else ()
    words = f"Your answer cannot be used. {call.error.message}\n{wish}"
    return Repair((*answer, ChatMessage(Role.USER, words)), words, call.response_id)
