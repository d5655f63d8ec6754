"""Equal errors as one case: what they have in common, how they are counted, and how they are ordered."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.strategies.failures.cases import Case, find_cases
from service.strategies.failures.findings import Severity
from service.strategies.failures.scanning import scan
from service.strategies.failures.signatures import signature, skeleton
from tests.support.error_texts import NAMES, sample
from tests.support.task_states import source

NEXT = str.maketrans("0123456789", "1234567891")


def cases(*texts: str) -> list[Case]:
    """The cases in the texts."""
    return find_cases([source(number, text, f"log{number}.txt") for number, text in enumerate(texts)])


def log(*messages: str) -> str:
    """A log with an error for each message."""
    return "".join(f"2026-03-01 10:00:{i % 60:02} ERROR shop: {message}\n" for i, message in enumerate(messages))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("took 12.5 ms", "took 3 s"),
        ("at 0x7f3a2c10", "at 0x55d0"),
        ("id 123e4567-e89b-12d3-a456-426614174000", "id 00000000-0000-0000-0000-000000000000"),
        ("open /srv/a/data.db", "open C:\\other\\data.db"),
        ("user 'ann' is gone", "user 'bob' is gone"),
        ("since 2026-03-01T10:00:00Z", "since 2026-04-02 11:12:13.456"),
        ("commit deadbee1f", "commit 0badf00d1"),
        ("peer 10.0.0.1:80", "peer 192.168.7.20:8443"),
        ("shape (3, 4)", "shape (3, 4, 5)"),
        ("get https://a.example/x?y=1", "get http://b.example/"),
        ("worker-3 of pool7", "worker-14 of pool8"),
    ],
)
def test_values_are_set_aside(one: str, other: str):
    """Messages that differ in their values alone have one skeleton."""
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(("one", "other"), [("disk full", "disk gone"), ("in a.db", "in b.db"), ("can't x", "can't y")])
def test_words_are_kept(one: str, other: str):
    """Messages of other words, and of other files, are others."""
    assert skeleton(one) != skeleton(other)


def signatures(text: str) -> list[object]:
    """The signatures of the errors in a text."""
    return [signature(finding) for _, finding in scan(text)]


@pytest.mark.parametrize("name", ["python_chained", "python_logged", "gcc", "java", "node", "go_panic", "tsc"])
def test_mutated_sample_has_the_same_signatures(name: str):
    """Other numbers of the same length, other addresses and folders: the same errors."""
    text = sample(name)
    mutated = re.sub(r"/srv/shop/", "/home/other/work/", text)
    mutated = re.sub(r"0x[0-9a-f]+", "0xdeadbeef", mutated)
    mutated = re.sub(r"(?<=[:( ])\d+(?=[:),\s])", lambda match: match[0].translate(NEXT), mutated)
    assert mutated != text
    assert signatures(mutated) == signatures(text)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("python_chained", "ValueError", "TypeError"),
        ("java", "java.lang.IllegalStateException", "com.acme.Closed"),
        ("node", "Error: no name", "RangeError: no name"),
        ("rustc", "E0308", "E0309"),
        ("pytest_long", "KeyError", "IndexError"),
        ("tsc", "TS2322", "TS2323"),
    ],
)
def test_another_class_is_another_error(name: str, old: str, new: str):
    """The class of an error, or its code, is no value."""
    text = sample(name)
    assert set(signatures(text.replace(old, new))) != set(signatures(text))


def test_another_function_is_another_error():
    """The same exception out of another function is another case."""
    text = sample("python_logged")
    assert len(cases(text, text.replace("in work", "in rest"))) == len(cases(text)) + 1


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=30))
def test_grouping_does_not_depend_on_numbers(numbers: list[int]):
    """Whatever the numbers, addresses and times are, it is one case with all occurrences."""
    text = "".join(
        f"2026-03-{n % 28 + 1:02}T{n % 24:02}:00:00Z ERROR job {n} at {hex(n)} failed after {n} ms\n" for n in numbers
    )
    (case,) = cases(text)
    assert case.count == len(numbers)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(NAMES), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_counts_add_up(names: list[str], random):
    """Every occurrence is in one case; the order of cases is that of weight, warnings last."""
    random.shuffle(names)
    texts = [sample(name) for name in names]
    found = cases(*texts)
    assert sum(case.count for case in found) == sum(len(signatures(text)) for text in texts)
    ranks = [(case.severity is Severity.WARNING, -case.weight) for case in found]
    assert ranks == sorted(ranks)
    assert all(1 <= len(case.samples) <= 3 for case in found)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(st.text(max_size=40), st.sampled_from(sample("python_logged").split("\n"))), max_size=30))
def test_samples_are_inside_their_source(lines: list[str]):
    """A sample is characters of its source, whatever the source is."""
    text = "\n".join(lines)
    for case in cases(text):
        for one in case.samples:
            assert 0 <= one.start <= one.end <= len(text)
            assert one.line == text.count("\n", 0, one.start) + 1


def test_case_has_first_and_last_and_distinct_samples():
    """Three samples that differ, the first and the last place with their times."""
    (case,) = cases(log("job 1 failed", "job 1 failed"), log("job 2 failed", "job 3 failed", "job 4 failed"))
    assert str(case.first) == "log0.txt, line 1 (2026-03-01 10:00:00)"
    assert str(case.last) == "log1.txt, line 3 (2026-03-01 10:00:02)"
    assert [(one.source, one.line) for one in case.samples] == [("log0.txt", 1), ("log1.txt", 1), ("log1.txt", 2)]


def test_a_crash_weighs_more_than_many_warnings_and_than_some_errors():
    """One exception that ends the process is above a hundred errors; warnings are last, however many."""
    warnings = "2026-03-01 10:00:00 WARNING shop: queue is full\n" * 5000
    found = cases(warnings + log(*["no card"] * 100) + "done\n" + sample("python_chained"))
    assert [case.title.partition(":")[0] for case in found] == ["ValueError", "ERROR", "WARNING"]


def test_very_many_errors_outweigh_one_crash():
    """An error that fills the log is what a person would look at first."""
    found = cases(sample("python_chained") + log(*["no card"] * 2000))
    assert [case.count for case in found] == [2000, 1]


def test_program_code_is_not_read_for_errors():
    """A source with the name of a program is quoted, not searched; alone it is searched for known forms only."""
    code = 'ERROR: int = 3  # error: failed\nlog("fatal error: gone")\n'
    sources = [source(0, code, "app.py"), source(1, log("no card"), "app.log")]
    assert [case.kind for case in find_cases(sources)] == ["log ERROR"]
    assert find_cases(sources[:1]) == []
    assert [case.kind for case in find_cases([source(0, sample("java"), "Out.java")])] == []
    assert [case.kind for case in find_cases([source(0, sample("python_deep"), "out.py")])] == ["Python exception"]


def test_items_of_a_list_are_errors_as_a_whole():
    """A short item that nothing else is known of is an error; equal ones are one case."""
    texts = ["Printer 3 on fire", "Printer 4 on fire", "The door is stuck", "2026-03-01 10:00:00 INFO fine"]
    found = find_cases([source(i, text, f"item {i + 1}") for i, text in enumerate(texts)])
    assert [(case.title, case.count) for case in found] == [("Printer 3 on fire", 2), ("The door is stuck", 1)]


def test_so_many_different_errors_are_told_apart_within_a_bound():
    """When every line is another error, what is beyond the bound is counted together."""
    letters = "abcdefghij"
    words = ["".join(letters[int(digit)] for digit in f"{number:05}") for number in range(5200)]
    found = cases(log(*words))
    assert len(found) == 5001
    assert sum(case.count for case in found) == 5200
