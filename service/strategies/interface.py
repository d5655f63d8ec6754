"""The interface of a strategy: the state of a task that it sees, and what it says is next.

Records alone. Knows neither who runs a strategy nor which there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from service.chat import CountTokens, Timeouts, Tool
from service.records import TEXT_FORMAT, Aggregation, ContextPolicy, OnFailure, ResponseFormat, Span, SubtaskStatus
from service.strategies.recutting import Former


@dataclass(frozen=True, slots=True)
class SourceText:
    """A source that the task reads, with its text."""

    id: str
    name: str
    media_type: str
    text: str


@dataclass(frozen=True, slots=True)
class DoneSubtask:
    """What a strategy knows of a subtask that was asked before: never its texts.

    `key` is the Ask's own; `tokens` is the size of its answer (0 where it has none); `code` is the error's, where
    it failed (`CONTEXT_OVERFLOW` and the other codes of `errors.py`); `sha` is the hash of what it sent, where known.
    """

    key: str
    status: SubtaskStatus
    tokens: int = 0
    code: str | None = None
    sha: str = ""


@dataclass(frozen=True, slots=True)
class Budget:
    """What a task may use: tokens read and written, and USD (None: no bound)."""

    tokens: int | None = None
    cost_usd: float | None = None


@dataclass(frozen=True, slots=True)
class TaskSettings:
    """How a task is to be run, after defaults: the validated form of `CreateTaskInput.config`. Times in seconds.

    `aggregation_named` says that the caller chose the aggregation, and no default. `reconcile`: its prompt merges
    branches, and it is asked first where these disagree. `reuse`: a request that was answered before takes that answer.
    """

    model: str
    fallback_models: tuple[str, ...] = ()
    max_parallel: int = 8
    aggregation: Aggregation = Aggregation.CONCAT
    on_failure: OnFailure = OnFailure.CONTINUE
    max_attempts: int = 4
    retry_seconds: float = 120.0
    timeouts: Timeouts = field(default_factory=Timeouts)
    temperature: float | None = None
    max_output_tokens: int | None = None
    chunk_tokens: int | None = None
    chunk_overlap: int = 0
    role: str | None = None
    response_format: ResponseFormat = TEXT_FORMAT
    budget: Budget = Budget()
    deadline_seconds: float | None = None
    tools: tuple[Tool, ...] = ()
    max_cases: int | None = None
    max_steps: int | None = None
    aggregation_named: bool = False
    context: ContextPolicy = ContextPolicy.SUMMARIZED
    reconcile: bool = False
    reuse: bool = False

    @property
    def is_bounded(self) -> bool:
        """Whether what the task has used, or how long it has taken, may end it."""
        return self.budget != Budget() or self.deadline_seconds is not None


@dataclass(frozen=True, slots=True)
class TaskState:
    """All that a strategy may look at. `room` is how many tokens of material fit into one prompt,
    beside the instruction and the answer; `answer_room` is how many tokens an answer may have.

    `answers` holds the texts of the answers that the strategy asked to `Read`, by key. `plan` is the plan (JSON)
    that the task follows, where it has one. `halted` says why nothing new may be asked: what is there is the end.
    `roles`, each with its model, and `models` are those that a plan may name; `retries` is how often the task was
    retried. `former` holds older versions of sources, by the sources' ids, and the parts that they were cut into.
    """

    task_id: str
    settings: TaskSettings
    sources: tuple[SourceText, ...]
    subtasks: tuple[DoneSubtask, ...]
    room: int
    answer_room: int
    count: CountTokens
    instruction: str = ""
    answers: Mapping[str, str] = field(default_factory=dict[str, str])
    plan: str | None = None
    halted: str | None = None
    former: Mapping[str, Former] = field(default_factory=dict[str, Former])
    roles: Mapping[str, str] = field(default_factory=dict[str, str])
    models: frozenset[str] = frozenset()
    retries: int = 0


AskKind = Literal["direct", "conflicts", "part", "reduce", "plan", "step"]


@dataclass(frozen=True, slots=True)
class Ask:
    """One subtask that a strategy wants: a prompt about spans of sources and earlier subtasks' answers.

    `key` is unique in the task and the same whenever the same state is planned again. `depends_on` and `uses` are
    keys; what is used is depended on. `part` of `parts` says which piece of its source this is, counted from 1.

    `kind` is direct (the task's own prompt is sent as it is), conflicts (where merged branches disagree), part (the
    task's instruction about the spans), reduce (combine the answers of `uses`), plan (make a plan of the task) or step
    (of a plan). `brief` is what the strategy itself says: above the spans of a part, in place of the instruction of a
    reduce, what was wrong with the last plan, or a step's template. `item` is the place of a step's element in the list
    that it fans out over.
    `model`, `role` and `response_format` stand for the task's own, where given. `replaces` is the key of the failed
    subtask in whose place this is asked: what is replaced is not run again. `identity` is what it is about, where its
    words may change: a refreshed task takes the answer that was given to the same.
    """

    key: str
    title: str
    kind: AskKind = "part"
    spans: tuple[Span, ...] = ()
    uses: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    part: int = 1
    parts: int = 1
    brief: str = ""
    item: int | None = None
    model: str | None = None
    role: str | None = None
    response_format: ResponseFormat | None = None
    replaces: str | None = None
    identity: str | None = None


@dataclass(frozen=True, slots=True)
class Asks:
    """Ask these, then plan again. `plan` is the plan (JSON) that the task follows from now on, where it is new."""

    asks: tuple[Ask, ...]
    plan: str | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """Plan again with the texts of these subtasks' answers in `TaskState.answers`."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finish:
    """The work is over: make the task's answer out of the answers of these subtasks, in this order.

    `error` says why the strategy could not do its work: the task is FAILED. `replaced` are the subtasks that did not
    succeed and are not missing in the answer: others were asked in their place. `headings` stand above the answers
    where these are put one below the other: one for each key, empty where none is wanted.
    """

    keys: tuple[str, ...]
    aggregation: Aggregation
    note: str | None = None
    error: str | None = None
    replaced: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()


Plan = Asks | Read | Finish
