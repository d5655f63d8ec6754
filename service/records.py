"""The words that everybody uses: statuses, what an answer must be, a part of a source, ids.

A leaf: it imports nothing of the service. Records are frozen; a change is a new record.
"""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


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


class FinishReason(StrEnum):
    """Why a model stopped. OTHER is what is none of the words that providers share."""

    STOP = "STOP"
    LENGTH = "LENGTH"
    CONTENT_FILTER = "CONTENT_FILTER"
    TOOL_CALLS = "TOOL_CALLS"
    OTHER = "OTHER"

    @classmethod
    def of(cls, said: str | None) -> FinishReason | None:
        """The reason that is kept in the graph, where there is one."""
        return (said and cls.__members__.get(said.upper(), cls.OTHER)) or None


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


def template_id(instruction: str, reduce: str | None) -> str:
    """The id of the texts that prompts are filled in: a UUIDv8 of their hash, the same for the same texts."""
    text = hashlib.sha256("\x1f".join([instruction, reduce or ""]).encode()).hexdigest()
    return f"{text[:8]}-{text[8:12]}-8{text[13:16]}-8{text[17:20]}-{text[20:32]}"


def _uuid7(milliseconds: int, noise: bytes) -> str:
    tail = int.from_bytes(noise, "big")
    value = (milliseconds & (1 << 48) - 1) << 80
    value |= 0x7 << 76 | (tail >> 64 & 0xFFF) << 64
    value |= 0b10 << 62 | tail & (1 << 62) - 1
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
