"""Turns that are said in another way: a message in a person's own words, and further answers to the same prompt.

Owns which messages can be revised or regenerated, and what is written of it: siblings, never a change in place. What a
task comes to is in `orders.py`, where a new prompt goes in `places.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from service.conversations.changes import Changing, used_key
from service.errors import AntiphonError, InvalidInput, NotFound
from service.graph.store import Store, Write
from service.records import Role, derived_id, new_id
from service.tasks.direct import DirectTask, direct_task
from service.tasks.repeats import Repeats
from service.tasks.requests import check_key, hash_values, same_task
from service.tasks.revisions import (
    Revision,
    check_of_chat,
    check_revisable,
    check_revision,
    new_branch_id,
    no_message,
    refusal_of,
    revision_row,
)
from service.tasks.running import Executor
from service.tasks.settings import NewTaskConfig
from service.tasks.sources import check_text
from service.tasks.system_prompts import NewSystemPrompt, set_system_prompt

MOST_AT_ONCE = 10
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Regeneration:
    """Further answers to the prompt of a response: one of each of `models`, or `n`; the first moves the branch."""

    response_id: str
    models: tuple[str, ...] = ()
    n: int | None = None
    branch_id: str | None = None
    config: NewTaskConfig = field(default_factory=NewTaskConfig)
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Revised:
    """What was written: the message, the task that answers it, and the branch that was made."""

    message_id: str
    task_id: str | None = None
    branch_id: str | None = None


class Turns:
    """The use cases of messages that are said in another way."""

    def __init__(self, store: Store, repeats: Repeats, executor: Executor) -> None:
        self._store = store
        self._repeats = repeats
        self._executor = executor

    async def revise_message(self, owner: str, new: Revision) -> Revised:
        """Write a message in place of another, and have it answered where that is wanted.

        Raises `InvalidInput` with the field, `NotFound`, `Conflict` where the branch does not hold the message, a
        branch of the name is there, or the key was used for another request.
        """
        key, content = check_key(new.idempotency_key), check_text(new.content, "input.content")
        check_revision(new)
        turn = await self._turn(owner, new.message_id, "input.messageId")
        check_revisable(new, turn)
        request_hash = hash_values(
            "revise", [new.message_id, content, new.branch_id, new.new_branch, new.ask], new.config
        )
        task_id = new_id()
        if new.ask and key and (known := await self._store.read_keyed_task(owner, key)) is not None:
            return _answered(same_task(known, request_hash), new)
        row = revision_row(owner, new, turn, key, task_id)
        row |= {"requestHash": request_hash}
        writes: list[Write] = [("revise_message", row)]
        direct = None
        if new.ask:
            asked = turn | {"promptId": row["id"], "content": content, "promptRole": Role.USER.value}
            again = await self._repeats.row(task_id, asked, new.config, row["title"])
            again |= self._task_row(owner, asked, task_id, [task_id], key, request_hash)
            again["branchId"] = row["newBranch"]["id"] if row["newBranch"] else new.branch_id
            direct = direct_task(again)
            writes += _writes(again, direct)
        written = (await self._store.ask_again(turn["conversationId"], writes))[0]
        if written is None:
            raise no_message("input.messageId")
        if written["outcome"] == "KNOWN":
            return await self._known(owner, new, written, request_hash)
        if written["outcome"] != "DONE":
            raise refusal_of(written["outcome"])
        if new.ask:
            self._executor.submit(task_id, direct)
        made = row["newBranch"]["id"] if row["newBranch"] else None
        return Revised(row["id"], task_id if new.ask else None, made)

    async def _known(self, owner: str, new: Revision, written: Row, request_hash: str) -> Revised:
        if written["requestHash"] != request_hash:
            raise used_key()
        if not new.ask:
            return Revised(written["id"], None, new_branch_id(written["id"]) if new.new_branch else None)
        known = await self._store.read_keyed_task(owner, new.idempotency_key or "")
        return _answered(same_task(known or written, request_hash), new)

    async def set_system_prompt(self, what: Changing, new: NewSystemPrompt) -> None:
        """Give a conversation another system prompt; see `system_prompts.py`."""
        await set_system_prompt(self._store, self._repeats.config, what, new)

    async def regenerate(self, owner: str, new: Regeneration) -> list[str]:
        """Ask the prompt of a response again; the ids of the tasks, one for each answer.

        Raises `InvalidInput` with the field, `NotFound`, `Conflict` where the key was used for another request.
        """
        key, count = check_key(new.idempotency_key), _count(new)
        check_text(new.branch_id or "", "input.branch")
        turn = await self._turn(owner, new.response_id, "input.responseId")
        if turn["kind"] != "Response":
            raise InvalidInput(
                "A prompt is no answer.",
                field="input.responseId",
                remedy="Name one of its responses, or retry its task.",
            )
        check_of_chat(turn, "input.responseId")
        request_hash = hash_values("regenerate", [new.response_id, list(new.models), count, new.branch_id], new.config)
        first = new_id()
        if key and (known := await self._store.read_keyed_task(owner, key)) is not None:
            return _ids(same_task(known, request_hash), count)
        ids = _ids(first, count)
        rows = [
            await self._repeats.row(id_, turn, _with_model(new, i), turn["content"], _model_field(new, i))
            | self._task_row(owner, turn, id_, ids, key, request_hash)
            | {"regeneratesId": new.response_id, "branchId": new.branch_id}
            for i, id_ in enumerate(ids)
        ]
        directs = [direct_task(row) for row in rows]
        writes = [write for row, direct in zip(rows, directs, strict=True) for write in _writes(row, direct)]
        written = (await self._store.ask_again(turn["conversationId"], writes))[0]
        if written is None:
            raise await self._nowhere(owner, new)
        if written["id"] != first:
            return _ids(same_task(written, request_hash), count)
        for id_, direct in zip(ids, directs, strict=True):
            self._executor.submit(id_, direct)
        return ids

    async def _nowhere(self, owner: str, new: Regeneration) -> AntiphonError:
        turn = await self._store.read_turn(owner, new.response_id)
        if turn is None or new.branch_id is None:
            return no_message("input.responseId")
        return NotFound("There is no such branch in this conversation.", field="input.branch")

    async def _turn(self, owner: str, message_id: str, field: str) -> Row:
        turn = await self._store.read_turn(owner, check_text(message_id, field))
        if turn is None:
            raise no_message(field)
        return turn

    def _task_row(
        self, owner: str, turn: Row, task_id: str, ids: Sequence[str], key: str | None, request_hash: str
    ) -> Row:
        is_first = task_id == ids[0]
        return {
            "ownerId": owner,
            "taskId": task_id,
            "firstId": ids[0],
            "conversationId": turn["conversationId"],
            "promptId": turn["promptId"],
            "originalId": turn["taskId"],
            "key": key,
            "idempotencyKey": key if is_first else None,
            "causeKey": None if is_first else key,
            "aside": not is_first,
            "requestHash": request_hash,
            **self._executor.lease(),
        }


def _writes(row: Row, direct: DirectTask | None) -> list[Write]:
    """What is written of a task that asks again, with the subtask that is known beforehand."""
    row = {name: value for name, value in row.items() if name != "content"}
    if direct is None:
        return [("ask_again", row)]
    plan = {"taskId": row["taskId"], "leaseOwner": row["leaseOwner"], "subtasks": [direct.subtask]}
    return [("ask_again", row), ("plan_subtasks", plan)]


def _ids(first: str, count: int) -> list[str]:
    """The ids of the tasks of one request: they follow from the first, so that it can be sent again."""
    return [first, *(derived_id(first, "again", i) for i in range(1, count))]


def _count(new: Regeneration) -> int:
    if new.models and new.n is not None:
        raise InvalidInput("Each model answers once.", field="input.n", remedy="Send models, or n.")
    if new.models and new.config.model is not None:
        raise InvalidInput("The models are named twice.", field="input.models", remedy="Leave out config.model.")
    count = len(new.models) or (1 if new.n is None else new.n)
    if not 1 <= count <= MOST_AT_ONCE:
        field = "input.models" if new.models else "input.n"
        raise InvalidInput(f"From 1 to {MOST_AT_ONCE} answers are made at once.", field=field)
    return count


def _model_field(new: Regeneration, index: int) -> str:
    return f"input.models[{index}]" if new.models else "input.config.model"


def _with_model(new: Regeneration, index: int) -> NewTaskConfig:
    return replace(new.config, model=new.models[index]) if new.models else new.config


def _answered(task_id: str, new: Revision) -> Revised:
    id_ = derived_id(task_id, "prompt")
    return Revised(id_, task_id, new_branch_id(id_) if new.new_branch else None)
