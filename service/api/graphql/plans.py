"""Plans and strategies as callers send them."""

from __future__ import annotations

from typing import Any

import strawberry
from strawberry import UNSET

from service.answers.formats import format_json
from service.api.graphql.choices import ResponseFormatInput, chosen
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
