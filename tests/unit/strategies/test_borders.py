"""Where a text may be cut."""

from __future__ import annotations

import pytest

from service.strategies.borders import Borders, fenced_blocks
from service.strategies.syntax import Syntax


def borders(text: str, syntax: Syntax = Syntax.PROSE) -> Borders:
    """The borders of a text whose blocks all fit."""
    return Borders.of(text, syntax, lambda start, end: True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\n```\nb\n```\nc", ["```\nb\n```\n"]),
        ("```\nnever closed\n", ["```\nnever closed\n"]),
        ("~~~\n```\n~~~\n", ["~~~\n```\n~~~\n"]),
        ("````\n```\n````", ["````\n```\n````"]),
        ("```not`a fence\n", []),
        ("    ```\n    indented\n", []),
        ("no fence", []),
        ("1. a\n\n    ```sh\n    # b\n\n    c\n    ```\n\nd", ["    ```sh\n    # b\n\n    c\n    ```\n"]),
        ("- a\n  - b\n\n    ```\n    c\n    ```\n", ["    ```\n    c\n    ```\n"]),
        ("- ```\n  a\n  ```\nb", ["- ```\n  a\n  ```\n"]),
        ("10. a\n\n\t```\n\tb\n\t```\n", ["\t```\n\tb\n\t```\n"]),
        ("1. a\n\n   ```\n   b\n\nout of the item\n\n```\nc\n```\n", ["   ```\n   b\n\n", "```\nc\n```\n"]),
        ("1. a\n\n        ```\n        is indented code\n", []),
        ("a paragraph\n\n    ```\n    is indented code\n", []),
        ("~~~\n# no heading\n~~~ruby\n~~~\n", ["~~~\n# no heading\n~~~ruby\n~~~\n"]),
        ("> ```\n> a\n> ```\nb", ["> ```\n> a\n> ```\n"]),
        ("> ```\n> a\nb\n```\nc\n```\n", ["> ```\n> a\n", "```\nc\n```\n"]),
        ("> - a\n>\n>   ```\n>   b\n>   ```\n", [">   ```\n>   b\n>   ```\n"]),
    ],
)
def test_fenced_blocks_are_found(text: str, expected: list[str]):
    """Blocks reach from fence to fence of the same kind, or to the end."""
    assert [text[start:end] for start, end in fenced_blocks(text)] == expected


@pytest.mark.parametrize("cluster", ["e\u0301", "👩‍👩‍👧‍👦", "👍🏽", "🇩🇪", "\r\n", "각"])
def test_character_border_splits_no_grapheme(cluster: str):
    """A cut between any two characters of a cluster moves before it."""
    text = f"x{cluster}y"
    assert all(borders(text).character(0, until) == 1 for until in range(1, 1 + len(cluster)))


def test_character_border_splits_a_grapheme_that_is_all_there_is():
    """There is always progress, by one character at least."""
    assert borders("e" + "\u0301" * 9).character(0, 4) == 4
    assert borders("\r\n\r\n").character(0, 1) == 2


def test_flags_are_cut_between_pairs():
    """A row of flags is cut after an even number of letters."""
    text = "🇩🇪🇫🇷🇮🇹"
    assert [borders(text).character(0, until) for until in (2, 3, 4, 5)] == [2, 2, 4, 4]


def test_best_border_at_a_block_is_its_end():
    """A block that begins where the span begins is kept, although it is longer than the window."""
    text = "```\n" + "x\n" * 50 + "```\nafter\n" * 2
    assert borders(text, Syntax.MARKDOWN).best(0, 20) == text.index("after")


def test_released_block_is_cut():
    """What was released is text as any other."""
    found = borders("```\n" + "x\n" * 50 + "```\n", Syntax.MARKDOWN)
    found.release(0)
    assert found.best(0, 20) <= 20
