"""The pages' links lead somewhere, and what looks for wrong links and words finds them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import typer

from service.cli import app
from tests.support import pages
from tests.support.pages import ROOT, anchors, avoided_words, broken_links, misspelled_words, prose, unplain_words

PAGE = """# A page

## What it is: a [link](b.md), `code`

See [there](b.md#a-heading), [nowhere](c.md), [no heading](b.md#none) and [this](#what-it-is-a-link-code).
We mend it in the teh house. `teh` is code, and so is this:

```sh
echo teh mend
```
"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A page with some mistakes, beside one that it links to."""
    (tmp_path / "b.md").write_text("# B\n\n## A heading\n")
    (tmp_path / "a.md").write_text(PAGE)
    return tmp_path / "a.md"


def test_broken_links_are_named_with_their_lines(page: Path) -> None:
    """A file that is not there, and a heading that is not there."""
    assert [str(one) for one in broken_links(page)] == [
        "a.md:5: there is no c.md",
        "a.md:5: b.md has no heading #none",
    ]


def test_words_to_avoid_are_named_with_a_plainer_one(page: Path) -> None:
    """In sentences only: code may say what it likes."""
    assert [str(one) for one in unplain_words(page, {"mend": "fix"})] == ["a.md:6: “mend”: write “fix”"]


def test_misspelled_words_are_named(page: Path) -> None:
    """Once, for code is not read."""
    (problem,) = misspelled_words(page, lambda word: word != "teh")
    assert (problem.line, "“teh”" in problem.text) == (6, True)


def test_prose_keeps_its_lines() -> None:
    """So that a problem's line is the page's."""
    assert prose(PAGE).count("\n") == PAGE.count("\n")


def test_headings_that_are_equal_have_numbers() -> None:
    """As on GitHub."""
    assert anchors("# One, two!\n\n# One two\n") == {"one-two", "one-two-1"}


def test_anchors_may_be_written() -> None:
    """Where a heading is no good name."""
    assert anchors('<a id="a-b"></a>\n\n# A.b\n') == {"a-b", "ab"}


def test_every_link_of_every_page_leads_somewhere() -> None:
    """Also the links to headings."""
    assert [str(problem) for page in pages.pages() for problem in broken_links(page)] == []


def test_index_has_every_page() -> None:
    """Who looks for a page begins there."""
    index = (ROOT / "docs" / "README.md").read_text()
    found = [page for page in pages.pages() if page.is_relative_to(ROOT / "docs") and page.parent.name != "decisions"]
    assert [page.name for page in found if page.name != "README.md" and f"{page.name})" not in index] == []


def helps(command: click.Command) -> Iterator[str]:
    """The help of a command, of its options and of the commands below it."""
    yield command.help or ""
    yield from (getattr(option, "help", None) or "" for option in command.params)
    for below in getattr(command, "commands", {}).values():
        yield from helps(below)


@pytest.mark.parametrize("phrase", avoided_words())
def test_what_people_read_elsewhere_is_plain_too(phrase: str) -> None:
    """The help of the commands, the schema's descriptions and the shipped configuration."""
    shipped = ("schema/schema.graphql", "system_config.yml", "config.example.yaml")
    texts = [*helps(typer.main.get_command(app)), *((ROOT / name).read_text() for name in shipped)]
    assert not [text for text in texts if re.search(rf"\b{re.escape(phrase)}\b", text, re.IGNORECASE)]


def test_known_words_are_in_order_and_no_avoided_ones() -> None:
    """The lists do not contradict each other."""
    known = [word for word in (ROOT / "docs/words/known.txt").read_text().splitlines() if not word.startswith("#")]
    assert len(known) == len(set(known))
    assert not set(known) & set(avoided_words())
