"""What was typed into the shell, cut into statements and commands; pure.

A statement ends with a semicolon, or with the end of the input. One within quotes or in a comment is no end. A command
is one line that begins with a colon, where no statement has begun. Comments alone are no statement.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_TOKENS = re.compile(
    r"""(?P<line>//[^\n]*) | (?P<block>/\*.*?(?:\*/|\Z)) | (?P<end>;)
    | '(?:\\.|[^'\\])*(?:'|\Z) | "(?:\\.|[^"\\])*(?:"|\Z) | `[^`]*(?:`|\Z) | (?P<word>[^\s])""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Typed:
    """A statement, or a command with its colon, and the number of the line where it begins."""

    text: str
    line: int

    @property
    def is_command(self) -> bool:
        """Whether it is for the shell and not for Neo4j."""
        return self.text.startswith(":")


@dataclass(slots=True)
class Reader:
    """Takes lines and gives what they complete."""

    _held: str = ""
    _begun: int = 0
    _line: int = field(default=0)

    @property
    def waits(self) -> bool:
        """Whether a statement has begun and has not ended."""
        return bool(self._held)

    def drop(self) -> None:
        """Forget what has begun: the person broke it off."""
        self._held = ""
        self._line += 1

    def read(self, line: str) -> Iterator[Typed]:
        """The statements that end in this line, or the command that it is."""
        self._line += 1
        if not self._says_something() and line.lstrip().startswith(":"):
            self._held = ""
            yield Typed(line.strip(), self._line)
            return
        if not self._held:
            if not line.strip():
                return
            self._begun = self._line
        self._held += line + "\n"
        while ";" in line and (end := _end(self._held)) is not None:
            text, self._held = self._held[:end], self._held[end + 1 :].lstrip()
            yield from self._typed(text)
            self._begun = self._line

    def finish(self) -> Iterator[Typed]:
        """What stands at the end of the input without a semicolon."""
        yield from self._typed(self._held)
        self._held = ""

    def _typed(self, text: str) -> Iterator[Typed]:
        if _says_something(text):
            yield Typed(text.strip(), self._begun)

    def _says_something(self) -> bool:
        return _says_something(self._held)


def _end(text: str) -> int | None:
    """Where the first semicolon is that ends a statement."""
    return next((token.start() for token in _TOKENS.finditer(text) if token.lastgroup == "end"), None)


def _says_something(text: str) -> bool:
    return any(token.lastgroup not in ("line", "block", "end") for token in _TOKENS.finditer(text))
