"""A plan in a JSON file, as the service takes it."""

from __future__ import annotations

import json
from typing import Any, cast

from service.answers.formats import read_format
from service.commands.inputs import read_file
from service.errors import InvalidInput

Json = dict[str, Any]
PLAN_REMEDY = "See docs/strategies.md for what a plan is."


def read_plan(name: str) -> Json:
    """The plan in a file. Raises `InvalidInput`."""
    try:
        plan = json.loads(read_file(name))
    except ValueError as error:
        raise InvalidInput(
            f"{name} is not JSON: {error}.", remedy="See docs/strategies.md for a plan's format."
        ) from None
    if not isinstance(plan, dict):
        raise InvalidInput(f"{name} holds no JSON object.", remedy=PLAN_REMEDY)
    return cast(Json, plan)


def plan_input(plan: Json) -> Json:
    """A plan as it is written in JSON, as GraphQL's `PlanInput`: a response format is a choice there."""
    steps: list[object] = plan["steps"] if isinstance(plan.get("steps"), list) else []
    return plan | {"steps": [_step_input(step, f"steps[{i}]") for i, step in enumerate(steps)]}


def _step_input(step: object, field: str) -> object:
    if not isinstance(step, dict) or cast(Json, step).get("responseFormat") is None:
        return cast(object, step)
    said = cast(Json, step)
    form = read_format(said["responseFormat"], f"{field}.responseFormat")
    kinds: Json = {"TEXT": {"text": True}, "JSON": {"json": True}}
    return said | {"responseFormat": kinds.get(form.kind.value, {"jsonSchema": form.schema})}
