"""What is sent to a model for a subtask: the template filled with the source's text, earlier answers or the path above.

Owns composing. Calls no provider and writes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from service.chat import ChatMessage, ModelConfig
from service.conversations.context.assembling import Ahead, ContextWish, Saw
from service.conversations.context.contexts import Contexts
from service.conversations.context.paths import MESSAGE_TOKENS
from service.conversations.context.spoken import message_text, tools_text
from service.errors import ContextOverflow, InvalidInput
from service.models.registry import Models
from service.records import Role, SawAs, Span
from service.strategies.aggregation import Answer
from service.strategies.interface import TaskSettings
from service.strategies.plan_prompt import LastPlan, SourceNote, render_plan_prompt
from service.strategies.plans import DEFAULT_STEPS, PlanRules, fill, placeholders, read_elements
from service.strategies.templates import render_part, render_reduce
from service.tasks.material import Material, TaskWork, prompt_id_of
from service.tasks.replayed import Replayed
from service.tasks.sources import reading_id

MARGIN_TOKENS = 64
TOKEN_CHARACTERS = 128
"""No tokenizer has longer tokens: what has more characters than this for each token of the window is not counted."""

_GROUP_KEY = re.compile(r"(?:.*/)?reduce:\d+:\d+")
_STEP_KEY = re.compile(r"step:([^:~]+)(?::(\d+)/\d+)?(?:~.*)?")


@dataclass(frozen=True, slots=True)
class ComposedPrompt:
    """A prompt ready to be sent. `content` None: it is the task's own prompt, which is written already.

    `saw` is what its context was made from; `tokens` are those of its texts, None where they are not counted yet. An
    answer of more than `bound` tokens cannot be used, nor one that claims something and names what has none of the
    `labels`, nor one of which `check` says what is wrong. `has_format`: the model is told its format in words, whatever
    modes it has.
    """

    id: str
    title: str
    content: str | None
    messages: tuple[ChatMessage, ...]
    spans: tuple[Span, ...]
    uses: tuple[str, ...]
    saw: tuple[Saw, ...]
    tokens: int | None = None
    bound: int | None = None
    labels: tuple[str, ...] = ()
    check: Callable[[str], str | None] | None = None
    has_format: bool = False


class Summarized(Protocol):
    """What is needed of `summary_tasks.py`."""

    async def compose(self, task: TaskWork, work: dict[str, Any], model: ModelConfig) -> ComposedPrompt:
        """The prompt of a summary. Raises `ContextOverflow`."""
        ...

    def note(self, task: TaskWork, model: ModelConfig, ahead: Ahead) -> None:
        """A context was made; `ahead` is what of its path may be summarized."""
        ...


class Resent(Protocol):
    """What is needed of `resending.py`."""

    async def compose(self, task: TaskWork, replayed: Replayed, model: ModelConfig) -> ComposedPrompt:
        """The prompt of a replay. Raises `Conflict`, `ContextOverflow`."""
        ...


class Reconciled(Protocol):
    """What is needed of `reconciling.py`."""

    async def compose(self, task: TaskWork, work: dict[str, Any], model: ModelConfig) -> ComposedPrompt:
        """The prompt that asks where merged branches disagree. Raises `ContextOverflow`."""
        ...


@dataclass(frozen=True, slots=True)
class Composers:
    """Those who compose prompts of one kind."""

    summaries: Summarized
    replays: Resent
    conflicts: Reconciled


class Prompts:
    """Composes prompts."""

    def __init__(self, contexts: Contexts, models: Models, material: Material, composers: Composers) -> None:
        self._contexts = contexts
        self._models = models
        self._material = material
        self._composers = composers

    async def compose(self, task: TaskWork, work: dict[str, Any], model: ModelConfig) -> ComposedPrompt:
        """The prompt of one subtask for this model."""
        if task.replayed is not None:
            return await self._composers.replays.compose(task, task.replayed, model)
        if work["kind"] == "direct":
            return await self._direct(task, model)
        if work["kind"] == "summary":
            return await self._composers.summaries.compose(task, work, model)
        if work["kind"] == "conflicts":
            return await self._composers.conflicts.compose(task, work, model)
        spans = parse_spans(task, work["spans"])
        match work["kind"]:
            case "reduce":
                instruction = work["brief"] or task.instruction
                content = render_reduce(task.reduce_template, instruction=instruction, answers=_told(work["answers"]))
            case "plan":
                content = await self._fitting(await self._plan(task, work, spans), task, work, model)
            case "step":
                content = await self._fitting(await self._step(task, work, spans, model), task, work, model)
            case _:
                content = await self._part(task, work, spans)
        prompt_id = prompt_id_of(work)
        return ComposedPrompt(
            id=prompt_id,
            title=work["title"],
            content=content,
            messages=(ChatMessage(Role.USER, content),),
            spans=spans,
            # Two subtasks may have taken the same answer.
            uses=tuple(dict.fromkeys(answer["id"] for answer in work["answers"])),
            saw=(Saw(prompt_id, SawAs.VERBATIM),),
        )

    async def _part(self, task: TaskWork, work: dict[str, Any], spans: tuple[Span, ...]) -> str:
        texts = [work["brief"]] if work["brief"] else []
        for span in spans:
            text = await self._text(task, span)
            texts.append(f"{span.label}\n{text}" if span.label else text)
        names = list(dict.fromkeys(task.sources[span.source_id]["name"] for span in spans))
        return render_part(
            task.part_template,
            instruction=task.instruction,
            input="\n\n".join(texts),
            source_name=", ".join(name for name in names if name != "text"),
            part=work["part"],
            parts=work["parts"],
        )

    async def _text(self, task: TaskWork, span: Span) -> str:
        return (await self._material.source_text(task.sources[span.source_id]["sourceId"]))[span.start : span.end]

    async def _plan(self, task: TaskWork, work: dict[str, Any], spans: tuple[Span, ...]) -> str:
        """The prompt that asks for a plan; with the last one, and what was wrong with it, where there was one."""
        shown = {span.source_id: await self._text(task, span) for span in spans}
        notes = [SourceNote(it["name"], it["length"], shown.get(it["id"], "")) for it in task.sources.values()]
        most = task.settings.max_steps or DEFAULT_STEPS
        rules = PlanRules(most, self._models.roles(), has_input=bool(task.sources))
        last = LastPlan(work["answers"][0]["text"], work["brief"]) if work["answers"] else None
        return render_plan_prompt(task.goal, notes, rules, last)

    async def _step(self, task: TaskWork, work: dict[str, Any], spans: tuple[Span, ...], model: ModelConfig) -> str:
        """A step's prompt with its placeholders filled in, once: what is put in is never looked at again."""
        answers: Sequence[Mapping[str, Any]] = work["answers"]
        values = {"instruction": task.goal} | _step_values(answers)
        values |= {name: "" for name in placeholders(work["brief"]) if name.startswith("steps.") and name not in values}
        if work["item"] is not None:
            values["item"] = _item(answers[0], work["item"], work["title"])
        if spans:
            self._check_length(sum(span.end - span.start for span in spans), work, model)
            texts = [(span, await self._text(task, span)) for span in spans]
            values["input"] = "\n\n".join(f"{span.label}\n{text}" if span.label else text for span, text in texts)
        return fill(work["brief"], values)

    async def _fitting(self, content: str, task: TaskWork, work: dict[str, Any], model: ModelConfig) -> str:
        """The content itself. Raises `ContextOverflow` that names the subtask where it is too long for the model."""
        self._check_length(len(content), work, model)
        room = prompt_room(task.settings, model)
        if not await self._models.fits(content, room, model):
            raise _too_long(work, model)
        return content

    def _check_length(self, characters: int, work: dict[str, Any], model: ModelConfig) -> None:
        if characters > model.context_window * TOKEN_CHARACTERS:
            raise _too_long(work, model)

    async def _direct(self, task: TaskWork, model: ModelConfig) -> ComposedPrompt:
        room = prompt_room(task.settings, model)
        if task.settings.tools:
            room -= await self._models.count(tools_text(task.settings.tools), model)
        asked = await self._models.count(message_text(task.asked), model)
        wish = ContextWish(
            owner_id=task.owner_id,
            conversation_id=task.conversation_id,
            prompt_id=task.prompt_id,
            asked=task.asked,
            policy=task.settings.context,
            room=room - asked - MESSAGE_TOKENS,
            model=model,
        )
        context = await self._contexts.build(wish)
        if context.ahead is not None:
            self._composers.summaries.note(task, model, context.ahead)
        return ComposedPrompt(
            id=task.prompt_id,
            title="",
            content=None,
            messages=context.messages,
            spans=(),
            uses=(),
            saw=context.saw,
            tokens=context.text_tokens + asked,
        )


def parse_spans(task: TaskWork, rows: Iterable[Sequence[Any]]) -> tuple[Span, ...]:
    """The spans of a subtask: rows of the reading's place, start, end and label."""
    return tuple(Span(reading_id(task.id, place), start, end, label or "") for place, start, end, label in rows)


def _told(answers: Sequence[Mapping[str, Any]]) -> list[Answer]:
    """Answers as a prompt that combines them calls them: those of a tree by their place here, which changes with
    nothing else, while how many groups there are changes with any."""

    def title(place: int, answer: Mapping[str, Any]) -> str:
        return f"Answers combined, {place} of {len(answers)}" if _GROUP_KEY.match(answer["key"]) else answer["title"]

    return [Answer(title(place, answer), answer["text"]) for place, answer in enumerate(answers, 1)]


def _step_values(answers: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """What stands for `{{steps.ID}}`: the step's answer; of a fan-out all of them, in the order of its list."""
    found: dict[str, list[tuple[int, str]]] = {}
    for answer in answers:
        if match := _STEP_KEY.fullmatch(answer["key"]):
            found.setdefault(f"steps.{match[1]}", []).append((int(match[2] or 0), answer["text"]))
    return {name: "\n\n".join(text for _, text in sorted(texts)) for name, texts in found.items()}


def _item(answer: Mapping[str, Any], index: int, title: str) -> str:
    """The element that a prompt is about: the answer itself where it is one of a fan-out, else one of its list."""
    match = _STEP_KEY.fullmatch(answer["key"])
    if match and match[2] is not None:
        return answer["text"]
    try:
        return read_elements(answer["text"])[index]
    except InvalidInput as error:
        raise InvalidInput(f"“{title}” cannot be asked. {error.message}", remedy=error.remedy) from error
    except IndexError as error:
        raise InvalidInput(f"“{title}” cannot be asked: its list has no such element any more.") from error


def _too_long(work: dict[str, Any], model: ModelConfig) -> ContextOverflow:
    return ContextOverflow(
        f"The prompt of “{work['title']}” does not fit into the {model.context_window} tokens of {model.key}. "
        "Send less input, use the strategy CHUNK, or choose a model with a larger window."
    )


def answer_room(settings: TaskSettings, model: ModelConfig) -> int:
    """How many tokens of the window are kept for the answer: what was asked for, or a quarter at most."""
    return settings.max_output_tokens or min(model.max_output_tokens, model.context_window // 4)


def prompt_room(settings: TaskSettings, model: ModelConfig) -> int:
    """How many tokens of the window are for what is sent: all but the answer's, and a margin."""
    return model.context_window - answer_room(settings, model) - MARGIN_TOKENS


def render_frame(template: str, instruction: str, names: Iterable[str]) -> str:
    """What stands around the material in a part's prompt, at its longest."""
    longest = max(names, key=len, default="")
    return render_part(template, instruction=instruction, input="x", source_name=longest, part=9999, parts=9999)


def material_room(settings: TaskSettings, model: ModelConfig, frame_tokens: int) -> int:
    """How many tokens of material fit into one prompt, beside its frame and the answer; 0 or less: none do."""
    return prompt_room(settings, model) - frame_tokens
