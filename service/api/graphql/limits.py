"""The bounds of an operation: how deep it is and how many aliases it has, as rules by which its text is validated.

Each fragment is looked at once, however often it is spread, so that the check itself cannot be made slow.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from graphql import (
    ASTValidationRule,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    OperationDefinitionNode,
    SelectionSetNode,
    ValidationContext,
    specified_rules,
)

from service.api.graphql.documents import BoundsRule
from service.api.graphql.introspection import NoIntrospection
from service.api.graphql.variables import LONG
from service.settings.shapes import LimitSettings

_FAR = 1_000_000


def rules_of(limits: LimitSettings, *, introspection: bool) -> tuple[type[ASTValidationRule], ...]:
    """By what a text is validated: GraphQL's own rules and the bounds."""
    more = () if introspection else (NoIntrospection,)
    return (*specified_rules, _rule(limits.max_depth, limits.max_aliases), *more)


def too_costly(cost: int, most: int) -> GraphQLError:
    """What is said of an operation that may cost more than it may."""
    message = (
        f"This operation may cost {cost:,} fields, each counted as often as its pages have nodes; {most:,} are allowed."
    )
    remedy = "Ask for smaller pages (`first`, `last`), or for fewer fields and lists inside of lists."
    return GraphQLError(message, extensions={"code": "LIMIT_EXCEEDED", "remedy": remedy, "retryable": False})


def too_long() -> GraphQLError:
    """What is said of a query whose variables are longer than what can be looked for."""
    message = f"The variables of a query have more than {LONG:,} characters."
    remedy = "Ids, cursors and filters are short; texts are sent with mutations."
    return GraphQLError(message, extensions={"code": "LIMIT_EXCEEDED", "remedy": remedy, "retryable": False})


@cache
def _rule(max_depth: int, max_aliases: int) -> type[BoundsRule]:
    class OperationLimitRule(BoundsRule):
        """Refuses operations that are too deep or have too many aliases."""

        def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
            measure = _Measure(self.context)
            depth, aliases = measure.selections(node.selection_set)
            if depth > max_depth:
                self._refuse(f"This operation is {_many(depth)} levels deep; {max_depth} are allowed.", node)
            if aliases > max_aliases:
                self._refuse(
                    f"This operation has {_many(aliases)} aliases or repeated fields; {max_aliases} are allowed.", node
                )

        def _refuse(self, message: str, node: OperationDefinitionNode) -> None:
            self.report_error(GraphQLError(message, node, extensions={"code": "LIMIT_EXCEEDED", "retryable": False}))

    return OperationLimitRule


def _many(number: int) -> str:
    return "too many" if number >= _FAR else str(number)


class _Measure:
    """Depth and aliases of selections."""

    def __init__(self, context: ValidationContext) -> None:
        self._context = context
        self._fragments: dict[str, tuple[int, int]] = {}

    def selections(self, node: SelectionSetNode | None) -> tuple[int, int]:
        depth = aliases = 0
        names = set[str]()
        for selection in node.selections if node else ():
            deep, more = self._selection(selection)
            if isinstance(selection, FieldNode) and selection.alias is None:
                # Fields of the same name are compared with each other: one that is there already is like an alias.
                more += selection.name.value in names
                names.add(selection.name.value)
            depth, aliases = max(depth, deep), min(aliases + more, _FAR)
        return depth, aliases

    def _selection(self, node: Any) -> tuple[int, int]:
        if isinstance(node, FragmentSpreadNode):
            return self._fragment(node.name.value)
        if not isinstance(node, FieldNode):
            return self.selections(node.selection_set)
        deep, aliases = self.selections(node.selection_set)
        return min(deep + 1, _FAR), aliases + (node.alias is not None)

    def _fragment(self, name: str) -> tuple[int, int]:
        if name not in self._fragments:
            # A fragment that spreads itself is refused by another rule; here it must only come to an end.
            self._fragments[name] = 0, 0
            fragment: FragmentDefinitionNode | None = self._context.get_fragment(name)
            self._fragments[name] = self.selections(fragment.selection_set if fragment else None)
        return self._fragments[name]
