"""What branches have for themselves, against the plain sets of what each reaches; and places among siblings."""

from __future__ import annotations

import random
from typing import Any

import pytest

from service.conversations.shares import Share, Walk
from service.conversations.siblings import place

Parents = dict[str, list[str]]


def depths(parents: Parents) -> dict[str, int]:
    """The longest way up of each message, of which parents come first."""
    found: dict[str, int] = {}
    for id, above in parents.items():
        found[id] = 1 + max((found[it] for it in above), default=-1)
    return found


def reached(parents: Parents, head: str) -> set[str]:
    """A message and all above it."""
    found, waiting = {head}, [head]
    while waiting:
        new = {it for it in parents[waiting.pop()] if it not in found}
        found |= new
        waiting += new
    return found


def walked(parents: Parents, heads: dict[str, str], default: str, levels: int = 3) -> dict[str, Share]:
    """What the walk finds, reading some depths at once."""
    deep = depths(parents)
    rows = [[branch, head, deep[head]] for branch, head in heads.items()]
    walk = Walk({"defaultBranchId": default, "rows": rows}, "main")
    while not walk.is_over:
        ids, bound = walk.next(levels)
        read: list[Any] = [
            [id, deep[id], False, [[it, deep[it]] for it in parents[id]]]
            for id in set().union(*(reached(parents, it) for it in ids))
            if deep[id] >= bound or id in ids
        ]
        walk.climb(read, bound, whole=True)
    return walk.shares()


@pytest.mark.parametrize("seed", range(40))
def test_shares_are_those_of_the_plain_sets(seed: int) -> None:
    """In a random tree with merges, with heads anywhere."""
    chance = random.Random(seed)
    parents: Parents = {}
    for number in range(60):
        known = list(parents)
        above = chance.sample(known[-8:], min(len(known), chance.choice((1, 1, 1, 1, 2)))) if known else []
        parents[str(number)] = above
    heads = {f"b{number}": chance.choice(list(parents)) for number in range(6)}
    found = walked(parents, heads, "b0")
    sets = {branch: reached(parents, head) for branch, head in heads.items()}
    for branch, own in sets.items():
        others = set[str]().union(*(it for name, it in sets.items() if name != branch))
        assert found[branch].own == len(own - others)
        common = own & sets["b0"]
        deepest = max((depths(parents)[it] for it in common), default=None)
        forked = found[branch].forked_at
        assert branch == "b0" or (depths(parents)[forked] if forked else None) == deepest


def test_what_is_too_far_up_is_not_told() -> None:
    """Nothing that was counted in part is given out; where a branch parted is, if it was met."""
    walk = Walk({"defaultBranchId": None, "rows": [["main", "a", 100], ["other", "b", 100]]}, "main")
    walk.climb([["a", 100, True, [["c", 99]]], ["b", 100, True, [["d", 99]]]], 100, whole=True)
    walk.climb([], 90, whole=False)
    assert walk.is_over
    assert walk.shares() == {"main": Share(), "other": Share()}


def test_places_count_the_message_itself() -> None:
    """Also one that is not among the others."""
    assert [place(seq, [3, 5, 9]) for seq in (3, 5, 9, 7)] == [(0, 3), (1, 3), (2, 3), (2, 4)]
