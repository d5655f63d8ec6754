"""Whoever looks at a conversation in any way, at any time, sees what the memory says.

Owns the rules that read. Knows nothing of those that write.
"""

from __future__ import annotations

from datetime import UTC, datetime
from time import sleep

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from tests.support.machine import reading
from tests.support.machine.memory import Then
from tests.support.machine.player import Player, door, number, pick


class Looking(Player):
    """A conversation that is looked at."""

    def remember(self) -> None:
        """How it stands at this moment."""
        sleep(0.003)
        self.chat.past.append(Then(datetime.now(UTC).isoformat(), dict(self.chat.branches)))
        sleep(0.003)

    @rule(door=door, n=number, limit=st.integers(1, 5))
    def look_back(self, door: int, n: int, limit: int) -> None:
        """How it stood is told as it was."""
        then = pick(self.chat.past, n)
        assert reading.past(self, door, then.moment, limit) == then.stood

    @rule(door=door, n=number, limit=st.integers(1, 5), down=st.booleans())
    def read_history(self, door: int, n: int, limit: int, down: bool) -> None:
        """The history of a message in either direction, in pages: each message once, by depth."""
        message = self.message(n)
        found = reading.history(self, door, message, limit, down=down)
        wanted = self.chat.below(message) if down else self.chat.above([message])
        assert sorted(found) == sorted(wanted)
        assert self.chat.is_in_order(found if down else found[::-1])

    @rule(door=door, n=number)
    def read_siblings(self, door: int, n: int) -> None:
        """What stands beside a message, and which of them it is."""
        message = self.message(n)
        found, index, count = reading.siblings(self, door, message)
        assert sorted(found) == sorted(self.chat.siblings(message))
        assert (found[index], count) == (message, len(found))

    @rule(door=door, n=number)
    def read_links(self, door: int, n: int) -> None:
        """The links of a message, from it and to it."""
        message = self.message(n)
        links = {id: link for id, link in self.chat.links.items() if message in link[:2]}
        assert reading.links(self, door, message) == links

    @invariant()
    def agrees(self) -> None:
        """The graph says what the memory says."""
        self.world.steps += 1
        reading.compare(self, self.world.steps)
        self.remember()
