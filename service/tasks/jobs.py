"""A subtask while it runs: what it needs, what its task lends it, and the call that is under way.

Records and one protocol. Owns what a subtask's row means to those who run it; does nothing itself.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from service.answers.reasoning import MOST_CHARACTERS, Hearing, Said
from service.chat import ChatMessage, Completion, ModelConfig, Tool, Usage, UsageSoFar
from service.clock import now_ms
from service.errors import AntiphonError
from service.records import AttemptStatus, ResponseFormat, accepted_response_id, derived_id
from service.tasks.budgets import Grant, Spend, Wish
from service.tasks.direct import DirectTask
from service.tasks.material import TaskWork, form_of, models_of, tools_of
from service.tasks.prompts import ComposedPrompt


class Place(Protocol):
    """What a task lends to its subtasks: a name in leases, places for calls, and its word on whether to go on."""

    @property
    def holder(self) -> str:
        """The process in whose name the task is run."""
        ...

    @property
    def is_lost(self) -> bool:
        """Whether the task is not this process's any more: it is over, or another has it, or may have."""
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

    async def afford(self, wish: Wish) -> Grant | None:
        """Reserve what a call may use of the task's budget, perhaps after some of those in flight have ended; None
        where it is not wanted any more (`refusal`)."""
        ...

    def settle(self, grant: Grant, used: Spend, unknown: Spend) -> None:
        """The call that was granted is over. It has used this much; `unknown` of it, it only may have used."""
        ...

    def why_cut(self) -> AntiphonError | None:
        """Why the task's calls are cut, where it is not the caller who cancels it."""
        ...


@dataclass(frozen=True, slots=True)
class Job:
    """A subtask and what it needs: its task, its row and its place; `direct` where it is all that its task asks."""

    task: TaskWork
    work: dict[str, Any]
    place: Place
    direct: DirectTask | None = None

    @property
    def id(self) -> str:
        """The subtask's id."""
        return self.work["id"]

    @property
    def conversation_id(self) -> str:
        """The conversation of its task."""
        return self.task.conversation_id

    @property
    def kind(self) -> str:
        """What the subtask is for its strategy: see `Ask`."""
        return self.work["kind"]

    @property
    def ready_ms(self) -> float:
        """Since when it may run (ms since 1970)."""
        return self.work["readyAt"]

    @property
    def models(self) -> tuple[str, ...]:
        """The models that it may ask by name, first to last: its own, else the task's, and those to fall back on."""
        return models_of(self.task, self.work)

    @property
    def form(self) -> ResponseFormat:
        """What its answer must be: its own word, else the task's; a plan and its steps have only their own."""
        return form_of(self.task, self.work)

    @property
    def tools(self) -> tuple[Tool, ...]:
        """The tools that the model may call: those of the task, where its prompt is sent as it is."""
        return tools_of(self.task, self.work)

    @property
    def calls_made(self) -> int:
        """How many calls it has had so far, in all its runs."""
        return max((number for number, *_ in self.work["attempts"]), default=0)

    def earlier(self) -> list[tuple[str, AttemptStatus]]:
        """The calls since it was last retried, first to last: the model's name and what came of it."""
        since = self.work["retriedAfter"] or 0
        made = sorted(self.work["attempts"])
        return [(model, AttemptStatus(status)) for number, status, model in made if number > since]


@dataclass(frozen=True, slots=True)
class Repair:
    """What a model is told of an answer that cannot be used, `refused_id`: the answer itself, and then `words`."""

    messages: tuple[ChatMessage, ...]
    words: str
    refused_id: str


@dataclass(slots=True)
class Call:
    """One attempt while it is under way, and what came of it.

    `passed_over` are the models whose turn it was and that were not asked, by name, and why. `error` is why the call
    failed, `fault` why an answer that came whole cannot be used. `pieces` are all texts that came, `thoughts` what came
    apart as reasoning; `said` is the answer without what was thought in it, once the call has ended. `so_far` is what
    its provider says of its cost while it runs, `usage` and `cost_usd` what is kept of that in the end.
    `prompt_tokens` is about what it sends, `context_sha256` the hash of that, and `most_answer` the tokens of the
    longest answer that it may have; `grant` is what the task's budget gave it, and `is_capped` that this was less than
    it wanted. `answered` is to be told of the first token. `id` is the attempt's, `accepted_id` that of its response
    where that is accepted: both are known before any call.
    """

    job: Job
    prompt: ComposedPrompt
    model: ModelConfig
    number: int
    ready_ms: float
    repair: Repair | None = None
    passed_over: Mapping[str, str] = field(default_factory=dict[str, str])
    started: float = field(default_factory=time.monotonic)
    started_ms: float = field(default_factory=now_ms)
    first_token: float | None = None
    ended: float = 0.0
    pieces: list[str] = field(default_factory=list[str])
    thoughts: list[str] = field(default_factory=list[str])
    hearing: Hearing = field(init=False)
    said: Said | None = None
    completion: Completion | None = None
    usage: Usage = field(default_factory=Usage)
    usage_estimated: bool = False
    cost_usd: float | None = None
    prompt_tokens: int = 0
    context_sha256: str = ""
    request_sha256: str | None = None
    most_answer: int = 0
    grant: Grant | None = None
    is_capped: bool = False
    answered: Callable[[], None] | None = None
    so_far: UsageSoFar = field(default_factory=lambda: UsageSoFar(may_cost=False))
    begun: bool = False
    refused: AntiphonError | None = None
    error: BaseException | None = None
    fault: AntiphonError | None = None
    id: str = field(init=False)
    accepted_id: str = field(init=False)

    def __post_init__(self) -> None:
        self.hearing = Hearing(reasons="reasoning" in self.model.features)
        self.id = derived_id(self.job.id, "attempt", self.number)
        self.accepted_id = accepted_response_id(self.job.task.id, self.job.id, self.job.kind)

    @property
    def most_tokens(self) -> int:
        """What it may use in all."""
        return self.prompt_tokens + self.most_answer

    @property
    def is_unknown(self) -> bool:
        """Whether nobody knows what was generated, and so what it cost: it was cut while it was silent."""
        return self.usage.output_tokens is None and self.usage.input_tokens is not None

    @property
    def response_id(self) -> str:
        """The id of what it leaves where that is not accepted."""
        return derived_id(self.id, "response")

    @property
    def text(self) -> str:
        """What was answered so far: what was received, without what was thought in it once that is known."""
        return self.received if self.said is None else self.said.answer

    @property
    def received(self) -> str:
        """All text that was received so far."""
        return "".join(self.pieces)

    @property
    def reasoning(self) -> str:
        """What was thought so far, bounded."""
        inside = self.said.reasoning if self.said else ""
        return "\n\n".join(filter(None, ("".join(self.thoughts).strip(), inside)))[:MOST_CHARACTERS]

    @property
    def has_received(self) -> bool:
        """Whether anything was received: a text, or what was thought."""
        return bool(self.pieces or self.thoughts)

    def hear_out(self) -> None:
        """The call has ended: what was answered, and what was thought, is known from now on."""
        end = self.completion
        cut = end is None or end.finish_reason != "stop" or bool(end.tool_calls)
        self.said = self.hearing.end(cut=cut, apart=bool(self.thoughts))

    @property
    def messages(self) -> tuple[ChatMessage, ...]:
        """What is sent: the prompt, and what the model is told of its last answer."""
        return (*self.prompt.messages, *(self.repair.messages if self.repair else ()))

    def begin(self) -> None:
        """Its time counts from now."""
        self.started, self.started_ms = time.monotonic(), now_ms()
