"""What is asked about in the outputs of real tools: each error once, and nothing that only follows from it."""

from __future__ import annotations

import pytest

from service.strategies.failures.cases import find_cases
from tests.support.error_texts import sample
from tests.support.task_states import source

TITLES = {
    "ci_commands": [
        "1: TS2322: Type 'string' is not assignable to type 'number'.",
        "1: syntax error: mapping values are not allowed here (syntax)",
        "1: core.py:1:8: F401 `os` imported but unused",
        "1: ##[error]The operation was canceled.",
        "1: Unexpected console statement",
        "1: ##[warning]Node.js 16 actions are deprecated.",
        '1: missing document start "---" (document-start)',
    ],
    "docker_json": [
        "1: ValueError: bad",
        "1: ERROR: could not reach db",
    ],
    "go_build_json": [
        '1: "os" imported and not used',
        "1: not enough return values",
        '1: cannot use "s" (untyped string constant) as int value in variable declaration',
        "1: declared and not used: y",
        "1: t.foo undefined (type T has no field or method foo)",
        "1: undefined: undefined1",
    ],
    "go_test_json": [
        "1: panic: runtime error: integer divide by zero",
        '2: FAIL: unexpected error: get "a": not found',
        "1: FAIL: Div(4,2) = 2, want 3",
        "1: FAIL: just a log",
    ],
    "go_test_v": [
        '2: FAIL: unexpected error: get "a": not found',
        "1: FAIL: Div(4,2) = 2, want 3",
        "1: FAIL: just a log",
    ],
    "go_vet_types": [
        "1: not enough return values",
        "1: declared and not used: y",
    ],
    "gradle": [
        "1: org.opentest4j.AssertionFailedError: quotient ==> expected: <3> but was: <2>",
        "1: java.lang.ArithmeticException",
    ],
    "gradle_dep": [
        "1: Could not resolve all files for configuration ':compileClasspath'. > Could not find com.acme:nope:1…",
    ],
    "java_many": [
        "1: java.lang.Exception: outer",
        "1: java.lang.ClassCastException: class java.lang.String cannot be cast to class java.lang.Integer (jav…",
        "1: java.lang.StackOverflowError",
        "1: java.lang.ArrayIndexOutOfBoundsException: Index 3 out of bounds for length 1",
        "1: java.lang.RuntimeException: bad request",
        '1: java.util.concurrent.ExecutionException: java.lang.NullPointerException: Cannot invoke "java.util.M…',
    ],
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
    "make_keep_going": [
        "1: implicit-function-declaration: implicit declaration of function ‘baz’",
        "1: cc1: fatal error: nofile.c: No such file or directory",
    ],
    "make_norule": [
        "1: make: *** No rule to make target 'nothing'. Stop.",
    ],
    "mocha": [
        "1: AssertionError: Expected values to be strictly equal:",
        "1: AssertionError: Expected values to be strictly deep-equal:",
        "1: TypeError: boom",
        "1: Error: async boom",
        "1: Error: hook failed",
    ],
    "mvn_compile": [
        "1: cannot find symbol",
        "1: WARNING: Using platform encoding (UTF-8 actually) to copy filtered resources, i.e. build is platfor…",
        "1: WARNING: File encoding has not been set, using platform encoding UTF-8, i.e. build is platform depe…",
    ],
    "mvn_dep": [
        "1: Failed to execute goal on project shop: Could not resolve dependencies for project x:shop:jar:1: Ca…",
        "1: WARNING: The POM for com.acme:nope:jar:9 is missing, no dependency information available",
    ],
    "mvn_test": [
        "1: java.lang.ArithmeticException: / by zero",
        "1: org.opentest4j.AssertionFailedError: line one line two ==> expected: <true> but was: <false>",
        "1: org.opentest4j.AssertionFailedError: quotient ==> expected: <3> but was: <2>",
        "2: WARNING: Using platform encoding (UTF-8 actually) to copy filtered resources, i.e. build is platfor…",
    ],
    "mypy_pretty": [
        '1: return-value: Incompatible return value type (got "float", expected "int")',
        '1: assignment: Incompatible types in assignment (expression has type "str", variable has type "int")',
    ],
    "node_agg": [
        "1: AggregateError: many",
    ],
    "node_cause": [
        "1: Error: outer",
    ],
    "npm_eresolve": [
        "1: ERESOLVE: ERESOLVE unable to resolve dependency tree",
    ],
    "pyright": [
        '1: Type "float" is not assignable to return type "int"',
        '3: reportUnusedImport: Import "os" is not accessed',
        "2: reportUnknownParameterType: Return type is unknown",
        '1: reportDeprecated: This type is deprecated as of Python 3.9; use "list" instead',
        '1: reportUnknownParameterType: Type of parameter "k" is unknown',
        '1: reportMissingParameterType: Type annotation is missing for parameter "k"',
        "1: reportUnknownVariableType: Return type is unknown",
    ],
    "pytest_lines": [
        "1: SyntaxError: invalid syntax",
        "1: ValueError: no config for a",
        "1: AssertionError: assert {'a': 1, 'b': [1, 2]} == {'a': 1, 'b': [1, 3]}",
        "1: AssertionError: assert 'line one\\nline two' == 'line one\\nline 2'",
        "1: Failed: DID NOT RAISE KeyError",
        "1: AssertionError: assert [0, 1, 2, 3, 4, 5, ...] == [49, 48, 47, 46, 45, 44, ...]",
    ],
    "python_mp": [
        "1: ZeroDivisionError: integer division or modulo by zero",
    ],
    "python_sqlalchemy": [
        '1: sqlalchemy.exc.ProgrammingError: (psycopg2.errors.UndefinedColumn) column "nope" does not exist',
    ],
    "python_thread": [
        "1: RuntimeError: in thread",
        "1: ValueError: in del",
        "1: OSError: never retrieved",
        "1: KeyError: 'k'",
    ],
    "sbt": [
        "1: type mismatch;",
        "1: not found: value nope",
        "1: unused import",
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
"""By sample: the cases, the weightiest first, with how often each occurs."""


@pytest.mark.parametrize("name", TITLES)
def test_every_error_is_a_case_by_its_own_words(name: str):
    """None is lost, none is told twice, and no line of an error is another error."""
    cases = find_cases([source(0, sample(name), f"{name}.txt")])
    assert [f"{case.count}: {case.title}" for case in cases] == TITLES[name]
