"""What a model is told that is to make a plan. Pure: a text of what is known of the task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.strategies.plans import PlanRules

SOURCES_NAMED = 20
NAME_CHARACTERS = 120
ROLES_NAMED = 20

_ONE_AFTER_ANOTHER = """\
{"steps": [
  {"id": "notes", "prompt": "Write down the main points of this text: {{input}}"},
  {"id": "letter", "prompt": "Write a friendly letter about these points: {{steps.notes}}"}
]}"""
_OVER_A_LIST = """\
{"steps": [
  {"id": "points", "prompt": "Answer with a JSON list of the main points of this text: {{input}}", \
"responseFormat": "JSON"},
  {"id": "explained", "prompt": "Explain this point in a sentence: {{item}}", "forEach": "points"},
  {"id": "letter", "prompt": "Write a friendly letter with these sentences: {{steps.explained}}"}
]}"""

_TOP = """\
Make a plan of prompts for the task below. Do not do the task itself: write the plan, one JSON object.

<task>
{goal}
</task>

{material}

A plan has "steps". Each step has an "id", one short word, and a "prompt", which is sent to a language model. The \
model sees nothing but this prompt. So the prompt says what to do, and has placeholders for what it is to be done with:
{placeholders}
There are no other placeholders.

A step may have more:
- "forEach": "ID" asks the prompt once for each element of the list that step ID answered with. The prompt then has \
{{{{item}}}} in it, which is the element. Step ID has "responseFormat": "JSON".
- "responseFormat": "JSON" where the answer must be JSON.
- "dependsOn": ["ID"] where it must wait for a step whose answer it does not use. It waits for what it uses \
anyway.{roles}

The answers of the steps that no other step uses are the answer to the task. A plan may have more:
- "answer": ["ID"] with the ids of other steps; the answer of every step must be used somewhere.
- "aggregation" says how several answers become one: CONCAT, LIST, MERGE for JSON objects, or REDUCE, where a model \
combines them.

A plan has {steps} at the most; fewer are better. No step may need itself, not even by way of others.

{example}"""

_AGAIN = """\


This is the plan that you wrote before:
<plan>
{plan}
</plan>
It cannot be followed. {wrong}
Write the whole plan again, without that."""


@dataclass(frozen=True, slots=True)
class SourceNote:
    """What the planner is told of a source: its name, its size in characters, and its beginning."""

    name: str
    length: int
    beginning: str = ""


@dataclass(frozen=True, slots=True)
class LastPlan:
    """A plan that was refused, and why."""

    text: str
    wrong: str


def render_plan_prompt(goal: str, sources: Sequence[SourceNote], rules: PlanRules, last: LastPlan | None = None) -> str:
    """The prompt that asks for a plan."""
    named = ", ".join(f"{role} ({model})" for role, model in list(rules.choices.items())[:ROLES_NAMED])
    text = _TOP.format(
        goal=goal,
        material=_material(sources),
        placeholders="\n".join(f"- {line}" for line in _placeholders(has_input=bool(sources))),
        roles=f'\n- "role", which says who is asked: {named}.' if named else "",
        steps="1 step" if rules.max_steps == 1 else f"{rules.max_steps} steps",
        example=_example(rules.max_steps, has_input=bool(sources)),
    ).rstrip()
    return text + (_AGAIN.format(plan=last.text, wrong=last.wrong) if last else "")


def _placeholders(*, has_input: bool) -> list[str]:
    whole = ["{{input}}, the whole input"] if has_input else []
    return [*whole, "{{steps.ID}}, the answer of the step with that id", "{{instruction}}, the task above"]


def _example(max_steps: int, *, has_input: bool) -> str:
    """One only: a small model mixes two of them up."""
    if max_steps == 1:
        return ""
    plan = _ONE_AFTER_ANOTHER if max_steps == 2 else _OVER_A_LIST
    shown = plan if has_input else plan.replace("this text: {{input}}", "what you know of: {{instruction}}")
    return f"An example for another task:\n{shown}"


def _material(sources: Sequence[SourceNote]) -> str:
    if not sources:
        return "There is no input."
    size = sum(source.length for source in sources)
    lines = [f"The input: {_count(len(sources), 'text')}, {_count(size, 'character')} in all."]
    for source in sources[:SOURCES_NAMED]:
        name = " ".join(source.name.split())[:NAME_CHARACTERS]
        lines.append(f"- {name}, {_count(source.length, 'character')}")
        if source.beginning:
            tag = "text" if len(source.beginning) >= source.length else "beginning"
            lines.append(f"<{tag}>\n{source.beginning}\n</{tag}>")
    if len(sources) > SOURCES_NAMED:
        lines.append(f"- and {len(sources) - SOURCES_NAMED} more")
    return "\n".join(lines)


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"
