"""The shipped operations as what Python has to know of them: classes with fields, inputs, choices.

A class is what one operation selects of one GraphQL type. What stands in fragments of an interface is optional there:
a type that this client does not know has only what all have.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLType,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    build_schema,
    get_named_type,
    is_composite_type,
    parse,
    type_from_ast,
    value_from_ast_untyped,
)

SCALARS = {
    "ID": "str",
    "String": "str",
    "Int": "int",
    "BigInt": "int",
    "Float": "float",
    "Boolean": "bool",
    "DateTime": "datetime",
    "JSON": "Any",
    "Upload": "Upload",
}


@dataclass(frozen=True)
class Attribute:
    """A field of a class."""

    name: str
    type: str
    is_optional: bool
    description: str


@dataclass
class Class:
    """What an operation selects of a type."""

    name: str
    description: str
    attributes: list[Attribute] = field(default_factory=list[Attribute])


@dataclass(frozen=True)
class Variable:
    """A variable of an operation; `default` is Python, None where it must be given."""

    name: str
    type: str
    default: str | None


@dataclass
class Operation:
    """One shipped operation. `model` is the class of its one field; `shape` is one, maybe or many of it."""

    name: str
    kind: str
    text: str
    description: str
    variables: list[Variable]
    classes: list[Class]
    root: str
    model: str = ""
    shape: str = "one"


@dataclass
class Operations:
    """All of them, and what inputs and choices they use."""

    schema: GraphQLSchema
    all: list[Operation]
    enums: dict[str, GraphQLEnumType]
    inputs: dict[str, GraphQLInputObjectType]


def read_operations(folder: Path) -> Operations:
    """The operations of `operations/*.graphql` under a folder with `schema.graphql`."""
    schema = build_schema((folder / "schema.graphql").read_text(encoding="utf-8"))
    found = Operations(schema, [], {}, {})
    for path in sorted((folder / "operations").glob("*.graphql")):
        found.all.append(Reader(found, path.read_text(encoding="utf-8")).read())
    return found


def snake(name: str) -> str:
    """camelCase as snake_case."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


class Reader:
    """Reads one operation."""

    def __init__(self, found: Operations, text: str) -> None:
        self._found = found
        self._node = cast(OperationDefinitionNode, parse(text).definitions[0])
        assert self._node.name
        self._name = self._node.name.value
        self._text = text
        self._classes: dict[str, Class] = {}
        self._open: set[str] = set()

    def read(self) -> Operation:
        """The operation."""
        kind = self._node.operation
        root = self._found.schema.get_root_type(kind)
        assert root
        (selected,) = self._node.selection_set.selections
        assert isinstance(selected, FieldNode)
        definition = root.fields[selected.name.value]
        variables = [self._variable(node) for node in self._node.variable_definitions or ()]
        operation = Operation(
            self._name, kind.value, self._text, definition.description or "", variables, [], selected.name.value
        )
        assert selected.selection_set
        operation.model = self._class(get_named_type(definition.type), selected.selection_set, selected.name.value)
        inner = definition.type.of_type if isinstance(definition.type, GraphQLNonNull) else definition.type
        if isinstance(inner, GraphQLList):
            operation.shape = "nodes" if not isinstance(inner.of_type, GraphQLNonNull) else "many"
        elif kind.value == "query" and inner is definition.type:
            operation.shape = "maybe"
        operation.classes = list(self._classes.values())
        return operation

    def _variable(self, node: object) -> Variable:
        from graphql import VariableDefinitionNode

        assert isinstance(node, VariableDefinitionNode)
        type_ = type_from_ast(self._found.schema, node.type)
        assert type_
        default = repr(value_from_ast_untyped(node.default_value)) if node.default_value else None
        if default is None and not isinstance(type_, GraphQLNonNull):
            default = "None"
        return Variable(node.variable.name.value, self.input_type(type_), default)

    def input_type(self, type_: GraphQLType) -> str:
        """A type that is sent, as Python."""
        if isinstance(type_, GraphQLNonNull):
            return self._input(type_.of_type)
        return f"{self._input(type_)} | None"

    def _input(self, type_: GraphQLType) -> str:
        if isinstance(type_, GraphQLList):
            return f"Sequence[{self.input_type(type_.of_type)}]"
        named = cast(GraphQLNamedType, type_)
        if isinstance(named, GraphQLEnumType):
            self._found.enums[named.name] = named
        elif isinstance(named, GraphQLInputObjectType) and named.name not in self._found.inputs:
            self._found.inputs[named.name] = named
            for inner in named.fields.values():
                self.input_type(inner.type)
        return SCALARS.get(named.name, named.name)

    def _class(self, type_: GraphQLNamedType, selected: SelectionSetNode, place: str) -> str:
        """The name of the class of a selection; `place` is the field that it is selected for."""
        names = [name for name in self._names(type_.name, place) if name not in self._open]
        reserved = next((name for name in names if name not in self._classes), "")
        self._open.add(reserved)
        merged: dict[str, Attribute] = {}
        for attribute in self._attributes(type_, selected, optional=False):
            merged.setdefault(attribute.name, attribute)
        self._open.discard(reserved)
        made = Class("", type_.description or "", list(merged.values()))
        for name in names:
            if self._classes.setdefault(name, made).attributes == made.attributes:
                made.name = made.name or name
                return name
        raise SystemExit(f"{self._name}: two selections of {type_.name} differ and would have one name.")

    def _names(self, type_name: str, place: str) -> list[str]:
        begins = type_name.startswith(self._name) and type_name != self._name + "s"
        pascal = place[:1].upper() + place[1:]
        return [type_name if begins else self._name + type_name, self._name + pascal + type_name]

    def _attributes(self, type_: GraphQLNamedType, selected: SelectionSetNode, *, optional: bool) -> list[Attribute]:
        found: list[Attribute] = []
        for node in selected.selections:
            assert not isinstance(node, FragmentSpreadNode)
            if isinstance(node, InlineFragmentNode):
                assert node.type_condition
                inner = self._found.schema.type_map[node.type_condition.name.value]
                found += self._attributes(inner, node.selection_set, optional=True)
            elif isinstance(node, FieldNode):
                found.append(self._attribute(type_, node, optional))
        return found

    def _attribute(self, type_: GraphQLNamedType, node: FieldNode, optional: bool) -> Attribute:
        name = node.name.value
        if name == "__typename":
            return Attribute(name, "str", False, "The name of its GraphQL type.")
        definition = cast(GraphQLObjectType, type_).fields[name]
        hint = self._output(definition.type, node)
        if optional and not hint.endswith("| None"):
            hint += " | None"
        return Attribute(name, hint, optional, definition.description or "")

    def _output(self, type_: GraphQLType, node: FieldNode) -> str:
        if isinstance(type_, GraphQLNonNull):
            return self._named(type_.of_type, node)
        return f"{self._named(type_, node)} | None"

    def _named(self, type_: GraphQLType, node: FieldNode) -> str:
        if isinstance(type_, GraphQLList):
            return f"list[{self._output(type_.of_type, node)}]"
        named = cast(GraphQLNamedType, type_)
        if isinstance(named, GraphQLEnumType):
            self._found.enums[named.name] = named
            return f"{named.name} | str"
        if is_composite_type(named):
            assert node.selection_set
            return self._class(named, node.selection_set, node.name.value)
        return SCALARS[named.name]
