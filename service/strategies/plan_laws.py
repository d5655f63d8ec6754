"""The laws that a plan must keep, and in which words it is said that one is broken.

Owns what is wrong with a plan that has the right form: each law yields a sentence for every place where it is broken,
which tells a person or a model how to keep it. How a plan is read is in `plan_reading.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from service.answers.formats import read_format
from service.errors import InvalidInput
from service.records import ResponseFormatKind
from service.strategies.plans import STEP_ANSWER, STEP_FIELDS, PlanRules, Step, placeholders

PROMPT_CHARACTERS = 20_000
TITLE_CHARACTERS = 200

_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_WORDS = ("input", "instruction", "item")


def problems_of_steps(steps: Sequence[Mapping[str, Any]], rules: PlanRules) -> Iterator[str]:
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


def problems_of_references(steps: Sequence[Step], answer: Sequence[str]) -> Iterator[str]:
    """What is wrong with how steps, and `answer`, name each other."""
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


def problems_of_use(steps: Sequence[Step], answer: Sequence[str], rules: PlanRules) -> Iterator[str]:
    """What would be made or sent and then be used by nobody: the input, or the answer of a step."""
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


def _problems_of_step(step: Mapping[str, Any], ids: set[str], rules: PlanRules) -> Iterator[str]:
    name = f'Step "{_short(step["id"])}"'
    yield from (f"{name}: {field} is empty." for field in STEP_FIELDS if _is_blank(step.get(field)))
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
    wanted = name.removeprefix(STEP_ANSWER)
    if name.startswith(STEP_ANSWER) and wanted in ids:
        return None
    shown = _short(name)
    if name in ids:
        return f"there is no placeholder {{{{{shown}}}}}; the answer of that step is {{{{steps.{shown}}}}}."
    if name.startswith(STEP_ANSWER):
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


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:39]}…"
