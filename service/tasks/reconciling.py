"""Merged branches that are reconciled: where they disagree is asked first, and kept as links between their messages.

Owns what one such subtask asks, and what is written of its answer: links with their evidence, and what the context of
the merge tells of them. Both follow from the graph alone, so it can be done again. Knows nothing of how a task is run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise, zip_longest
from typing import Any

from service.answers.conflicts import Conflict, Position, conflicts_fault, read_conflicts
from service.answers.labels import label_of
from service.chat import ChatMessage, ModelConfig
from service.conversations.context.assembling import Saw
from service.conversations.lines import Lines, OfSides
from service.errors import ContextOverflow
from service.graph.store import Store
from service.models.registry import Models
from service.records import Role, SawAs, derived_id, subtask_id
from service.strategies.none import CONFLICTS_KEY
from service.tasks.material import TaskWork, prompt_id_of
from service.tasks.prompts import TOKEN_CHARACTERS, ComposedPrompt, prompt_room
from service.tasks.reconcile_prompts import render_conflicts, render_question

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Sides:
    """The sides of a merge: their names, and their messages but for those that all of them share."""

    names: tuple[str, ...]
    messages: Sequence[OfSides]

    @property
    def ids(self) -> dict[str, str]:
        """The id of the message of each label."""
        return {label_of(place): it.message.id for place, it in enumerate(self.messages)}

    @property
    def of_labels(self) -> dict[str, frozenset[int]]:
        """The sides, from 1, that the message of each label is on."""
        return {label_of(place): frozenset(n + 1 for n in it.lines) for place, it in enumerate(self.messages)}


class Reconciling:
    """Asks where the sides of merges disagree, and keeps it."""

    def __init__(self, store: Store, lines: Lines, models: Models) -> None:
        self._store = store
        self._lines = lines
        self._models = models

    async def compose(self, task: TaskWork, work: Row, model: ModelConfig) -> ComposedPrompt:
        """The prompt that asks where the sides disagree. Raises `ContextOverflow`, `LimitExceeded`."""
        sides = await self._sides(task)
        content = render_question(sides.names, sides.messages, task.id)
        room = prompt_room(task.settings, model)
        if len(content) > room * TOKEN_CHARACTERS or not await self._models.fits(content, room, model):
            raise ContextOverflow(
                f"What the branches do not share does not fit into the {model.context_window} tokens of {model.key}, "
                "so it cannot be asked where they disagree. Choose a model with a larger window, or merge them "
                "without reconcile."
            )
        prompt_id = prompt_id_of(work)
        return ComposedPrompt(
            id=prompt_id,
            title=work["title"],
            content=content,
            messages=(ChatMessage(Role.USER, content),),
            spans=(),
            uses=(),
            saw=(Saw(prompt_id, SawAs.VERBATIM),),
            check=partial(conflicts_fault, sides=sides.of_labels),
        )

    async def keep(self, task: TaskWork, holder: str) -> None:
        """Write the conflicts that were found: once, however often it is called."""
        sides = await self._sides(task)
        (answer,) = await self._store.read_answers([subtask_id(task.id, CONFLICTS_KEY)])
        conflicts = read_conflicts(answer["text"])
        row = {
            "taskId": task.id,
            "leaseOwner": holder,
            "text": render_conflicts(sides.names, conflicts),
            "links": [link for i, it in enumerate(conflicts) for link in _links(task.id, i, it, sides.ids)],
        }
        await self._store.keep_conflicts(task.conversation_id, row)

    async def _sides(self, task: TaskWork) -> _Sides:
        ends = await self._store.read_merged_sides(task.prompt_id)
        ids = [end["id"] for end in ends]
        messages = await self._lines.unshared(task.owner_id, task.conversation_id, ids)
        return _Sides(tuple(end["label"] for end in ends), messages)


def _links(task_id: str, index: int, conflict: Conflict, ids: dict[str, str]) -> list[Row]:
    """The links of a conflict: what one side says, to what the next one says. Each message is in one at least."""
    return [
        {
            "id": derived_id(task_id, "conflict", index, here, there),
            "from": ids[here],
            "to": ids[there],
            "said": {
                "conflict": index,
                "note": conflict.claim,
                "fromSide": one.side,
                "fromSays": one.says,
                "toSide": other.side,
                "toSays": other.says,
            },
        }
        for one, other in pairwise(conflict.positions)
        for here, there in _pairs(one, other)
    ]


def _pairs(one: Position, other: Position) -> list[tuple[str, str]]:
    pairs = zip_longest(one.labels, other.labels)
    return [(here or one.labels[-1], there or other.labels[-1]) for here, there in pairs]
