"""Questions: what somebody types becomes a query of the index, whatever it is.

`words`, `"a phrase"` and `begin*` mean something; all else is words. Owns how much of a long question is looked for,
and how words are weighed. No character of a question reaches the query unless it is a letter, a digit or a sign that
means nothing there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.conversations.search.terms import Word, words

MOST_WORDS = 48
"""Words of a question that are looked for: the first ones, each once."""
_WORDS_OF_EVERY_TEXT = """
a an and are as at be but by can did do does for from had has have how i if in is it its me my not of on or our so that
the their them then there these they this to was we were what when where which who why will with you your
auf aus bei das dem den der des die ein eine einer es im ist mit nicht sich sie und von wie wird zu zum zur
au aux avec ce ces dans de du en est et il je la le les ne nous ou par pas pour que qui se sur un une vous
al como con del el ella las lo los mas no o para pero por su una y che di e gli non per sono
"""
_COMMON = frozenset(_WORDS_OF_EVERY_TEXT.split())
"""Words that stand in every text: beside others they say nothing, and alone they are looked for."""
MOST_CHARACTERS = 20_000
"""Characters of a question."""
_LOOKED_AT = 10_000
_QUOTED = re.compile(r'["“”„«»]([^"“”„«»]{1,2000})["“”„«»]')
_PREFIX = re.compile(r"\*(?!\w)")
_SHORTEST_TYPED = 4
_LONG = 8


@dataclass(frozen=True, slots=True)
class Sought:
    """One thing that is looked for: terms that follow each other, or the beginning of a word."""

    terms: tuple[str, ...]
    is_prefix: bool = False


def sought(question: str) -> tuple[Sought, ...]:
    """What a question looks for, each once."""
    found = dict[Sought, None]()
    at, question = 0, question[:_LOOKED_AT]
    for quoted in _QUOTED.finditer(question):
        _add(found, _loose(question[at : quoted.start()]))
        _add(found, _phrase(quoted.group(1)))
        at = quoted.end()
    _add(found, _loose(question[at:]))
    rare = [it for it in found if it.terms[0] not in _COMMON or len(it.terms) > 1]
    return tuple(rare or found)[:MOST_WORDS]


def _add(found: dict[Sought, None], more: Iterator[Sought]) -> None:
    for it in more:
        found.setdefault(it)


def _loose(text: str) -> Iterator[Sought]:
    joined: list[Word] = []
    for word in words(text):
        # What is written as one, such as `snake_case` or `10.0.0.1`, is looked for as one, too.
        if joined and not _belongs(text, joined[-1], word):
            yield from _joined(text, joined)
            joined = []
        joined.append(word)
    yield from _joined(text, joined)


def _belongs(text: str, before: Word, word: Word) -> bool:
    return text[before.end : word.start] in {"_", ".", "-", "/", ":", "'", "’", "@", "::"}


def _joined(text: str, together: list[Word]) -> Iterator[Sought]:
    if not together:
        return
    terms = tuple(term for word in together for term in word.terms)
    if len(together) > 1:
        yield Sought(terms)
        yield from (Sought(word.terms) for word in together if len(word.terms) == 1 and len(word.terms[0]) > 1)
    else:
        is_prefix = len(terms) == 1 and bool(_PREFIX.match(text, together[0].end))
        yield Sought(terms, is_prefix=is_prefix)


def _phrase(text: str) -> Iterator[Sought]:
    terms = tuple(term for word in words(text) for term in word.terms)[:MOST_WORDS]
    if terms:
        yield Sought(terms)


def lucene(looked_for: Sequence[Sought]) -> str:
    """The clause of a query that finds any of these: what is written so first, then what is only like it."""
    return " ".join(clause for it in looked_for for clause in _clauses(it))


def lucene_all(looked_for: Sequence[Sought]) -> str:
    """The clause of a query that finds all of these together, as they are written."""
    return " ".join(f"+({next(_clauses(it)).split('~')[0]})" for it in looked_for)


def _clauses(it: Sought) -> Iterator[str]:
    first, *others = it.terms
    if others:
        quoted = " ".join(map(_escaped, it.terms))
        yield f'terms:"{quoted}"^3'
        return
    term = _escaped(first)
    if it.is_prefix:
        yield f"terms:{term}* parts:{term}*"
        return
    yield f"terms:{term}^4 parts:{term}^2"
    if _is_typed(first):
        yield f"terms:{term}~{1 if len(first) < _LONG else 2}"


def _is_typed(term: str) -> bool:
    """Whether somebody may have mistyped it: a word of letters that is not short."""
    return len(term) >= _SHORTEST_TYPED and term.isalpha()


def _escaped(term: str) -> str:
    """A term as Lucene reads it: the words that mean something there are in capitals, which a term never is."""
    return re.sub(r'([+\-!(){}\[\]^"~*?:\\/&|<>=])', r"\\\1", term)
