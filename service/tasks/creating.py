"""The use cases of tasks: create, send, retry, cancel. A wish is checked, written in one transaction, and handed on.

Owns what is written of a task. What a wish comes to is in `orders.py`, where it is asked in `places.py`. Knows nothing
of how a task is run.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from service.errors import Conflict, InvalidInput, NotFound
from service.graph.store import Store
from service.models.registry import Models
from service.models.states import check_reachable
from service.records import Role, StrategyName, derived_id, new_id
from service.tasks.choices import ModelChoice
from service.tasks.direct import direct_task
from service.tasks.documents import NewVersion, add_document_version, document_rows
from service.tasks.kept_plans import KeptPlans
from service.tasks.orders import Order, Orders
from service.tasks.places import check_place, place_row, why_nowhere
from service.tasks.requests import NewPrompt, NewTask, check_key, hash_request, same_task
from service.tasks.running import Executor
from service.tasks.settings import NewTaskConfig, check_budget, check_prices
from service.tasks.sources import NewFile, NewSource, check_text, read_sources
from service.tasks.tools import RESULTS_FIELD, ToolTurn, check_results, tool_turn

__all__ = ["NewFile", "NewPrompt", "NewTask", "NewTaskConfig", "Tasks"]


class Tasks:
    """The use cases of tasks."""

    def __init__(self, plans: KeptPlans, store: Store, models: Models, executor: Executor) -> None:
        self._models = models
        self._orders = Orders(plans, models)
        self._store = store
        self._executor = executor

    async def create_task(self, owner: str, new: NewTask) -> str:
        """Check and write a task and begin to run it; its id. The same idempotency key gives the same task.

        Raises `InvalidInput` with the field, `NotFound` for a conversation or parent that is not the owner's,
        `Conflict` where the key was used for another request, `GraphUnavailable`.
        """
        key, task_id = check_key(new.idempotency_key), new_id()
        sources = await _sources(task_id, new)
        request_hash = new.stands_for or hash_request(new, sources)
        # Before all else: what was right once may be wrong by now, and is not asked for again.
        known = await self._store.read_keyed_task(owner, key) if key else None
        if known is not None:
            return same_task(known, request_hash)
        order = await self._orders.make(owner, new, sources)
        check_place(new)
        check_results(new.tool_results)
        turn = None
        if new.tool_results:
            open_calls = await self._open_calls(owner, new)
            if open_calls["known"]:
                return same_task(open_calls["known"], request_hash)
            turn = tool_turn(task_id, open_calls["message"], new.tool_results)
            await self._orders.check_size(order, RESULTS_FIELD, turn)
        conversation_id = new.conversation_id or new_id()
        row = {
            "ownerId": owner,
            "taskId": task_id,
            "promptId": derived_id(task_id, "prompt"),
            "conversationId": conversation_id,
            "newConversation": new.conversation_id is None,
            **place_row(new, turn.response_id if turn else new.parent_id),
            "idempotencyKey": key,
            "requestHash": request_hash,
            **order.row(task_id, _name(order, turn), new.title),
            "documents": document_rows(conversation_id, sources),
            **_result_prompts(turn, order.content),
            **self._executor.lease(),
        }
        direct = direct_task(row)
        written = await self._store.create_task(row, [direct.subtask] if direct else ())
        if written is None:
            raise await why_nowhere(self._store, owner, new)
        if written["id"] != task_id:
            return same_task(written, request_hash)
        if direct:
            direct.waits = written["held"]
        self._executor.submit(task_id, direct)
        if written["cut"]:
            self._executor.cancel(written["cut"])
        return task_id

    async def choose_models(self, new: NewTask) -> ModelChoice:
        """Which models a task would ask. Raises `InvalidInput`, with the field, for what is not there."""
        await self._models.look_again(everywhere=True)
        return self._orders.choose_models(new)

    async def send_prompt(self, owner: str, new: NewPrompt) -> str:
        """Ask one prompt, or send the results of a response's tool calls; the id of its task.

        Raises what `create_task` raises, and `InvalidInput` where there is not exactly one result for each call.
        """
        content = check_text(new.content or "", "input.content")
        if not content.strip() and not new.tool_results:
            raise InvalidInput("The prompt is empty.", field="input.content", remedy="Write what you want to ask.")
        return await self.create_task(
            owner,
            NewTask(
                type="prompt",
                instruction=content if content.strip() else None,
                strategy=StrategyName.NONE,
                conversation_id=new.conversation_id,
                title=new.title,
                parent_id=new.parent_id,
                root=new.root,
                branch_id=new.branch_id,
                expected=new.expected,
                when_busy=new.when_busy,
                config=new.config,
                idempotency_key=new.idempotency_key,
                tool_results=new.tool_results,
                text_field="input.content",
            ),
        )

    async def retry_task(self, owner: str, task_id: str, budget: Mapping[str, float] | None = None) -> None:
        """Run again what of a finished task did not succeed, and make its answer anew. `budget` is what it may use
        from now on; without it, it may use what its own budget has left.

        Raises `InvalidInput` for the budget, `NotFound`, `Conflict` where the task is not finished or succeeded in
        whole, `GraphUnavailable`.
        """
        task = await self._store.read_task_place(owner, task_id)
        if task is None:
            raise NotFound("There is no such task.", field="input.taskId")
        more = check_budget(budget, "input")
        asked = await self._models_of(task_id)
        if more.cost_usd is not None:
            check_prices(self._models.config, asked, "input.budget.costUsd")
        for name in self._models.names() & set(asked):
            check_reachable(self._models.config, self._models.find(name), "input.taskId")
        row = {"taskId": task_id, "ownerId": owner, **self._executor.lease()}
        row |= {"budgetTokens": more.tokens, "budgetUsd": more.cost_usd}
        if await self._store.retry_task(task["conversationId"], row) is None:
            # It may have been retried by somebody else since it was read.
            now = await self._store.read_task_place(owner, task_id) or task
            raise Conflict(
                f"The task is {now['status']}; there is nothing to retry.",
                field="input.taskId",
                remedy="Only a task that is PARTIAL, FAILED or CANCELLED can be retried.",
            )
        self._executor.submit(task_id)

    async def add_document_version(self, owner: str, new: NewVersion) -> str:
        """Give a document a newer version without a task; its id. See `documents.py`."""
        return await add_document_version(self._store, owner, new)

    async def _models_of(self, task_id: str) -> list[str]:
        work = await self._store.read_task_work(task_id) or {}
        return [model for model in (work.get("model"), *work.get("fallbackModels", ())) if model]

    async def cancel_task(self, owner: str, task_id: str) -> None:
        """Cancel a task: its calls are cut, what has not begun never will. A finished task stays as it is."""
        task = await self._store.read_task_place(owner, task_id)
        if task is None:
            raise NotFound("There is no such task.", field="input.taskId")
        await self._store.cancel_task(task["conversationId"], owner, task_id)
        self._executor.cancel(task_id)

    async def _open_calls(self, owner: str, new: NewTask) -> dict[str, Any]:
        if new.root:
            raise InvalidInput(
                "Results answer the tool calls of a response, so they are no first prompt.",
                field="input.parent.root",
                remedy="Name the response, or leave parent out.",
            )
        if new.conversation_id is None:
            raise InvalidInput(
                "Results belong to tool calls of a conversation.",
                field=RESULTS_FIELD,
                remedy="Name it in conversationId.",
            )
        key = check_key(new.idempotency_key)
        found = await self._store.read_open_calls(owner, new.conversation_id, new.parent_id, key, new.branch_id)
        if found is None:
            raise await why_nowhere(self._store, owner, new)
        return found


async def _sources(task_id: str, new: NewTask) -> tuple[NewSource, ...]:
    if new.text is None and new.items is None and new.files is None:
        return ()
    # In a thread: to decode and to hash many megabytes takes long.
    return await asyncio.to_thread(read_sources, task_id, new.text, new.items, new.files)


def _result_prompts(turn: ToolTurn | None, content: str) -> dict[str, Any]:
    """The rows of results that stand above the task's prompt; with no content the last is the prompt itself."""
    if turn is None:
        return {}
    if content.strip():
        return {"results": turn.rows}
    *above, last = turn.rows
    said = {key: last[key] for key in ("content", "toolCallId", "toolName", "isError")}
    return {"results": above, "role": Role.TOOL.value, "promptTitle": last["title"], **said}


def _name(order: Order, turn: ToolTurn | None) -> str:
    return order.instruction or (f"results of {turn.names}" if turn else order.template.name.replace("_", " "))
