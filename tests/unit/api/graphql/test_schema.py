"""The contract as it is shipped: exported from the code, and fit for every shipped operation."""

from __future__ import annotations

import pytest
from graphql import build_schema, parse, validate

from service.api.graphql.schema import export
from service.resources import read_resource, resource

OPERATIONS = sorted(path.stem for path in resource("schema", "operations").glob("*.graphql"))


def test_exported_schema_is_the_shipped_one() -> None:
    """After a change of the types: `antiphon export-schema > schema/schema.graphql`."""
    assert read_resource("schema", "schema.graphql") == export()


@pytest.mark.parametrize("name", OPERATIONS)
def test_operation_fits_the_schema(name: str) -> None:
    """Every shipped operation is valid, and has the name of its file."""
    document = parse(read_resource("schema", "operations", f"{name}.graphql"))
    assert validate(build_schema(export()), document) == []
    assert [definition.name.value for definition in document.definitions] == [name]
