"""A plan as data: its records and its words, what its prompts are filled with, and how it is written down.

Owns the format of a plan. Nothing in one is ever evaluated: placeholders are put in once, literally. Which laws a plan
must keep is in `plan_laws.py`, how one is read in `plan_reading.py`. Knows no task, no model and no graph.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from service.answers.formats import format_json, parse_json
from service.errors import InvalidInput
from service.records import Aggregation, ResponseFormat

DEFAULT_STEPS = 20
MOST_STEPS = 200
MOST_ELEMENTS = 1000
"""Elements of a list that a step fans out over."""
SENT_PROMPT_CHARACTERS = 1_500
"""The longest prompt that a model may plan: a grammar with this bound keeps a small model from writing for ever."""
STEP_ANSWER = "steps."
"""What a placeholder begins with that stands for the answer of a step: its id follows."""

_PLACEHOLDER = re.compile(r"\{\{([^{}]*)\}\}")


@dataclass(frozen=True, slots=True)
class PlanRules:
    """What a plan may refer to: how many steps, which roles and models, and whether there is any input.

    `roles` has the model of each; `roles` and `models` None: not looked at. `reads_input` wants the input in a prompt.
    """

    max_steps: int = MOST_STEPS
    roles: Mapping[str, str] | None = None
    models: frozenset[str] | None = None
    has_input: bool = True
    reads_input: bool = False

    @property
    def choices(self) -> Mapping[str, str]:
        """The roles among which there is a choice: none where all are the same model."""
        roles = self.roles or {}
        return roles if len(set(roles.values())) > 1 else {}


ANY_RULES = PlanRules()
"""For a plan that was checked before."""


@dataclass(frozen=True, slots=True)
class Step:
    """One prompt of a plan. `for_each` names the step over whose list it fans out."""

    id: str
    prompt: str
    title: str = ""
    depends_on: tuple[str, ...] = ()
    for_each: str | None = None
    role: str | None = None
    model: str | None = None
    response_format: ResponseFormat | None = None

    @property
    def filled_from(self) -> tuple[str, ...]:
        """The steps that its prompt names, whose answers are put in."""
        named = (name for name in placeholders(self.prompt) if name.startswith(STEP_ANSWER))
        return tuple(name.removeprefix(STEP_ANSWER) for name in named)

    @property
    def uses(self) -> tuple[str, ...]:
        """The steps whose answers go into its prompt; the one that it fans out over first."""
        return tuple(dict.fromkeys((*([self.for_each] if self.for_each else []), *self.filled_from)))

    @property
    def needs(self) -> tuple[str, ...]:
        """The steps that must have ended before it."""
        return tuple(dict.fromkeys((*self.uses, *self.depends_on)))


@dataclass(frozen=True, slots=True)
class StepPlan:
    """A plan that keeps the laws; `steps` in an order in which every one comes after what it needs.

    `answer` names the steps whose answers make the task's answer. `aggregation` None: as the task says.
    """

    steps: tuple[Step, ...]
    answer: tuple[str, ...]
    aggregation: Aggregation | None = None

    def names(self, placeholder: str) -> bool:
        """Whether one of its prompts has that placeholder."""
        return any(placeholder in placeholders(step.prompt) for step in self.steps)

    def fans_out(self, id_: str) -> bool:
        """Whether that step has an answer for each element of a list."""
        return any(step.id == id_ and step.for_each is not None for step in self.steps)


# --- what its prompts are filled with -----------------------------------------------------------


def placeholders(template: str) -> tuple[str, ...]:
    """The names of a prompt's placeholders, each once, in order."""
    return tuple(dict.fromkeys(name.strip() for name in _PLACEHOLDER.findall(template)))


def fill(template: str, values: Mapping[str, str]) -> str:
    """The template with the values in place of its placeholders. What the values hold is left as it is."""
    return _PLACEHOLDER.sub(lambda match: values.get(match[1].strip(), match[0]), template)


def read_elements(text: str) -> tuple[str, ...]:
    """The elements of the list that an answer is, each as a text: an object with one list in it is that list.

    Raises `InvalidInput` for an answer that is no list, and for more than `MOST_ELEMENTS`.
    """
    try:
        value = parse_json(text)
    except (ValueError, RecursionError):
        raise InvalidInput("The answer to fan out over is not JSON.", remedy="Its step must ask for a list.") from None
    if isinstance(value, dict):
        lists = [cast("list[object]", item) for item in cast("dict[str, object]", value).values() if _is_list(item)]
        value = lists[0] if len(lists) == 1 else None
    if not isinstance(value, list):
        raise InvalidInput("The answer to fan out over is no JSON list.", remedy="Its step must ask for a list.")
    elements = cast("list[object]", value)
    if len(elements) > MOST_ELEMENTS:
        raise InvalidInput(f"The list to fan out over has {len(elements)} elements; {MOST_ELEMENTS} are the most.")
    return tuple(_element(element) for element in elements)


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _element(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    # Half a surrogate pair can be escaped in JSON, and has no place in the graph.
    return text.encode("utf-8", "replace").decode()


# --- how it is written down ---------------------------------------------------------------------

STEP_FIELDS: dict[str, Any] = {
    "id": {"type": "string"},
    "prompt": {"type": "string"},
    "title": {"type": "string"},
    "dependsOn": {"type": "array", "items": {"type": "string"}},
    "forEach": {"type": "string"},
    "role": {"type": "string"},
    "model": {"type": "string"},
    "responseFormat": {},
}
"""The fields of a step as callers send it, with the JSON Schema of each."""


def _shape(step: Mapping[str, Any], steps: Mapping[str, Any]) -> dict[str, Any]:
    one = {"type": "object", "properties": dict(step), "required": ["id", "prompt"], "additionalProperties": False}
    properties = {
        "steps": {"type": "array", "minItems": 1, **steps, "items": one},
        "aggregation": {"enum": [item.value for item in Aggregation]},
        "answer": {"type": "array", "minItems": 1, "items": {"type": "string"}},
    }
    return {"type": "object", "properties": properties, "required": ["steps"], "additionalProperties": False}


PLAN_SCHEMA = _shape(STEP_FIELDS, {})
"""The JSON Schema of a plan as callers send it."""


def sent_schema(rules: PlanRules, *, plain: bool = False) -> dict[str, Any]:
    """The JSON Schema of a plan as a model is to write it: bounded, and with the roles that there are.

    `plain` leaves out what follows from the placeholders anyway: which steps wait, and which are the answer.
    """
    # A grammar fixes the order of what may be left out: it is the order of the example that the model is shown.
    step: dict[str, Any] = {
        "id": {"type": "string", "maxLength": 30},
        "prompt": {"type": "string", "maxLength": SENT_PROMPT_CHARACTERS},
        "forEach": {"type": "string", "maxLength": 30},
        "responseFormat": {"enum": ["TEXT", "JSON"]},
        "dependsOn": {"type": "array", "maxItems": rules.max_steps, "items": {"type": "string", "maxLength": 30}},
    }
    if plain:
        del step["dependsOn"]
    if rules.choices:
        step["role"] = {"enum": list(rules.choices)}
    schema = _shape(step, {"maxItems": rules.max_steps})
    schema["properties"]["aggregation"] = {"enum": ["CONCAT", "LIST", "MERGE", "REDUCE"]}
    schema["properties"]["answer"]["items"]["maxLength"] = 30
    if plain:
        del schema["properties"]["answer"]
    return schema


def plan_json(plan: StepPlan) -> dict[str, Any]:
    """A plan as a JSON object, as `plan_reading.check_plan` reads it."""
    said: dict[str, Any] = {"steps": [_step_json(step) for step in plan.steps], "answer": list(plan.answer)}
    return said | ({"aggregation": plan.aggregation.value} if plan.aggregation else {})


def dump_plan(plan: StepPlan) -> str:
    """A plan as it is kept."""
    return json.dumps(plan_json(plan), ensure_ascii=False)


def _step_json(step: Step) -> dict[str, Any]:
    form = step.response_format
    said = {
        "id": step.id,
        "title": step.title,
        "prompt": step.prompt,
        "dependsOn": list(step.depends_on),
        "forEach": step.for_each,
        "role": step.role,
        "model": step.model,
        "responseFormat": form and format_json(form),
    }
    return {key: value for key, value in said.items() if value}
