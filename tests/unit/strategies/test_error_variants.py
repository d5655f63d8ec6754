"""What is asked about in the outputs of real tools: each error once, and nothing that only follows from it."""

from __future__ import annotations

import pytest
from error_texts import sample
from task_states import source

from service.strategies.failures.cases import find_cases

TITLES = {}
"""By sample: the cases, the weightiest first, with how often each occurs."""


@pytest.mark.parametrize("name", TITLES)
def test_every_error_is_a_case_by_its_own_words(name: str):
    """None is lost, none is told twice, and no line of an error is another error."""
    cases = find_cases([source(0, sample(name), f"{name}.txt")])
    assert [f"{case.count}: {case.title}" for case in cases] == TITLES[name]


TITLES = {
    "jest": [
        "1: expect(received).toBe(expected) // Object.is equality",
        "1: expect(received).toEqual(expected) // deep equality",
        "1: TypeError: cannot read x of undefined",
        "1: rejected with",
        '1: thrown: "Exceeded timeout of 50 ms for a test while waiting for `done()` to be called.',
        "1: outer",
        "1: Cannot find module './nope' from 'w/t.test.js'",
    ],
    "jest_coloured": [
        "1: expect(received).toBe(expected) // Object.is equality",
        "1: expect(received).toEqual(expected) // deep equality",
        "1: TypeError: cannot read x of undefined",
        "1: rejected with",
        '1: thrown: "Exceeded timeout of 50 ms for a test while waiting for `done()` to be called.',
        "1: outer",
        "1: Cannot find module './nope' from 'w/t.test.js'",
    ],
    "mocha": [
        "1: AssertionError: Expected values to be strictly equal:",
        "1: AssertionError: Expected values to be strictly deep-equal:",
        "1: TypeError: boom",
        "1: Error: async boom",
        "1: Error: hook failed",
    ],
    "pytest_lines": [
        "1: SyntaxError: invalid syntax",
        "1: ValueError: no config for a",
        "1: AssertionError: assert {'a': 1, 'b': [1, 2]} == {'a': 1, 'b': [1, 3]}",
        "1: AssertionError: assert 'line one\\nline two' == 'line one\\nline 2'",
        "1: Failed: DID NOT RAISE KeyError",
        "1: AssertionError: assert [0, 1, 2, 3, 4, 5, ...] == [49, 48, 47, 46, 45, 44, ...]",
    ],
    "tap_node": [
        "1: AssertionError: Expected values to be strictly equal:",
        "1: TypeError: boom",
    ],
    "tap_perl": [
        "1: adds up",
    ],
    "vitest": [
        "1: Error: Cannot find module './nope' imported from /srv/shop/v/t.test.mjs",
        "1: AssertionError: expected 2 to be 3 // Object.is equality",
        "1: AssertionError: expected { a: 1, b: [ 1, 2 ] } to deeply equal { a: 1, b: [ 1, 3 ] }",
        "1: TypeError: cannot read x of undefined",
        "1: Error: rejected with",
        "1: Error: Test timed out in 50ms.",
        "1: Error: outer",
    ],
}
