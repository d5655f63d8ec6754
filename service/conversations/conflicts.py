"""Where the sides of a merge disagree, put together from the links between their messages. Pure.

Owns the order of sides and messages. Knows nothing of how conflicts were found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class SideSays:
    """What one side says in a conflict: the name that its branch had, and the messages that say so."""

    name: str
    says: str
    message_ids: list[str] = field(default_factory=list[str])


@dataclass(frozen=True, slots=True)
class MergeConflict:
    """What the sides disagree about, and what each of them says."""

    claim: str
    sides: list[SideSays]


def merge_conflicts(found: Mapping[str, Any] | None) -> list[MergeConflict]:
    """The conflicts of a merge, of a row of `read_merge_conflicts`; none for what is no merge, or was not asked."""
    claims: dict[int, str] = {}
    sides: dict[int, dict[int, SideSays]] = {}
    for link in found["links"] if found else ():
        claims[link["conflict"]] = link["note"]
        of_conflict = sides.setdefault(link["conflict"], {})
        for end in ("from", "to"):
            number = link[f"{end}Side"]
            said = of_conflict.setdefault(number, SideSays(_name(found, number), link[f"{end}Says"]))
            if link[f"{end}Id"] not in said.message_ids:
                said.message_ids.append(link[f"{end}Id"])
    return [
        MergeConflict(claims[number], [of_conflict[side] for side in sorted(of_conflict)])
        for number, of_conflict in sorted(sides.items())
    ]


def _name(found: Mapping[str, Any] | None, side: int) -> str:
    names = found["names"] if found else ()
    return names[side - 1] if 0 < side <= len(names) else ""
