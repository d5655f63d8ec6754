"""One subtask from READY to its last state; the only caller of providers.

Builds the prompt, waits for the limits, writes the prompt before the call and what came of it after, and does what
`failure.py` says when a call failed. Texts live here only while they are in flight.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import time
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson

from service.answers.formats import check_answer, format_instruction
from service.conversations.deltas import Deltas, LiveResponse
from service.errors import (
    AntiphonError,
    ContentFiltered,
    ContextOverflow,
    InvalidAnswer,
    ProviderError,
    ProviderTimeout,
    RateLimited,
)
from service.graph.patience import patiently
from service.graph.store import Store, now_ms
from service.models.breaker import BreakerState
from service.models.failure import PATIENCE_SECONDS, Bounds, Ladder, Made, blames_model, code_of
from service.models.gates import Dismissed, Passage
from service.models.registry import Models
from service.providers.prices import cost_usd
from service.records import (
    TEXT_FORMAT,
    AttemptStatus,
    ChatMessage,
    ChatRequest,
    Completion,
    ModelConfig,
    ResponseFormat,
    ResponseFormatKind,
    ResponseStatus,
    Role,
    SubtaskStatus,
    TextDelta,
    Tool,
    Usage,
    derived_id,
)
from service.tasks.material import TaskWork
from service.tasks.prompts import ComposedPrompt, Prompts, answer_room
from service.tasks.settings import parse_format
from service.tasks.tools import message_text, request_text

TITLE_CHARACTERS = 60
_CUT = (AttemptStatus.INTERRUPTED, AttemptStatus.CANCELLED)
"""Attempts that do not count as failed: nobody let them come to an end."""
_FEATURES = {ResponseFormatKind.JSON: "json_object", ResponseFormatKind.JSON_SCHEMA: "json_schema"}

_log = logging.getLogger(__name__)


class Place(Protocol):
    """What a task lends to its subtasks: a name in leases, places for calls, and its word on whether to go on."""

    @property
    def holder(self) -> str:
        """The process in whose name the task is run."""
        ...

    @property
    def line(self) -> asyncio.Semaphore:
        """Where an attempt that is written waits for its call."""
        ...

    def slot(self) -> AbstractAsyncContextManager[Any]:
        """A place for an attempt among those of the task."""
        ...

    def hold(self) -> AbstractAsyncContextManager[Any]:
        """A place for a call among those of the whole process."""
        ...

    def refusal(self) -> AntiphonError | None:
        """Why no call is wanted any more, where none is."""
        ...

    def refuses(self) -> bool:
        """Whether no further call is wanted; then those who pause go on at once."""
        ...

    async def pause(self, seconds: float) -> None:
        """Wait so long before the next call."""
        ...

    def failed(self) -> None:
        """A subtask of the task has failed."""
        ...

    def spent(self, usage: Usage, usd: float | None) -> None:
        """A call has used this much."""
        ...

    def why_cut(self) -> AntiphonError | None:
        """Why the task's calls are cut, where it is not the caller who cancels it."""
        ...


@dataclass(frozen=True, slots=True)
class _Job:
    """A subtask and what it needs: its task, its row and its place."""

    task: TaskWork
    work: dict[str, Any]
    place: Place

    @property
    def id(self) -> str:
        return self.work["id"]

    @property
    def form(self) -> ResponseFormat:
        """What its answer must be: its own word, else the task's; a plan and its steps have only their own."""
        if (said := self.work["responseFormat"]) is not None:
            return parse_format(orjson.loads(said))
        return self.task.settings.response_format if self.work["kind"] not in ("plan", "step") else TEXT_FORMAT


@dataclass(slots=True)
class _Call:
    """One attempt while it is under way, and what came of it. `repair` is what the model is told of its last answer."""

    job: _Job
    prompt: ComposedPrompt
    model: ModelConfig
    number: int
    ready_ms: float
    repair: tuple[ChatMessage, ...] = ()
    started: float = field(default_factory=time.monotonic)
    started_ms: float = field(default_factory=now_ms)
    first_token: float | None = None
    ended: float = 0.0
    pieces: list[str] = field(default_factory=list[str])
    completion: Completion | None = None
    usage: Usage = field(default_factory=Usage)
    usage_estimated: bool = False
    begun: bool = False
    refused: AntiphonError | None = None
    error: BaseException | None = None

    @property
    def id(self) -> str:
        return derived_id(self.job.id, "attempt", self.number)

    @property
    def response_id(self) -> str:
        return derived_id(self.id, "response")

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    @property
    def messages(self) -> tuple[ChatMessage, ...]:
        return (*self.prompt.messages, *self.repair)

    def begin(self) -> None:
        self.started, self.started_ms = time.monotonic(), now_ms()


class Runner:
    """Runs subtasks. `stopping` tells a call that is cut whether the service stops or the task was cancelled."""

    def __init__(self, store: Store, models: Models, prompts: Prompts, deltas: Deltas, stopping: asyncio.Event) -> None:
        self._store = store
        self._models = models
        self._prompts = prompts
        self._deltas = deltas
        self._stopping = stopping
        self._writing: set[asyncio.Task[None]] = set()

    async def settle(self) -> None:
        """Wait until what came of every call is written, also of those whose subtask was cut."""
        while self._writing:
            await asyncio.wait(self._writing)

    async def run(self, task: TaskWork, subtask_id: str, place: Place) -> SubtaskStatus:
        """Run one subtask of a task to its last state. Cancelling it cuts its call and keeps what was received."""
        work = await patiently(lambda: self._store.load_subtask_work(subtask_id))
        if work is None:
            return SubtaskStatus.CANCELLED
        if (status := SubtaskStatus(work["status"])).is_final:
            return status
        job = _Job(task, work, place)
        try:
            return await self._attempts(job)
        except AntiphonError as error:
            place.failed()
            return await self._end(job, SubtaskStatus.FAILED, error)

    async def _end(self, job: _Job, status: SubtaskStatus, why: AntiphonError) -> SubtaskStatus:
        await patiently(lambda: self._store.end_subtask(job.task.conversation_id, job.id, status, str(why), why.code))
        return status

    # --- from call to call -----------------------------------------------------------------------

    async def _attempts(self, job: _Job) -> SubtaskStatus:
        ladder = self._ladder(job)
        number = max((number for number, *_ in job.work["attempts"]), default=0)
        prompt, composed_for = None, None
        ready_ms, repair = job.work["readyAt"], ()
        while True:
            model, ready = self._choose(ladder)
            breaker = self._models.breaker(model)
            if prompt is None or model is not composed_for:
                prompt, composed_for, repair = await self._compose(job, model), model, ()
            async with job.place.slot():
                if not breaker.allows() and ready:
                    # It began to fail while this subtask waited for its turn.
                    continue
                call = _Call(job, prompt, model, number + 1, ready_ms, repair)
                if not await self._call(call):
                    if call.refused is None:
                        return SubtaskStatus.CANCELLED
                    return await self._end(job, SubtaskStatus.CANCELLED, call.refused)
                number += 1
                delay = self._after(ladder, call)
                status = _verdict(call, delay)
                if status is SubtaskStatus.FAILED and not _may_be_cut(call):
                    # Before the slot is free for the next call, which may not be wanted any more.
                    job.place.failed()
                if job.place.refuses():
                    self._models.dismiss(job.task.id)
            await self._finish(call, status)
            if status is not None:
                return status
            ready_ms, repair = now_ms(), _repair(call)
            await job.place.pause(delay or 0.0)

    def _ladder(self, job: _Job) -> Ladder:
        settings = job.task.settings
        names = dict.fromkeys((job.work["model"] or settings.model, *settings.fallback_models))
        since = job.work["retriedAfter"] or 0
        made = [
            Made(model, AttemptStatus(status) not in _CUT)
            for number, status, model in sorted(job.work["attempts"])
            if number > since
        ]
        return Ladder(
            [self._models.find(name) for name in names], Bounds(settings.max_attempts, settings.retry_seconds), made
        )

    def _choose(self, ladder: Ladder) -> tuple[ModelConfig, bool]:
        """The model to ask, and whether it is one that does not keep failing, nor asks to be let alone for long.

        Where all do, or there is one only, it is the one in turn.
        """
        for model in (ladder.model, *ladder.others):
            held = ladder.others and self._models.gate(model).held_for > PATIENCE_SECONDS
            if self._models.breaker(model).is_ready and not held:
                ladder.skip_to(model)
                return model, True
        return ladder.model, False

    def _after(self, ladder: Ladder, call: _Call) -> float | None:
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

    async def _compose(self, job: _Job, model: ModelConfig) -> ComposedPrompt:
        return await patiently(lambda: self._prompts.compose(job.task, job.work, model))

    # --- one call --------------------------------------------------------------------------------

    async def _call(self, call: _Call) -> bool:
        """Make one call; False where it was not made: it is not wanted (`call.refused`), or the subtask or its task is
        finished already, or not ours any more.

        Errors of the call are kept in `call.error`. When we are cancelled, what was received is paid for and written.
        """
        made = False
        try:
            made = await self._ask(call)
        except asyncio.CancelledError as error:
            if call.begun:
                whole = call.completion is not None and call.error is None
                call.error = _fault_of_answer(call) if whole else error
                call.ended = time.monotonic()
                self._count_cut(call)
                await self._finish(call, SubtaskStatus.SUCCEEDED if call.error is None else None)
            raise
        finally:
            if not made:
                self._models.breaker(call.model).released(call.started)
        if not made:
            return False
        await self._count(call)
        call.job.place.spent(call.usage, cost_usd(call.model, call.usage))
        if call.error is None:
            call.error = _fault_of_answer(call)
        return True

    async def _ask(self, call: _Call) -> bool:
        request = _request(call)
        gate = self._models.gate(call.model)
        call.refused = call.job.place.refusal()
        if call.refused is not None:
            return False
        tokens = await self._reserve(call, request) if gate.counts_tokens else 0
        try:
            async with gate.call(call.job.task.id, tokens) as passage, call.job.place.hold():
                return await self._pass(call, request, passage)
        except Dismissed:
            call.refused = call.job.place.refusal()
            return False

    async def _pass(self, call: _Call, request: ChatRequest, passage: Passage) -> bool:
        """The call itself, which the limits allow now."""
        place, task = call.job.place, call.job.task
        call.refused = place.refusal()
        if call.refused is not None:
            return False
        # From here on the attempt may be in the graph, also when we are cancelled before we know.
        call.begun = True
        call.begin()
        row = _start_row(call)
        if not await patiently(lambda: self._store.start_attempt(task.conversation_id, row)):
            return False
        async with place.line:
            passage.begin()
            await self._stream(call, request)
        if isinstance(call.error, RateLimited):
            passage.refused(call.error.retry_after)
        if call.error is not None and not call.pieces and not isinstance(call.error, ProviderTimeout):
            passage.settle(0)
        elif call.usage.output_tokens is not None:
            passage.settle((call.usage.input_tokens or 0) + call.usage.output_tokens)
        return True

    async def _reserve(self, call: _Call, request: ChatRequest) -> int:
        said = request_text(request.messages, request.tools)
        return await self._models.count(said, call.model) + (request.max_output_tokens or 0)

    async def _stream(self, call: _Call, request: ChatRequest) -> None:
        task_id = call.job.task.id
        live = self._deltas.begin(task_id, call.job.id, call.response_id)
        call.begin()
        try:
            async with aclosing(self._models.provider(call.model).stream(request)) as stream:
                async for item in stream:
                    self._take(call, live, item)
            if call.completion is None:
                raise ProviderError("The provider's answer had no end.")
        except AntiphonError as error:
            call.error = error
        except Exception as error:
            # A provider may be anybody's plug-in: what it does wrong is the end of this call, not of the task.
            _log.exception("The provider %s failed unexpectedly.", call.model.provider)
            call.error = ProviderError(f"{call.model.provider} failed unexpectedly: {type(error).__name__}.")
        finally:
            call.ended = time.monotonic()
            self._deltas.end(task_id, live)

    def _take(self, call: _Call, live: LiveResponse, item: TextDelta | Completion) -> None:
        if isinstance(item, Completion):
            call.completion, call.usage = item, item.usage
            return
        if call.first_token is None:
            call.first_token = time.monotonic()
        call.pieces.append(item.text)
        self._deltas.add(call.job.task.id, live, item.text)

    async def _count(self, call: _Call) -> None:
        """Estimate what was used where the provider did not say: its answer came without usage, or broke off."""
        if call.usage.output_tokens is not None or (call.completion is None and not call.pieces):
            return
        said = request_text(call.messages, _tools(call))
        answer = ChatMessage(Role.ASSISTANT, call.text, call.completion.tool_calls if call.completion else ())
        try:
            call.usage = Usage(
                input_tokens=await self._models.count(said, call.model),
                output_tokens=await self._models.count(message_text(answer), call.model),
            )
        except AntiphonError as error:
            _log.warning("The usage of a call could not be estimated: %s", error)
            return
        call.usage_estimated = True

    def _count_cut(self, call: _Call) -> None:
        """Estimate what a cut call used, where that takes no time: who is cut may be cut again."""
        if not call.pieces or call.usage.output_tokens is not None:
            return
        said = "\n".join(message.content for message in call.messages)
        sent, received = (self._models.count_at_once(text, call.model) for text in (said, call.text))
        if sent is not None and received is not None:
            call.usage, call.usage_estimated = Usage(sent, received), True

    async def _finish(self, call: _Call, status: SubtaskStatus | None) -> None:
        """Write what came of a call. It is written to its end, even when we are cancelled meanwhile."""
        row = _finish_row(call, status, stopping=self._stopping.is_set())
        conversation_id = call.job.task.conversation_id

        def write() -> Coroutine[Any, Any, None]:
            return patiently(lambda: self._store.finish_attempt(conversation_id, row))

        try:
            await write()
        except asyncio.CancelledError:
            # The row may have been taken back: a task that nobody cancels writes it. Twice is safe.
            writing = asyncio.create_task(write())
            self._writing.add(writing)
            writing.add_done_callback(self._writing.discard)
            raise


def _may_be_cut(call: _Call) -> bool:
    """Whether the strategy asks again in smaller pieces, so that this is not the failure of a task that fails fast."""
    return isinstance(call.error, ContextOverflow) and call.job.work["kind"] in ("part", "reduce")


def _request(call: _Call) -> ChatRequest:
    """The call as the provider gets it. A model that has no mode for the format is told in words."""
    form, settings = call.job.form, call.job.task.settings
    has_mode = _FEATURES.get(form.kind) in call.model.features
    messages = call.messages
    # OpenAI's JSON mode wants the word JSON in the prompt.
    if form.kind is ResponseFormatKind.JSON or (form.kind is ResponseFormatKind.JSON_SCHEMA and not has_mode):
        messages = (ChatMessage(Role.SYSTEM, format_instruction(form)), *messages)
    return ChatRequest(
        model=call.model,
        messages=messages,
        max_output_tokens=min(answer_room(settings, call.model), call.model.max_output_tokens),
        temperature=settings.temperature,
        response_format=form if has_mode else TEXT_FORMAT,
        tools=_tools(call),
        timeouts=settings.timeouts,
    )


def _tools(call: _Call) -> tuple[Tool, ...]:
    return call.job.task.settings.tools if call.job.work["kind"] == "direct" else ()


def _fault_of_answer(call: _Call) -> ProviderError | None:
    """Why an answer that came whole cannot be used, if it cannot."""
    completion = call.completion
    assert completion is not None
    if completion.finish_reason == "content_filter":
        return ContentFiltered(f"{call.model.provider} filtered the answer.")
    # Of a plan its strategy is the judge, which says more exactly what is wrong with it.
    if completion.tool_calls or call.job.work["kind"] == "plan":
        return None
    wrong = check_answer(call.text, call.job.form, cut=completion.finish_reason == "length")
    return InvalidAnswer(wrong) if wrong else None


def _repair(call: _Call) -> tuple[ChatMessage, ...]:
    """What is sent after the prompt when the last answer could not be used: that answer, and what is wrong with it."""
    if not isinstance(call.error, InvalidAnswer):
        return call.repair
    wish = format_instruction(call.job.form)
    answer = (ChatMessage(Role.ASSISTANT, call.text),) if call.text.strip() else ()
    return (*answer, ChatMessage(Role.USER, f"Your answer cannot be used. {call.error.message}\n{wish}"))


def _start_row(call: _Call) -> dict[str, Any]:
    prompt = call.prompt
    return {
        "subtaskId": call.job.id,
        "leaseOwner": call.job.place.holder,
        "promptId": prompt.id,
        "content": prompt.content,
        "title": prompt.title,
        "spans": [{"sourceId": span.source_id, "start": span.start, "end": span.end} for span in prompt.spans],
        "uses": list(prompt.uses),
        "attemptId": call.id,
        "number": call.number,
        "model": {"id": call.model.key, "provider": call.model.provider, "name": call.model.name},
        "sawId": prompt.saw_id,
    }


def _finish_row(call: _Call, status: SubtaskStatus | None, *, stopping: bool) -> dict[str, Any]:
    said, code = _said_of(call, stopping)
    known = call.usage != Usage()
    return {
        "attemptId": call.id,
        "measures": {
            "status": _attempt_status(call.error, stopping).value,
            "error": said,
            "errorCode": code,
            "queueMs": max(0, round(call.started_ms - call.ready_ms)),
            "latencyMs": round((call.ended - call.started) * 1000),
            "timeToFirstTokenMs": round((call.first_token - call.started) * 1000) if call.first_token else None,
            "inputTokens": call.usage.input_tokens,
            "outputTokens": call.usage.output_tokens,
            "cachedTokens": call.usage.cached_tokens,
            "costUsd": cost_usd(call.model, call.usage) if known else None,
            "usageEstimated": call.usage_estimated or None,
        },
        "response": _response_row(call),
        "subtaskStatus": status.value if status else None,
        "subtaskError": said if status is SubtaskStatus.FAILED else None,
        "subtaskCode": code if status is SubtaskStatus.FAILED else None,
        "tokens": call.usage.output_tokens or 0,
    }


def _response_row(call: _Call) -> dict[str, Any] | None:
    content = _writable(call.text)
    if call.error is not None and not content:
        return None
    calls = call.completion.tool_calls if call.completion else ()
    title = " ".join(content[: TITLE_CHARACTERS * 2].split())[:TITLE_CHARACTERS]
    if not title and calls:
        title = f"calls {', '.join(one.name for one in calls)}"[:TITLE_CHARACTERS]
    return {
        "id": call.response_id,
        "content": content,
        "status": _response_status(call.error).value,
        "finishReason": call.completion.finish_reason if call.completion else None,
        "title": title or "(empty)",
        "toolCalls": _writable(orjson.dumps([dataclasses.asdict(one) for one in calls]).decode()) if calls else None,
    }


def _response_status(error: BaseException | None) -> ResponseStatus:
    if error is None:
        return ResponseStatus.COMPLETE
    return ResponseStatus.FAILED if isinstance(error, InvalidAnswer) else ResponseStatus.PARTIAL


def _attempt_status(error: BaseException | None, stopping: bool) -> AttemptStatus:
    match error:
        case None:
            return AttemptStatus.SUCCEEDED
        case asyncio.CancelledError():
            return AttemptStatus.INTERRUPTED if stopping else AttemptStatus.CANCELLED
        case ProviderTimeout():
            return AttemptStatus.TIMED_OUT
        case RateLimited():
            return AttemptStatus.RATE_LIMITED
        case _:
            return AttemptStatus.FAILED


def _said_of(call: _Call, stopping: bool) -> tuple[str | None, str | None]:
    """What is written of a call's error: its message and its code."""
    if call.error is None:
        return None, None
    if not isinstance(call.error, asyncio.CancelledError):
        return _writable(str(call.error)), code_of(call.error)
    if stopping:
        return "The service was stopped.", None
    why = call.job.place.why_cut()
    return (str(why), why.code) if why else ("The task was cancelled.", None)


def _writable(text: str) -> str:
    """The text with a question mark for half a surrogate pair, which has no UTF-8 and so no place in the graph."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def _verdict(call: _Call, delay: float | None) -> SubtaskStatus | None:
    """What a call makes of its subtask; None: it is tried again."""
    if call.error is None:
        return SubtaskStatus.SUCCEEDED
    return SubtaskStatus.FAILED if delay is None else None
