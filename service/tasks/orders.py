"""What a request comes to: an order, in which nothing is left open and everything fits together.

Owns defaults, and what of a wish must fit what else of it: type, strategy, settings, plan, instruction, input. Knows
nothing of where in a conversation it is asked, nor of how a task is run.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from service.config import TaskTemplate
from service.conversations.context.spoken import tools_text
from service.conversations.titles import marked_title
from service.errors import InvalidInput
from service.models.registry import Models
from service.models.states import check_reachable
from service.records import Aggregation, StrategyName
from service.strategies import STRATEGIES
from service.strategies.interface import TaskSettings
from service.strategies.plans import dump_plan
from service.strategies.templates import render_part
from service.tasks.choices import ModelChoice, choose_models, named_model
from service.tasks.kept_plans import GivenPlan, KeptPlans
from service.tasks.kept_settings import settings_row, template_row, tool_rows
from service.tasks.prompts import MARGIN_TOKENS, answer_room, material_room, render_frame
from service.tasks.requests import NewTask
from service.tasks.settings import check_priced, resolve_settings
from service.tasks.sources import NewSource, check_text
from service.tasks.tools import ToolTurn


@dataclass(frozen=True, slots=True)
class Order:
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
            "title": marked_title(name if title is None else title),
            "promptTitle": marked_title(name),
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


class Orders:
    """Makes orders of what callers ask for."""

    def __init__(self, plans: KeptPlans, models: Models) -> None:
        self._plans = plans
        self._models = models

    async def make(self, owner: str, new: NewTask, sources: tuple[NewSource, ...]) -> Order:
        """What the caller wants, with all that it leaves open decided, and checked against each other.

        Raises `InvalidInput` with the field, `NotFound` for a kept plan that is not the owner's.
        """
        await self._models.look_again(*_named(new))
        config = self._models.config
        template = self._template(new.type or _usual_type(new.strategy))
        strategy = _strategy(new, template)
        if strategy == StrategyName.ERROR:
            # A report is what it is for, whatever the type; a caller who wants the answers as they are says so.
            template = replace(template, aggregation=Aggregation.REDUCE)
        settings = replace(resolve_settings(config, template, new.config), reconcile=new.reconcile)
        given = await self._given_plan(owner, new, has_input=bool(sources))
        if strategy == StrategyName.DYNAMIC:
            check_priced(config, settings, self._models_of_steps(given))
            self._check_steps(given)
        instruction = _instruction(new, template, given)
        _check_material(new, strategy, instruction, sources)
        _check_tools(strategy, settings)
        content = prompt_of(template, strategy, instruction, sources)
        order = Order(self._with_reduce(template), strategy, settings, given, instruction, content, sources)
        field = "input.input" if sources else new.text_field
        await (self.check_size(order, field) if strategy == StrategyName.NONE else self._check_room(order))
        return order

    async def check_size(self, order: Order, field: str, turn: ToolTurn | None = None) -> None:
        """Look whether what is sent at once, with the results of a turn, fits into the model's window.

        Raises `InvalidInput` with the `field` where it does not.
        """
        model = self._models.config.find_model(order.settings.model)
        room = model.context_window - answer_room(order.settings, model) - (MARGIN_TOKENS if turn else 0)
        text = "\n".join(filter(None, [turn and turn.text, order.content, tools_text(order.settings.tools)]))
        if not await self._models.fits(text, room, model):
            raise InvalidInput(
                f"The prompt does not fit into the {model.context_window} tokens of {model.key}.",
                field=field,
                remedy="Use the strategy CHUNK, or a model with a larger window.",
            )

    async def _given_plan(self, owner: str, new: NewTask, *, has_input: bool) -> GivenPlan | None:
        """The plan that the task is to follow, where it comes with one or names one."""
        rules = self._plans.rules(new.config.max_steps, has_input=has_input)
        if new.plan is not None:
            return GivenPlan(self._plans.check(new.plan, "input.strategy.plan", rules))
        return None if new.kept is None else await self._plans.find(owner, new.kept, rules)

    def choose_models(self, new: NewTask) -> ModelChoice:
        """Which models a task would ask; nothing is checked of them. Raises `InvalidInput` for what is not there."""
        template = self._template(new.type or _usual_type(new.strategy))
        return choose_models(self._models.config, template.role, new.config)

    def _check_steps(self, given: GivenPlan | None) -> None:
        """Look whether the models of a plan's steps can be asked. Raises `InvalidInput`."""
        for name in self._models_of_steps(given) if given else ():
            check_reachable(self._models.config, self._models.find(name), "input.strategy")

    def _models_of_steps(self, given: GivenPlan | None) -> Iterable[str]:
        """The models that the steps of a plan ask, or may ask where the plan is still to be made."""
        roles = self._models.roles()
        if given is None:
            return roles.values()
        named = (step.model or roles.get(step.role or "") for step in given.plan.steps)
        return dict.fromkeys(name for name in named if name)

    def _template(self, name: str) -> TaskTemplate:
        template = self._models.config.task_types.get(name)
        if template is None:
            raise InvalidInput(
                f"There is no task type {name!r}.",
                field="input.type",
                remedy=f"Known types: {', '.join(sorted(self._models.config.task_types))}.",
            )
        return template

    def _with_reduce(self, template: TaskTemplate) -> TaskTemplate:
        """The template; a type that has no words of its own for combining answers uses those of `prompt`."""
        return (
            template if template.reduce else replace(template, reduce=self._models.config.task_types["prompt"].reduce)
        )

    async def _check_room(self, order: Order) -> None:
        model = self._models.config.find_model(order.settings.model)
        names = (source.name for source in order.sources)
        frame = render_frame(order.template.instruction, order.instruction, names)
        if material_room(order.settings, model, await self._models.count(frame, model)) < 1:
            raise InvalidInput(
                f"The instruction leaves no room for input in the {model.context_window} tokens of {model.key}.",
                field="input.instruction",
                remedy="Shorten it, ask for a shorter answer, or choose a model with a larger window.",
            )


def _named(new: NewTask) -> list[str]:
    """The models that a wish names."""
    return [name for name in (named_model(new.config), *(new.config.fallback_models or ())) if name]


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


def _check_tools(strategy: str, settings: TaskSettings) -> None:
    if settings.tools and strategy != StrategyName.NONE:
        raise InvalidInput(
            f"The service runs no tool itself, so the strategy {strategy} could not go on after a call.",
            field="input.config.tools",
            remedy="Use the strategy NONE, or leave the tools out.",
        )


def prompt_of(template: TaskTemplate, strategy: str, instruction: str, sources: Sequence[NewSource]) -> str:
    """The text of a task's prompt."""
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
