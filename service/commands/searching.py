"""The search of `antiphon bisect`: what each probe came to, and what is told at the end.

Owns when an answer is right, wrong or none, and what becomes of a probe that fails.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

from service.answers.patterns import found as is_in
from service.commands.bisection import Bisection, Outcome
from service.commands.probing import Probes
from service.commands.terminal import LiveTask, say, shorten
from service.errors import Conflict, ServiceError
from service.records import FinishReason, TaskStatus

Json = dict[str, Any]

TRIES = 2
_CODES = {"FOUND": 0, "NARROWED": 3, "CANCELLED": 130}
_SHOWN = 80


class Search:
    """Asks a probe at places, the first of them good and the last bad, until the first bad one is known."""

    def __init__(self, probes: Probes, places: list[Json], pattern: str) -> None:
        self._probes, self._places, self._pattern = probes, places, pattern
        self._bisection = Bisection(len(places))
        self._asked: list[Json] = []
        self._tasks: list[Json] = []
        self._is_cancelled = False

    async def run(self, interrupted: asyncio.Event) -> None:
        """Ask both ends, then between them. Raises `Conflict` where an end is not what it is said to be."""
        last = len(self._places) - 1
        for place, meant in ((0, Outcome.GOOD), (last, Outcome.BAD)):
            outcome = await self._look(place, interrupted)
            if self._is_cancelled:
                return
            if outcome is not meant:
                raise self._not_as_said(meant)
        while not self._is_cancelled and (place := self._bisection.next()) is not None:
            outcome = await self._look(place, interrupted)
            if not self._is_cancelled:
                self._bisection.note(place, outcome)

    def as_json(self) -> Json:
        """What was found, for programs."""
        suspects = [self._places[place] for place in self._bisection.suspects]
        is_found = len(suspects) == 1 and not self._is_cancelled
        return {
            "outcome": "CANCELLED" if self._is_cancelled else "FOUND" if is_found else "NARROWED",
            "firstBad": _named(suspects[0]) if is_found else None,
            "lastGood": _named(self._places[self._bisection.good]),
            "suspects": [_named(place) for place in suspects],
            "probes": self._asked,
            "tokens": sum((it["inputTokens"] or 0) + (it["outputTokens"] or 0) for it in self._tasks),
            "costUsd": None if any(it["costUsd"] is None for it in self._tasks) else self._cost(),
        }

    def between(self, path: list[Json]) -> list[Json]:
        """The messages of the path after the last good place, up to the last that may be the first bad one."""
        ids = [it["id"] for it in path]
        good = ids.index(self._places[self._bisection.good]["id"])
        return [_named(it) for it in path[good + 1 : ids.index(self._places[self._bisection.bad]["id"]) + 1]]

    def _cost(self) -> float:
        return sum(it["costUsd"] for it in self._tasks)

    async def _look(self, place: int, interrupted: asyncio.Event) -> Outcome:
        """Probe a place, once more where that fails, and say what came of it."""
        message = self._places[place]
        outcome, said = Outcome.SKIPPED, ""
        for _ in range(TRIES):
            outcome, said = await self._ask(message, interrupted)
            if outcome is not Outcome.SKIPPED or self._is_cancelled:
                break
        if not self._is_cancelled:
            self._asked.append({"message": _named(message), "outcome": outcome.value, "said": said})
            say(f"{outcome.value.lower():7} after {message['seq']}: {shorten(said, _SHOWN)}")
        return outcome

    async def _ask(self, message: Json, interrupted: asyncio.Event) -> tuple[Outcome, str]:
        if interrupted.is_set():
            self._is_cancelled = True
            return Outcome.SKIPPED, ""
        with LiveTask(f"after message {message['seq']}") as view:
            task = await self._probes.ask(message["id"], view, interrupted)
        self._tasks.append(task["metrics"])
        self._is_cancelled = interrupted.is_set() and TaskStatus(task["taskStatus"]) is TaskStatus.CANCELLED
        return outcome_of(task, self._pattern)

    def _not_as_said(self, meant: Outcome) -> ServiceError | Conflict:
        asked = self._asked[-1]
        seq, said = asked["message"]["seq"], shorten(asked["said"], _SHOWN)
        if asked["outcome"] == Outcome.SKIPPED:
            remedy = "Try again, or ask another --model."
            return ServiceError(f"The probe after message {seq} failed: {said}", remedy=remedy)
        if meant is Outcome.GOOD:
            remedy = "Name an earlier message, or correct --check: it is what a right answer holds."
            return Conflict(f"After the good message {seq} the answer is wrong: {said}", remedy=remedy)
        remedy = "Name a later message, or correct --check: it is what a wrong answer does not hold."
        return Conflict(f"After the bad message {seq} the answer is right: {said}", remedy=remedy)


def outcome_of(task: Json, pattern: str) -> tuple[Outcome, str]:
    """What a probe's answer is, and the answer, or why there is none."""
    answer = task["answer"]
    if answer is None or TaskStatus(task["taskStatus"]) is not TaskStatus.SUCCEEDED:
        return Outcome.SKIPPED, task["error"] or task["note"] or task["taskStatus"]
    if is_in(pattern, answer["content"]):
        return Outcome.GOOD, answer["content"]
    if answer["finishReason"] == FinishReason.LENGTH:
        return Outcome.SKIPPED, "The answer was cut before it was right. See --setting maxOutputTokens=N."
    return Outcome.BAD, answer["content"]


def exit_code(found: Json) -> int:
    """0 for one message, 3 for several that it may be, 130 where it was interrupted."""
    return _CODES[found["outcome"]]


def found_lines(found: Json) -> Iterator[str]:
    """What is told to a person."""
    first, suspects = found["firstBad"], found["suspects"]
    if first:
        yield f"{first['seq']} is the first message after which the probe is answered wrongly:"
    else:
        yield f"The first message after which the probe is answered wrongly is one of {len(suspects)}:"
    marked = {it["id"] for it in suspects}
    for it in found["between"]:
        mark = "→" if it["id"] in marked else " "
        yield f"{mark} {it['seq']:>5} {it['kind'].lower():8} {shorten(it['title'], _SHOWN)}"
    by_id = {it["message"]["id"]: it for it in found["probes"]}
    for it in (found["lastGood"], suspects[-1]):
        if asked := by_id.get(it["id"]):
            yield f"answer after {it['seq']}: {shorten(asked['said'], _SHOWN)}"
    cost = "cost not known" if found["costUsd"] is None else f"${found['costUsd']:.4f}"
    yield f"{len(found['probes'])} probes · {found['tokens']:,} tokens · {cost}"


def _named(message: Json) -> Json:
    return {"id": message["id"], "seq": message["seq"], "kind": message["__typename"], "title": message["title"]}
