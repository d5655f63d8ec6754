"""Reading a plan: it is found in a text, held to the laws, and put into the order in which its steps can be asked.

Owns what a text or a JSON value must be to become a `StepPlan`, and that up to five broken laws are told at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from itertools import islice
from typing import Any, cast

from service.answers.formats import parse_json, read_format, violation
from service.errors import InvalidInput
from service.records import Aggregation, ResponseFormat, ResponseFormatKind
from service.strategies.plan_laws import problems_of_references, problems_of_steps, problems_of_use
from service.strategies.plans import ANY_RULES, PLAN_SCHEMA, PlanRules, Step, StepPlan

PLAN_CHARACTERS = 200_000
PROBLEMS_SHOWN = 5
MOST_OBJECTS = 50
"""Objects of an answer that are looked at for being the plan."""

_OBJECT = re.compile(r'\{\s*"')
_DECODER = json.JSONDecoder()
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


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
    _refuse(problems_of_steps(steps, rules))
    plan = [_step(step, f"steps[{i}]") for i, step in enumerate(steps)]
    answer = tuple(dict.fromkeys(cast("list[str]", whole.get("answer", []))))
    _refuse(problems_of_references(plan, answer))
    plan = _lists_as_json(plan)
    ordered = _ordered(plan)
    _refuse(problems_of_use(plan, answer, rules))
    aggregation = whole.get("aggregation")
    return StepPlan(ordered, answer or _unused(plan), Aggregation(aggregation) if aggregation else None)


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


def _unused(steps: Sequence[Step]) -> tuple[str, ...]:
    used = {id_ for step in steps for id_ in step.uses}
    return tuple(step.id for step in steps if step.id not in used)
