"""What is different between two branches, as GraphQL types."""

from __future__ import annotations

from collections.abc import Sequence

import strawberry

from service.api.graphql.connections import Connection, connection_of, paged
from service.api.graphql.context import Info
from service.api.graphql.conversations import Branch
from service.api.graphql.messages import Message
from service.api.graphql.scalars import BigInt
from service.api.graphql.sources import Source
from service.conversations.lines import OwnPart
from service.cursors import PageRequest, listed_page
from service.errors import InvalidInput, NotFound

MOST_COSTED = 1_000
"""Messages of which costs are read together."""


@strawberry.type
class BranchSide:
    """What one of two branches has alone."""

    branch: Branch
    """The branch."""

    message_count: int
    """How many messages it has alone."""

    tokens: BigInt
    """Their tokens, by the vocabulary o200k."""

    part: strawberry.Private[OwnPart]
    cost: strawberry.Private[float | None]
    sources: strawberry.Private[Sequence[str]]

    @strawberry.field
    def cost_usd(self) -> float | None:
        """What the tasks of their prompts cost; null where nothing of it is known."""
        return self.cost

    @paged
    async def messages(self, info: Info, page: PageRequest) -> Connection[Message]:
        """The messages that it has alone, oldest first."""
        info.context.count(page.limit)
        found = listed_page("own", len(self.part.ids), page)
        ids: list[str] = [self.part.ids[row["index"]] for row in found.rows]
        return connection_of(found, await info.context.load.messages.load_many(ids))

    @strawberry.field
    async def sources_alone(self, info: Info) -> list[Source]:
        """The texts that only this side rests on, 100 at most."""
        found = await info.context.load.sources.load_many(list(self.sources[:100]))
        return [source for source in found if source is not None]


@strawberry.type
class BranchComparison:
    """Two branches side by side."""

    a: BranchSide
    """What the first one has alone."""

    b: BranchSide
    """What the second one has alone."""

    nearest: strawberry.Private[Sequence[str]]

    @strawberry.field
    async def nearest_common(self, info: Info) -> list[Message]:
        """The newest messages that both have; several where they were merged before, none where they share nothing."""
        found = await info.context.load.messages.load_many(list(self.nearest[:100]))
        return [message for message in found if message is not None]


async def branch_comparison(info: Info, a: str, b: str) -> BranchComparison:
    """What two branches of a conversation have alone. Raises `NotFound`, `InvalidInput`, `LimitExceeded`."""
    reader, owner = info.context.backend.reader, info.context.caller
    places = await reader.read_branch_places(owner, [a, b])
    for name, id_ in (("a", a), ("b", b)):
        if id_ not in places or places[id_]["headId"] is None:
            raise NotFound("There is no such branch, or it has no message yet.", field=name)
    if places[a]["conversationId"] != places[b]["conversationId"]:
        raise InvalidInput("Branches of one conversation can be compared.", field="b")
    ends = [places[a]["headId"], places[b]["headId"]]
    if ends[0] == ends[1]:
        parts, nearest = [OwnPart([], 0)] * 2, ends[:1]
    else:
        found = await info.context.backend.lines.compare(owner, places[a]["conversationId"], ends)
        parts, nearest = list(found.own), found.nearest
    costs = [await _costs(info, part.ids) for part in parts]
    sides = [
        await _side(info, id_, part, costs[i], costs[1 - i][1])
        for i, (id_, part) in enumerate(zip((a, b), parts, strict=True))
    ]
    return BranchComparison(a=sides[0], b=sides[1], nearest=nearest)


async def _costs(info: Info, ids: Sequence[str]) -> tuple[float | None, list[str]]:
    cost: float | None = None
    sources: dict[str, None] = {}
    for start in range(0, len(ids), MOST_COSTED):
        row = await info.context.backend.reader.read_part_costs(info.context.caller, ids[start : start + MOST_COSTED])
        if row["costUsd"] is not None:
            cost = (cost or 0.0) + row["costUsd"]
        sources |= dict.fromkeys(row["sources"])
    return cost, list(sources)


async def _side(
    info: Info, id: str, part: OwnPart, costs: tuple[float | None, list[str]], others: list[str]
) -> BranchSide:
    branch = await info.context.load.branches.load(id)
    if branch is None:
        raise NotFound("There is no such branch.")
    alone = [source for source in costs[1] if source not in set(others)]
    return BranchSide(
        branch=branch, message_count=len(part.ids), tokens=BigInt(part.tokens), part=part, cost=costs[0], sources=alone
    )
