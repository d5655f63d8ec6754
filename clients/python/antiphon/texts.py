"""What is shown of a text that is generated: each piece once, over broken connections and further attempts. Pure."""

from __future__ import annotations


class Piece(str):
    """A piece of an answer. `restarted`: it begins the answer anew, and what came before it does not count."""

    __slots__ = ("restarted",)
    restarted: bool

    def __new__(cls, text: str, *, restarted: bool = False) -> Piece:
        """A piece with its text."""
        piece = super().__new__(cls, text)
        piece.restarted = restarted
        return piece

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, bool]]:
        """For copies."""
        return (str(self),), {"restarted": self.restarted}


class ShownText:
    """The text as it was shown so far, against the text as it is now."""

    def __init__(self) -> None:
        self.shown = ""
        self._now = ""

    def take(self, position: int, text: str) -> Piece | None:
        """A piece of the text now, which may come again or begin anew; what is to be shown of it."""
        self._now = self._now[:position] + text
        if self.shown.startswith(self._now):
            # It was shown before: the connection was cut, or another attempt says the same so far.
            return None
        return self._show()

    def end(self, text: str) -> Piece | None:
        """The whole text as it was kept; what is still to be shown of it."""
        self._now = text
        return None if text == self.shown else self._show()

    def _show(self) -> Piece:
        before, self.shown = self.shown, self._now
        if self.shown.startswith(before):
            return Piece(self.shown[len(before) :])
        return Piece(self.shown, restarted=True)
