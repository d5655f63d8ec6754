"""The contract as it is shipped: exported from the code, and fit for every shipped operation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    is_introspection_type,
    is_specified_scalar_type,
    parse,
    validate,
)

from service.api.graphql.schema import export
from service.resources import read_resource, resource

OPERATIONS = sorted(path.stem for path in resource("schema", "operations").glob("*.graphql"))


def test_exported_schema_is_the_shipped_one() -> None:
    """After a change of the types: `antiphon export-schema > schema/schema.graphql`."""
    assert read_resource("schema", "schema.graphql") == export()


def undescribed(schema: GraphQLSchema) -> Iterator[str]:
    """The types, fields, arguments and members that say nothing of themselves."""
    for kind in schema.type_map.values():
        if is_introspection_type(kind) or is_specified_scalar_type(kind):
            continue
        parts: dict[str, Any] = {kind.name: kind}
        for name, part in [*getattr(kind, "fields", {}).items(), *getattr(kind, "values", {}).items()]:
            parts[f"{kind.name}.{name}"] = part
            parts |= {f"{kind.name}.{name}({of})": it for of, it in (getattr(part, "args", None) or {}).items()}
        yield from (name for name, part in parts.items() if not part.description)


def test_nothing_is_without_a_description() -> None:
    """Of a class: its docstring; of an attribute or a member: the text below it; of an argument: `Args:`.

    How it is read: `service/api/graphql/descriptions.py`.
    """
    assert list(undescribed(build_schema(export()))) == []


@pytest.mark.parametrize("name", OPERATIONS)
def test_operation_fits_the_schema(name: str) -> None:
    """Every shipped operation is valid, and has the name of its file."""
    document = parse(read_resource("schema", "operations", f"{name}.graphql"))
    assert validate(build_schema(export()), document) == []
    assert [definition.name.value for definition in document.definitions] == [name]


def test_only_nodes_have_a_field_id() -> None:
    """And the viewer: caches of clients take all that has the same `id` for one thing, wherever it stands."""
    kinds = [kind for kind in build_schema(export()).type_map.values() if isinstance(kind, GraphQLObjectType)]
    nodes = {kind.name for kind in kinds if "Node" in [it.name for it in kind.interfaces]}
    assert {kind.name for kind in kinds if "id" in kind.fields} == nodes | {"Viewer"}
