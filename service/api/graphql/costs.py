"""What an operation may cost: its fields, each as often as the lists above it may be long.

Known from the text, the schema and the variables alone, before anything is read. Each fragment is looked at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLSchema,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    is_composite_type,
    is_introspection_type,
)

from service.api.graphql.introspection import lengths_of_lists
from service.cursors import FIRST

SHORT = 10
"""How long a list is taken to be that has no pages: the models that are configured, the branches of a message."""

_OWN = {"stale": 20, "staleBecause": 20}
"""What counts for more than one field: much is walked for it."""

MOST = 10**12
"""No more is counted."""

_PAGED = ("edges", "nodes")


class Costs:
    """The costs of the operations of one document, with the variables of one request."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any], max_page: int
    ) -> None:
        self._schema, self._variables, self._max_page = schema, variables, max_page
        self._fragments = {it.name.value: it for it in document.definitions if isinstance(it, FragmentDefinitionNode)}
        self._known: dict[tuple[str, int], int] = {}
        self._defaults: dict[str, Any] = {}

    def of(self, operation: OperationDefinitionNode) -> int:
        """The cost of an operation, in fields."""
        self._defaults = {
            it.variable.name.value: it.default_value for it in operation.variable_definitions or () if it.default_value
        }
        root = self._schema.get_root_type(operation.operation)
        return self._selections(root, operation.selection_set, 1)

    def _selections(self, parent: GraphQLNamedType | None, node: SelectionSetNode | None, page: int) -> int:
        """The cost of a selection; `page`: how long the lists of a connection are, where `parent` is one."""
        return min(MOST, sum(self._selection(parent, it, page) for it in (node.selections if node else ())))

    def _selection(self, parent: GraphQLNamedType | None, node: Any, page: int) -> int:
        if isinstance(node, FieldNode):
            return self._field(parent, node, page)
        if (selection := getattr(node, "selection_set", None)) is not None:
            condition = node.type_condition
            return self._selections(
                self._schema.get_type(condition.name.value) if condition else parent, selection, page
            )
        return self._fragment(node.name.value, page)

    def _fragment(self, name: str, page: int) -> int:
        key = name, page
        if key not in self._known:
            self._known[key] = 0
            if (fragment := self._fragments.get(name)) is not None:
                kind = self._schema.get_type(fragment.type_condition.name.value)
                self._known[key] = self._selections(kind, fragment.selection_set, page)
        return self._known[key]

    def _field(self, parent: GraphQLNamedType | None, node: FieldNode, page: int) -> int:
        field = self._schema.get_field(cast(Any, parent), node.name.value) if is_composite_type(parent) else None
        own = _OWN.get(node.name.value, 1)
        if field is None or node.selection_set is None:
            return own
        kind, is_list = _named(field.type)
        inner = self._selections(kind, node.selection_set, self._page(node, field))
        return min(MOST, own + inner * (self._length(parent, node, field, page) if is_list else 1))

    def _page(self, node: FieldNode, field: GraphQLField) -> int:
        """How many nodes a connection has at most."""
        if "first" not in field.args:
            return 1
        wanted = [self._number(node, name) for name in ("first", "last")]
        own = field.args["first"].default_value
        usual = own if isinstance(own, int) else FIRST
        # A list whose pages are longer of themselves may be asked for so many.
        return min(max((it for it in wanted if it is not None), default=usual), max(self._max_page, usual))

    def _length(self, parent: Any, node: FieldNode, field: GraphQLField, page: int) -> int:
        """How long the list of a field may be."""
        if is_introspection_type(parent):
            return lengths_of_lists(self._schema).get(node.name.value, SHORT)
        if node.name.value in _PAGED and parent.name.endswith("Connection"):
            return page
        if "ids" in field.args:
            return self._many(node)
        return SHORT

    def _value(self, node: FieldNode, name: str) -> Any:
        found = next((it.value for it in node.arguments or () if it.name.value == name), None)
        if isinstance(found, VariableNode):
            given = self._variables.get(found.name.value)
            return self._defaults.get(found.name.value) if given is None else given
        return found

    def _number(self, node: FieldNode, name: str) -> int | None:
        value = self._value(node, name)
        if isinstance(value, IntValueNode):
            return min(int(value.value[:9]), MOST)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def _many(self, node: FieldNode) -> int:
        value = self._value(node, "ids")
        if isinstance(value, ListValueNode):
            return min(len(value.values), self._max_page)
        return min(len(cast("list[Any]", value)), self._max_page) if isinstance(value, list) else 1


def _named(kind: Any) -> tuple[GraphQLNamedType, bool]:
    """The type of a field's values, and whether it is a list of them."""
    is_list = False
    while isinstance(kind, GraphQLList | GraphQLNonNull):
        is_list = is_list or isinstance(kind, GraphQLList)
        kind = cast(Any, kind).of_type
    return kind, is_list
