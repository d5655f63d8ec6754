"""The laws of laying one source of settings over another."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.settings.layers import Layer, merge, merge_values, value_at

# The machine may be busy: how long an example takes says nothing here.
AT_LEISURE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
LEAVES = st.one_of(st.integers(), st.text(max_size=3), st.none(), st.lists(st.integers(), max_size=2))
KEYS = st.sampled_from("abc")
TREES = st.dictionaries(KEYS, st.recursive(LEAVES, lambda inner: st.dictionaries(KEYS, inner, max_size=3)))


def leaf_paths(tree: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The paths of all values that are no mappings, or empty ones."""
    if not isinstance(tree, dict) or not tree:
        return [path]
    return [leaf for key, inner in tree.items() for leaf in leaf_paths(inner, (*path, key))]


@AT_LEISURE
@given(TREES, TREES)
def test_merge_keeps_all_of_the_upper_layer(lower: dict[str, Any], upper: dict[str, Any]) -> None:
    """The upper layer's leaves all stand, merging again changes nothing, and nothing is not a layer."""
    merged = merge_values(lower, upper)
    leaves = [path for path in leaf_paths(upper) if value_at(upper, path) != {}]
    assert all(value_at(merged, path) == value_at(upper, path) for path in leaves)
    assert merge_values(merged, upper) == merged
    assert merge_values(lower, {}) == merge_values({}, lower) == lower


def layer_of(values: dict[str, Any], source: str) -> Layer:
    """A layer whose places are `source` for every path."""
    paths = [path[:length] for path in leaf_paths(values) for length in range(len(path) + 1)]
    return Layer(values, dict.fromkeys(paths, source))


@AT_LEISURE
@given(TREES, TREES)
def test_merge_attributes_each_value_to_who_said_it(lower: dict[str, Any], upper: dict[str, Any]) -> None:
    """A value's place is its own layer's, so that an error never points into the wrong file."""
    merged = merge(layer_of(lower, "lower"), layer_of(upper, "upper"))
    ours = [path for path in leaf_paths(upper) if value_at(upper, path) != {}]
    assert all(merged.place_of((*path, 0)) == "upper" for path in ours)
