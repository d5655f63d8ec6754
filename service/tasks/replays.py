"""What a model was sent, sent again: the same, or with one thing changed, to the same model or another.

Owns which calls can be sent again, and what is written of it: a task like any other, whose answer stands beside the
first one. What may be changed is in `replayed.py`; how it is made again in `rebuilding.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from service.errors import ContextOverflow, InvalidInput, NotFound
from service.graph.store import Store, Write
from service.records import new_id
from service.tasks.direct import direct_task
from service.tasks.kept_settings import parse_settings, parse_tools
from service.tasks.rebuilding import Rebuilding, require_same
from service.tasks.repeats import Repeats
from service.tasks.replayed import Replayed, check_changes
from service.tasks.requests import check_key, hash_values, same_task
from service.tasks.resending import check_window
from service.tasks.revisions import check_of_chat, no_message
from service.tasks.running import Executor
from service.tasks.settings import NewTaskConfig
from service.tasks.sources import check_text

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Replay:
    """A call that is made again, by the id of its attempt or of its response."""

    attempt_id: str | None = None
    response_id: str | None = None
    without: tuple[str, ...] = ()
    instead: tuple[tuple[str, str], ...] = ()
    config: NewTaskConfig = field(default_factory=NewTaskConfig)
    idempotency_key: str | None = None


class Replays:
    """The use case of calls that are made again."""

    def __init__(self, store: Store, repeats: Repeats, rebuilding: Rebuilding, executor: Executor) -> None:
        self._store = store
        self._repeats = repeats
        self._rebuilding = rebuilding
        self._executor = executor

    async def replay(self, owner: str, new: Replay) -> str:
        """Send again what a call was sent; the id of the task whose answer is to come.

        Raises `InvalidInput` with the field, `NotFound`, `Conflict` where what was sent cannot be made again or the key
        was used for another request, `ContextOverflow` where it is too long for the model that is wished for.
        """
        key = check_key(new.idempotency_key)
        if new.config.context is not None:
            raise InvalidInput("A replay is sent what was sent.", field="input.config.context", remedy="Leave it out.")
        request_hash = hash_values("replay", [new.attempt_id, new.response_id, new.without, new.instead], new.config)
        if key and (known := await self._store.read_keyed_task(owner, key)) is not None:
            return same_task(known, request_hash)
        kept = await self._kept(owner, new)
        replayed = Replayed(kept["attemptId"], new.without, new.instead)
        task_id = new_id()
        row = await self._repeats.replay_row(task_id, kept, new.config)
        await self._check(owner, replayed, kept, row)
        row |= self._place(owner, kept, key, request_hash) | {"taskId": task_id, "firstId": task_id}
        instead = [{"id": id_, "content": content} for id_, content in new.instead]
        said: Row = {"replayOf": replayed.attempt_id, "without": list(new.without), "instead": instead}
        direct = direct_task(row | said)
        assert direct is not None
        plan = {"taskId": task_id, "leaseOwner": row["leaseOwner"], "subtasks": [direct.subtask]}
        row = {name: value for name, value in row.items() if name != "content"}
        writes: list[Write] = [
            ("ask_again", row),
            ("replay_attempt", {"taskId": task_id, "ownerId": owner, **said}),
            ("plan_subtasks", plan),
        ]
        written = (await self._store.ask_again(kept["conversationId"], writes))[0]
        if written is None:
            raise _no_call(new)
        if written["id"] != task_id:
            return same_task(written, request_hash)
        self._executor.submit(task_id, direct)
        return task_id

    async def _kept(self, owner: str, new: Replay) -> Row:
        """The call that is meant. Raises `InvalidInput`, `NotFound`."""
        if (attempt_id := new.attempt_id) is None:
            attempt_id = await self._attempt_of(owner, new.response_id or "")
        kept = await self._store.read_replayed(owner, check_text(attempt_id, "input.of.attemptId"))
        if kept is None:
            raise _no_call(new)
        if kept["kind"] != "direct":
            check_of_chat({"isInside": True}, "input.of")
        return kept

    async def _attempt_of(self, owner: str, response_id: str) -> str:
        field = "input.of.responseId"
        turn = await self._store.read_turn(owner, check_text(response_id, field))
        if turn is None:
            raise no_message(field)
        if turn["kind"] != "Response":
            raise InvalidInput("A prompt is no answer.", field=field, remedy="Name one of its responses.")
        if turn["attemptId"] is None:
            raise InvalidInput(
                "No model was asked for this response: it was put together, or a person wrote it.",
                field=field,
                remedy="Name a response that a model gave.",
            )
        return turn["attemptId"]

    async def _check(self, owner: str, replayed: Replayed, kept: Row, row: Row) -> None:
        """Look whether it can be sent: all of it is there, what is changed of it can be, and it fits."""
        sent = require_same(await self._rebuilding.context_of(owner, replayed.attempt_id))
        check_changes(replayed, sent.said, kept["promptId"])
        settings = parse_settings(row["settings"], parse_tools(row["tools"]))
        # What fitted once fits again, unless there is more of it.
        if settings.model != sent.model or replayed.instead:
            messages = tuple(item.message for item in replayed.changed(sent.said))
            models = self._repeats.models
            try:
                await check_window(messages, settings, models.find(settings.model), models)
            except ContextOverflow as error:
                error.field = "input.config.model"
                raise

    def _place(self, owner: str, kept: Row, key: str | None, request_hash: str) -> Row:
        return {
            "ownerId": owner,
            "conversationId": kept["conversationId"],
            "promptId": kept["promptId"],
            "originalId": None,
            "regeneratesId": None,
            "branchId": None,
            "key": key,
            "idempotencyKey": key,
            "causeKey": None,
            # No branch moves.
            "aside": True,
            "requestHash": request_hash,
            **self._executor.lease(),
        }


def _no_call(new: Replay) -> NotFound:
    if new.attempt_id is None:
        return no_message("input.of.responseId")
    return NotFound("There is no such attempt.", field="input.of.attemptId")
