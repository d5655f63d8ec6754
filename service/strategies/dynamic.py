"""The strategy DYNAMIC: a plan of prompts, made by the model or sent along, and followed step by step.

Owns how a plan is asked for, and asked for again where it is not right. How one is followed is in `plan_following.py`.
"""

from __future__ import annotations

from dataclasses import replace

from service.errors import InvalidInput
from service.records import ResponseFormat, ResponseFormatKind, Span
from service.strategies.interface import Ask, Asks, Plan, Read, TaskState
from service.strategies.parts import finish, stopped
from service.strategies.plan_following import follow
from service.strategies.plan_prompt import SourceNote, render_plan_prompt
from service.strategies.plan_reading import read_plan
from service.strategies.plans import DEFAULT_STEPS, PlanRules, StepPlan, dump_plan, sent_schema
from service.strategies.reducing import Progress

MOST_PLANS = 3
"""How often a plan is asked for: a bad one is sent back with its error twice."""

BEGINNING_CHARACTERS = 2_000
"""What the model is shown of the input, at most, when it makes a plan."""


def plan(state: TaskState) -> Plan:
    """Have the model make a plan of prompts, check it, and follow it: steps that do not need each other in parallel.

    A plan that is not right is sent back with the exact error, twice at most. A plan that was kept, or that comes with
    the task, is followed without planning.
    """
    if state.plan is not None:
        return follow(state, read_plan(state.plan))
    made = _make(state)
    if not isinstance(made, StepPlan):
        return made
    said = follow(state, made)
    return replace(said, plan=dump_plan(made)) if isinstance(said, Asks) else said


def _make(state: TaskState) -> StepPlan | Plan:
    """The plan that the model made, or what is needed to have one."""
    progress, rules = Progress.of(state), rules_of(state)
    wrong, last = "", None
    for number in range(1, MOST_PLANS * (1 + state.retries) + 1):
        key = f"plan:{number}"
        if not progress.final(key):
            return finish(state, ()) if stopped(state) else Asks((_ask_for_plan(state, rules, key, wrong, last),))
        if not progress.succeeded(key):
            return finish(state, ())
        if key not in state.answers:
            return Read((key,))
        try:
            return read_plan(state.answers[key], rules)
        except InvalidInput as invalid:
            wrong, last = str(invalid), key
    return replace(finish(state, ()), error=f"The model made no plan that can be followed. The last one: {wrong}")


def rules_of(state: TaskState) -> PlanRules:
    """What the plan that a model makes for a task may refer to; a plan that reads nothing of the input is none."""
    has_input, settings = bool(state.sources), state.settings
    models = state.models
    if settings.budget.cost_usd is not None:
        # Only of these is it known that they have a price.
        models = frozenset((settings.model, *settings.fallback_models, *state.roles.values()))
    return PlanRules(settings.max_steps or DEFAULT_STEPS, state.roles, models, has_input, has_input)


def _ask_for_plan(state: TaskState, rules: PlanRules, key: str, wrong: str, last: str | None) -> Ask:
    number = key.partition(":")[2]
    used = (last,) if last else ()
    return Ask(
        key,
        "Plan" if last is None else f"Plan, try {number}",
        kind="plan",
        spans=_beginnings(state, rules),
        uses=used,
        depends_on=used,
        brief=wrong,
        response_format=ResponseFormat(ResponseFormatKind.JSON_SCHEMA, sent_schema(rules, plain=last is not None)),
    )


def _beginnings(state: TaskState, rules: PlanRules) -> tuple[Span, ...]:
    """The beginnings of the sources, as much of them as there is room for."""
    if not state.sources:
        return ()
    bare = [SourceNote(source.name, len(source.text)) for source in state.sources]
    left = state.room - state.count(render_plan_prompt("", bare, rules))
    each = BEGINNING_CHARACTERS // min(len(state.sources), 10)
    while each and state.count("\n".join(source.text[:each] for source in state.sources[:10])) > left:
        each //= 2
    return tuple(Span(source.id, 0, min(each, len(source.text))) for source in state.sources[:10]) if each else ()
