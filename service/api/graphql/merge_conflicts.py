"""Where the sides of merges disagree, as GraphQL types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

from service.api.graphql.context import Info
from service.conversations import conflicts

if TYPE_CHECKING:
    from service.api.graphql.messages import Message

LazyMessage = Annotated["Message", strawberry.lazy("service.api.graphql.messages")]


@strawberry.type
class MergeConflictSide:
    """What one side of a merge says."""

    branch_name: str
    """The name that its branch had when it was merged."""

    says: str
    """What it says, in a sentence of the model's."""

    message_ids: strawberry.Private[list[str]]

    @strawberry.field
    async def messages(self, info: Info) -> list[LazyMessage]:
        """The messages that say so."""
        found = await info.context.load.messages.load_many(self.message_ids)
        return [message for message in found if message is not None]


@strawberry.type
class MergeConflict:
    """Something that the sides of a merge disagree about. It is kept as links `contradicts` between their messages."""

    claim: str
    """What is at issue."""

    sides: list[MergeConflictSide]
    """What each side says that takes part in it, in the order of the merge."""


async def conflicts_of(info: Info, prompt_id: str | None) -> list[MergeConflict]:
    """The conflicts of a merge, by its prompt."""
    if prompt_id is None:
        return []
    found = conflicts.merge_conflicts(await info.context.load.found("read_merge_conflicts", prompt_id))
    info.context.count(sum(len(side.message_ids) for it in found for side in it.sides))
    return [MergeConflict(claim=it.claim, sides=[_side(side) for side in it.sides]) for it in found]


def _side(said: conflicts.SideSays) -> MergeConflictSide:
    return MergeConflictSide(branch_name=said.name, says=said.says, message_ids=said.message_ids)
