"""One call to a model; the only caller of providers.

Waits for the limits, writes the prompt before the call and what came of it after, streams and counts. Texts live here
only while they are in flight. Knows nothing of which model is asked next, or whether one is.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Hashable
from contextlib import aclosing
from dataclasses import replace

from service.answers.claims import claims_fault
from service.answers.formats import check_answer
from service.chat import ChatRequest, Completion, ReasoningDelta, StreamItem
from service.conversations.context.spoken import hash_of, request_text
from service.conversations.deltas import Deltas, LiveResponse
from service.errors import (
    AntiphonError,
    BudgetExceeded,
    ContentFiltered,
    EmptyAnswer,
    GraphFull,
    InvalidAnswer,
    ProviderError,
    RateLimited,
)
from service.graph.patience import patiently
from service.graph.store import Store
from service.models.gates import Dismissed, Passage
from service.models.leading import Leading
from service.models.registry import Models
from service.providers.caching import prefix_of
from service.providers.tokens import count_bytes
from service.records import SubtaskStatus
from service.tasks.asking import beside, learn, request_of
from service.tasks.budgets import NO_BUDGET
from service.tasks.call_rows import finish_row, start_row, status_when_ended, unkept_row
from service.tasks.costs import is_free, received_text, sent_text, settle, used_of, wish_of
from service.tasks.direct import BEGINNING
from service.tasks.jobs import Call
from service.tasks.reusing import may_reuse, request_sha256

_log = logging.getLogger(__name__)


class Calls:
    """Makes calls and writes them. `stopping` tells a call that is cut whether the service stops or its task was
    cancelled."""

    def __init__(self, store: Store, models: Models, deltas: Deltas, stopping: asyncio.Event) -> None:
        self._store = store
        self._models = models
        self._deltas = deltas
        self._stopping = stopping
        self._leading = Leading()
        self._writing: set[asyncio.Task[None]] = set()

    async def make(self, call: Call) -> bool:
        """Make one call; False where it was not made: it is not wanted (`call.refused`), or the subtask or its task is
        finished already, or not ours any more.

        Errors of the call are kept in `call.error`. When we are cancelled, what was received is paid for and written.
        """
        try:
            if not await self._ask(call):
                return False
            await self._count(call)
        except asyncio.CancelledError as error:
            if call.begun:
                await self._cut(call, error)
            raise
        finally:
            if call.grant is not None:
                call.job.place.settle(call.grant, *used_of(call))
        if call.error is None:
            call.error = call.fault
        return True

    async def finish(self, call: Call, status: SubtaskStatus | None) -> None:
        """Write what came of a call. It is written to its end, even when we are cancelled meanwhile."""
        row = finish_row(call, status, stopping=self._stopping.is_set() or call.job.place.is_lost)
        direct = call.job.direct if status is SubtaskStatus.SUCCEEDED else None
        end = direct.end(call.job.place.holder) if direct else None

        async def write() -> None:
            place, ended = call.job.conversation_id, None
            try:
                ended = await patiently(lambda: self._store.finish_attempt(place, row, end))
            except GraphFull as full:
                unkept = unkept_row(row, full)
                await patiently(lambda: self._store.finish_attempt(place, unkept))
            if direct:
                direct.over = ended is not None and ended.is_final

        try:
            await write()
        except asyncio.CancelledError:
            # The row may have been taken back: a task that nobody cancels writes it. Twice is safe.
            writing = asyncio.create_task(write())
            self._writing.add(writing)
            writing.add_done_callback(self._written)
            raise

    def _written(self, writing: asyncio.Task[None]) -> None:
        self._writing.discard(writing)
        if not writing.cancelled() and (error := writing.exception()) is not None:
            level = logging.DEBUG if self._stopping.is_set() else logging.WARNING
            _log.log(level, "What came of a call could not be written; its task is gone on with later. %s", error)

    async def settle(self) -> None:
        """Wait until what came of every call is written, also of those whose subtask was cut."""
        while self._writing:
            await asyncio.wait(self._writing)

    async def _cut(self, call: Call, error: asyncio.CancelledError) -> None:
        """Write what came of a call that was cut: while it was made, or while the tokens of its answer were counted."""
        if call.error is None:
            call.error = call.fault if call.completion else error
        if not call.ended:
            call.ended = time.monotonic()
        self._count_cut(call)
        await self.finish(call, SubtaskStatus.SUCCEEDED if call.error is None else None)

    async def _ask(self, call: Call) -> bool:
        request = await request_of(call, self._models)
        gate = self._models.gate(call.model)
        call.refused = call.job.place.refusal()
        if call.refused is not None:
            return False
        await self._foresee(call, request, exactly=gate.counts_tokens)
        if (bounded := await self._afford(call, request)) is None:
            return False
        request = bounded
        try:
            # Who waits for another to read their common prefix holds no place meanwhile.
            async with (
                self._leading.turn(self._shared(request)) as call.answered,
                gate.call(call.job.task.id, call.most_tokens) as passage,
                call.job.place.hold(),
            ):
                return await self._pass(call, request, passage)
        except Dismissed:
            call.refused = call.job.place.refusal()
            return False

    def _shared(self, request: ChatRequest) -> Hashable | None:
        """The prefix that the call shares with others, where its provider keeps such."""
        keeps = getattr(self._models.provider(request.model), "keeps_prefixes", False)
        return prefix_of(request) if keeps else None

    async def _pass(self, call: Call, request: ChatRequest, passage: Passage) -> bool:
        """The call itself, which the limits allow now."""
        place = call.job.place
        call.refused = place.refusal()
        if call.refused is not None:
            return False
        # From here on the attempt may be in the graph, also when we are cancelled before we know.
        call.begun = True
        call.begin()
        row = start_row(call, request)
        before = BEGINNING if call.job.direct and call.number == 1 else ()
        if not await patiently(lambda: self._store.start_attempt(call.job.conversation_id, row, before)):
            return False
        async with place.line:
            passage.begin()
            await self._stream(call, request)
        await learn(call, request, self._models)
        if isinstance(call.error, RateLimited):
            passage.refused(call.error.retry_after)
        if is_free(call):
            passage.settle(0)
        elif (used := call.so_far.usage).output_tokens is not None and call.completion is not None:
            passage.settle((used.input_tokens or 0) + used.output_tokens)
        return True

    async def _foresee(self, call: Call, request: ChatRequest, *, exactly: bool) -> None:
        """What the call will send, and what it may use. Where nothing depends on it, about four bytes are a token.

        What was counted to make the prompt is not counted again.
        """
        known = call.prompt.tokens
        apart = request.messages if known is None else beside(request.messages, call.prompt.messages)
        said = request_text(apart, request.tools)
        exactly = exactly or call.job.task.settings.budget != NO_BUDGET
        counted = await self._models.count(said, call.model) if exactly else count_bytes(said)
        call.prompt_tokens = counted + (known or 0)
        call.context_sha256 = await hash_of(request)
        call.request_sha256 = self._request_sha256(call, request)
        call.most_answer = request.max_output_tokens or 0

    def _request_sha256(self, call: Call, request: ChatRequest) -> str | None:
        """By what its answer is found again, where it may be reused: without words on its format, or of a repair."""
        task, work = call.job.task, call.job.work
        if not may_reuse(task, call.job.kind):
            return None
        known = call.context_sha256 if request.messages == call.prompt.messages else None
        return request_sha256(task, work, call.model, call.prompt.messages, known)

    async def _afford(self, call: Call, request: ChatRequest) -> ChatRequest | None:
        """The request as the budget allows it, its answer perhaps bounded to what is left; None: none is wanted now."""
        place, wish = call.job.place, call.most_answer
        if call.job.task.settings.budget == NO_BUDGET:
            return request
        call.grant = await place.afford(wish_of(call, wish))
        if call.grant is None:
            call.refused = place.refusal()
            return None
        call.most_answer, call.is_capped = call.grant.most, call.grant.most < wish
        return replace(request, max_output_tokens=call.most_answer)

    async def _stream(self, call: Call, request: ChatRequest) -> None:
        task_id = call.job.task.id
        live = LiveResponse(call.job.id, call.number, call.accepted_id)
        self._deltas.begin(task_id, live)
        call.begin()
        call.so_far.may_cost = True
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
            call.hear_out()
            self._show_rest(call, live)
            if call.completion is not None and call.error is None:
                call.fault = _fault_of_answer(call) or self._excess(call)
                live.finish_reason = call.completion.finish_reason
            live.status = status_when_ended(call)
            self._deltas.end(task_id, live)

    def _excess(self, call: Call) -> AntiphonError | None:
        bound = call.prompt.bound
        if bound is None or (tokens := self._models.estimate(call.text, call.model)) <= bound:
            return None
        return InvalidAnswer(f"The summary has {tokens} tokens, and must have {bound} at most: half of what it covers.")

    def _take(self, call: Call, live: LiveResponse, item: StreamItem) -> None:
        if isinstance(item, Completion):
            call.completion = item
            if item.usage != call.so_far.usage:
                call.so_far.said(item.usage, counted=bool(item.usage.output_tokens))
            return
        if call.first_token is None:
            call.first_token = time.monotonic()
            if call.answered is not None:
                call.answered()
        if isinstance(item, ReasoningDelta):
            call.thoughts.append(item.text)
            return
        call.pieces.append(item.text)
        if shown := call.hearing.take(item.text):
            self._deltas.add(call.job.task.id, live, shown)

    def _show_rest(self, call: Call, live: LiveResponse) -> None:
        """What was held back because it might have been thought, or what was shown as text and was: see `Hearing`."""
        rest = call.text[live.characters :]
        if live.is_beginning_of(call.text):
            if rest:
                self._deltas.add(call.job.task.id, live, rest)
        else:
            live.corrected = True

    async def _count(self, call: Call) -> None:
        """Keep what was used; what the provider did not say is estimated, unless the call cost nothing."""
        if is_free(call):
            return
        texts = sent_text(call), received_text(call)
        try:
            sent, received = [None if text is None else await self._models.measure(text, call.model) for text in texts]
        except AntiphonError as error:
            _log.warning("The usage of a call could not be counted as its model does: %s", error)
            sent, received = (None if text is None else count_bytes(text) for text in texts)
        settle(call, sent, received)

    def _count_cut(self, call: Call) -> None:
        """Estimate at once what a cut call used: who is cut may be cut again."""
        if is_free(call):
            return
        texts = sent_text(call), received_text(call)
        settle(call, *(None if text is None else self._models.estimate(text, call.model) for text in texts))


def _fault_of_answer(call: Call) -> AntiphonError | None:
    """Why an answer that came whole cannot be used, if it cannot."""
    completion = call.completion
    assert completion is not None
    if completion.finish_reason == "content_filter":
        return ContentFiltered(f"{call.model.provider} filtered the answer.")
    if completion.finish_reason == "length" and call.is_capped:
        return BudgetExceeded(f"The answer was cut at {call.most_answer} tokens, for the sake of the task's budget.")
    if completion.tool_calls:
        return None
    if not call.text.strip() and completion.finish_reason == "stop":
        return _emptiness(call)
    # Of a plan its strategy is the judge, which says more exactly what is wrong with it.
    if call.job.kind == "plan":
        return None
    wrong = check_answer(call.text, call.job.form, cut=completion.finish_reason == "length")
    if wrong is None and call.prompt.labels:
        wrong = claims_fault(call.text, call.prompt.labels)
    if wrong is None and call.prompt.check is not None:
        wrong = call.prompt.check(call.text)
    return InvalidAnswer(wrong) if wrong else None


def _emptiness(call: Call) -> ProviderError:
    """An answer that is nothing: as a model may be told, where it thought and then forgot to answer."""
    if call.reasoning:
        return InvalidAnswer("The answer is empty: all of it was reasoning.")
    return EmptyAnswer(f"{call.model.provider} gave an answer of no text: the model stopped before it said anything.")
