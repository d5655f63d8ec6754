"""Branches that are merged: a prompt that continues the head of each, the one that it is asked on first.

Owns what can be merged. What is sent for it is a context like any other: what the sides share once, then each side.
Knows nothing of how a task is run.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from service.conversations.lines import Lines
from service.errors import Conflict, InvalidInput, NotFound
from service.graph.reader import Reader
from service.graph.store import Store
from service.records import StrategyName, WhenBusy
from service.tasks.creating import Tasks
from service.tasks.requests import ExpectedHead, MergedSide, NewTask, check_key, hash_values, same_task
from service.tasks.settings import NewTaskConfig
from service.tasks.sources import check_text

MOST_SIDES = 8
"""Branches that are merged into another at once."""
INSTRUCTION = "Bring together what was said on these branches, and say where they agree and where they do not."
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Merge:
    """Branches to be merged into another, by their ids, and what is asked with that.

    `reconcile`: it is asked first where they disagree, and then to settle that.
    """

    into: str
    sides: tuple[str, ...]
    instruction: str | None = None
    reconcile: bool = False
    config: NewTaskConfig = field(default_factory=NewTaskConfig)
    idempotency_key: str | None = None


class Merging:
    """The use case of merges."""

    def __init__(self, reader: Reader, store: Store, lines: Lines, tasks: Tasks) -> None:
        self._reader = reader
        self._store = store
        self._lines = lines
        self._tasks = tasks

    async def merge_branches(self, owner: str, new: Merge) -> str:
        """Merge branches by a prompt that continues all of them; the id of its task.

        Raises `InvalidInput` with the field, `NotFound` for a branch that is not the owner's, `Conflict` where there is
        nothing to merge, an answer is awaited, or a branch has moved meanwhile.
        """
        key, instruction = check_key(new.idempotency_key), _instruction(new)
        told = [new.into, new.sides, new.instruction, *([True] if new.reconcile else [])]
        request_hash = hash_values("merge", told, new.config)
        if key and (known := await self._store.read_keyed_task(owner, key)) is not None:
            return same_task(known, request_hash)
        into, *sides = await self._places(owner, new)
        await self._check_parts(owner, new, into, sides)
        return await self._tasks.create_task(
            owner,
            NewTask(
                type="prompt",
                instruction=instruction,
                strategy=StrategyName.NONE,
                conversation_id=into["conversationId"],
                branch_id=new.into,
                expected=ExpectedHead(into["headId"]),
                when_busy=WhenBusy.REJECT,
                config=new.config,
                idempotency_key=key,
                sides=tuple(
                    MergedSide(id_, side["headId"], side["name"]) for id_, side in zip(new.sides, sides, strict=True)
                ),
                side_label=into["name"],
                reconcile=new.reconcile and await self._may_disagree(owner, into, sides),
                stands_for=request_hash,
            ),
        )

    async def _places(self, owner: str, new: Merge) -> list[Row]:
        fields = {new.into: "input.into"} | {id_: f"input.from[{i}]" for i, id_ in enumerate(new.sides)}
        if len(fields) <= len(new.sides):
            raise InvalidInput("A branch is named twice.", field="input.from", remedy="Name each branch once.")
        found = await self._reader.read_branch_places(owner, list(fields))
        for id_, said in fields.items():
            _check_side(found, id_, new.into, said)
        return [found[id_] for id_ in fields]

    async def _may_disagree(self, owner: str, into: Row, sides: list[Row]) -> bool:
        """Whether two of the branches have something that the other has not."""
        ends = [side["headId"] for side in (into, *sides)]
        found = await self._lines.unshared(owner, into["conversationId"], ends)
        return len({it.lines for it in found}) > 1

    async def _check_parts(self, owner: str, new: Merge, into: Row, sides: list[Row]) -> None:
        for i, side in enumerate(sides):
            ends = [into["headId"], side["headId"]]
            if ends[0] != ends[1]:
                compared = await self._lines.compare(owner, into["conversationId"], ends)
                if compared.own[1].ids:
                    continue
            raise Conflict(
                f"The branch {into['name']!r} holds all of {side['name']!r} already.",
                field=f"input.from[{i}]",
                remedy="Leave it out.",
            )


def _instruction(new: Merge) -> str:
    if not 1 <= len(new.sides) <= MOST_SIDES:
        raise InvalidInput(f"1 to {MOST_SIDES} branches are merged into another at once.", field="input.from")
    said = check_text(new.instruction or "", "input.instruction")
    if new.instruction is not None and not said.strip():
        raise InvalidInput("The instruction is empty.", field="input.instruction", remedy="Leave it out, or write one.")
    return said or INSTRUCTION


def _check_side(found: dict[str, Row], id: str, into: str, field: str) -> None:
    place = found.get(id)
    if place is None:
        raise NotFound("There is no such branch.", field=field)
    if place["conversationId"] != found[into]["conversationId"]:
        raise InvalidInput("Branches of one conversation can be merged.", field=field)
    if place["headId"] is None:
        raise Conflict(f"The branch {place['name']!r} has no message yet.", field=field)
    if place["isBusy"]:
        raise Conflict(
            f"The branch {place['name']!r} still awaits an answer.",
            field=field,
            remedy="Merge it when the answer is there, or cancel its task.",
        )
