"""The order of a path: everything once, after what it rests on, what is shared before what a side has alone."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from service.conversations.context.order import Side, in_order, parts, unshared
from tests.support.dags import Dag, Node, ancestors, dags


def chain(*ids: str, above: tuple[str, ...] = (), depth: int = 0) -> Dag:
    """Messages that continue each other."""
    dag: Dag = {}
    for number, id_ in enumerate(ids):
        dag[id_] = Node(id_, depth + number, (ids[number - 1],) if number else above)
    return dag


@given(dag=dags(), data=st.data())
def test_each_is_told_once_after_what_it_rests_on(dag: Dag, data: st.DataObject) -> None:
    """Whatever was forked and merged."""
    end = data.draw(st.sampled_from(sorted(dag)))
    told = [it for it in in_order(end, dag) if isinstance(it, str)]
    assert sorted(told) == sorted(ancestors(dag, [end]))
    places = {id_: place for place, id_ in enumerate(told)}
    assert all(places[up] < places[id_] for id_ in told for up in dag[id_].parents)


@given(dag=dags(), data=st.data())
def test_parts_are_what_each_has_alone(dag: Dag, data: st.DataObject) -> None:
    """And what they share begins at the ends that are named."""
    ends = data.draw(st.lists(st.sampled_from(sorted(dag)), min_size=1, max_size=3, unique=True))
    above = [ancestors(dag, [end]) for end in ends]
    times = Counter(id_ for one in above for id_ in one)
    found = parts(ends, dag)
    assert [set(own) for own in found.own] == [{id_ for id_ in one if times[id_] == 1} for one in above]
    assert ancestors(dag, found.shared_ends) == {id_ for id_, count in times.items() if count > 1}


@given(dag=dags(), data=st.data())
def test_unshared_is_all_that_some_have_and_others_have_not(dag: Dag, data: st.DataObject) -> None:
    """With those that have it, whatever was forked and merged."""
    ends = data.draw(st.lists(st.sampled_from(sorted(dag)), min_size=1, max_size=4))
    above = [ancestors(dag, [end]) for end in ends]
    having = {id_: frozenset(n for n, one in enumerate(above) if id_ in one) for id_ in set().union(*above)}
    assert unshared(ends, dag) == {id_: lines for id_, lines in having.items() if len(lines) < len(ends)}


def test_shared_part_comes_first_and_then_each_side_with_its_label() -> None:
    """The sides in the order in which they were merged."""
    dag = chain("a", "b") | chain("x1", "x2", above=("b",), depth=2) | chain("y1", above=("b",), depth=2)
    dag["merge"] = Node("merge", 4, ("y1", "x2"))
    sides = [Side("merge", 0), "y1", Side("merge", 1), "x1", "x2"]
    assert in_order("merge", dag) == ["a", "b", *sides, "merge"]


def test_side_that_is_above_the_other_has_no_part_of_its_own() -> None:
    """So it is not labelled."""
    dag = chain("a", "b", "c")
    dag["merge"] = Node("merge", 3, ("a", "c"))
    assert in_order("merge", dag) == ["a", Side("merge", 1), "b", "c", "merge"]


def test_many_stacked_diamonds_are_told_at_once() -> None:
    """There are 2 to the power of 5,000 ways to the first of them."""
    dag = chain("m0")
    for number in range(5_000):
        above, depth = f"m{number}", 2 * number + 1
        dag |= {f"{side}{number}": Node(f"{side}{number}", depth, (above,)) for side in "xy"}
        dag[f"m{number + 1}"] = Node(f"m{number + 1}", depth + 1, (f"x{number}", f"y{number}"))
    told = in_order("m5000", dag)
    assert len([it for it in told if isinstance(it, str)]) == 15_001
