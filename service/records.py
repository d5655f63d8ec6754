"""The words that everybody uses: statuses, what an answer must be, a part of a source, ids.

A leaf: of the service it imports the clock. Records are frozen; a change is a new record.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from service.clock import new_stamp


class TaskStatus(StrEnum):
    """The state of a task. The last four are final."""

    PENDING = "PENDING"
    """It is written down, and nobody has begun it yet."""

    PLANNING = "PLANNING"
    """Its strategy decides what is to be asked."""

    RUNNING = "RUNNING"
    """Its subtasks are being worked on."""

    SUCCEEDED = "SUCCEEDED"
    """All that it needed succeeded; its answer is whole."""

    PARTIAL = "PARTIAL"
    """It has an answer, but something that it needed failed: `note` of the answer says what."""

    FAILED = "FAILED"
    """It has no answer: `error` and `errorCode` say why."""

    CANCELLED = "CANCELLED"
    """It was cancelled before it ended."""

    @property
    def is_final(self) -> bool:
        """Whether the task will not change any more by itself."""
        return self in _FINAL_TASK


_FINAL_TASK = {TaskStatus.SUCCEEDED, TaskStatus.PARTIAL, TaskStatus.FAILED, TaskStatus.CANCELLED}


class WhenBusy(StrEnum):
    """What becomes of a prompt that is sent to a branch on which another still awaits its answer."""

    CONTINUE = "CONTINUE"
    """It continues from that prompt, at once."""

    WAIT = "WAIT"
    """It is asked when that answer is there, and those that wait already have been answered."""

    INTERRUPT = "INTERRUPT"
    """That answer is cut, and what was received of it is kept; it continues from there, after those that wait."""

    REJECT = "REJECT"
    """It is refused with `CONFLICT`."""


class SubtaskStatus(StrEnum):
    """The state of a subtask. The last four are final."""

    PENDING = "PENDING"
    """It waits for others whose answers it needs."""

    READY = "READY"
    """What it needs is there; it waits for its turn."""

    RUNNING = "RUNNING"
    """A model is being asked."""

    SUCCEEDED = "SUCCEEDED"
    """It has an accepted answer."""

    FAILED = "FAILED"
    """No model gave an answer that could be accepted."""

    CANCELLED = "CANCELLED"
    """It was cancelled with its task."""

    SKIPPED = "SKIPPED"
    """It was not asked, because what it needed failed."""

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
    """The call is under way."""

    SUCCEEDED = "SUCCEEDED"
    """An answer came back and was accepted."""

    FAILED = "FAILED"
    """The provider refused it, broke off, or answered what could not be accepted."""

    TIMED_OUT = "TIMED_OUT"
    """It took longer than it may."""

    RATE_LIMITED = "RATE_LIMITED"
    """The provider wants fewer calls; it is made again later."""

    CANCELLED = "CANCELLED"
    """It was cut with its task."""

    INTERRUPTED = "INTERRUPTED"
    """The process that made it went away; what it cost is not known."""


class ResponseStatus(StrEnum):
    """How whole a response is."""

    STREAMING = "STREAMING"
    """It is being generated."""

    COMPLETE = "COMPLETE"
    """It is all that the model or the task had to say."""

    PARTIAL = "PARTIAL"
    """Something is missing: `note` says what."""

    FAILED = "FAILED"
    """It broke off, or was not accepted."""


class ContextPolicy(StrEnum):
    """What of the path above a prompt is sent with it."""

    FULL = "FULL"
    """All of it; where it does not fit, the prompt fails."""

    RECENT = "RECENT"
    """The newest messages, as many as fit."""

    SUMMARIZED = "SUMMARIZED"
    """The newest messages, and summaries of those before them."""

    NONE = "NONE"
    """Nothing: the prompt alone."""


class ItemKind(StrEnum):
    """What a message of a context is."""

    SYSTEM = "SYSTEM"
    """The conversation's system prompt."""

    FORMAT = "FORMAT"
    """Words on what the answer must be, for a model that has no mode for it."""

    SUMMARY = "SUMMARY"
    """A summary of messages that are not sent."""

    PINNED = "PINNED"
    """A pinned message from before the window."""

    NOTE = "NOTE"
    """Words of the service: where the side of a merge begins, for instance."""

    MESSAGE = "MESSAGE"
    """A message as it is."""

    PROMPT = "PROMPT"
    """The prompt that is answered."""

    REPAIR = "REPAIR"
    """An answer that could not be used, or what the model was told of it."""


class SawAs(StrEnum):
    """How a message or a summary stood in a context."""

    VERBATIM = "VERBATIM"
    """As it is, and all after it on its way to the prompt: it is the oldest of these."""

    SUMMARY = "SUMMARY"
    """A summary, in place of what it covers."""

    PINNED = "PINNED"
    """As it is, because it is pinned, and not what comes after it."""

    SYSTEM = "SYSTEM"
    """The conversation's system prompt."""


class SummaryKind(StrEnum):
    """Why a summary was made."""

    STRETCH = "STRETCH"
    """It stands in contexts for messages that do not fit any more."""

    ASKED = "ASKED"
    """Somebody asked for it."""


class SummaryLength(StrEnum):
    """How long a summary is."""

    SHORT = "SHORT"
    """A paragraph: 150 tokens, about."""

    MEDIUM = "MEDIUM"
    """A page: 400 tokens, about."""

    LONG = "LONG"
    """Some pages: 1200 tokens, about."""


class SummaryForm(StrEnum):
    """What a summary is made as."""

    TEXT = "TEXT"
    """A text."""

    STRUCTURED = "STRUCTURED"
    """Claims: decisions, open questions and facts, each with the messages that say it."""


class ClaimKind(StrEnum):
    """What a summary claims."""

    DECISION = "DECISION"
    """Something was decided."""

    OPEN_QUESTION = "OPEN_QUESTION"
    """Something is still to be answered or done."""

    FACT = "FACT"
    """Something is so, as it was said."""


class FinishReason(StrEnum):
    """Why a model stopped."""

    STOP = "STOP"
    """The model had said all."""

    LENGTH = "LENGTH"
    """It came to the most tokens that it may write."""

    CONTENT_FILTER = "CONTENT_FILTER"
    """The provider's filter cut it."""

    TOOL_CALLS = "TOOL_CALLS"
    """It wants tools to be called."""

    OTHER = "OTHER"
    """Something else, in the provider's own words."""

    @classmethod
    def of(cls, said: str | None) -> FinishReason | None:
        """The reason that is kept in the graph, where there is one."""
        return (said and cls.__members__.get(said.upper(), cls.OTHER)) or None


class Role(StrEnum):
    """Who speaks in a message that is sent to a model."""

    SYSTEM = "SYSTEM"
    """An instruction that stands above the conversation."""

    USER = "USER"
    """Who asks."""

    ASSISTANT = "ASSISTANT"
    """The model."""

    TOOL = "TOOL"
    """The result of a tool that the model called."""


class StrategyName(StrEnum):
    """The strategies that are always there."""

    NONE = "NONE"
    """One prompt, one answer."""

    CHUNK = "CHUNK"
    """A long text in parts of a size that the model can read."""

    FILE = "FILE"
    """A part for each file or item of a list."""

    ERROR = "ERROR"
    """A part for each different error in logs and output of builds and tests."""

    DYNAMIC = "DYNAMIC"
    """A model plans what is to be asked."""


class Aggregation(StrEnum):
    """How the subtasks' answers become the task's answer."""

    CONCAT = "CONCAT"
    """One after the other, in order."""

    LIST = "LIST"
    """A JSON list of them."""

    MERGE = "MERGE"
    """JSON objects and lists become one."""

    REDUCE = "REDUCE"
    """A model combines them."""

    NONE = "NONE"
    """They stay apart; the task itself has no answer."""


class OnFailure(StrEnum):
    """What one failed subtask means for the others."""

    CONTINUE = "CONTINUE"
    """The others go on; the answer is made of what there is."""

    FAIL_FAST = "FAIL_FAST"
    """The others are cancelled, and the task fails."""


class ResponseFormatKind(StrEnum):
    """What an answer must be."""

    TEXT = "TEXT"
    """Any text."""

    JSON = "JSON"
    """One JSON value."""

    JSON_SCHEMA = "JSON_SCHEMA"
    """One JSON value that meets a JSON Schema."""


@dataclass(frozen=True, slots=True)
class ResponseFormat:
    """What an answer must be; `schema` is the JSON Schema of JSON_SCHEMA."""

    kind: ResponseFormatKind = ResponseFormatKind.TEXT
    schema: dict[str, Any] | None = None


TEXT_FORMAT = ResponseFormat()


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a source: characters `start` (inclusive) to `end` (exclusive). `label` stands above it in a prompt."""

    source_id: str
    start: int
    end: int
    label: str = ""


def new_id() -> str:
    """A new UUIDv7 (RFC 9562): its text sorts behind all that this process made before, whatever the clock does."""
    return _uuid7(*new_stamp())


def derived_id(parent: str, *parts: object) -> str:
    """The id of a part of `parent`: the same parts give the same id, so writing it twice is safe.

    A UUIDv7 with the parent's time; its random bits are a hash of the parent and the parts.
    """
    digest = hashlib.blake2b("\x1f".join([parent, *map(str, parts)]).encode(), digest_size=10).digest()
    return _uuid7(int(parent[:8] + parent[9:13], 16), _tail(digest))


def hashed_id(milliseconds: int, *parts: object) -> str:
    """The id of what came from elsewhere: a UUIDv7 of its time, whose random bits are a hash of the parts."""
    digest = hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=10).digest()
    return _uuid7(milliseconds, _tail(digest))


def subtask_id(task_id: str, key: str) -> str:
    """The id of the subtask with that key."""
    return derived_id(task_id, "subtask", key)


def answer_id(task_id: str, strategy: str, retries: int = 0) -> str:
    """The id that a task's answer will have: each retry puts another beside it, but for a task of one prompt."""
    again = retries if strategy != StrategyName.NONE else 0
    return derived_id(task_id, "answer", *([again] if again else []))


def accepted_response_id(task_id: str, subtask_id: str, kind: str) -> str:
    """The id that a subtask's response has if it is accepted, known beforehand; of a task of one prompt its answer."""
    is_answer = kind in ("direct", "summary")
    return answer_id(task_id, StrategyName.NONE) if is_answer else derived_id(subtask_id, "answer")


def template_id(instruction: str, reduce: str | None) -> str:
    """The id of the texts that prompts are filled in: a UUIDv8 of their hash, the same for the same texts."""
    text = hashlib.sha256("\x1f".join([instruction, reduce or ""]).encode()).hexdigest()
    return f"{text[:8]}-{text[8:12]}-8{text[13:16]}-8{text[17:20]}-{text[20:32]}"


def _tail(noise: bytes) -> int:
    # Of 80 bits, those that ids have been made of since the first: 12, and the last 62.
    bits = int.from_bytes(noise, "big")
    return (bits >> 64 & 0xFFF) << 62 | bits & (1 << 62) - 1


def _uuid7(milliseconds: int, tail: int) -> str:
    """The id of so many milliseconds since 1970 and 74 bits."""
    value = (milliseconds & (1 << 48) - 1) << 80
    value |= 0x7 << 76 | (tail >> 62) << 64
    value |= 0b10 << 62 | tail & (1 << 62) - 1
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
