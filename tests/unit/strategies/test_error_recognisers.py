"""What is recognised in the outputs of real tools, and in texts that hold no error."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.strategies.failures.findings import Finding
from service.strategies.failures.scanning import scan
from tests.support.error_texts import NAMES, sample

EXPECTED = {
    "cargo_test": [
        "Rust warning||WARNING|2-8",
        "Rust panic|panic|FAILURE|23-42",
        "Rust panic|panic|FAILURE|46-67",
    ],
    "ci_commands": [
        "Python error||FAILURE|2-2",
        "TypeScript warning||WARNING|3-3",
        "TypeScript error|TS2322|FATAL|5-5",
        "Other error||ERROR|6-6",
        "Other warning||WARNING|7-7",
        "Compiler warning||WARNING|9-9",
        "Compiler error||FATAL|10-10",
    ],
    "ci_stamped": [
        "C/C++ error||FATAL|1-5",
        "C/C++ warning|int-conversion|WARNING|6-9",
    ],
    "docker_compose": [
        "Python exception|ValueError|FATAL|1-33",
    ],
    "docker_json": [
        "Python exception|ValueError|FATAL|1-4",
        "log ERROR|ERROR|ERROR|6-6",
    ],
    "eslint": [
        "ESLint error|no-unused-vars|FAILURE|1-2",
        "ESLint error|no-unused-vars|FAILURE|3-3",
        "ESLint error|eqeqeq|FAILURE|4-4",
        "ESLint warning|no-console|WARNING|5-5",
        "ESLint error|semi|FAILURE|6-6",
        "ESLint error|no-undef|FAILURE|7-7",
        "ESLint error|semi|FAILURE|8-8",
    ],
    "eslint_unix": [
        "ESLint error|no-unused-vars|FAILURE|1-1",
        "ESLint error|no-unused-vars|FAILURE|2-2",
        "ESLint error|eqeqeq|FAILURE|3-3",
        "ESLint warning|no-console|WARNING|4-4",
        "ESLint error|semi|FAILURE|5-5",
        "ESLint error|no-undef|FAILURE|6-6",
        "ESLint error|semi|FAILURE|7-7",
    ],
    "gcc": [
        "C/C++ error||FATAL|1-5",
        "C/C++ warning|int-conversion|WARNING|6-9",
        "C/C++ warning|format=|WARNING|10-16",
        "C/C++ warning|implicit-function-declaration|WARNING|17-19",
        "C/C++ error||FATAL|20-23",
        "C/C++ warning|unused-variable|WARNING|24-26",
        "C/C++ warning|return-type|WARNING|27-30",
        "C/C++ warning|unused-function|WARNING|31-34",
    ],
    "go_build": [
        "Go error||FATAL|2-2",
        "Go error||FATAL|3-3",
        "Go error||FATAL|4-4",
        "Go error||FATAL|5-5",
    ],
    "go_build_json": [
        "Go error||FATAL|2-2",
        "Go error||FATAL|3-5",
        "Go error||FATAL|6-6",
        "Go error||FATAL|7-7",
        "Go error||FATAL|8-8",
        "Go error||FATAL|9-9",
    ],
    "go_panic": [
        "Go panic|panic|FATAL|2-11",
    ],
    "go_test": [
        "Go test failure|FAIL|FAILURE|1-2",
        "Go test failure|FAIL|FAILURE|3-4",
        "Go panic|panic|FATAL|6-22",
    ],
    "go_test_json": [
        "Go test failure|FAIL|FAILURE|4-5",
        "Go test failure|FAIL|FAILURE|11-14",
        "Go test failure|FAIL|FAILURE|18-21",
        "Go test failure|FAIL|FAILURE|27-28",
        "Go panic|panic|FATAL|42-58",
    ],
    "go_test_v": [
        "Go test failure|FAIL|FAILURE|2-3",
        "Go test failure|FAIL|FAILURE|6-14",
        "Go test failure|FAIL|FAILURE|10-15",
        "Go test failure|FAIL|FAILURE|17-18",
    ],
    "go_vet": [
        "Go error||FATAL|3-3",
    ],
    "go_vet_types": [
        "Go error||FATAL|3-5",
        "Go error||FATAL|6-6",
    ],
    "gradle": [
        "Java test failure|org.opentest4j.AssertionFailedError|FAILURE|4-6",
        "Java test failure|java.lang.ArithmeticException|FAILURE|8-9",
    ],
    "gradle_dep": [
        "Gradle failure||FATAL|4-9",
    ],
    "java": [
        "Java exception|java.lang.IllegalStateException|FATAL|1-14",
    ],
    "java_many": [
        "Java exception|java.lang.Exception|FATAL|2-14",
        "Java exception|java.lang.RuntimeException|ERROR|16-18",
        "Java exception|java.util.concurrent.ExecutionException|WARNING|21-32",
        "Java exception|java.lang.ClassCastException|FATAL|33-35",
        "Java exception|java.lang.StackOverflowError|FATAL|36-41",
        "Java exception|java.lang.ArrayIndexOutOfBoundsException|FATAL|42-43",
    ],
    "javac": [
        "Java error||FATAL|1-3",
        "Java error||FATAL|4-8",
        "Java error||FATAL|9-13",
    ],
    "jest": [
        "Jest failure||FAILURE|2-17",
        "Jest failure||FAILURE|19-43",
        "Jest failure|TypeError|FAILURE|45-56",
        "Jest failure||FAILURE|58-71",
        "Jest failure||FAILURE|73-94",
        "Jest failure||FAILURE|96-119",
        "Jest failure||FAILURE|122-132",
    ],
    "jest_coloured": [
        "Jest failure||FAILURE|2-17",
        "Jest failure||FAILURE|19-43",
        "Jest failure|TypeError|FAILURE|45-56",
        "Jest failure||FAILURE|58-71",
        "Jest failure||FAILURE|73-94",
        "Jest failure||FAILURE|96-119",
        "Jest failure||FAILURE|122-132",
    ],
    "json_mixed": [
        "log ERROR|CardError|ERROR|2-2",
        "Java exception|java.io.IOException|ERROR|3-3",
        "Python exception|RuntimeError|ERROR|4-4",
        "log ERROR|shop|ERROR|6-6",
        "log WARN|WARN|WARNING|7-7",
    ],
    "json_pino": [
        "JavaScript exception|TypeError|ERROR|2-2",
        "JavaScript exception|TypeError|ERROR|4-4",
        "JavaScript exception|TypeError|ERROR|6-6",
        "JavaScript exception|TypeError|ERROR|8-8",
        "log WARNING|WARNING|WARNING|9-9",
        "log FATAL|FATAL|FATAL|10-10",
    ],
    "log_java": [
        "Java exception|java.lang.IllegalArgumentException|ERROR|2-6",
        "Java exception|java.lang.IllegalArgumentException|ERROR|7-11",
        "log WARN|WARN|WARNING|12-12",
    ],
    "log_syslog": [
        "Other error||SUSPECT|2-2",
        "Other error||SUSPECT|3-3",
        "Other error||ERROR|4-4",
        "log ERROR|ERROR|ERROR|6-6",
        "log ERROR|ERROR|ERROR|7-7",
        "log ERROR|ERROR|ERROR|8-8",
        "log ERROR|ERROR|ERROR|10-10",
        "log ERROR|ERROR|ERROR|12-12",
    ],
    "make": [
        "Linker error||FATAL|2-3",
    ],
    "make_keep_going": [
        "C/C++ error|implicit-function-declaration|FATAL|2-5",
        "Other error||ERROR|11-11",
    ],
    "make_norule": [
        "Other error||ERROR|1-1",
    ],
    "mocha": [
        "Mocha failure|AssertionError|FAILURE|15-28",
        "Mocha failure|AssertionError|FAILURE|30-50",
        "Mocha failure|TypeError|FAILURE|52-56",
        "Mocha failure|Error|FAILURE|58-62",
        "Mocha failure|Error|FAILURE|64-69",
    ],
    "mvn_compile": [
        "log WARNING|WARNING|WARNING|8-8",
        "log WARNING|WARNING|WARNING|13-13",
        "Java error||FATAL|18-20",
    ],
    "mvn_dep": [
        "log WARNING|WARNING|WARNING|6-6",
        "Maven failure||FATAL|13-19",
    ],
    "mvn_test": [
        "log WARNING|WARNING|WARNING|8-8",
        "log WARNING|WARNING|WARNING|15-15",
        "Java test failure|java.lang.ArithmeticException|FAILURE|29-35",
        "Java test failure|org.opentest4j.AssertionFailedError|FAILURE|37-49",
        "Java test failure|org.opentest4j.AssertionFailedError|FAILURE|51-61",
    ],
    "mypy_pretty": [
        "Python error|return-value|FAILURE|1-4",
        "Python error|assignment|FAILURE|5-8",
    ],
    "node": [
        "JavaScript exception|Error|FATAL|1-19",
    ],
    "node_agg": [
        "JavaScript exception|AggregateError|FATAL|1-31",
    ],
    "node_cause": [
        "JavaScript exception|Error|FATAL|1-19",
    ],
    "npm_eresolve": [
        "npm failure|ERESOLVE|FATAL|1-19",
    ],
    "pyright": [
        "Python warning|reportUnusedImport|WARNING|2-2",
        "Python warning|reportUnusedImport|WARNING|3-3",
        "Python warning|reportDeprecated|WARNING|4-4",
        "Python warning|reportUnusedImport|WARNING|5-5",
        "Python error||FAILURE|6-7",
        "Python warning|reportUnknownParameterType|WARNING|8-8",
        "Python warning|reportUnknownParameterType|WARNING|9-9",
        "Python warning|reportMissingParameterType|WARNING|10-10",
        "Python warning|reportUnknownVariableType|WARNING|11-11",
        "Python warning|reportUnknownParameterType|WARNING|12-12",
    ],
    "pytest_collect": [
        "pytest failure|ModuleNotFoundError|FAILURE|7-16",
    ],
    "pytest_lines": [
        "pytest failure|SyntaxError|FAILURE|10-37",
        "pytest failure|ValueError|FAILURE|39-54",
        "pytest failure|AssertionError|FAILURE|55-64",
        "pytest failure|AssertionError|FAILURE|65-73",
        "pytest failure|Failed|FAILURE|74-77",
        "pytest failure|AssertionError|FAILURE|78-85",
    ],
    "pytest_long": [
        "pytest failure|ConnectionRefusedError|FAILURE|9-16",
        "pytest failure|AssertionError|FAILURE|18-25",
        "pytest failure|KeyError|FAILURE|26-47",
        "pytest failure|KeyError|FAILURE|48-69",
        "pytest failure|ValueError|FAILURE|70-99",
        "Python warning|DeprecationWarning|WARNING|102-103",
    ],
    "pytest_no": [
        "Python warning|DeprecationWarning|WARNING|4-5",
        "pytest failure|FAILED|FAILURE|9-9",
        "pytest failure|KeyError|FAILURE|10-10",
        "pytest failure|KeyError|FAILURE|11-11",
        "pytest failure|ValueError|FAILURE|12-12",
        "pytest failure|ConnectionRefusedError|FAILURE|13-13",
    ],
    "pytest_short": [
        "pytest failure|ConnectionRefusedError|FAILURE|14-17",
        "pytest failure|AssertionError|FAILURE|19-23",
        "pytest failure|KeyError|FAILURE|24-32",
        "pytest failure|KeyError|FAILURE|33-41",
        "pytest failure|ValueError|FAILURE|42-53",
        "Python warning|DeprecationWarning|WARNING|56-57",
    ],
    "python_broken": [
        "Python exception|SyntaxError|FATAL|1-4",
    ],
    "python_chained": [
        "Python exception|ValueError|FATAL|1-25",
    ],
    "python_deep": [
        "Python exception|RecursionError|FATAL|1-14",
    ],
    "python_group": [
        "Python exception|ExceptionGroup|FATAL|1-22",
    ],
    "python_logged": [
        "Python exception|ZeroDivisionError|ERROR|3-10",
        "Python exception|ZeroDivisionError|ERROR|13-20",
        "log WARNING|WARNING|WARNING|21-21",
        "log CRITICAL|CRITICAL|FATAL|22-22",
    ],
    "python_mp": [
        "Python exception|ZeroDivisionError|FATAL|3-23",
    ],
    "python_sqlalchemy": [
        "Python exception|sqlalchemy.exc.ProgrammingError|FATAL|2-26",
    ],
    "python_thread": [
        "Python exception|RuntimeError|FATAL|1-8",
        "Python exception|ValueError|FATAL|9-12",
        "Python exception|OSError|FATAL|13-17",
        "Python exception|KeyError|FATAL|18-20",
    ],
    "ruff": [
        "Linter error|F401|FAILURE|1-12",
        "Linter error|F401|FAILURE|14-25",
        "Linter error|F821|FAILURE|27-32",
    ],
    "ruff_concise": [
        "Python error|F401|FAILURE|1-1",
        "Python error|F401|FAILURE|2-2",
        "Python error|F821|FAILURE|3-3",
    ],
    "rust_panic": [
        "Rust warning||WARNING|1-7",
        "Rust panic|panic|FATAL|10-27",
    ],
    "rustc": [
        "Rust warning||WARNING|1-7",
        "Rust error|E0308|FATAL|11-17",
        "Rust error|E0425|FATAL|19-23",
    ],
    "rustc_short": [
        "Rust warning||WARNING|1-7",
        "Rust error|E0308|FATAL|11-11",
        "Rust error|E0425|FATAL|12-12",
    ],
    "sbt": [
        "Scala error||FATAL|2-6",
        "Scala error||FATAL|7-9",
        "Scala warning||WARNING|10-10",
    ],
    "syslog_traceback": [
        "Python exception|RecursionError|FATAL|1-14",
    ],
    "tap_node": [
        "Test failure|AssertionError|FAILURE|3-27",
        "Test failure|TypeError|FAILURE|29-45",
    ],
    "tap_perl": [
        "Test failure||FAILURE|3-7",
    ],
    "tsc": [
        "TypeScript error|TS2322|FATAL|1-1",
        "TypeScript error|TS2322|FATAL|2-2",
        "TypeScript error|TS2554|FATAL|3-3",
    ],
    "tsc_pretty": [
        "TypeScript error|TS2322|FATAL|1-8",
        "TypeScript error|TS2322|FATAL|10-13",
        "TypeScript error|TS2554|FATAL|15-18",
    ],
    "unittest": [
        "unittest failure|KeyError|FAILURE|10-19",
        "unittest failure|AssertionError|FAILURE|22-27",
        "unittest failure|AssertionError|FAILURE|30-35",
        "unittest failure|AssertionError|FAILURE|38-43",
    ],
    "vitest": [
        "Vitest failure|Error|FAILURE|17-22",
        "Vitest failure|AssertionError|FAILURE|29-44",
        "Vitest failure|AssertionError|FAILURE|48-69",
        "Vitest failure|TypeError|FAILURE|73-81",
        "Vitest failure|Error|FAILURE|85-94",
        "Vitest failure|Error|FAILURE|98-107",
        "Vitest failure|Error|FAILURE|111-122",
    ],
}
"""By sample: kind, class or code, severity, and the lines of each error."""


def findings(text: str) -> list[Finding]:
    """The errors in a text."""
    return [finding for _, finding in scan(text)]


def shown(text: str) -> list[str]:
    """The errors in a text in short."""
    return [
        f"{found.kind}|{found.name}|{found.severity.name}|{found.first + 1}-{found.last + 1}"
        for found in findings(text)
    ]


@pytest.mark.parametrize("name", NAMES)
def test_output_of_a_tool_is_recognised(name: str):
    """Each error once, with its class, how bad it is, and all of its lines."""
    assert shown(sample(name)) == EXPECTED[name]


def test_chained_traceback_knows_its_causes():
    """The last exception is the error; those before it are behind it; frames go from the innermost out."""
    (found,) = findings(sample("python_chained"))
    assert (found.name, found.causes) == ("ValueError", ("KeyError", "ConfigError"))
    assert [(frame.path, frame.line, frame.function) for frame in found.frames[:2]] == [
        ("/srv/shop/chained.py", 19, "load"),
        ("/srv/shop/chained.py", 22, "<module>"),
    ]


def test_exception_group_knows_what_is_in_it():
    """The group is the error, the exceptions in it are behind it."""
    (found,) = findings(sample("python_group"))
    assert (found.name, found.causes) == ("ExceptionGroup", ("ConnectionError", "ValueError"))


def test_traceback_below_a_log_line_is_one_error_with_its_time():
    """The line says how bad it is and when it was; the trace says what it was."""
    first = findings(sample("python_logged"))[0]
    assert (first.name, first.time) == ("ZeroDivisionError", "2026-11-23 16:21:43,192")


def test_java_frames_have_paths():
    """A frame's file is looked for in its package; causes and suppressed exceptions are behind the error."""
    (found,) = findings(sample("java"))
    assert (found.frames[0].path, found.frames[0].line) == ("com/acme/Shop.java", 18)
    assert found.causes == ("java.lang.NumberFormatException", "java.lang.IllegalArgumentException")


def test_stack_in_a_json_record_is_read():
    """A stack within a field is as good as one in the log itself."""
    first = findings(sample("json_pino"))[0]
    assert (first.frames[0].function, first.time) == ("charge", "1767261601500")


def test_mixed_text_has_all_its_errors():
    """Outputs of many tools one after another, harmless lines in between: each sample's errors are found."""
    names = ["python_chained", "gcc", "java", "tsc", "go_panic", "json_mixed", "unittest", "rustc", "log_java"]
    harmless = "\nStep {} done\n2026-03-01 10:00:00 INFO no error here, 0 failed\n\n"
    text = "".join(sample(name) + harmless.format(number) for number, name in enumerate(names))
    kinds = [row.rpartition("|")[0] for name in names for row in EXPECTED[name]]
    assert [row.rpartition("|")[0] for row in shown(text)] == kinds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "All 12 tests passed, 0 failed, no errors.",
        "2026-03-01 10:00:00 INFO retry after error: timed out",
        "============ 12 passed in 0.31s ============",
        "0 errors, 0 warnings\nFound 0 errors",
        "test_error_handler.py::test_failure_is_told PASSED   [ 50%]",
        'def fail():\n    raise ValueError("no error")\n\nERROR = "error"\n',
        '{"level": "info", "msg": "error rate is 0", "error": null}',
    ],
)
def test_harmless_text_has_no_error(text: str):
    """Words alone are no error."""
    assert findings(text) == []


def test_failed_build_counts_only_where_nothing_else_is_told():
    """`make` says that something failed: that is an error only when the text does not say what."""
    rumour = "make: *** [Makefile:3: link] Error 1\n"
    assert [found.kind for found in findings(rumour)] == ["Failed build"]
    assert [found.kind for found in findings(sample("make"))] == ["Linker error"]


FORMS = {
    "traceback that is cut off": (
        'Traceback (most recent call last):\n  File "a.py", line 3, in f\n    g()\n',
        "Python exception|Traceback|FATAL|1-3",
    ),
    "traceback whose header alone has a prefix": (
        'ERROR:root:oh Traceback (most recent call last):\n  File "a.py", line 3, in f\n    g()\nKeyError: 3\nfine\n',
        "Python exception|KeyError|ERROR|1-4",
    ),
    "traceback between lines of others": (
        "Traceback (most recent call last):\n"
        '  File "a.py", line 3, in f\n2026-03-01 10:00:00 INFO other\n    g()\nKeyError: 3\n',
        "Python exception|KeyError|FATAL|1-5",
    ),
    "syntax error in an indented report": (
        '     File "a.py", line 3\n       x = (\n           ^\n   SyntaxError: never closed\n',
        "Python exception|SyntaxError|FATAL|1-4",
    ),
    "Java behind a prefix": (
        "app_1  | java.lang.IllegalStateException: no\napp_1  | \tat a.B.c(B.java:3)\n",
        "Java exception|java.lang.IllegalStateException|FATAL|1-2",
    ),
    "Java below a log line that is its header": (
        "2026-03-01 10:00:00 ERROR a.B - failed: java.lang.Error: no\n\tat a.B.c(B.java:3)\n",
        "Java exception|java.lang.Error|ERROR|1-2",
    ),
    ".NET": (
        "Unhandled exception. System.InvalidOperationException: no\n   at A.B.C(String s) in /srv/a/B.cs:line 12\n",
        ".NET exception|System.InvalidOperationException|FATAL|1-2",
    ),
    "frames without a class": (
        "it went wrong\n    at f (/srv/a.js:1:2)\n",
        "JavaScript exception|Error|FATAL|1-2",
    ),
    "panic of a server": (
        "2026/03/01 10:00:00 http: panic serving 10.0.0.1:5: oh\n"
        "goroutine 7 [running]:\nmain.f()\n\t/srv/a.go:3 +0x1\n",
        "Go panic|panic|ERROR|1-4",
    ),
    "go test with its output above": (
        "=== RUN   TestA\n    a_test.go:3: no\n--- FAIL: TestA (0.00s)\nFAIL\n",
        "Go test failure|FAIL|FAILURE|2-3",
    ),
    "failed go test that says nothing": (
        "--- FAIL: TestA (0.00s)\nFAIL\n",
        "Go test failure|FAIL|FAILURE|1-1",
    ),
    "panic in the older form": (
        "thread 'main' panicked at 'no', src/main.rs:4:5\nnote: run with `RUST_BACKTRACE=1`\n",
        "Rust panic|panic|FATAL|1-2",
    ),
    "failed cargo test of which no more is told": (
        "test tests::a ... FAILED\ntest tests::b ... ok\n",
        "Rust test failure|FAILED|FAILURE|1-1",
    ),
    "clang": (
        "a.c:3:5: error: use of undeclared identifier 'x'\n    x = 1;\n    ^\n1 error generated.\n",
        "C/C++ error||FATAL|1-3",
    ),
    "Microsoft's compiler": (
        "C:\\a\\b.cpp(3,5): error C2065: 'x': undeclared identifier\n",
        "C/C++ error|C2065|FATAL|1-1",
    ),
    "mypy": ("a.py:3: error: Name 'x' is not defined  [name-defined]\n", "Python error|name-defined|FAILURE|1-1"),
    "tsc without a file": ("error TS18003: No inputs were found.\n", "TypeScript error|TS18003|FATAL|1-1"),
    "pytest in its native style": (
        "____ test_a ____\nTraceback (most recent call last):\n"
        '  File "a.py", line 3, in test_a\n    g()\nKeyError: 3\n=== 1 failed in 0.1s ===\n',
        "pytest failure|KeyError|FAILURE|1-5",
    ),
    "pytest's progress alone": (
        "a/test_b.py::test_c FAILED      [ 50%]\na/test_b.py::test_d PASSED [100%]\n",
        "pytest failure|FAILED|FAILURE|1-1",
    ),
    "unittest without a traceback": (
        "=" * 70 + "\nERROR: test_a (b.C.test_a)\n" + "-" * 70 + "\nno\n",
        "unittest failure|ERROR|FAILURE|2-2",
    ),
    "only the total of tests": ("FAILED (failures=3)\n", "Failed tests||FAILURE|1-1"),
}
"""Text and the one error in it."""


@pytest.mark.parametrize("form", FORMS)
def test_form_is_recognised(form: str):
    """Forms that the stored outputs do not have."""
    text, expected = FORMS[form]
    assert shown(text) == [expected]


@pytest.mark.parametrize(
    ("line", "severity"),
    [
        ("app.rb:3:in `f': boom (RuntimeError)", "ERROR"),
        ("terminate called after throwing an instance of 'std::runtime_error'", "ERROR"),
        ("Segmentation fault (core dumped)", "ERROR"),
        ("==12==ERROR: AddressSanitizer: heap-use-after-free on address 0x60", "FATAL"),
        ("bash: foo: command not found", "ERROR"),
        ("error: none of the hosts answers", "ERROR"),
        ("the value passed to f is invalid", "SUSPECT"),
        ("could not connect to the database", "SUSPECT"),
        ("npm warn deprecated glob@7", "WARNING"),
    ],
)
def test_line_of_no_known_form_is_an_error_by_its_words(line: str, severity: str):
    """Everything else is recognised by what it says."""
    assert [found.severity.name for found in findings(f"step 1\n{line}\nstep 2\n")] == [severity]


LINES = st.sampled_from(
    [line for name in NAMES for line in sample(name).split("\n")]
    + ["", " ", "error", "\tat x(y)", "___ a ___", "===", "{", '{"level":"error"}', "\x1b[31merror\x1b[0m", "\r"]
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(st.text(), st.lists(LINES, max_size=60).map("\n".join)))
def test_no_text_is_too_odd(text: str):
    """Whatever is read, nothing is raised, and every error is on lines of the text, the first not after the last."""
    for lines, found in scan(text):
        assert 0 <= found.first <= found.last < len(lines)
        assert 0 <= lines.start(found.first) <= lines.end(found.last) <= len(text)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(NAMES), st.integers(2, 5))
def test_a_text_twice_has_its_errors_twice(name: str, times: int):
    """What was found does not depend on what stands above it, but for what is only reported once."""
    rows = [row for row in EXPECTED[name] if name != "pytest_no" or "warning" in row]
    again = [row for row in shown((sample(name) + "\n") * times) if name != "pytest_no" or "warning" in row]
    assert [row.rpartition("|")[0] for row in again] == [row.rpartition("|")[0] for row in rows] * times
