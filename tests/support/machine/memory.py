"""A conversation in memory: what the graph must say after every step of the machine.

Owns what each step does to messages, branches, pins and links, in a few lines each. Knows nothing of the service.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

PROMPT, RESPONSE = "Prompt", "Response"
Stood = dict[str, tuple[str, str]]
"""By the id of a branch, its name and its head."""
Link = tuple[str, str, str]
"""From one message, to another, of a kind."""


@dataclass(frozen=True, slots=True)
class Said:
    """A message."""

    id: str
    kind: str
    parents: tuple[str, ...]
    depth: int


@dataclass(frozen=True, slots=True)
class Then:
    """How the branches stood at a moment. `from_heads`: from where it is found out, of those that were moved or deleted
    by hand since: where they pointed when that was done first."""

    moment: str
    stood: Stood
    from_heads: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(slots=True)
class Chat:
    """A conversation: `said` in the order in which it was written."""

    id: str
    main: str
    default: str
    said: dict[str, Said] = field(default_factory=dict[str, Said])
    branches: Stood = field(default_factory=dict[str, tuple[str, str]])
    pinned: set[str] = field(default_factory=set[str])
    links: dict[str, Link] = field(default_factory=dict[str, Link])
    past: list[Then] = field(default_factory=list[Then])

    def add(self, id: str, kind: str, parents: Sequence[str]) -> None:
        """A message is written."""
        depth = max((self.said[up].depth for up in parents), default=-1) + 1
        self.said[id] = Said(id, kind, tuple(parents), depth)

    def prompt(self, id: str, parents: Sequence[str], branch: str | None) -> None:
        """A prompt is written; the branch goes on to it."""
        self.add(id, PROMPT, parents)
        if branch is not None:
            self.go_on(branch, id)

    def answer(self, id: str, prompt: str) -> None:
        """A prompt is answered; all branches that point at it go on to the answer."""
        self.add(id, RESPONSE, [prompt])
        for branch in [branch for branch, (_, head) in self.branches.items() if head == prompt]:
            self.go_on(branch, id)

    def answer_again(self, id: str, former: str, branch: str | None) -> None:
        """Another answer beside one; the branch moves where it is at that or at the prompt."""
        (prompt,) = self.said[former].parents
        self.add(id, RESPONSE, [prompt])
        if branch is not None and self.head(branch) in (former, prompt):
            self.move(branch, id)

    def merge(self, id: str, into: str, side: str) -> None:
        """A prompt with a parent on each side is written; the branch that is merged into goes on to it."""
        self.prompt(id, [self.head(into), self.head(side)], into)

    def prune(self, branch: str) -> set[str]:
        """A branch goes, and with it all on which nothing hangs then, from where it pointed upwards; their ids."""
        gone, left = set[str](), [self.delete(branch)]
        heads = {head for _, head in self.branches.values()}
        while left:
            id = left.pop()
            if id in self.said and id not in heads and not self.child_count(id):
                gone.add(id)
                left += self.said.pop(id).parents
        self.pinned -= gone
        self.links = {id: link for id, link in self.links.items() if not gone.intersection(link)}
        for then in self.past:
            # Whence it could be found out is not there any more: the branch is named, without its head.
            then.stood.update({id: (then.stood[id][0], "") for id, head in then.from_heads.items() if head in gone})
        return gone

    def delete(self, branch: str) -> str:
        """A branch goes; where it pointed."""
        self._note_head(branch)
        return self.branches.pop(branch)[1]

    def move(self, branch: str, to: str) -> None:
        """A branch is made to point elsewhere."""
        self._note_head(branch)
        self.go_on(branch, to)

    def go_on(self, branch: str, to: str) -> None:
        """A branch follows what continues from where it pointed."""
        self.branches[branch] = (self.branches[branch][0], to)

    def _note_head(self, branch: str) -> None:
        for then in self.past:
            if branch in then.stood:
                then.from_heads.setdefault(branch, self.head(branch))

    def head(self, branch: str) -> str:
        """Where a branch points."""
        return self.branches[branch][1]

    def above(self, ends: Iterable[str]) -> set[str]:
        """These messages and all above them."""
        found, left = set[str](), list(ends)
        while left:
            if (id := left.pop()) not in found:
                found.add(id)
                left += self.said[id].parents
        return found

    def below(self, id: str) -> set[str]:
        """A message and all below it; parents are written before their children."""
        found = {id}
        for one in self.said.values():
            if found.intersection(one.parents):
                found.add(one.id)
        return found

    def is_in_order(self, ids: Sequence[str]) -> bool:
        """Whether each message stands after those that are less deep."""
        depths = [self.said[id].depth for id in ids]
        return depths == sorted(depths)

    def responses(self) -> list[str]:
        """All answers."""
        return [one.id for one in self.said.values() if one.kind == RESPONSE]

    def siblings(self, id: str) -> list[str]:
        """A message and those beside it; of a first message, all first ones."""
        it = self.said[id]
        return [one.id for one in self.said.values() if one.parents == it.parents and one.kind == it.kind]

    def child_count(self, id: str) -> int:
        """How many messages continue from one."""
        return sum(id in one.parents for one in self.said.values())
