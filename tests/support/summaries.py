"""Summaries over a history in memory: what is planned is made at once, as the real graph would keep it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from service.conversations.context.assembling import Ahead
from service.conversations.context.stretches import Stretch, stretch_size
from service.tasks.aheads import Noted
from service.tasks.unsummarized import unsummarized
from tests.support.dags import Dag, Graph, Node, ancestors

Row = dict[str, Any]
SHARE = 12
"""A summary has a twelfth of the tokens that it covers, as the service asks for."""


@dataclass(frozen=True, slots=True)
class Made:
    """A summary, and the messages that it covers in the end."""

    id: str
    stretch: Stretch
    covers: frozenset[str]
    begins: Node

    @property
    def tokens(self) -> int:
        """Of its text."""
        return max(1, self.stretch.tokens // SHARE)


class SummarizedGraph(Graph):
    """A history with summaries; `read` are the tokens that the summarizer was given."""

    def __init__(self, dag: Dag) -> None:
        super().__init__(dag)
        self.made: dict[str, Made] = {}
        self.read = 0

    async def summarize(self, ahead: Ahead) -> None:
        """Make all that is to be made above a window."""
        noted = Noted("owner", "conversation", "m", ahead)
        while stretches := await unsummarized(self, noted, "m", stretch_size(ahead.room)):
            for stretch in stretches:
                self.make(stretch)

    def make(self, stretch: Stretch) -> None:
        """Make one summary. What is in another of its level must not have been asked for."""
        taken = {id_ for made in self.made.values() for id_ in made.stretch.members}
        assert not taken & set(stretch.members)
        covers = [self.made[id_].covers if stretch.level > 1 else frozenset({id_}) for id_ in stretch.members]
        first = stretch.members[0]
        begins = self.made[first].begins if stretch.level > 1 else self.dag[first]
        made = Made(f"s{len(self.made):04}", stretch, frozenset().union(*covers), begins)
        self.made[made.id] = made
        self.read += stretch.tokens

    def delete(self, id_: str) -> None:
        """Delete a message below which there is nothing, and the summaries that cover it."""
        del self.dag[id_]
        self.made = {made.id: made for made in self.made.values() if id_ not in made.covers}

    async def read_unsummarized(self, owner_id: str, ids: Sequence[str], span: int, model: str) -> list[Row]:
        """As `graph/summaries.py` does."""
        bound = max(self.dag[id_].depth for id_ in ids) - span
        covered = {id_ for made in self.made.values() for id_ in made.stretch.members}
        found = [self.dag[id_] for id_ in ancestors(self.dag, ids) if self.dag[id_].depth > bound]
        return [self._unsummarized(node, covered) for node in found]

    async def read_summaries_above(self, owner_id: str, ids: Sequence[str], span: int) -> Row:
        """As `graph/summaries.py` does."""
        bound = max(self.dag[id_].depth for id_ in ids) - span
        found = {id_ for id_ in ancestors(self.dag, ids) if self.dag[id_].depth > bound}
        rows = [self._summary(made) for made in self.made.values() if made.stretch.ends_at in found]
        above = {up for id_ in found for up in self.dag[id_].parents if self.dag[up].depth <= bound}
        return {"summaries": rows, "above": sorted(above), "bound": bound}

    async def read_summaries(self, owner_id: str, ids: Sequence[str]) -> list[Row]:
        """As `graph/summaries.py` does."""
        return [self._summary(self.made[id_]) for id_ in ids if id_ in self.made]

    def _unsummarized(self, node: Node, covered: set[str]) -> Row:
        ending = [made for made in self.made.values() if made.stretch.ends_at == node.id]
        return {
            "id": node.id,
            "depth": node.depth,
            "role": node.role,
            "length": node.tokens,
            "o200k": node.tokens,
            "cl100k": None,
            "parents": list(node.parents),
            "forks": sum(node.id in other.parents for other in self.dag.values()) > 1,
            "isCovered": node.id in covered,
            "summaries": [self._summary(made) | {"isCovered": made.id in covered} for made in ending],
        }

    def _summary(self, made: Made) -> Row:
        return {
            "id": made.id,
            "content": made.id,
            "level": made.stretch.level,
            "messages": made.stretch.messages,
            "tokens": made.tokens,
            "o200k": made.tokens,
            "cl100k": made.tokens,
            "endsAt": made.stretch.ends_at,
            "endsDepth": self.dag[made.stretch.ends_at].depth,
            "beginsDepth": made.begins.depth,
            "above": list(made.begins.parents),
            "parts": list(made.stretch.members) if made.stretch.level > 1 else [],
        }
