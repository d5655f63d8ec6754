"""Following a plan: how far each of its steps is, what of them is to be asked next, and what makes the task's answer.

Owns how steps become asks, and what is made of what is there where something that was planned failed. Knows nothing of
how a plan came to be.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from service.errors import InvalidInput
from service.records import TEXT_FORMAT, Aggregation, ResponseFormat, Span, SubtaskStatus
from service.strategies.interface import Ask, Asks, Plan, Read, TaskState
from service.strategies.parts import finish, short_name, stopped
from service.strategies.plans import Step, StepPlan, placeholders, read_elements
from service.strategies.reducing import Names, Progress, reduce_tree

_JOINED = (Aggregation.CONCAT, Aggregation.LIST, Aggregation.REDUCE)


def follow(state: TaskState, plan: StepPlan) -> Plan:
    """What is next of a plan: what is to be read, what is to be asked, or the end."""
    walk = _Walk(state, plan, Progress.of(state))
    walk.look()
    if walk.reads:
        return Read(tuple(dict.fromkeys(walk.reads)))
    if walk.asks and not stopped(state):
        return Asks(tuple(walk.asks))
    # The caller's word on how answers are combined goes before the plan's.
    own = None if state.settings.aggregation_named else plan.aggregation
    state = replace(state, settings=replace(state.settings, aggregation=own or state.settings.aggregation))
    keys = walk.answers(joined=state.settings.aggregation in _JOINED)
    if state.settings.aggregation is not Aggregation.REDUCE:
        return finish(state, keys)
    reduction = reduce_tree(walk.progress, keys, Names(title="Combine the answers"), complete=walk.complete())
    return finish(state, reduction.keys) if stopped(state) or not reduction.asks else Asks(reduction.asks)


@dataclass(frozen=True, slots=True)
class _Slot:
    """One ask of a step: the key that the plan gives it, the key that it is asked under, the key of its answer.

    The two differ where something that it needs has gaps: what is made then is another thing than what a retry makes
    without them. `got` None: there is no answer (yet, unless it has `ended`).
    """

    key: str
    asked: str
    got: str | None = None
    ended: bool = False


@dataclass(frozen=True, slots=True)
class _Stand:
    """How far a step is. `slots` None: the list that it fans out over is not known yet."""

    slots: tuple[_Slot, ...] | None

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self.slots is not None and all(slot.ended for slot in self.slots)

    @property
    def got(self) -> tuple[str, ...]:
        """The keys of its answers, in order."""
        return tuple(slot.got for slot in self.slots or () if slot.got is not None)

    @property
    def has_answer(self) -> bool:
        """Whether another step can go on from it; a fan-out over an empty list has nothing to say, and said it."""
        return self.ended and (bool(self.got) or not self.slots)


@dataclass(frozen=True, slots=True)
class _Element:
    """Element `index` of `count` of a list, and where the list is: the slot of its step, or of the fan-out before."""

    index: int
    count: int
    slot: _Slot


@dataclass(frozen=True, slots=True)
class _Needs:
    """The keys of the answers that a prompt uses, the list's first, and of all that it waits for."""

    uses: tuple[str, ...]
    all: tuple[str, ...]

    @classmethod
    def of(cls, uses: Iterable[str], after: Iterable[str]) -> _Needs:
        """Of what is put into the prompt, and of what else it waits for."""
        used = tuple(dict.fromkeys(uses))
        return cls(used, tuple(dict.fromkeys((*used, *after))))


@dataclass(slots=True)
class _Walk:
    """One look at a whole plan, in the order of its steps: what stands, what is to be asked, what is to be read."""

    state: TaskState
    plan: StepPlan
    progress: Progress
    stands: dict[str, _Stand] = field(default_factory=dict[str, _Stand])
    asks: list[Ask] = field(default_factory=list[Ask])
    reads: list[str] = field(default_factory=list[str])

    def look(self) -> None:
        """Find out how far every step is."""
        for step in self.plan.steps:
            self.stands[step.id] = _Stand(self._slots(step))

    def answers(self, *, joined: bool) -> tuple[str, ...]:
        """The keys of what makes the task's answer.

        Where `joined`, what had been made for a step stands for it where it has no answer itself, so that nothing that
        was paid for is lost.
        """
        steps = {step.id: step for step in self.plan.steps}

        def standing(id_: str) -> tuple[str, ...]:
            stand = self.stands[id_]
            if stand.got or stand.has_answer or not joined:
                return stand.got
            return tuple(key for used in steps[id_].uses for key in standing(used))

        return tuple(dict.fromkeys(key for id_ in self.plan.answer for key in standing(id_)))

    def complete(self) -> bool:
        """Whether every answer is there as the plan wants it."""
        return all(slot.got == slot.key for stand in self.stands.values() for slot in stand.slots or ())

    def _slots(self, step: Step) -> tuple[_Slot, ...] | None:
        if any(self.stands[id_].slots is None for id_ in step.needs):
            return None
        key = f"step:{step.id}"
        if step.for_each is None:
            return (self._slot(step, key, None),)
        over = self.stands[step.for_each].slots or ()
        if not self.plan.fans_out(step.for_each):
            return self._over_list(step, key, next(iter(over)))
        # One element for each answer of the fan-out before: it need not wait for the others.
        count = len(over)
        return tuple(self._slot(step, f"{key}:{i}/{count}", _Element(i, count, slot)) for i, slot in enumerate(over))

    def _over_list(self, step: Step, key: str, slot: _Slot) -> tuple[_Slot, ...] | None:
        if not slot.ended:
            return None
        if slot.got is None:
            return (self._slot(step, key, _Element(0, 1, slot)),)
        if slot.got not in self.state.answers:
            self.reads.append(slot.got)
            return None
        try:
            count = len(read_elements(self.state.answers[slot.got]))
        except InvalidInput:
            # It is asked all the same, and fails of the same when its prompt is composed: so the failure has its place
            # among the subtasks, and what does not need it goes on.
            return (self._slot(step, key, _Element(0, 1, slot)),)
        return tuple(self._slot(step, f"{key}:{i}/{count}", _Element(i, count, slot)) for i in range(count))

    def _slot(self, step: Step, key: str, element: _Element | None) -> _Slot:
        """How far one ask is. It is asked unless it has ended; where a need has gaps, of what is there."""
        wanted, there = self._needs(step, element, _asked), self._there(step, element)
        planned = self._needs(step, element, _key)
        name = _name(key, planned, wanted)
        if name not in self.progress.subtasks and there not in (None, wanted):
            assert there is not None
            return self._filled(step, key, _name(key, planned, there), there, element)
        if not self.progress.final(name):
            self.asks.append(self._ask(step, name, wanted, element))
            return _Slot(key, name)
        if self.progress.subtasks[name].status is not SubtaskStatus.SKIPPED:
            return _Slot(key, name, name if self.progress.succeeded(name) else None, ended=True)
        if there is None or there == wanted:
            return _Slot(key, name, ended=self._needs_ended(step, element))
        return self._filled(step, key, _name(key, planned, there), there, element)

    def _filled(self, step: Step, key: str, name: str, there: _Needs, element: _Element | None) -> _Slot:
        if not self.progress.final(name):
            self.asks.append(self._ask(step, name, there, element))
            return _Slot(key, name)
        return _Slot(key, name, name if self.progress.succeeded(name) else None, ended=True)

    def _needs(self, step: Step, element: _Element | None, of: Callable[[_Slot], str | None]) -> _Needs:
        first = [element.slot] if element else []
        used = [slot for id_ in step.filled_from for slot in self.stands[id_].slots or ()]
        after = [slot for id_ in step.depends_on for slot in self.stands[id_].slots or ()]
        return _Needs.of(_known(map(of, [*first, *used])), _known(map(of, after)))

    def _there(self, step: Step, element: _Element | None) -> _Needs | None:
        """What there is to go on from, once all that it needs has ended; None where that is not enough."""
        others = [self.stands[id_] for id_ in (*step.filled_from, *step.depends_on)]
        if not all(stand.has_answer for stand in others) or (element is not None and element.slot.got is None):
            return None
        return self._needs(step, element, _got)

    def _needs_ended(self, step: Step, element: _Element | None) -> bool:
        others = (self.stands[id_].ended for id_ in (*step.filled_from, *step.depends_on))
        return all(others) and (element is None or element.slot.ended)

    def _ask(self, step: Step, key: str, needs: _Needs, element: _Element | None) -> Ask:
        return Ask(
            key,
            _title(step, element),
            kind="step",
            spans=_whole(self.state) if "input" in placeholders(step.prompt) else (),
            uses=needs.uses,
            depends_on=needs.all,
            brief=step.prompt,
            item=element.index if element else None,
            model=step.model,
            role=step.role,
            response_format=self._format(step),
        )

    def _format(self, step: Step) -> ResponseFormat:
        """The step's own; the task's for a step whose answer is the task's."""
        if step.response_format is not None:
            return step.response_format
        return self.state.settings.response_format if step.id in self.plan.answer else TEXT_FORMAT


def _key(slot: _Slot) -> str:
    return slot.key


def _asked(slot: _Slot) -> str:
    return slot.asked


def _got(slot: _Slot) -> str | None:
    return slot.got


def _known(keys: Iterable[str | None]) -> Iterator[str]:
    return (key for key in keys if key is not None)


def _name(key: str, planned: _Needs, needs: _Needs) -> str:
    """The key of an ask that is made of these: the plan's own where nothing is missing or other than planned."""
    if needs == planned:
        return key
    digest = hashlib.blake2s("\n".join(needs.all).encode(), digest_size=6).hexdigest()
    return f"{key}~{digest}"


def _title(step: Step, element: _Element | None) -> str:
    title = step.title or step.id.replace("_", " ").replace("-", " ").capitalize()
    return title if element is None else f"{title}, {element.index + 1} of {element.count}"


def _whole(state: TaskState) -> tuple[Span, ...]:
    """All of the input; where there are several sources, each under its name."""
    several = len(state.sources) > 1
    return tuple(
        Span(source.id, 0, len(source.text), f"=== {short_name(source.name)} ===" if several else "")
        for source in state.sources
    )
