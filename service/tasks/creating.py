"""Creating and cancelling tasks: a caller's wish is checked, written in one transaction, and handed on.

Owns validation and defaults. Knows nothing of how a task is run.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Protocol

from service.answers.formats import read_format
from service.config import Config, TaskTemplate
from service.errors import Conflict, InvalidInput, NotFound
from service.graph.store import Store
from service.models.registry import Models
from service.records import Aggregation, Role, StrategyName, derived_id, new_id
from service.strategies import STRATEGIES
from service.strategies.interface import TaskSettings
from service.strategies.plans import dump_plan
from service.strategies.templates import render_part
from service.tasks.kept_plans import GivenPlan, KeptPlans
from service.tasks.kept_settings import settings_row, template_row, tool_rows
from service.tasks.prompts import MARGIN_TOKENS, answer_room, material_room, render_frame
from service.tasks.settings import NewTaskConfig, check_priced, resolve_settings
from service.tasks.sources import NewFile, NewSource, check_text, read_sources
from service.tasks.tools import RESULTS_FIELD, ToolResult, ToolTurn, check_results, tool_turn, tools_text

__all__ = ["NewFile", "NewPrompt", "NewTask", "NewTaskConfig", "Tasks"]

TITLE_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class NewTask:
    """What a caller wants done. `instruction` may be left out where the task type has one of its own.

    `kept` names a plan that was kept, `plan` is one (any JSON value, to be checked): the strategy is then DYNAMIC.
    `root` asks from nothing: a first prompt beside the one that the conversation has.
    Without a `type` it is `prompt`, or `explain_errors` for the strategy ERROR.
    """

    type: str | None = None
    instruction: str | None = None
    strategy: str | None = None
    conversation_id: str | None = None
    title: str | None = None
    parent_id: str | None = None
    root: bool = False
    text: str | None = None
    items: tuple[str, ...] | None = None
    files: tuple[NewFile, ...] | None = None
    config: NewTaskConfig = field(default_factory=NewTaskConfig)
    idempotency_key: str | None = None
    tool_results: tuple[ToolResult, ...] = ()
    kept: str | None = None
    plan: object = None


@dataclass(frozen=True, slots=True)
class NewPrompt:
    """One prompt to be answered: the smallest task. With results of tools there need be no content."""

    content: str | None = None
    conversation_id: str | None = None
    title: str | None = None
    parent_id: str | None = None
    root: bool = False
    config: NewTaskConfig = field(default_factory=NewTaskConfig)
    idempotency_key: str | None = None
    tool_results: tuple[ToolResult, ...] = ()


class Executor(Protocol):
    """Who runs tasks: see `executors/`."""

    def lease(self) -> dict[str, Any]:
        """`leaseOwner` and `lease` (ms) of a task that is written now and will be run here."""
        ...

    def submit(self, task_id: str) -> None:
        """Run a task that was just written."""
        ...

    def cancel(self, task_id: str) -> None:
        """Cut the calls of a task that was just cancelled."""
        ...


@dataclass(frozen=True, slots=True)
class _Order:
    """A task as it will be done: nothing is left open, and everything fits together. `content` is its prompt's text."""

    template: TaskTemplate
    strategy: str
    settings: TaskSettings
    given: GivenPlan | None
    instruction: str
    content: str
    sources: tuple[NewSource, ...]

    def row(self, task_id: str, name: str, title: str | None) -> dict[str, Any]:
        """What is written of it; `name` stands for a title where the caller gives none."""
        # Kept where the prompt does not say the same: an instruction may be long.
        instruction = None if self.instruction == self.content else self.instruction
        return {
            "title": _title(name if title is None else title),
            "promptTitle": _title(name),
            "type": self.template.name,
            "strategy": self.strategy,
            "direct": self.strategy == StrategyName.NONE,
            "settings": settings_row(self.settings) | {"instruction": instruction},
            "template": template_row(self.template),
            "tools": tool_rows(task_id, self.settings.tools),
            "plan": dump_plan(self.given.plan) if self.given else None,
            "strategyId": self.given.kept_id if self.given else None,
            "content": self.content,
            "sources": [source.row(i) for i, source in enumerate(self.sources)],
        }


class Tasks:
    """The use cases of tasks."""

    def __init__(self, config: Config, plans: KeptPlans, store: Store, models: Models, executor: Executor) -> None:
        self._config = config
        self._plans = plans
        self._models = models
        self._store = store
        self._executor = executor

    async def create_task(self, owner: str, new: NewTask) -> str:
        """Check and write a task and begin to run it; its id. The same idempotency key gives the same task.

        Raises `InvalidInput` with the field, `NotFound` for a conversation or parent that is not the owner's,
        `Conflict` where the key was used for another request, `GraphUnavailable`.
        """
        key, task_id = _key(new.idempotency_key), new_id()
        sources = await asyncio.to_thread(read_sources, task_id, new.text, new.items, new.files)
        request_hash = _hash(new, sources)
        # Before all else: what was right once may be wrong by now, and is not asked for again.
        known = await self._store.read_keyed_task(owner, key) if key else None
        if known is not None:
            return _same_task(known, request_hash)
        order = await self._order(owner, new, sources)
        await self._check_place(owner, new)
        check_results(new.tool_results)
        turn = None
        if new.tool_results:
            open_calls = await self._open_calls(owner, new)
            if open_calls["known"]:
                return _same_task(open_calls["known"], request_hash)
            turn = tool_turn(task_id, open_calls["message"], new.tool_results)
            await self._check_size(order, turn)
        written = await self._store.create_task(
            {
                "ownerId": owner,
                "taskId": task_id,
                "promptId": derived_id(task_id, "prompt"),
                "conversationId": new.conversation_id or new_id(),
                "newConversation": new.conversation_id is None,
                "parentId": turn.response_id if turn else new.parent_id,
                "root": new.root,
                "idempotencyKey": key,
                "requestHash": request_hash,
                **order.row(task_id, _name(order, turn), new.title),
                **_result_prompts(turn, order.content),
                **self._executor.lease(),
            }
        )
        if written is None:
            raise NotFound("There is no such conversation.", field="input.conversationId")
        if written["id"] != task_id:
            return _same_task(written, request_hash)
        self._executor.submit(task_id)
        return task_id

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
                config=new.config,
                idempotency_key=new.idempotency_key,
                tool_results=new.tool_results,
            ),
        )

    async def retry_task(self, owner: str, task_id: str) -> None:
        """Run again what of a finished task did not succeed, and make its answer anew.

        Raises `NotFound`, `Conflict` where the task is not finished or succeeded in whole, `GraphUnavailable`.
        """
        task = await self._store.read_task_place(owner, task_id)
        if task is None:
            raise NotFound("There is no such task.", field="input.taskId")
        row = {"taskId": task_id, "ownerId": owner, **self._executor.lease()}
        if await self._store.retry_task(task["conversationId"], row) is None:
            # It may have been retried by somebody else since it was read.
            now = await self._store.read_task_place(owner, task_id) or task
            raise Conflict(
                f"The task is {now['status']}; there is nothing to retry.",
                field="input.taskId",
                remedy="Only a task that is PARTIAL, FAILED or CANCELLED can be retried.",
            )
        self._executor.submit(task_id)

    async def cancel_task(self, owner: str, task_id: str) -> None:
        """Cancel a task: its calls are cut, what has not begun never will. A finished task stays as it is."""
        task = await self._store.read_task_place(owner, task_id)
        if task is None:
            raise NotFound("There is no such task.", field="input.taskId")
        await self._store.cancel_task(task["conversationId"], owner, task_id)
        self._executor.cancel(task_id)

    async def _order(self, owner: str, new: NewTask, sources: tuple[NewSource, ...]) -> _Order:
        """What the caller wants, with all that it leaves open decided, and checked against each other."""
        template = self._template(new.type or _usual_type(new.strategy))
        strategy = _strategy(new, template)
        if strategy == StrategyName.ERROR:
            # A report is what it is for, whatever the type; a caller who wants the answers as they are says so.
            template = replace(template, aggregation=Aggregation.REDUCE)
        settings = resolve_settings(self._config, template, new.config)
        given = await self._given_plan(owner, new, has_input=bool(sources))
        if strategy == StrategyName.DYNAMIC:
            check_priced(self._config, settings, self._models_of_steps(given))
        instruction = _instruction(new, template, given)
        _check_material(new, strategy, instruction, sources)
        _check_tools(strategy, settings)
        content = _content(template, strategy, instruction, sources)
        order = _Order(self._with_reduce(template), strategy, settings, given, instruction, content, sources)
        await (self._check_size(order) if strategy == StrategyName.NONE else self._check_room(order))
        return order

    async def _given_plan(self, owner: str, new: NewTask, *, has_input: bool) -> GivenPlan | None:
        """The plan that the task is to follow, where it comes with one or names one."""
        rules = self._plans.rules(new.config.max_steps, has_input=has_input)
        if new.plan is not None:
            return GivenPlan(self._plans.check(new.plan, "input.strategy.plan", rules))
        return None if new.kept is None else await self._plans.find(owner, new.kept, rules)

    def _models_of_steps(self, given: GivenPlan | None) -> Iterable[str]:
        """The models that the steps of a plan ask, or may ask where the plan is still to be made."""
        roles = self._models.roles()
        if given is None:
            return roles.values()
        named = (step.model or roles.get(step.role or "") for step in given.plan.steps)
        return dict.fromkeys(name for name in named if name)

    def _template(self, name: str) -> TaskTemplate:
        template = self._config.task_types.get(name)
        if template is None:
            raise InvalidInput(
                f"There is no task type {name!r}.",
                field="input.type",
                remedy=f"Known types: {', '.join(sorted(self._config.task_types))}.",
            )
        return template

    def _with_reduce(self, template: TaskTemplate) -> TaskTemplate:
        """The template; a type that has no words of its own for combining answers uses those of `prompt`."""
        return template if template.reduce else replace(template, reduce=self._config.task_types["prompt"].reduce)

    async def _check_place(self, owner: str, new: NewTask) -> None:
        check_text(new.conversation_id or "", "input.conversationId")
        check_text(new.parent_id or "", "input.parent.messageId")
        _check_title(new)
        if new.conversation_id is None:
            if new.parent_id is not None or new.root:
                raise InvalidInput(
                    "A parent is a place in a conversation that is there.",
                    field="input.parent",
                    remedy="Name the conversation in conversationId.",
                )
            return
        place = await self._store.read_place(owner, new.conversation_id, new.parent_id)
        if place is None:
            raise NotFound("There is no such conversation.", field="input.conversationId")
        if new.parent_id is not None and not place["hasParent"]:
            raise NotFound("There is no such message in this conversation.", field="input.parent.messageId")

    async def _check_room(self, order: _Order) -> None:
        model = self._config.find_model(order.settings.model)
        names = (source.name for source in order.sources)
        frame = render_frame(order.template.instruction, order.instruction, names)
        if material_room(order.settings, model, await self._models.count(frame, model)) < 1:
            raise InvalidInput(
                f"The instruction leaves no room for input in the {model.context_window} tokens of {model.key}.",
                field="input.instruction",
                remedy="Shorten it, ask for a shorter answer, or choose a model with a larger window.",
            )

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
        key = _key(new.idempotency_key)
        found = await self._store.read_open_calls(owner, new.conversation_id, new.parent_id, key)
        if found is None:
            raise NotFound("There is no such conversation.", field="input.conversationId")
        return found

    async def _check_size(self, order: _Order, turn: ToolTurn | None = None) -> None:
        model = self._config.find_model(order.settings.model)
        room = model.context_window - answer_room(order.settings, model) - (MARGIN_TOKENS if turn else 0)
        text = "\n".join(filter(None, [turn and turn.text, order.content, tools_text(order.settings.tools)]))
        if not await self._models.fits(text, room, model):
            raise InvalidInput(
                f"The prompt does not fit into the {model.context_window} tokens of {model.key}.",
                field=RESULTS_FIELD if turn else "input.input",
                remedy="Use the strategy CHUNK, or a model with a larger window.",
            )


def _usual_type(strategy: str | None) -> str:
    return "explain_errors" if strategy == StrategyName.ERROR else "prompt"


def _strategy(new: NewTask, template: TaskTemplate) -> str:
    if new.plan is not None or new.kept is not None:
        return StrategyName.DYNAMIC.value
    name = template.strategy if new.strategy is None else new.strategy
    if name not in STRATEGIES:
        raise InvalidInput(
            f"There is no strategy {name!r}.",
            field="input.strategy.named",
            remedy=f"Known strategies: {', '.join(sorted(STRATEGIES))}. A kept plan is named with `kept`.",
        )
    return name


def _instruction(new: NewTask, template: TaskTemplate, given: GivenPlan | None) -> str:
    if new.instruction is None:
        wanted = given is None or given.plan.names("instruction")
        if template.name == "prompt" and not new.tool_results and wanted:
            raise InvalidInput("There is no instruction.", field="input.instruction", remedy="Say what to do.")
        return ""
    if not new.instruction.strip():
        raise InvalidInput("The instruction is empty.", field="input.instruction", remedy="Say what to do.")
    return check_text(new.instruction, "input.instruction")


def _check_material(new: NewTask, strategy: str, instruction: str, sources: tuple[NewSource, ...]) -> None:
    if strategy == StrategyName.NONE:
        if not (sources or instruction or new.tool_results):
            raise InvalidInput("There is nothing to ask.", field="input.input", remedy="Send an instruction or input.")
        return
    if strategy == StrategyName.DYNAMIC:
        # A plan may do without input: what it is to do is said in the instruction, or in the plan.
        return
    if not sources:
        missing = "files" if strategy == StrategyName.FILE else "text, list or files"
        raise InvalidInput(
            f"The strategy {strategy} reads input, and there is none.",
            field="input.input",
            remedy=f"Send {missing}, or use the strategy NONE.",
        )


def _content(template: TaskTemplate, strategy: str, instruction: str, sources: tuple[NewSource, ...]) -> str:
    if strategy != StrategyName.NONE:
        return instruction or template.name.replace("_", " ").capitalize()
    return render_part(
        template.instruction,
        instruction=instruction,
        input="\n\n".join(source.text for source in sources),
        source_name=", ".join(source.name for source in sources if source.name != "text"),
        part=1,
        parts=1,
    )


def _check_tools(strategy: str, settings: TaskSettings) -> None:
    if settings.tools and strategy != StrategyName.NONE:
        raise InvalidInput(
            f"The service runs no tool itself, so the strategy {strategy} could not go on after a call.",
            field="input.config.tools",
            remedy="Use the strategy NONE, or leave the tools out.",
        )


def _result_prompts(turn: ToolTurn | None, content: str) -> dict[str, Any]:
    """The rows of results that stand above the task's prompt; with no content the last is the prompt itself."""
    if turn is None:
        return {}
    if content.strip():
        return {"results": turn.rows}
    *above, last = turn.rows
    said = {key: last[key] for key in ("content", "toolCallId", "toolName", "isError")}
    return {"results": above, "role": Role.TOOL.value, "promptTitle": last["title"], **said}


def _same_task(written: Mapping[str, Any], request_hash: str) -> str:
    """The id of the task that an idempotency key made; `Conflict` where that was for another request."""
    if written["requestHash"] != request_hash:
        raise Conflict(
            "This idempotency key was used for another request.",
            field="input.idempotencyKey",
            remedy="Use a new key for a new request.",
        )
    return written["id"]


def _title(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= TITLE_CHARACTERS else line[: TITLE_CHARACTERS - 1].rstrip() + "…"


def _name(order: _Order, turn: ToolTurn | None) -> str:
    return order.instruction or (f"results of {turn.names}" if turn else order.template.name.replace("_", " "))


def _check_title(new: NewTask) -> None:
    if new.title is None:
        return
    if new.conversation_id is not None:
        raise InvalidInput(
            "A task is for a conversation that is there or for a new one, not for both.",
            field="input.title",
            remedy="Leave out title or conversationId.",
        )
    if not new.title.strip():
        raise InvalidInput("The title is empty.", field="input.title", remedy="Leave it out, or write one.")
    check_text(new.title, "input.title")


def _key(key: str | None) -> str | None:
    if key is not None and not 1 <= len(key) <= 255:
        raise InvalidInput("An idempotency key has 1 to 255 characters.", field="input.idempotencyKey")
    return check_text(key, "input.idempotencyKey") if key else None


def _hash(new: NewTask, sources: tuple[NewSource, ...]) -> str:
    """What tells a request from another: equal for the same values, in whatever order a JSON object has them."""
    try:
        said = json.dumps(_identity(new, sources), sort_keys=True, default=repr)
    except RecursionError as error:
        raise InvalidInput("The request is nested too deeply.", field="input") from error
    return hashlib.sha256(said.encode()).hexdigest()


def _identity(new: NewTask, sources: tuple[NewSource, ...]) -> dict[str, Any]:
    form = new.config.response_format
    return {
        "type": new.type,
        "instruction": new.instruction,
        "strategy": new.strategy,
        "conversationId": new.conversation_id,
        "title": new.title,
        "parentId": new.parent_id,
        "sources": [[source.name, source.sha256] for source in sources],
        "config": asdict(replace(new.config, response_format=None)),
        "responseFormat": None if form is None else asdict(read_format(form)),
        "kept": new.kept,
        "plan": new.plan,
        "toolResults": [asdict(result) for result in new.tool_results],
        # What older requests could not say is left out where it is not said: their hashes stay as they are.
        **({"root": True} if new.root else {}),
    }
