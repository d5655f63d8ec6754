"""What mutations of branches answer with."""

from __future__ import annotations

import strawberry

from service.api.graphql.branches import Branch
from service.api.graphql.connections import Edge, one_edge
from service.api.graphql.conversations import Conversation
from service.conversations.listings import BRANCHES


@strawberry.type
class CreateBranchPayload:
    """A new branch."""

    branch: Branch | None
    """The branch."""

    @strawberry.field
    def branch_edge(self) -> Edge[Branch] | None:
        """The branch, for the conversation's list `branches`."""
        return None if self.branch is None else one_edge(self.branch, BRANCHES.order.cursor(self.branch.row))


@strawberry.type
class RenameBranchPayload:
    """A branch with another name."""

    branch: Branch | None
    """The branch, as it is now."""


@strawberry.type
class SetDefaultBranchPayload:
    """A conversation with another default branch."""

    conversation: Conversation | None
    """The conversation, as it is now."""


@strawberry.type
class MoveBranchPayload:
    """A branch at another message."""

    branch: Branch | None
    """The branch, as it is now."""


@strawberry.type
class DeleteBranchPayload:
    """A branch that is gone."""

    deleted_id: strawberry.ID
    """The id that it had."""

    conversation: Conversation | None
    """The conversation that it was in."""
