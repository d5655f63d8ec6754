"""What every rule of the machine needs: whom it asks, what should be there, and what it draws from it.

Knows nothing of what is done.
"""

from __future__ import annotations

from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from tests.support.machine.memory import Chat
from tests.support.machine.world import World

number = st.integers(0, 1000)
door = st.integers(0, 1)
FILLER = "and so on " * 20
"""So that what is said does not fit into the model's window after some turns."""


class Player(RuleBasedStateMachine):
    """A conversation, and what it should be."""

    world: ClassVar[World]
    chat: Chat

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def ask(self, door: int, query: str, **variables: Any) -> Any:
        """Ask one of the services."""
        return self.world.ask(door, query, **variables)

    def name(self) -> str:
        """A word like no other of this conversation."""
        self.count += 1
        return f"w{self.count}"

    def word(self) -> str:
        """A text that begins so."""
        return f"{self.name()} {FILLER}"

    def message(self, number: int) -> str:
        """One of the messages, the newest for 0."""
        return pick(list(self.chat.said), number)

    def branch(self, number: int) -> str:
        """One of the branches."""
        return pick(list(self.chat.branches), number)


def pick(many: list[Any], number: int) -> Any:
    """One of many, the last for 0."""
    return many[-1 - number % len(many)]
