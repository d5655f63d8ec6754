"""Drawings of conversations, against what a person would draw."""

from __future__ import annotations

import random

import pytest

from service.commands.graphs import Line, draw, shorten_runs

Parents = dict[str, list[str]]


def drawn(parents: Parents, head: str | None = None) -> list[str]:
    """The lines of a drawing, each with its message."""
    return [f"{line.drawn} {line.id}" if line.id else line.drawn for line in draw(parents, head)]


def test_a_line_is_drawn_straight() -> None:
    """One message below the other."""
    assert drawn({"a": [], "b": ["a"], "c": ["b"]}) == ["● a", "● b", "● c"]


def test_other_ways_are_drawn_first_and_the_main_one_straight() -> None:
    """The way to the head, whichever was written first; each other way to its end."""
    forked: Parents = {"a": [], "b": ["a"], "c": ["a"], "d": ["b"], "e": ["c"]}
    assert drawn(forked, "d") == ["● a", "├─╮", "│ ● c", "│ ● e", "● b", "● d"]
    assert drawn(forked, "e") == ["● a", "├─╮", "│ ● b", "│ ● d", "● c", "● e"]


def test_where_ways_meet_the_lines_do() -> None:
    """The message is drawn once, when all its ways have arrived."""
    merged: Parents = {"a": [], "b": ["a"], "c": ["a"], "m": ["b", "c"], "n": ["m"]}
    assert drawn(merged, "n") == ["● a", "├─╮", "│ ● c", "● │ b", "├─╯", "● m", "● n"]


def test_a_line_over_another_crosses_it() -> None:
    """Also in ASCII."""
    parents: Parents = {"a": [], "b": ["a"], "c": ["a"], "d": ["a"], "m": ["b", "c", "d"]}
    assert drawn(parents, "m") == ["● a", "├─╮", "│ ● c", "├─┼─╮", "│ │ ● d", "● │ │ b", "├─╯ │", "├───╯", "● m"]
    assert Line("├─┼─╮", None, "│").ascii() == Line("|-+-\\", None, "|")


def test_several_beginnings_and_older_parents_are_told() -> None:
    """A message whose parents are older has a dotted line above it."""
    assert drawn({"a": [], "b": []}) == ["● a", "● b"]
    assert drawn({"a": ["older"], "b": ["a"]}) == ["┆", "● a", "● b"]


def test_long_runs_are_shortened_and_short_ones_are_not() -> None:
    """Both ends stay, and how many are left out is told."""
    line: Parents = {str(n): [str(n - 1)] if n else [] for n in range(30)}
    short = shorten_runs(draw(line, None), list(line)[1:])
    assert [it.id for it in short] == ["0", "1", "2", None, "28", "29"]
    assert (short[3].hidden, short[3].drawn) == (25, "┆")
    assert shorten_runs(draw(line, None), list(line)[:5]) == draw(line, None)


@pytest.mark.parametrize("seed", range(30))
def test_every_message_is_drawn_once_and_after_its_parents(seed: int) -> None:
    """In a random tree with merges and several beginnings, and the lines end with the messages."""
    chance = random.Random(seed)
    parents: Parents = {}
    for number in range(80):
        known = list(parents)
        parents[str(number)] = chance.sample(known[-10:], min(len(known), chance.choice((0, 1, 1, 1, 1, 1, 2, 3))))
    order = [line.id for line in draw(parents, "79") if line.id]
    places = {id: place for place, id in enumerate(order)}
    assert sorted(order) == sorted(parents)
    assert all(places[above] < places[id] for id, its in parents.items() for above in its)
    assert draw(parents, "79")[-1].below == ""


def test_very_long_and_very_wide_conversations_are_drawn() -> None:
    """Without recursion, and no wider than a terminal."""
    chain: Parents = {str(n): [str(n - 1)] if n else [] for n in range(20_000)}
    assert len(draw(chain, None)) == 20_000
    wide: Parents = {"a": [], **{str(n): ["a"] for n in range(500)}, "m": [str(n) for n in range(500)]}
    assert max(len(line.drawn) for line in draw(wide, None)) == 60
