"""Plans as callers send them and as they are shown, and how a caller chooses a strategy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import strawberry
from strawberry import UNSET

from service.answers.formats import format_json, read_format
from service.api.graphql.choices import chosen
from service.api.graphql.formats import ResponseFormat, ResponseFormatInput, response_format
from service.records import Aggregation, StrategyName

strawberry.enum(StrategyName, name="BuiltInStrategy")


@strawberry.input
class PlanStepInput:
    """One prompt of a plan."""

    id: str
    """Its name in the plan: a letter, then letters, digits, _ and -, 64 at most."""

    prompt: str
    """What is asked, with `{{input}}`, `{{instruction}}`, `{{item}}` and `{{steps.ID}}` in it."""

    title: str | None = None
    """Short and human."""

    depends_on: list[str] | None = None
    """Steps that must have ended before it, besides those that its prompt names."""

    for_each: str | None = None
    """The step over whose list it is asked, once for each element (`{{item}}`)."""

    role: str | None = None
    """The agent role whose model is asked."""

    model: str | None = None
    """The model that is asked."""

    response_format: ResponseFormatInput | None = None
    """What its answer must be."""

    def said(self, field: str) -> dict[str, Any]:
        """As a plan is written in JSON; what is left out is not there."""
        form = self.response_format
        values = {
            "id": self.id,
            "prompt": self.prompt,
            "title": self.title,
            "dependsOn": self.depends_on,
            "forEach": self.for_each,
            "role": self.role,
            "model": self.model,
            "responseFormat": None if form is None else format_json(form.record(f"{field}.responseFormat")),
        }
        return {key: value for key, value in values.items() if value is not None}


@strawberry.input
class PlanInput:
    """A plan: prompts, and what makes the answer out of their answers."""

    steps: list[PlanStepInput]
    """Its prompts, in any order: what they name says which waits for which."""

    answer: list[str] | None = None
    """The steps whose answers make the task's answer; those that no other step uses, where it is left out."""

    aggregation: Aggregation | None = None
    """How they make it; as the task says, where it is left out."""

    def said(self, field: str) -> dict[str, Any]:
        """As a plan is written in JSON; what is left out is not there. Raises `InvalidInput` that names the field."""
        steps = [step.said(f"{field}.steps[{i}]") for i, step in enumerate(self.steps)]
        said: dict[str, Any] = {"steps": steps}
        if self.answer is not None:
            said["answer"] = self.answer
        return said | ({} if self.aggregation is None else {"aggregation": self.aggregation.value})


@strawberry.input(one_of=True)
class StrategyInput:
    """How a task is decomposed."""

    built_in: StrategyName | None = UNSET
    """One that is always there."""

    named: str | None = UNSET
    """One by its name, as a plug-in registered it; see `strategies`."""

    kept: str | None = UNSET
    """A kept plan by its name."""

    plan: PlanInput | None = UNSET
    """A plan of one's own."""

    def record(self) -> dict[str, Any]:
        """What `NewTask` has of it."""
        built_in, plan = chosen(self.built_in), chosen(self.plan)
        return {
            "strategy": built_in.value if built_in else chosen(self.named),
            "kept": chosen(self.kept),
            "plan": None if plan is None else plan.said("input.strategy.plan"),
        }


@strawberry.type
class PlanStep:
    """One prompt of a plan."""

    step_id: str
    """Its `id` in the plan, which steps of other plans may have, too."""

    prompt: str
    """What is asked, with its placeholders."""

    title: str | None
    """Short and human."""

    depends_on: list[str]
    """Steps that must have ended before it, besides those that its prompt names."""

    for_each: str | None
    """The step over whose list it is asked, once for each element."""

    role: str | None
    """The agent role whose model is asked."""

    model: str | None
    """The model that is asked; the task's where neither is named."""

    response_format: ResponseFormat | None
    """What its answer must be; null where the plan does not say."""


@strawberry.type
class Plan:
    """A plan: prompts, and what makes the answer out of their answers."""

    steps: list[PlanStep]
    """Its prompts, each after those that it needs."""

    answer: list[str]
    """The steps whose answers make the task's answer."""

    aggregation: Aggregation | None
    """How they make it; null is as the task says."""


def plan(said: Mapping[str, Any]) -> Plan:
    """A kept plan as it is shown. It was checked when it was kept."""
    aggregation = said.get("aggregation")
    return Plan(
        steps=[_step(step) for step in said["steps"]],
        answer=said.get("answer", []),
        aggregation=None if aggregation is None else Aggregation(aggregation),
    )


def _step(said: Mapping[str, Any]) -> PlanStep:
    form = said.get("responseFormat")
    return PlanStep(
        step_id=said["id"],
        prompt=said["prompt"],
        title=said.get("title"),
        depends_on=said.get("dependsOn", []),
        for_each=said.get("forEach"),
        role=said.get("role"),
        model=said.get("model"),
        response_format=None if form is None else response_format(read_format(form)),
    )
