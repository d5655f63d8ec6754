"""The README's picture of the command line is what the command line prints."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

from pyte.screens import Char

from service.graph.database import Connection, Database
from tests.support.terminal_picture import FILE, picture, printed


async def test_the_picture_is_what_is_printed(connection: Connection, database: Database, tmp_path: Path) -> None:
    """Run `python -m tests.support.terminal_picture` where it is not."""
    assert FILE.read_text(encoding="utf-8") == picture(await printed(connection, tmp_path))


def test_nothing_in_a_text_is_part_of_the_picture() -> None:
    """A text of a person is a text; the picture loads nothing, and no run of characters is wider than its columns."""
    row = [Char(sign, fg="red" if number % 2 else "default") for number, sign in enumerate('<script>&"│ é</text>')]
    made = picture([("antiphon history last", [row])])
    texts = [one.text for one in ElementTree.fromstring(made).iter("{http://www.w3.org/2000/svg}text")]
    assert "".join(map(str, texts)).replace("$antiphon history last", "") == '<script>&"│é</text>'
    assert not re.search(r"<script|@import|https?://(?!www\.w3\.org/2000/svg)", made)
    assert made.count("textLength") == len(texts)
