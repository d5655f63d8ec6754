"""What callers ask for: tasks and prompts as they are sent, and what tells one request from another.

Owns idempotency: what a key may be, and that it stands for one request. Knows nothing of what a request comes to.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from service.answers.formats import read_format
from service.errors import Conflict, InvalidInput
from service.records import WhenBusy
from service.tasks.settings import NewTaskConfig
from service.tasks.sources import NewFile, NewSource, check_text
from service.tasks.tools import ToolResult


@dataclass(frozen=True, slots=True)
class ExpectedHead:
    """Where a caller saw a branch: at a message, or with no message yet (None)."""

    message_id: str | None = None


@dataclass(frozen=True, slots=True)
class MergedSide:
    """A branch that a prompt continues besides the one that it is asked on: where it is, and what it is called."""

    branch_id: str
    message_id: str
    label: str


@dataclass(frozen=True, slots=True)
class NewTask:
    """What a caller wants done. `instruction` may be left out where the task type has one of its own.

    `kept` names a plan that was kept, `plan` is one (any JSON value, to be checked): the strategy is then DYNAMIC.
    `root` asks from nothing: a first prompt beside the one that the conversation has. It continues from the head of
    `branch_id`, by default that of the conversation's default branch; `expected` says where the caller saw that head.
    `sides` are branches that are merged with that one, which is called `side_label`; with `reconcile` it is asked first
    where they disagree. `stands_for` is the hash of the request that this is made of, where its own values are not what
    tells it from another. `text_field` is what the caller calls the instruction.
    Without a `type` it is `prompt`, or `explain_errors` for the strategy ERROR.
    """

    type: str | None = None
    instruction: str | None = None
    strategy: str | None = None
    conversation_id: str | None = None
    title: str | None = None
    parent_id: str | None = None
    root: bool = False
    branch_id: str | None = None
    expected: ExpectedHead | None = None
    when_busy: WhenBusy = WhenBusy.CONTINUE
    text: str | None = None
    items: tuple[str, ...] | None = None
    files: tuple[NewFile, ...] | None = None
    config: NewTaskConfig = field(default_factory=NewTaskConfig)
    idempotency_key: str | None = None
    tool_results: tuple[ToolResult, ...] = ()
    kept: str | None = None
    plan: object = None
    sides: tuple[MergedSide, ...] = ()
    side_label: str = ""
    reconcile: bool = False
    stands_for: str | None = None
    text_field: str = "input.instruction"


@dataclass(frozen=True, slots=True)
class NewPrompt:
    """One prompt to be answered: the smallest task. With results of tools there need be no content."""

    content: str | None = None
    conversation_id: str | None = None
    title: str | None = None
    parent_id: str | None = None
    root: bool = False
    branch_id: str | None = None
    expected: ExpectedHead | None = None
    when_busy: WhenBusy = WhenBusy.CONTINUE
    config: NewTaskConfig = field(default_factory=NewTaskConfig)
    idempotency_key: str | None = None
    tool_results: tuple[ToolResult, ...] = ()


def check_key(key: str | None) -> str | None:
    """An idempotency key as it is kept; None where there is none."""
    if key is not None and not 1 <= len(key) <= 255:
        raise InvalidInput("An idempotency key has 1 to 255 characters.", field="input.idempotencyKey")
    return check_text(key, "input.idempotencyKey") if key else None


def same_task(written: Mapping[str, Any], request_hash: str) -> str:
    """The id of the task that an idempotency key made; `Conflict` where that was for another request."""
    if written["requestHash"] != request_hash:
        raise Conflict(
            "This idempotency key was used for another request.",
            field="input.idempotencyKey",
            remedy="Use a new key for a new request.",
        )
    return written["id"]


def hash_request(new: NewTask, sources: tuple[NewSource, ...]) -> str:
    """What tells a request from another: equal for the same values, in whatever order a JSON object has them."""
    try:
        said = json.dumps(_identity(new, sources), sort_keys=True, default=repr)
    except RecursionError as error:
        raise InvalidInput("The request is nested too deeply.", field="input") from error
    return hashlib.sha256(said.encode()).hexdigest()


def hash_values(what: str, values: Sequence[object], config: NewTaskConfig) -> str:
    """The same of a request of another kind: what it is, what it names, and how a task of it is to be run."""
    try:
        said = json.dumps([what, values, _config(config)], sort_keys=True, default=repr)
    except RecursionError as error:
        raise InvalidInput("The request is nested too deeply.", field="input") from error
    return hashlib.sha256(said.encode()).hexdigest()


def _config(config: NewTaskConfig) -> list[object]:
    form = config.response_format
    said = asdict(replace(config, response_format=None))
    if config.context is None:
        # Older requests could not say it: their hashes stay as they are.
        del said["context"]
    if not config.reuse:
        del said["reuse"]
    return [said, None if form is None else asdict(read_format(form))]


def _identity(new: NewTask, sources: tuple[NewSource, ...]) -> dict[str, Any]:
    config, form = _config(new.config)
    return {
        "type": new.type,
        "instruction": new.instruction,
        "strategy": new.strategy,
        "conversationId": new.conversation_id,
        "title": new.title,
        "parentId": new.parent_id,
        "sources": [[source.name, source.sha256] for source in sources],
        "config": config,
        "responseFormat": form,
        "kept": new.kept,
        "plan": new.plan,
        "toolResults": [asdict(result) for result in new.tool_results],
        # What older requests could not say is left out where it is not said: their hashes stay as they are.
        **({"root": True} if new.root else {}),
        **({"branchId": new.branch_id} if new.branch_id else {}),
        **({"expected": [new.expected.message_id]} if new.expected else {}),
        **({"whenBusy": new.when_busy} if new.when_busy is not WhenBusy.CONTINUE else {}),
    }
