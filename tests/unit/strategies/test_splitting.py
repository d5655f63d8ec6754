"""The laws of the splitter, for exact tokenizers and for counters that keep no law at all."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toktok import batch_count

from service.errors import InvalidInput
from service.strategies.splitting import split
from service.strategies.syntax import Syntax

Count = Callable[[str], int]


def bpe(text: str) -> int:
    """Tokens of o200k_base."""
    return batch_count([text], "o200k_base", 1)[0]


def moody(text: str) -> int:
    """Neither additive nor monotone: longer texts may count less."""
    return len(text) + sum(map(ord, text)) % 7


def steep(text: str) -> int:
    """More than additive."""
    return len(text) ** 2 // 4 + 1


def flat(text: str) -> int:
    """Less than additive."""
    return int(len(text) ** 0.5) + 1


COUNTERS: list[Count] = [len, bpe, moody, steep, flat, lambda text: 0, lambda text: 1000]

MARKDOWN_LINES = [
    "# Title",
    "## Part",
    "",
    "",
    "Some words. And more!",
    "```",
    "```py",
    "x = 1",
    "~~~",
    "漢字。",
    "👩‍👩‍👧",
    "🇩🇪🇫🇷",
    "e\u0301\u0301",
    "long" * 9,
]
TEXTS = st.one_of(
    st.text(max_size=300),
    st.text(alphabet="ab .\n\r\t#`~\u0301\u200d🇩👍🏽漢", max_size=400),
    st.lists(st.sampled_from(MARKDOWN_LINES), max_size=40).map("\n".join),
    st.lists(st.sampled_from(MARKDOWN_LINES), max_size=40).map("\r\n".join),
)


@settings(max_examples=250, deadline=None)
@given(TEXTS, st.integers(1, 60), st.integers(0, 30), st.sampled_from(COUNTERS), st.sampled_from(list(Syntax)))
def test_split_covers_the_text_within_the_budget(text: str, budget: int, overlap: int, count: Count, syntax: Syntax):
    """Spans tile the text, make progress, hold the budget and overlap by no more than was asked for."""
    spans = split(text, budget, overlap, count, syntax)
    assert spans == split(text, budget, overlap, count, syntax)
    assert spans[0][0] == 0
    assert spans[-1][1] == len(text)
    for start, end in spans:
        assert count(text[start:end]) <= budget or end - start <= 1 or text[start:end] == "\r\n"
    for (start, end), (next_start, next_end) in itertools.pairwise(spans):
        assert start < next_start <= end < next_end
        assert next_start == end or count(text[next_start:end]) <= overlap


@settings(max_examples=120, deadline=None)
@given(TEXTS, st.integers(8, 60), st.sampled_from(list(Syntax)))
def test_split_keeps_inseparable_characters_together(text: str, budget: int, syntax: Syntax):
    """No line end is cut in two, and no mark from its letter where both fit."""
    for _, end in split(text, budget, 0, len, syntax)[:-1]:
        assert text[end - 1 : end + 1] != "\r\n"
        assert text[end] != "\u0301" or all(char in "\u0301\u200d🏽" for char in text[end - budget + 1 : end])


def test_split_keeps_surrogate_halves_together():
    """Two halves of a pair that stand alone in a string are one character."""
    text = "\ud83d\ude00" * 20
    assert all(end % 2 == 0 for _, end in split(text, 5, 0, len))


@pytest.mark.parametrize("budget", [0, -1])
def test_split_without_a_budget_is_refused(budget: int):
    """There is no span of no tokens."""
    with pytest.raises(InvalidInput, match="no room"):
        split("text", budget, 0, len)


def test_split_of_what_fits_counts_once():
    """A text that fits is one span, for one call of the counter."""
    counted: list[str] = []
    assert split("a few words", 100, 10, lambda text: counted.append(text) or len(text)) == [(0, 11)]
    assert counted == ["a few words"]


def test_split_of_nothing_is_one_empty_span():
    """An empty text has a first and a last span too."""
    assert split("", 10, 0, len) == [(0, 0)]


def pieces(text: str, budget: int, syntax: Syntax, count: Count = len) -> list[str]:
    """The texts of the spans."""
    return [text[start:end] for start, end in split(text, budget, 0, count, syntax)]


def test_split_prefers_markdown_headings():
    """A heading begins a span, although more would fit before it."""
    text = "".join(f"## Part {n}\n\n{'Words of it. ' * 5}\n\nMore words.\n\n" for n in range(6))
    assert all(piece.startswith("## Part") for piece in pieces(text, 130, Syntax.MARKDOWN))


def test_split_prefers_top_level_definitions():
    """Code is cut before a line in the first column after a blank line, not at a blank line inside."""
    function = "def f{n}():\n    a = 1\n\n    b = 2\n\n    return a + b\n\n\n"
    text = "".join(function.format(n=n) for n in range(20))
    assert all(piece.startswith("def ") for piece in pieces(text, 140, Syntax.CODE))


def test_split_does_not_open_a_fenced_block_that_fits():
    """Every span has all of a block or nothing of it, also where a line in the block looks like a heading."""
    block = "```py\n# a comment\n\nx = 1\n\n# another\n\ny = 2\n```\n"
    text = "".join(f"Paragraph {n} says something.\n\n{block}\n" for n in range(12))
    assert all(piece.count("```") % 2 == 0 for piece in pieces(text, 90, Syntax.MARKDOWN))


def test_split_opens_a_fenced_block_that_does_not_fit_at_its_lines():
    """A block larger than the budget is cut, after a line."""
    text = "Before.\n\n```\n" + "some line of code\n" * 30 + "```\n\nAfter.\n"
    assert all(piece.endswith("\n") for piece in pieces(text, 100, Syntax.MARKDOWN))


def test_split_cuts_prose_at_paragraphs_then_sentences_then_words():
    """Each kind of border is used where there is no better one."""
    paragraphs = ("Word " * 12 + "end.\n\n") * 8
    sentences = ("Word " * 6 + "end. ") * 20
    assert all(piece.endswith("\n\n") for piece in pieces(paragraphs, 100, Syntax.PROSE))
    assert all(piece.endswith("end. ") for piece in pieces(sentences, 100, Syntax.PROSE))
    assert all(piece.endswith(" ") for piece in pieces("word " * 100, 52, Syntax.PROSE))


def test_split_leaves_no_tiny_rest():
    """What is a little more than one span becomes two of about the same size."""
    sizes = [bpe(piece) for piece in pieces("Some words make a sentence. " * 180, 1000, Syntax.PROSE, bpe)]
    assert len(sizes) == 2
    assert min(sizes) > 400


def test_split_overlaps_by_whole_words():
    """The overlap begins at a word and is as large as asked for, roughly."""
    text = "several words in a row " * 200
    spans = split(text, 200, 40, len)
    shared = [text[start:end] for (_, end), (start, _) in itertools.pairwise(spans)]
    assert all(20 <= len(one) <= 40 for one in shared)
    assert all(one[0] != " " for one in shared)


@settings(max_examples=60, deadline=None)
@given(TEXTS, st.randoms(), st.integers(0, 9))
def test_split_ends_with_a_counter_that_contradicts_itself(text: str, chance: random.Random, overlap: int):
    """Not even a counter that rolls dice makes it loop or lose text."""
    spans = split(text, 20, overlap, lambda part: chance.randint(0, 40), Syntax.MARKDOWN)
    assert (spans[0][0], spans[-1][1]) == (0, len(text))
    assert all(start <= before for (_, before), (start, _) in itertools.pairwise(spans))


def test_split_leaves_out_an_overlap_that_would_open_a_block():
    """A block that fits by itself, but not together with an overlap, is kept whole; no overlap begins inside one."""
    block = "```\n" + "x = 1\n" * 8 + "```\n"
    text = "".join(f"Paragraph {n} says something.\n\n{block}" for n in range(5))
    spans = split(text, 60, 20, len, Syntax.MARKDOWN)
    assert all(text[start:end].count("```") % 2 == 0 for start, end in spans)


def test_split_gives_a_block_up_that_does_not_fit_after_all():
    """A counter that thinks better of it cannot make a block larger than the budget."""
    text = "```\n" + "x\n" * 50 + "```\nafter " * 9
    seen: set[str] = set()

    def count(part: str) -> int:
        first = part not in seen
        seen.add(part)
        return 1 if first and part.startswith("```") and part.endswith("```\n") else len(part)

    assert all(end - start <= 60 for start, end in split(text, 60, 0, count, Syntax.MARKDOWN))


def test_split_does_not_count_a_huge_block():
    """What cannot fit is not sent to a slow counter."""
    text = "```\n" + "x\n" * 20_000 + "```\n"
    counted: list[int] = []
    split(text, 20, 0, lambda part: counted.append(len(part)) or len(part), Syntax.MARKDOWN)
    assert max(counted) < 1000


HOSTILE = {
    "no spaces": "a" * 5_000_000,
    "random": "".join(random.Random(1).choices("abcdefghij0123456789", k=5_000_000)),
    "newlines": "\n" * 5_000_000,
    "spaces": " " * 5_000_000,
    "crlf": "\r\n" * 2_500_000,
    "fences": "```\n" * 1_250_000,
    "headings": "\n# " * 1_666_666,
    "marks": "\u0301" * 2_500_000,
    "stops": ". " * 2_500_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_split_of_hostile_text_is_linear(name: str):
    """Megabytes without a usable border take a second or so, and about one count a span."""
    calls = 0

    def count(text: str) -> int:
        nonlocal calls
        calls += 1
        return len(text) // 4

    begun = time.process_time()
    spans = split(HOSTILE[name], 4000, 0, count, Syntax.MARKDOWN)
    assert time.process_time() - begun < 6
    assert calls <= 2 * len(spans) + 10


@pytest.mark.parametrize("budget", [500, 4000, 100_000])
def test_split_asks_the_counter_about_once_a_span(budget: int):
    """A slow counter is not asked about every line, also with an overlap."""
    rng = random.Random(2)
    sentences = [
        " ".join(rng.choices(["graph", "memory", "of", "a", "conversation"], k=rng.randint(3, 20))) for _ in range(400)
    ]
    text = "".join(f"{rng.choice(sentences).capitalize()}.{rng.choice([' ', ' ', chr(10) * 2])}" for _ in range(20_000))
    calls = 0

    def count(part: str) -> int:
        nonlocal calls
        calls += 1
        return bpe(part)

    spans = split(text, budget, budget // 10, count)
    assert calls <= 3 * len(spans) + 5
