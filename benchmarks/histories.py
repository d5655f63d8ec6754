"""Histories as they are drawn by a seed: which message stands below which. Pure: it knows no text, no id and no graph.

Messages are numbers from 0 on, in the order in which they were written. The same shape and seed give the same history.
"""

from __future__ import annotations

import random
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

LONGEST_SIDE = 6
"""Messages of a fork, at most."""
MOST_PARTS = 6
OTHER_STARTS = 0.1
"""Of the forks, those that are another first prompt."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How many messages a history has, and how many of them are not simply turns of one chat.

    `forks` are sides that are left alone, `merges` sides that meet again, `diamonds` stand on one another at the newest
    end, and `decompositions` are prompts that were answered in parts.
    """

    messages: int
    forks: int = 0
    merges: int = 0
    diamonds: int = 0
    decompositions: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """A message: its number, how it is tied to those above it, and how many are above. `link` is None for the first."""

    number: int
    kind: str
    link: str | None
    above: tuple[int, ...]
    depth: int


@dataclass(frozen=True, slots=True)
class Job:
    """A prompt that was answered in parts: the prompt and the answer of each, and the answer made of them."""

    prompt: int
    parts: list[tuple[int, int]]
    answer: int


@dataclass(slots=True)
class History:
    """What was drawn: `steps()` gives each message once; after that `branches` and `head` are known, and `jobs` grow
    while it is read: a job is there as soon as its answer is."""

    shape: Shape
    seed: int
    branches: dict[str, int] = field(default_factory=dict[str, int])
    jobs: list[Job] = field(default_factory=list[Job])
    head: int = -1
    _depths: array[int] = field(default_factory=lambda: array("i"))
    _path: array[int] = field(default_factory=lambda: array("q"))
    _prompts: bytearray = field(default_factory=bytearray)

    def steps(self) -> Iterator[Step]:
        """Every message, in order. Raises `ValueError` where there are too few for what the shape wants."""
        draw = random.Random(self.seed)
        sides = [draw.randint(1, LONGEST_SIDE) for _ in range(self.shape.forks)]
        merges = [[draw.randint(1, 3) for _ in range(draw.choice((2, 2, 3)))] for _ in range(self.shape.merges)]
        parts = [draw.randint(2, MOST_PARTS) for _ in range(self.shape.decompositions)]
        taken = sum(sides) + sum(2 * sum(turns) + 2 for turns in merges) + sum(2 * many + 2 for many in parts)
        left = self.shape.messages - taken - 6 * self.shape.diamonds
        if left < 2:
            wanted = self.shape.messages - left + 2
            raise ValueError(f"messages: {self.shape.messages} are too few for this shape: it takes {wanted} at least.")
        yield from self._drawn(draw, sides, merges, parts, left)

    def _drawn(
        self, draw: random.Random, sides: list[int], merges: list[list[int]], parts: list[int], left: int
    ) -> Iterator[Step]:
        pieces: list[int | list[int] | tuple[int] | None] = [None] * (left // 2 - 1)
        pieces += [*sides, *merges, *((many,) for many in parts)]
        draw.shuffle(pieces)
        yield from self._turns(1)
        for piece in pieces:
            if piece is None:
                yield from self._turns(1)
            elif isinstance(piece, int):
                yield from self._fork(draw, piece)
            elif isinstance(piece, list):
                yield from self._merge(piece)
            else:
                yield from self._decomposition(*piece)
        for _ in range(self.shape.diamonds):
            yield from self._merge([1, 1])
        if left % 2:
            yield self._on_path("Prompt", "CONTINUES", (self.head,))

    def _step(self, kind: str, link: str | None, above: tuple[int, ...]) -> Step:
        depth = max((self._depths[number] for number in above), default=-1) + 1
        self._depths.append(depth)
        self._prompts.append(kind == "Prompt")
        return Step(len(self._depths) - 1, kind, link, above, depth)

    def _on_path(self, kind: str, link: str | None, above: tuple[int, ...]) -> Step:
        step = self._step(kind, link, above)
        self.head = step.number
        self._path.append(step.number)
        return step

    def _turns(self, count: int) -> Iterator[Step]:
        for _ in range(count):
            first = self.head < 0
            yield self._on_path("Prompt", None if first else "CONTINUES", () if first else (self.head,))
            yield self._on_path("Response", "RESPONDS_TO", (self.head,))

    def _fork(self, draw: random.Random, size: int) -> Iterator[Step]:
        """A side that begins anywhere on the path: another prompt, another answer, or another first prompt."""
        at = self._path[draw.randrange(len(self._path))]
        if draw.random() < OTHER_STARTS:
            size, at = size - 1, len(self._depths)
            yield self._step("Prompt", None, ())
        for step in self._side(at, size):
            at = step.number
            yield step
        self.branches[f"fork-{len(self.branches) + 1}"] = at

    def _side(self, at: int, size: int) -> Iterator[Step]:
        for _ in range(size):
            answers = bool(self._prompts[at])
            step = self._step("Response", "RESPONDS_TO", (at,)) if answers else self._step("Prompt", "CONTINUES", (at,))
            at = step.number
            yield step

    def _merge(self, turns: list[int]) -> Iterator[Step]:
        """Sides of so many turns each, from the head on, and a prompt that continues all of them, which is answered."""
        ends: list[int] = []
        start = self.head
        for many in turns:
            end = start
            for step in self._side(start, 2 * many):
                end = step.number
                yield step
            ends.append(end)
        yield self._on_path("Prompt", "CONTINUES", tuple(ends))
        yield self._on_path("Response", "RESPONDS_TO", (self.head,))

    def _decomposition(self, many: int) -> Iterator[Step]:
        prompt = self._step("Prompt", "CONTINUES", (self.head,))
        yield prompt
        parts: list[tuple[int, int]] = []
        for _ in range(many):
            part = self._step("Prompt", "DECOMPOSES", (prompt.number,))
            answer = self._step("Response", "RESPONDS_TO", (part.number,))
            parts.append((part.number, answer.number))
            yield from (part, answer)
        # Its prompt is not on the path that forks begin from: what answers a task's prompt has an attempt.
        whole = self._on_path("Response", "RESPONDS_TO", (prompt.number,))
        self.jobs.append(Job(prompt.number, parts, whole.number))
        yield whole
