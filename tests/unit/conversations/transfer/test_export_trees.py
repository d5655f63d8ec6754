"""Trees without texts, against the same in plain sets."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from service.conversations.transfer.export_trees import NONE
from tests.support.outgoing import Said, id_of, number_of, outgoing, trees


def above(messages: list[Said], end: int) -> set[int]:
    """A message and all above it."""
    return {end}.union(*(above(messages, one) for one in messages[end].after))


@given(messages=trees(), data=st.data())
def test_a_path_is_what_is_above_each_after_what_it_rests_on(messages: list[Said], data: st.DataObject) -> None:
    """Once each, and the end last."""
    end = data.draw(st.integers(0, len(messages) - 1))
    path = outgoing(messages).tree.path(end)
    assert set(path) == above(messages, end)
    assert len(path) == len(set(path))
    assert path[-1] == end
    assert all(path.index(one) < path.index(it) for it in path for one in messages[it].after)


@given(messages=trees(), data=st.data())
def test_sections_tell_each_message_once(messages: list[Said], data: st.DataObject) -> None:
    """Whatever branches there are."""
    heads = data.draw(st.lists(st.integers(0, len(messages) - 1), max_size=4))
    told = [index for section in outgoing(messages).tree.sections(heads) for index in section]
    assert sorted(told) == list(range(len(messages)))


@given(messages=trees())
def test_a_tree_knows_what_it_was_given(messages: list[Said]) -> None:
    """Numbers, ids, what is above and what is below."""
    tree = outgoing(messages).tree
    for place, said in enumerate(messages):
        assert (tree.seq(place), tree.id(place), tree.find(number_of(place))) == (number_of(place), id_of(place), place)
        assert tree.parents(place) == said.after
        assert list(tree.children(place)) == [i for i, it in enumerate(messages) if it.after[:1] == (place,)]
    assert tree.find(2) is None
    assert list(tree.roots()) == [place for place, said in enumerate(messages) if tree.parent(place) == NONE]


@given(lengths=st.lists(st.integers(0, 30), max_size=20), messages=st.integers(1, 5), characters=st.integers(0, 40))
def test_pages_are_bounded(lengths: list[int], messages: int, characters: int) -> None:
    """By messages and by characters, unless one message alone has more; nothing is lost."""
    from service.conversations.transfer.export_trees import Tree

    tree = Tree()
    for place, length in enumerate(lengths):
        tree.add(place, f"no uuid {place}", length, [])
    pages = list(tree.pages(range(len(lengths)), messages, characters))
    assert [index for page in pages for index in page] == list(range(len(lengths)))
    for page in pages:
        assert len(page) <= messages
        assert len(page) == 1 or sum(map(tree.length, page)) <= characters
    assert [tree.id(place) for place in range(len(tree))] == [f"no uuid {place}" for place in range(len(lengths))]


def test_a_long_path_needs_no_deep_stack() -> None:
    """Of 50,000 messages."""
    from service.conversations.transfer.export_trees import Tree

    tree = Tree()
    for place in range(50_000):
        tree.add(place, id_of(place), 1, [place - 1] if place else [])
    assert tree.path(49_999) == list(range(50_000))
