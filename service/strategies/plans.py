"""A plan as data: its format, what is wrong with one, and how its prompts are filled in.

Owns the words of a plan and the laws that it must keep. Nothing in a plan is ever evaluated: placeholders are put in
once, literally. Knows no task, no model and no graph.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from itertools import islice
from typing import Any, cast

from service.answers.formats import format_json, parse_json, read_format, violation
from service.errors import InvalidInput
from service.records import Aggregation, ResponseFormat, ResponseFormatKind

DEFAULT_STEPS = 20
MOST_STEPS = 200
MOST_ELEMENTS = 1000
"""Elements of a list that a step fans out over."""
PLAN_CHARACTERS = 200_000
PROMPT_CHARACTERS = 20_000
TITLE_CHARACTERS = 200
PROBLEMS_SHOWN = 5
MOST_OBJECTS = 50
"""Objects of an answer that are looked at for being the plan."""
SENT_PROMPT_CHARACTERS = 1_500
"""The longest prompt that a model may plan: a grammar with this bound keeps a small model from writing for ever."""

_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_PLACEHOLDER = re.compile(r"\{\{([^{}]*)\}\}")
_OBJECT = re.compile(r'\{\s*"')
_DECODER = json.JSONDecoder()
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_STEP_PREFIX = "steps."
_WORDS = ("input", "instruction", "item")


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
        named = (name for name in placeholders(self.prompt) if name.startswith(_STEP_PREFIX))
        return tuple(name.removeprefix(_STEP_PREFIX) for name in named)

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


# --- the format ---------------------------------------------------------------------------------

_STEP_SHAPE: dict[str, Any] = {
    "id": {"type": "string"},
    "prompt": {"type": "string"},
    "title": {"type": "string"},
    "dependsOn": {"type": "array", "items": {"type": "string"}},
    "forEach": {"type": "string"},
    "role": {"type": "string"},
    "model": {"type": "string"},
    "responseFormat": {},
}


def _shape(step: Mapping[str, Any], steps: Mapping[str, Any]) -> dict[str, Any]:
    one = {"type": "object", "properties": dict(step), "required": ["id", "prompt"], "additionalProperties": False}
    properties = {
        "steps": {"type": "array", "minItems": 1, **steps, "items": one},
        "aggregation": {"enum": [item.value for item in Aggregation]},
        "answer": {"type": "array", "minItems": 1, "items": {"type": "string"}},
    }
    return {"type": "object", "properties": properties, "required": ["steps"], "additionalProperties": False}


PLAN_SCHEMA = _shape(_STEP_SHAPE, {})
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
    """A plan as a JSON object, as `check_plan` reads it."""
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


# --- reading and checking -----------------------------------------------------------------------


def read_plan(text: str, rules: PlanRules = ANY_RULES) -> StepPlan:
    """The plan that a text holds: JSON, alone or with words or a code fence around it. Errors as in `check_plan`."""
    if len(text) > PLAN_CHARACTERS:
        raise InvalidInput(f"The plan has more than {PLAN_CHARACTERS} characters.")
    return check_plan(_json_in(text), rules)


def check_plan(said: object, rules: PlanRules = ANY_RULES) -> StepPlan:
    """The plan that a JSON value is. Raises `InvalidInput` that says exactly what is wrong, up to five things."""
    said = _without_nulls(said)
    _check_writable(said)
    if (wrong := violation(said, PLAN_SCHEMA)) is not None:
        raise InvalidInput(wrong.replace("The answer", "The plan", 1))
    whole = cast("dict[str, Any]", said)
    steps = cast("list[dict[str, Any]]", whole["steps"])
    _refuse(_problems_of_steps(steps, rules))
    plan = [_step(step, f"steps[{i}]") for i, step in enumerate(steps)]
    answer = tuple(dict.fromkeys(cast("list[str]", whole.get("answer", []))))
    _refuse(_problems_of_references(plan, answer))
    plan = _lists_as_json(plan)
    ordered = _ordered(plan)
    _refuse(_problems_of_use(plan, answer, rules))
    aggregation = whole.get("aggregation")
    return StepPlan(ordered, answer or _unused(plan), Aggregation(aggregation) if aggregation else None)


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


def _json_in(text: str) -> object:
    start, end = text.find("{"), text.rfind("}") + 1
    error = ""
    for part in (text, text[start:end] if 0 <= start < end else ""):
        try:
            return parse_json(part)
        except RecursionError:
            raise InvalidInput("The plan is nested too deeply.") from None
        except ValueError as wrong:
            error = error or " ".join(str(wrong).split()).rstrip(".")
    if (plan := _plan_among_words(text)) is not None:
        return plan
    raise InvalidInput(f"The plan is not JSON: {error}. Write one JSON object and nothing else.")


def _plan_among_words(text: str) -> object:
    """The first object that has steps, in a text whose words have braces too, such as `{{input}}`; None without one."""
    for begins in islice(_OBJECT.finditer(text), MOST_OBJECTS):
        with suppress(ValueError, RecursionError):
            value, _ = _DECODER.raw_decode(text, begins.start())
            if "steps" in value:
                return value
    return None


def _without_nulls(said: object) -> object:
    """A plan's optional fields may be null, which is as if they were not there."""
    if not isinstance(said, dict):
        return said
    whole = {key: value for key, value in cast("dict[str, object]", said).items() if value is not None}
    steps = whole.get("steps")
    if isinstance(steps, list):
        whole["steps"] = [_fields(step) for step in cast("list[object]", steps)]
    return whole


def _fields(step: object) -> object:
    if not isinstance(step, dict):
        return step
    return {key: value for key, value in cast("dict[str, object]", step).items() if value is not None}


def _check_writable(said: object) -> None:
    try:
        text = json.dumps(said, ensure_ascii=False)
        text.encode()
    except UnicodeEncodeError:
        raise InvalidInput("The plan holds half a surrogate pair.", remedy="Send valid Unicode.") from None
    except (TypeError, ValueError, RecursionError):
        raise InvalidInput("The plan is not JSON that can be kept.") from None
    if _NUL.search(text):
        raise InvalidInput("The plan holds a NUL character.", remedy="Leave it out.")
    if len(text) > PLAN_CHARACTERS:
        raise InvalidInput(f"The plan has more than {PLAN_CHARACTERS} characters.")


def _refuse(problems: Iterable[str]) -> None:
    found = list(problems)
    if not found:
        return
    more = len(found) - PROBLEMS_SHOWN
    shown = found[:PROBLEMS_SHOWN] + ([f"And {more} more things are wrong."] if more > 0 else [])
    raise InvalidInput(" ".join(shown))


def _problems_of_steps(steps: Sequence[Mapping[str, Any]], rules: PlanRules) -> Iterator[str]:
    """What is wrong with each step by itself."""
    if len(steps) > rules.max_steps:
        yield f"The plan has {len(steps)} steps; {rules.max_steps} are the most."
    seen: set[str] = set()
    for index, step in enumerate(steps):
        id_ = cast(str, step["id"])
        if not _ID.fullmatch(id_):
            yield (
                f'The id "{_short(id_)}" of steps[{index}] is not a short word: '
                "a letter, then letters, digits, _ and -, 64 at most."
            )
        elif id_ in seen:
            yield f'The id "{id_}" is there twice; every step needs an id of its own.'
        seen.add(id_)
    for step in steps:
        yield from _problems_of_step(step, seen, rules)


def _problems_of_step(step: Mapping[str, Any], ids: set[str], rules: PlanRules) -> Iterator[str]:
    name = f'Step "{_short(step["id"])}"'
    yield from (f"{name}: {field} is empty." for field in _STEP_SHAPE if _is_blank(step.get(field)))
    if len(step["prompt"]) > PROMPT_CHARACTERS:
        yield f"{name}: the prompt has more than {PROMPT_CHARACTERS} characters."
    if len(step.get("title", "")) > TITLE_CHARACTERS:
        yield f"{name}: the title has more than {TITLE_CHARACTERS} characters."
    for placeholder in placeholders(step["prompt"]):
        if (wrong := _problem_of_placeholder(placeholder, step, ids, rules)) is not None:
            yield f"{name}: {wrong}"
    yield from (f"{name}: {wrong}" for wrong in _problems_of_settings(step, rules))


def _is_blank(value: object) -> bool:
    return isinstance(value, str) and not value.strip()


def _problem_of_placeholder(name: str, step: Mapping[str, Any], ids: set[str], rules: PlanRules) -> str | None:
    if name == "item":
        return (
            None
            if step.get("forEach")
            else (
                "{{item}} is there only in a step with forEach: "
                'add "forEach" with the id of the step that answers with the list.'
            )
        )
    if name == "input" and not rules.has_input:
        return "{{input}} is not there: the task has no input."
    if name in _WORDS:
        return None
    wanted = name.removeprefix(_STEP_PREFIX)
    if name.startswith(_STEP_PREFIX) and wanted in ids:
        return None
    shown = _short(name)
    if name in ids:
        return f"there is no placeholder {{{{{shown}}}}}; the answer of that step is {{{{steps.{shown}}}}}."
    if name.startswith(_STEP_PREFIX):
        return f'{{{{{shown}}}}} names no step; there is no step "{_short(wanted)}".'
    return (
        f"there is no placeholder {{{{{shown}}}}}; "
        "there are {{input}}, {{instruction}}, {{item}} and {{steps.ID}} with the id of a step."
    )


def _problems_of_settings(step: Mapping[str, Any], rules: PlanRules) -> Iterator[str]:
    role, model = step.get("role"), step.get("model")
    if role and model:
        yield "it has a role and a model; one of them says which model is asked."
    if role and rules.roles is not None and role not in rules.roles:
        yield f'there is no role "{_short(role)}"; known roles: {", ".join(rules.roles) or "none"}.'
    if model and rules.models is not None and model not in rules.models:
        yield f'there is no model "{_short(model)}".'
    if step.get("forEach") and "item" not in placeholders(step["prompt"]):
        yield "it has forEach, so its prompt must hold {{item}}, which stands for the element."
    try:
        read_format(step.get("responseFormat"), "responseFormat")
    except InvalidInput as wrong:
        yield f"responseFormat: {wrong}"


def _problems_of_references(steps: Sequence[Step], answer: Sequence[str]) -> Iterator[str]:
    by_id = {step.id: step for step in steps}
    for step in steps:
        for field, ids in (("dependsOn", step.depends_on), ("forEach", (step.for_each,) if step.for_each else ())):
            yield from (
                f'Step "{step.id}": {field} names "{_short(id_)}", and there is no such step.'
                for id_ in ids
                if id_ not in by_id
            )
        over = by_id.get(step.for_each or "")
        form = over.response_format if over is not None and over.for_each is None else None
        if over is not None and form is not None and form.kind is ResponseFormatKind.TEXT:
            yield f'Step "{over.id}": its responseFormat must be JSON: "{step.id}" fans out over its list.'
    yield from (f'answer names "{_short(id_)}", and there is no such step.' for id_ in answer if id_ not in by_id)


def _problems_of_use(steps: Sequence[Step], answer: Sequence[str], rules: PlanRules) -> Iterator[str]:
    if rules.reads_input and not any("input" in placeholders(step.prompt) for step in steps):
        yield "No prompt holds {{input}}, so no step would see the input."
    if not answer:
        return
    used = set(answer).union(*(step.uses for step in steps))
    for step in steps:
        if step.id not in used:
            yield (
                f'The answer of step "{step.id}" goes nowhere: put {{{{steps.{step.id}}}}} into a later prompt, '
                "name the step in answer, or leave it out."
            )


def _unused(steps: Sequence[Step]) -> tuple[str, ...]:
    used = {id_ for step in steps for id_ in step.uses}
    return tuple(step.id for step in steps if step.id not in used)


def _lists_as_json(steps: Sequence[Step]) -> list[Step]:
    """The steps; one whose list another fans out over answers with JSON, where it does not say so itself."""
    lists = {step.for_each for step in steps}
    as_json = ResponseFormat(ResponseFormatKind.JSON)
    return [
        replace(step, response_format=as_json)
        if step.id in lists and step.for_each is None and step.response_format is None
        else step
        for step in steps
    ]


def _ordered(steps: Sequence[Step]) -> tuple[Step, ...]:
    by_id = {step.id: step for step in steps}
    try:
        order = tuple(TopologicalSorter({step.id: step.needs for step in steps}).static_order())
    except CycleError as error:
        # Each of the cycle is needed by the next; people read it as who waits for whom.
        cycle = " → ".join(reversed(cast("list[str]", error.args[1])))
        raise InvalidInput(f"The steps wait for each other in a circle: {cycle}. Break it.") from None
    return tuple(by_id[id_] for id_ in order)


def _step(said: Mapping[str, Any], field: str) -> Step:
    form = said.get("responseFormat")
    return Step(
        id=said["id"],
        prompt=said["prompt"],
        title=said.get("title", ""),
        depends_on=tuple(dict.fromkeys(said.get("dependsOn", ()))),
        for_each=said.get("forEach"),
        role=said.get("role"),
        model=said.get("model"),
        response_format=None if form is None else read_format(form, f"{field}.responseFormat"),
    )


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:39]}…"
