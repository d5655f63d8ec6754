"""Words of texts and questions: any text gives some or none, and the same ones in both."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.conversations.search.passages import LONGEST, SHARED, passages
from service.conversations.search.queries import MOST_WORDS, Sought, lucene, sought
from service.conversations.search.terms import folded, indexed, words

CLAUSE = re.compile(
    r'(terms:"[^"\\:()\[\]{}]+"\^3)|(terms:\S+\* parts:\S+\*)'
    r'|(terms:[^\s:"()\[\]{}]+\^4 parts:[^\s:"()\[\]{}]+\^2)( terms:\S+~[12])?'
)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Hello, World!", "hello world"),
        ("snake_case getUserName", "snake case getusername"),
        ("C++ and C#", "cplusplus and csharp"),
        ("Straße CAFÉ naïve ﬁne ＦＵＬＬ", "strasse cafe naive fine full"),
        ("東京タワー", "東 京 タ ワ ー"),
        ("권리에", "권 리 에"),
        ("ง่าย", "ง่ า ย"),
        ("العَرَبِيَّة", "العربية"),
        ("हिन्दी में", "हिन्दी में"),
        ("🎉 ok", "🎉 ok"),
        ("... !!", ""),
    ],
)
def test_words_are_found_in_any_script(text: str, terms: str) -> None:
    """Without case, accents and width; one by one where no spaces are written."""
    assert indexed(text)[0] == terms


def test_names_have_parts() -> None:
    """The parts of a name are found beside the whole of it."""
    assert indexed("getUserName GraphQL plain")[1] == "get user name graph ql"


@given(st.text(max_size=300))
def test_words_stand_where_they_say(text: str) -> None:
    """Places are within the text, in order, and never overlap; folding twice changes nothing."""
    end = 0
    for word in words(text):
        assert end <= word.start < word.end <= len(text)
        end = word.end
        assert all(term and not term.isspace() for term in word.terms)
        assert all(folded(term) == term for term in word.terms)


@given(st.text(max_size=300))
def test_any_question_becomes_clauses(text: str) -> None:
    """Whatever is typed, nothing of it means anything to the index."""
    looked_for = sought(text)
    assert len(looked_for) <= MOST_WORDS
    query = lucene(looked_for)
    assert not CLAUSE.sub("", query).strip()


@given(st.text(alphabet="ab\"*_ .'東", max_size=40))
def test_what_a_text_holds_a_question_of_it_looks_for(text: str) -> None:
    """Every term of a question is a term of a text that says the same."""
    said = set(indexed(text)[0].split(" "))
    assert {term for it in sought(text) for term in it.terms} <= said | {""}


def test_phrases_and_beginnings_are_understood() -> None:
    """Quotes of any kind, a star, and what is written as one."""
    assert sought('"one two" thr* four_five') == (
        Sought(("one", "two")),
        Sought(("thr",), is_prefix=True),
        Sought(("four", "five")),
        Sought(("four",)),
        Sought(("five",)),
    )
    assert sought("„eins zwei“") == (Sought(("eins", "zwei")),)
    assert sought("how do I bake the bread") == (Sought(("bake",)), Sought(("bread",)))
    assert sought("to be or not to be") == tuple(Sought((it,)) for it in ("to", "be", "or", "not"))
    assert sought('a "b') == (Sought(("b",)),)


@given(st.text(alphabet="ab \n.é🎈", max_size=6000), st.integers(0, 50))
def test_passages_cover_a_text(text: str, start: int) -> None:
    """All that is not space is in one; none is too long; each shares little with the one before."""
    spans = list(passages(text, start))
    covered = start
    for low, high in spans:
        assert text[covered:low].strip() == ""
        assert covered - SHARED <= low < high <= len(text)
        assert high - low <= LONGEST
        covered = high
    assert text[covered:].strip() == "" or covered == len(text)
