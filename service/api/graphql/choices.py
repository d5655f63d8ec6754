"""Choices of one: inputs of which exactly one member is sent (`@oneOf`), and what the use cases are given of them.

GraphQL itself refuses none, several and null. A member that was not chosen is UNSET here.
"""

from __future__ import annotations

from typing import TypeVar

import strawberry
from graphql import GraphQLInputObjectType, GraphQLSchema
from strawberry import UNSET

from service.errors import InvalidInput
from service.tasks.requests import ExpectedHead

T = TypeVar("T")


def chosen(member: T | None) -> T | None:
    """A member of a choice; None where it is another that was chosen."""
    return None if member is UNSET else member


def mark_choices(schema: GraphQLSchema) -> None:
    """Let GraphQL's own rules know the choices: their errors say where in a variable something is wrong."""
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLInputObjectType):
            kind.is_one_of = kind.extensions["strawberry-definition"].is_one_of


def require_true(said: bool | None, field: str) -> bool:
    """Whether a member that is nothing but its name was chosen. Raises `InvalidInput` for `false`."""
    if chosen(said) is False:
        raise InvalidInput("This is chosen with true.", field=field, remedy="Choose another, or say true.")
    return bool(said)


@strawberry.input(one_of=True)
class ExpectedHeadInput:
    """Where you saw a branch."""

    message_id: strawberry.ID | None = UNSET
    """The newest message of the branch."""

    empty: bool | None = UNSET
    """`true`: the branch had no message yet."""

    def record(self) -> ExpectedHead:
        """As the use case takes it."""
        require_true(self.empty, "input.expectedHead.empty")
        return ExpectedHead(chosen(self.message_id))


@strawberry.input(one_of=True)
class ParentInput:
    """Where a prompt continues from."""

    message_id: strawberry.ID | None = UNSET
    """A message of the conversation."""

    root: bool | None = UNSET
    """`true`: from nothing. The prompt is a first one, beside the first prompt that is there."""

    def record(self) -> tuple[str | None, bool]:
        """The message's id, and whether it is from nothing."""
        return chosen(self.message_id), require_true(self.root, "input.parent.root")
