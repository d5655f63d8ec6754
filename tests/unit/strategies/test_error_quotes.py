"""Which given source a reported path means, and what is quoted of it."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.strategies.failures.findings import Frame
from service.strategies.failures.quotes import Library, places
from tests.support.task_states import source


def library(*names: str, lines: int = 100) -> Library:
    """A library of sources with so many numbered lines."""
    text = "\n".join(f"line {number}" for number in range(1, lines + 1))
    return Library([source(number, text, name) for number, name in enumerate(names)])


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/build/src/app.py", "src/app.py"),
        ("app.py", None),
        ("./src/app.py", "src/app.py"),
        ("C:\\work\\lib\\app.py", "lib/app.py"),
        ("/x/other.py", "other.py"),
        ("/x/unknown.py", None),
        ("com/acme/Shop.java", "java/src/com/acme/Shop.java"),
        ("/x/web/app.py", None),
        ("", None),
        ("/", None),
    ],
)
def test_path_means_the_source_with_the_longest_common_end(path: str, name: str | None):
    """Two sources that are as good, or one that ends alike by chance, are none."""
    found = library("src/app.py", "lib/app.py", "other.py", "java/src/com/acme/Shop.java").find(path)
    assert (found.name if found else None) == name


def test_quote_is_around_the_line():
    """Ten lines before and after, with their numbers."""
    (quote,) = library("a.py").quote([Frame("/x/a.py", 50)])
    assert (quote.first, quote.last, quote.reported) == (40, 60, (50,))
    assert (quote.end - quote.start) == len("\n".join(f"line {number}" for number in range(40, 61)))


def test_overlapping_quotes_are_one():
    """Lines near each other are quoted together, those far away by themselves, in the order of the frames."""
    quotes = library("a.py", "b.py").quote([Frame("a.py", n) for n in (90, 12, 5, 20)] + [Frame("b.py", 1)])
    assert [(q.source, q.first, q.last, q.reported) for q in quotes] == [
        ("a.py", 80, 100, (90,)),
        ("a.py", 1, 30, (5, 12, 20)),
        ("b.py", 1, 11, (1,)),
    ]


def test_a_line_beyond_the_end_is_not_quoted():
    """The source is another version than the one that failed."""
    assert library("a.py", lines=5).quote([Frame("a.py", 50), Frame("a.py", 0)]) == []


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ("[ERROR] /srv/shop/Shop.java:[4,13] incompatible types", Frame("/srv/shop/Shop.java", 4)),
        ("boom in C:\\shop\\a.php on line 3", None),
        ('at "lib/a.lua", line 12', Frame("lib/a.lua", 12)),
        ("src/a.vb(7): oops", Frame("src/a.vb", 7)),
        ("took 3.5s at 10.0.0.1:80", None),
    ],
)
def test_places_are_found_in_any_text(text: str, frame: Frame | None):
    """A path with a line behind it is a place."""
    assert places(text) == ((frame,) if frame else ())


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(1, 100), max_size=30))
def test_quotes_do_not_overlap(numbers: list[int]):
    """Every line is in one quote at most, and every quote holds the lines that it is for."""
    quotes = library("a.py").quote([Frame("a.py", number) for number in numbers])
    covered = [line for quote in quotes for line in range(quote.first, quote.last + 1)]
    assert len(covered) == len(set(covered))
    assert {line for quote in quotes for line in quote.reported} == set(numbers)
