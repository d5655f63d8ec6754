"""The words of the project as data: statuses, ids, and the records that pass between the rooms.

A leaf: it imports nothing of the service. Records are frozen; a change is a new record.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal


class TaskStatus(StrEnum):
    """The state of a task. The last four are final."""

    PENDING = "PENDING"
    PLANNING = "PLANNING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    PARTIAL = "PARTIAL"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"

    @property
    def is_final(self) -> bool:
        """Whether the task will not change any more by itself."""
        return self in _FINAL_TASK


_FINAL_TASK = {TaskStatus.SUCCEEDED, TaskStatus.PARTIAL, TaskStatus.FAILED, TaskStatus.CANCELLED}


class SubtaskStatus(StrEnum):
    """The state of a subtask. The last four are final."""

    PENDING = "PENDING"
    READY = "READY"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    SKIPPED = "SKIPPED"

    @property
    def is_final(self) -> bool:
        """Whether the subtask will not change any more by itself."""
        return self in _FINAL_SUBTASK


_FINAL_SUBTASK = {
    SubtaskStatus.SUCCEEDED,
    SubtaskStatus.FAILED,
    SubtaskStatus.CANCELLED,
    SubtaskStatus.SKIPPED,
}


class AttemptStatus(StrEnum):
    """What came of one call to a provider."""

    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    TIMED_OUT = "TIMED_OUT"
    RATE_LIMITED = "RATE_LIMITED"
    CANCELLED = "CANCELLED"
    INTERRUPTED = "INTERRUPTED"


class ResponseStatus(StrEnum):
    """How whole a response is."""

    STREAMING = "STREAMING"
    COMPLETE = "COMPLETE"
    PARTIAL = "PARTIAL"
    FAILED = "FAILED"


class Role(StrEnum):
    """Who speaks in a message that is sent to a model."""

    SYSTEM = "SYSTEM"
    USER = "USER"
    ASSISTANT = "ASSISTANT"
    TOOL = "TOOL"


class StrategyName(StrEnum):
    """The decompositions that the contract names."""

    NONE = "NONE"
    CHUNK = "CHUNK"
    FILE = "FILE"
    ERROR = "ERROR"
    DYNAMIC = "DYNAMIC"


class Aggregation(StrEnum):
    """How the subtasks' answers become the task's answer."""

    CONCAT = "CONCAT"
    LIST = "LIST"
    MERGE = "MERGE"
    REDUCE = "REDUCE"
    NONE = "NONE"


class OnFailure(StrEnum):
    """What one failed subtask means for the others."""

    CONTINUE = "CONTINUE"
    FAIL_FAST = "FAIL_FAST"


class ResponseFormatKind(StrEnum):
    """What an answer must be: any text, one JSON value, or one that meets a schema."""

    TEXT = "TEXT"
    JSON = "JSON"
    JSON_SCHEMA = "JSON_SCHEMA"


def new_id() -> str:
    """A new UUIDv7 (RFC 9562): its text sorts by the time it was made."""
    return _uuid7(int(time.time() * 1000), os.urandom(10))


def derived_id(parent: str, *parts: object) -> str:
    """The id of a part of `parent`: the same parts give the same id, so writing it twice is safe.

    A UUIDv7 with the parent's time; its random bits are a hash of the parent and the parts.
    """
    digest = hashlib.blake2b("\x1f".join([parent, *map(str, parts)]).encode(), digest_size=10).digest()
    return _uuid7(int(parent[:8] + parent[9:13], 16), digest)


def subtask_id(task_id: str, key: str) -> str:
    """The id of the subtask with that key."""
    return derived_id(task_id, "subtask", key)


def answer_id(task_id: str, strategy: str, retries: int = 0) -> str:
    """The id that a task's answer will have: each retry puts another beside it, but for a task of one prompt."""
    again = retries if strategy != StrategyName.NONE else 0
    return derived_id(task_id, "answer", *([again] if again else []))


def _uuid7(milliseconds: int, noise: bytes) -> str:
    tail = int.from_bytes(noise, "big")
    value = (milliseconds & (1 << 48) - 1) << 80
    value |= 0x7 << 76 | (tail >> 64 & 0xFFF) << 64
    value |= 0b10 << 62 | tail & (1 << 62) - 1
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


# --- models and providers -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RateLimits:
    """What a provider or a model allows us at once and a minute (None: no limit)."""

    concurrent: int | None = None
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """One model of one provider. Sizes in tokens, prices in USD per million tokens (None: not known)."""

    provider: str
    name: str
    family: str
    context_window: int
    max_output_tokens: int
    features: frozenset[str] = frozenset()
    tokenizer: str = "estimate"
    input_price: float | None = None
    output_price: float | None = None
    cached_price: float | None = None
    limits: RateLimits = RateLimits()

    @property
    def key(self) -> str:
        """`provider/name`, as callers write it."""
        return f"{self.provider}/{self.name}"


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: to connect, to the first token (and between two tokens), and for the whole call."""

    connect: float = 5.0
    first_token: float = 60.0
    total: float = 600.0


@dataclass(frozen=True, slots=True)
class ProviderConfig:
    """How to reach a provider. `protocol` names the plug-in in `providers/` that speaks to it."""

    name: str
    protocol: str
    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    headers: dict[str, str] = field(default_factory=dict[str, str], repr=False)
    timeouts: Timeouts = Timeouts()
    limits: RateLimits = RateLimits()
    options: dict[str, Any] = field(default_factory=dict[str, Any], repr=False)
    models: tuple[ModelConfig, ...] = ()


@dataclass(frozen=True, slots=True)
class ResponseFormat:
    """What an answer must be; `schema` is the JSON Schema of JSON_SCHEMA."""

    kind: ResponseFormatKind = ResponseFormatKind.TEXT
    schema: dict[str, Any] | None = None


TEXT_FORMAT = ResponseFormat()


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool that a model may call; `parameters` is the JSON Schema of its arguments."""

    name: str
    description: str
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A model's wish to call a tool. `id` is the provider's own; `arguments` is JSON as the model wrote it."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message as it is sent to a model.

    An ASSISTANT message may carry the calls that the model made; a TOOL message is the result of `tool_call_id`,
    or says why there is none (`is_error`).
    """

    role: Role
    content: str
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None
    is_error: bool = False


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One call to a provider. `tools` are what the model may call: the service calls none of them itself."""

    model: ModelConfig
    messages: tuple[ChatMessage, ...]
    max_output_tokens: int | None = None
    temperature: float | None = None
    response_format: ResponseFormat = TEXT_FORMAT
    tools: tuple[Tool, ...] = ()
    timeouts: Timeouts = Timeouts()


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call. `cached_tokens` are those of the input that the provider had cached."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the answer, as it is generated."""

    text: str


@dataclass(frozen=True, slots=True)
class Completion:
    """The last thing a provider's stream yields. `finish_reason`: stop, length, content_filter, tool_calls."""

    finish_reason: str
    usage: Usage = Usage()
    model: str | None = None
    tool_calls: tuple[ToolCall, ...] = ()


# --- what a strategy sees and says --------------------------------------------------------------

CountTokens = Callable[[str], int]
"""Counts the tokens of a text. May block (the local model is asked over HTTP): call it off the event loop."""


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
    it failed (`CONTEXT_OVERFLOW` and the other codes of `errors.py`).
    """

    key: str
    status: SubtaskStatus
    tokens: int = 0
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """What a task may use: tokens read and written, and USD (None: no bound)."""

    tokens: int | None = None
    cost_usd: float | None = None


@dataclass(frozen=True, slots=True)
class TaskSettings:
    """How a task is to be run, after defaults: the validated form of `CreateTaskInput.config`. Times in seconds.

    `aggregation_named` says that the caller chose the aggregation, and no default.
    """

    model: str
    fallback_models: tuple[str, ...] = ()
    max_parallel: int = 8
    aggregation: Aggregation = Aggregation.CONCAT
    on_failure: OnFailure = OnFailure.CONTINUE
    max_attempts: int = 4
    retry_seconds: float = 120.0
    timeouts: Timeouts = Timeouts()
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
    retried.
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
    roles: Mapping[str, str] = field(default_factory=dict[str, str])
    models: frozenset[str] = frozenset()
    retries: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a source: characters `start` (inclusive) to `end` (exclusive). `label` stands above it in a prompt."""

    source_id: str
    start: int
    end: int
    label: str = ""


AskKind = Literal["direct", "part", "reduce", "plan", "step"]


@dataclass(frozen=True, slots=True)
class Ask:
    """One subtask that a strategy wants: a prompt about spans of sources and earlier subtasks' answers.

    `key` is unique in the task and the same whenever the same state is planned again. `depends_on` and `uses` are
    keys; what is used is depended on. `part` of `parts` says which piece of its source this is, counted from 1.

    `kind` is direct (the task's own prompt is sent as it is), part (the task's instruction about the spans), reduce
    (combine the answers of `uses`), plan (make a plan of the task) or step (of a plan). `brief` is what the strategy
    itself says: above the spans of a part, in place of the instruction of a reduce, what was wrong with the last
    plan, or a step's template. `item` is the place of a step's element in the list that it fans out over.
    `model`, `role` and `response_format` stand for the task's own, where given. `replaces` is the key of the failed
    subtask in whose place this is asked: what is replaced is not run again.
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
    succeed and are not missing in the answer: others were asked in their place.
    """

    keys: tuple[str, ...]
    aggregation: Aggregation
    note: str | None = None
    error: str | None = None
    replaced: tuple[str, ...] = ()


Plan = Asks | Read | Finish
