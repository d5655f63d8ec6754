"""Asking again as it was asked: the settings of a former task, with a caller's wishes over them.

Owns what a task that asks a prompt again is written with. Knows nothing of which message it is, or of branches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

from service.config import Config, TaskTemplate
from service.errors import InvalidInput
from service.graph.store import Store
from service.models.registry import Models
from service.models.states import check_reachable
from service.records import Aggregation, ContextPolicy, ResponseFormatKind, StrategyName
from service.strategies.interface import TaskSettings
from service.tasks.kept_settings import parse_settings, parse_tools
from service.tasks.orders import Order, Orders, prompt_of
from service.tasks.settings import NewTaskConfig, resolve_settings
from service.tasks.sources import NewSource

Row = dict[str, Any]


class Repeats:
    """Makes rows of tasks that ask again."""

    def __init__(self, store: Store, models: Models, orders: Orders) -> None:
        self._store = store
        self._models = models
        self._orders = orders

    @property
    def config(self) -> Config:
        """The configuration as it is now."""
        return self._models.config

    @property
    def models(self) -> Models:
        """The models as they are now."""
        return self._models

    async def replay_row(self, task_id: str, kept: Row, config: NewTaskConfig) -> Row:
        """What is written of a task that sends again what an attempt was sent (`Store.read_replayed`), by the model
        that was asked then where the caller names none; all but its place, and what it changes."""
        work = await self._store.read_task_work(kept["taskId"])
        assert work is not None
        was = parse_settings(work, parse_tools(work["tools"]))
        was = replace(was, model=kept["model"], fallback_models=(), context=ContextPolicy.FULL)
        template = self._template(work)
        settings = await self._settings(template, _merged(was, config), "input.config.model")
        none = StrategyName.NONE.value
        order = Order(template, none, settings, None, kept["content"], kept["content"], ())
        said = {"role": kept["promptRole"], "toolCallId": kept["toolCallId"], "isError": kept["isError"]}
        row = order.row(task_id, kept["content"], None) | said
        row["settings"]["instruction"] = work.get("instruction")
        return row | {"sources": []}

    async def refresh_row(self, task_id: str, former_id: str, texts: Sequence[NewSource] | None) -> Row:
        """What is written of a task that does another's job over newer versions, settings and plan as they were; all
        but its place and what it reads. `texts` are what its prompt is made of, where it is asked as it is.

        Raises `InvalidInput` where its model is not there any more.
        """
        work = await self._store.read_task_work(former_id)
        assert work is not None
        settings = replace(parse_settings(work, parse_tools(work["tools"])), reuse=True)
        await self._models.look_again(settings.model)
        check_reachable(self._models.config, self._models.find(settings.model), "input.taskId")
        template, instruction = self._template(work), work.get("instruction")
        content = work["content"]
        if texts is not None:
            content = prompt_of(template, work["strategy"], instruction or "", texts)
        order = Order(template, work["strategy"], settings, None, content, content, ())
        if texts is not None:
            await self._orders.check_size(order, "input.input")
        row = order.row(task_id, work["title"], work["title"])
        row["settings"]["instruction"] = instruction
        return row | {"content": content, "plan": work.get("plan"), "sources": []}

    async def _settings(self, template: TaskTemplate, wish: NewTaskConfig, model_field: str) -> TaskSettings:
        await self._models.look_again(*(name for name in (wish.model, *(wish.fallback_models or ())) if name))
        try:
            return resolve_settings(self._models.config, template, wish)
        except InvalidInput as error:
            field = model_field if error.field == "input.config.model" else error.field
            raise InvalidInput(error.message, field=field, remedy=error.remedy) from error

    async def row(
        self, task_id: str, turn: Row, config: NewTaskConfig, title: str, model_field: str = "input.config.model"
    ) -> Row:
        """What is written of a task that asks the prompt of `turn` (see `Store.read_turn`), all but its place.

        Raises `InvalidInput` with the field, such as for a model that is not there any more.
        """
        work = await self._store.read_task_work(turn["taskId"]) if turn["taskId"] else None
        template = self._template(work)
        wish = _merged(parse_settings(work, parse_tools(work["tools"])), config) if work else config
        # It is asked for another answer, or for the answer to something else.
        settings = await self._settings(template, replace(wish, reuse=False), model_field)
        strategy = work["strategy"] if work else StrategyName.NONE.value
        order = Order(template, strategy, settings, None, turn["content"], turn["content"], ())
        if strategy == StrategyName.NONE:
            is_new = work is None or turn["content"] != work["content"]
            await self._orders.check_size(order, "input.content" if is_new else model_field)
        said = {"role": turn["promptRole"], "toolCallId": turn["toolCallId"], "isError": turn["isError"]}
        row = order.row(task_id, title, None) | said
        if work:
            row["settings"]["instruction"] = work.get("instruction") if turn["content"] == work["content"] else None
            row["plan"] = None if turn["hasMadePlan"] else work.get("plan")
        return row | {"sources": work["sources"] if work and strategy != StrategyName.NONE else []}

    def _template(self, work: Row | None) -> TaskTemplate:
        types = self._models.config.task_types
        if work is None:
            return types["prompt"]
        words = work["template"]
        known = types.get(work["type"], types["prompt"])
        # What the type says of formats and aggregation was decided then.
        return replace(
            known,
            name=work["type"],
            instruction=words["instruction"],
            reduce=words.get("reduce"),
            aggregation=Aggregation(work["aggregation"]),
            response_format=None,
        )


def _merged(kept: TaskSettings, wish: NewTaskConfig) -> NewTaskConfig:
    """The wishes, and for what they leave out the settings of before. Another model has no others to stand in."""
    former = NewTaskConfig(
        model=kept.model,
        fallback_models=kept.fallback_models if wish.model is None else (),
        role=None,
        max_parallel=kept.max_parallel,
        aggregation=kept.aggregation.value if kept.aggregation_named else None,
        on_failure=kept.on_failure.value,
        temperature=kept.temperature,
        max_output_tokens=kept.max_output_tokens if wish.model is None else None,
        chunk_tokens=kept.chunk_tokens,
        chunk_overlap=kept.chunk_overlap,
        timeouts={
            "connect": kept.timeouts.connect,
            "firstToken": kept.timeouts.first_token,
            "total": kept.timeouts.total,
        },
        retries={"maxAttempts": kept.max_attempts, "totalSeconds": kept.retry_seconds},
        budget=_budget(kept),
        response_format=kept.response_format if kept.response_format.kind is not ResponseFormatKind.TEXT else None,
        deadline_seconds=kept.deadline_seconds,
        max_cases=kept.max_cases,
        max_steps=kept.max_steps,
        tools=kept.tools,
        context=kept.context.value,
    )
    said = {one.name: getattr(wish, one.name) for one in fields(wish)}
    return replace(former, **{name: it for name, it in said.items() if it is not None and (name, it) != ("tools", ())})


def _budget(kept: TaskSettings) -> dict[str, float] | None:
    said = {"tokens": kept.budget.tokens, "costUsd": kept.budget.cost_usd}
    return {name: value for name, value in said.items() if value is not None} or None
