"""Whatever implements one interface can be asked for side by side: fields of one name have types that merge.

The law is GraphQL's own, "Field Selection Merging": https://spec.graphql.org/draft/#sec-Field-Selection-Merging
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from graphql import GraphQLInterfaceType, build_schema, is_composite_type, is_list_type, is_non_null_type

from service.api.graphql.schema import export

SCHEMA = build_schema(export())
INTERFACES = [kind for kind in SCHEMA.type_map.values() if isinstance(kind, GraphQLInterfaceType)]


def conflict(one: Any, other: Any, seen: set[frozenset[str]]) -> str | None:
    """Where two types of fields of one name part, or None."""
    for wraps in (is_non_null_type, is_list_type):
        if wraps(one) != wraps(other):
            return f"{one} beside {other}"
        if wraps(one):
            return conflict(one.of_type, other.of_type, seen)
    if one is other:
        return None
    if not (is_composite_type(one) and is_composite_type(other)):
        return f"{one} beside {other}"
    return conflicts_of_fields(one, other, seen)


def conflicts_of_fields(one: Any, other: Any, seen: set[frozenset[str]]) -> str | None:
    """The first field that two types have and that cannot be asked of both, or None."""
    pair = frozenset((one.name, other.name))
    if pair in seen:
        return None
    seen.add(pair)
    for name in sorted(one.fields.keys() & other.fields.keys()):
        if (found := conflict(one.fields[name].type, other.fields[name].type, seen)) is not None:
            return f"{one.name}.{name} and {other.name}.{name}: {found}"
    return None


@pytest.mark.parametrize("interface", INTERFACES, ids=str)
def test_types_of_one_interface_are_asked_for_side_by_side(interface: GraphQLInterfaceType) -> None:
    """No field needs an alias under `node`, in a history or in a stream of events."""
    kinds = SCHEMA.get_implementations(interface).objects
    found = [conflicts_of_fields(one, other, set()) for one, other in combinations(kinds, 2)]
    assert len(kinds) > 1
    assert [wrong for wrong in found if wrong is not None] == []
