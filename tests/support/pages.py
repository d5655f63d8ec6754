"""What holds of every page that people read: its links lead somewhere, its words are spelled right and plain.

`python -m tests.support.pages` (a part of `scripts/check`) says what is wrong, as `FILE:LINE: what`. Owns how Markdown
is read for that: fenced blocks, inline code, links, headings. Knows nothing of what the pages say. Addresses of other
sites are not visited.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("docs", "benchmarks", "clients")
WORDS = ROOT / "docs" / "words"
FENCE = re.compile(r"^( *)```.*?^\1```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"``.*?``|`[^`\n]*`")
LINK = re.compile(r"\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^)\s]+)\)")
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
ADDRESS = re.compile(r"https?://[^\s)>]+")
HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
ANCHOR = re.compile(r'<a id="([^"]+)"></a>')
WORD = re.compile(r"\b[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ’']*[A-Za-zÀ-ÿ]")


@dataclass(frozen=True)
class Problem:
    """What is wrong at a place of a page."""

    page: Path
    line: int
    text: str

    def __str__(self) -> str:
        """As compilers say it."""
        page = self.page.relative_to(ROOT) if self.page.is_relative_to(ROOT) else self.page.name
        return f"{page}:{self.line}: {self.text}"


def pages() -> list[Path]:
    """Every Markdown page of the project, and every notebook."""
    kinds = ("*.md", "*.ipynb")
    found = [page for folder in FOLDERS for kind in kinds for page in (ROOT / folder).rglob(kind)]
    found = [page for page in found if "node_modules" not in page.parts]
    return sorted([*ROOT.glob("*.md"), *found])


def text_of(page: Path) -> str:
    """The Markdown of a page; of a notebook, that of its cells."""
    text = page.read_text(encoding="utf-8")
    if page.suffix != ".ipynb":
        return text
    cells = json.loads(text)["cells"]
    return "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown") + "\n"


def blocks(language: str, page: str) -> list[str]:
    """A page's fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)


def prose(text: str) -> str:
    """A page without its code, links' targets and addresses; every line stays where it is."""
    for pattern in (FENCE, COMMENT, ANCHOR, CODE, ADDRESS):
        text = pattern.sub(_blank, text)
    return LINK.sub(lambda match: match[0].replace(f"]({match[1]})", "]"), text)


def anchors(text: str) -> set[str]:
    """The anchors of a page: those that are written in it, and those of its headings, as GitHub makes them."""
    seen: Counter[str] = Counter()
    found = set(ANCHOR.findall(FENCE.sub(_blank, text)))
    for heading in HEADING.findall(FENCE.sub(_blank, text)):
        name = re.sub(r"[^\w\- ]", "", LINK.sub(_shown, heading).lower()).replace(" ", "-")
        found.add(f"{name}-{seen[name]}" if seen[name] else name)
        seen[name] += 1
    return found


def broken_links(page: Path) -> Iterator[Problem]:
    """Links to files or headings that are not there."""
    text = text_of(page)
    for match in LINK.finditer(CODE.sub(_blank, FENCE.sub(_blank, text))):
        if not match[1].startswith(("http:", "https:", "mailto:")) and (why := _why_broken(page, match[1])):
            yield Problem(page, _line(text, match.start()), why)


def unplain_words(page: Path, avoided: dict[str, str]) -> Iterator[Problem]:
    """Words and phrases for which there is a plainer one."""
    text = prose(text_of(page))
    for phrase, instead in avoided.items():
        pattern = r"\b" + r"\s+".join(map(re.escape, phrase.split())) + r"\b"
        for match in re.finditer(pattern, text, re.IGNORECASE):
            yield Problem(page, _line(text, match.start()), f"“{phrase}”: write “{instead}”")


def misspelled_words(page: Path, is_known: Callable[[str], bool]) -> Iterator[Problem]:
    """Words that no dictionary has. Those with a capital inside are names, and left alone."""
    text = prose(text_of(page))
    for match in WORD.finditer(text):
        word = match[0].replace("’", "'")
        if not re.search(r".[A-Z]", word) and not is_known(word):
            yield Problem(page, _line(text, match.start()), f"“{word}” is not in the dictionary or in docs/words")


def avoided_words() -> dict[str, str]:
    """What is not to be written, and what instead: `docs/words/avoided.txt`."""
    rows = [line.split("=") for line in _lines(WORDS / "avoided.txt")]
    return {phrase.strip(): instead.strip() for phrase, instead in rows}


def dictionary() -> Callable[[str], bool]:
    """Whether a word is English (American spelling), or one of `docs/words/known.txt`."""
    from spellchecker import SpellChecker  # only here: who checks links needs no dictionary

    english = SpellChecker(language="en")
    known = set(_lines(WORDS / "known.txt"))
    return lambda word: any(
        form in known or form.lower() in known or form in english for form in (word, word.removesuffix("'s"))
    )


def _lines(file: Path) -> list[str]:
    return [line for line in file.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]


def _why_broken(page: Path, link: str) -> str | None:
    """What is wrong with a link of this project, if anything is."""
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    if not target.exists():
        return f"there is no {path}"
    if anchor and target.suffix == ".md" and anchor not in anchors(target.read_text(encoding="utf-8")):
        return f"{target.name} has no heading #{anchor}"
    return None


def _blank(match: re.Match[str]) -> str:
    """As many lines as there were, and nothing on them."""
    return "\n" * match[0].count("\n")


def _shown(match: re.Match[str]) -> str:
    """What a link shows."""
    return match[0][1 : match[0].rindex("](")]


def _line(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


def main() -> int:
    """Say what is wrong with the pages; 1 where anything is."""
    is_known, avoided = dictionary(), avoided_words()
    problems = [problem for page in pages() for problem in broken_links(page)]
    for page in pages():
        # A decision stays as it was written.
        if page.parent.name != "decisions":
            problems += [*unplain_words(page, avoided), *misspelled_words(page, is_known)]
    print(*problems, sep="\n" if problems else "", end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
