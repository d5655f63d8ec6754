"""Plans that are kept under a name: saving one, finding one for a task, listing them beside the built-in strategies.

Owns what a name may be and which rules a plan that a caller sends must keep. Knows nothing of how a plan is followed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson

from service.cursors import Bounds, Page, PageRequest
from service.errors import Conflict, InvalidInput, NotFound
from service.graph.reader import Reader
from service.graph.store import Store
from service.models.registry import Models
from service.records import new_id
from service.strategies import STRATEGIES, describe
from service.strategies.plan_reading import check_plan, read_plan
from service.strategies.plans import MOST_STEPS, PlanRules, StepPlan, dump_plan
from service.tasks.sources import check_text
from service.tasks.strategy_places import (
    BUILT_IN,
    LISTED,
    ORIGINS,
    Place,
    between,
    built_in,
    groups,
    within,
)

Row = dict[str, Any]

NAME_CHARACTERS = 200
DESCRIPTION_CHARACTERS = 2_000
KEY_CHARACTERS = 255


@dataclass(frozen=True, slots=True)
class NewStrategy:
    """A plan that a caller wants to be kept. `plan` is any JSON value, to be checked."""

    name: str
    plan: object
    description: str | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class StrategyRow:
    """A strategy as it is listed; times in ms since 1970. A built-in one has a name, its id, and a description only."""

    id: str
    name: str
    description: str
    plan: Any = None
    made_by: str | None = None
    created_at: int | None = None
    use_count: int | None = None
    success_rate: float | None = None
    version: int | None = None
    previous_id: str | None = None


@dataclass(frozen=True, slots=True)
class GivenPlan:
    """A plan that a task is to follow, and the id of the kept one that it is."""

    plan: StepPlan
    kept_id: str | None = None


class KeptPlans:
    """The use cases of kept plans. What belongs to another owner is as if it were not there."""

    def __init__(self, models: Models, reader: Reader, store: Store) -> None:
        self._models = models
        self._reader = reader
        self._store = store

    async def save_strategy(self, owner: str, new: NewStrategy) -> StrategyRow:
        """Keep a plan under a name, in place of the one that had it; tasks keep the plan that they began with.

        Raises `InvalidInput` that says what is wrong with the plan, `Conflict` where the idempotency key was used for
        another request, `GraphUnavailable`.
        """
        name = _checked_name(new.name)
        description = check_text(new.description or "", "input.description").strip()
        if len(description) > DESCRIPTION_CHARACTERS:
            raise InvalidInput(
                f"A description has {DESCRIPTION_CHARACTERS} characters at most.", field="input.description"
            )
        plan = dump_plan(self.check(new.plan, "input.plan"))
        digest = hashlib.sha256(orjson.dumps([name, description, plan])).hexdigest()
        row = {
            "id": new_id(),
            "ownerId": owner,
            "name": name,
            "plan": plan,
            "description": description,
            "idempotencyKey": _checked_key(new.idempotency_key),
            "requestHash": digest,
        }
        written = await self._store.save_strategy(row)
        if written is None or written["requestHash"] != digest:
            raise Conflict(
                "This idempotency key was used for another request.",
                field="input.idempotencyKey",
                remedy="Use a new key for a new request.",
            )
        id = written["id"]
        return strategy_row((await self._reader.read_strategies(owner, [id]))[id])

    async def list_strategies(self, owner: str, page: PageRequest, name: str | None = None) -> Page:
        """A page of the strategies, each row's `strategy` a `StrategyRow`: the built-in ones, then the kept plans that
        the owner saved, then those that models made, the newest first. Raises `InvalidInput` for a strange cursor."""
        bounds, places = LISTED.bounds(page), list[Place]()
        for group in groups(bounds):
            inside = within(bounds, group, page.limit + 1 - len(places))
            places += await self._places(owner, group, inside, name) if inside else []
        return LISTED.page(await self._listed(owner, places), page)

    async def find(self, owner: str, name: str, rules: PlanRules) -> GivenPlan:
        """The owner's plan of that name. Raises `NotFound`, and `InvalidInput` where it breaks the rules by now."""
        row = await self._reader.read_strategy(owner, check_text(name, "input.strategy.kept").strip())
        if row is None:
            raise NotFound(f"There is no strategy {name!r}.", field="input.strategy.kept", remedy="See `strategies`.")
        with _naming("input.strategy.kept"):
            return GivenPlan(read_plan(row["plan"], rules), row["id"])

    def check(self, said: object, field: str, rules: PlanRules | None = None) -> StepPlan:
        """The plan that a caller sent. Raises `InvalidInput` that names the field and says what is wrong."""
        with _naming(field):
            return check_plan(said, rules or self.rules())

    def rules(self, max_steps: int | None = None, *, has_input: bool = True) -> PlanRules:
        """What a plan that a caller sends may refer to."""
        return PlanRules(max_steps or MOST_STEPS, self._models.roles(), self._models.names(), has_input)

    async def _places(self, owner: str, group: int, bounds: Bounds, name: str | None) -> list[Place]:
        if group == BUILT_IN:
            return between(bounds, [place for place in built_in() if name in (None, place["id"])])
        if name is None:
            rows = await self._reader.read_owner_strategies(owner, bounds, origin=ORIGINS[group])
            return [{**row, "group": group} for row in rows]
        row = await self._reader.read_strategy(owner, name)
        if row is None or row["origin"] != ORIGINS[group]:
            return []
        return between(bounds, [{"group": group, "at": row["at"], "id": row["id"]}])

    async def _listed(self, owner: str, places: list[Place]) -> list[Row]:
        known = {it.name: StrategyRow(it.name, it.name, it.description) for it in describe()}
        ids = [place["id"] for place in places if place["group"] != BUILT_IN]
        kept = await self._reader.read_strategies(owner, ids) if ids else {}
        known |= {id: strategy_row(row) for id, row in kept.items()}
        return [{**place, "strategy": known[place["id"]]} for place in places if place["id"] in known]


def strategy_row(row: Mapping[str, Any]) -> StrategyRow:
    """A kept plan as it is listed, of its row in the graph."""
    return StrategyRow(
        id=row["id"],
        name=row["name"],
        description=row["description"],
        plan=orjson.loads(row["plan"]),
        made_by=row["madeBy"],
        created_at=row["createdAt"],
        use_count=row["useCount"],
        success_rate=row["successRate"],
        version=row["version"],
        previous_id=row["previousId"],
    )


@contextmanager
def _naming(field: str) -> Generator[None]:
    try:
        yield
    except InvalidInput as invalid:
        raise InvalidInput(invalid.message, field=field, remedy=invalid.remedy) from invalid


def _checked_name(name: str) -> str:
    text = check_text(name, "input.name").strip()
    if not 1 <= len(text) <= NAME_CHARACTERS or not text.isprintable():
        raise InvalidInput(f"A name has 1 to {NAME_CHARACTERS} characters, all on one line.", field="input.name")
    if text.upper() in STRATEGIES:
        raise InvalidInput(f"{text} is the name of a built-in strategy.", field="input.name", remedy="Choose another.")
    return text


def _checked_key(key: str | None) -> str | None:
    if key is not None and not 1 <= len(key) <= KEY_CHARACTERS:
        raise InvalidInput(f"An idempotency key has 1 to {KEY_CHARACTERS} characters.", field="input.idempotencyKey")
    return check_text(key, "input.idempotencyKey") if key else None
