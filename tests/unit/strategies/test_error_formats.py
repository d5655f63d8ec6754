"""Reports that are cut off, broken, hostile, or stand among other things: still the best cases, never an exception."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.strategies.failures.cases import find_cases
from service.strategies.failures.documents.json_text import decoded, elements
from service.strategies.failures.scanning import scan
from tests.support.task_states import source
from tests.unit.strategies.test_error_reports import NAMES, report, shown


def titles(text: str) -> list[str]:
    """The titles of the cases in a text."""
    return [case.title for case in find_cases([source(1, text)])]


def test_report_that_is_cut_off_has_what_stands_before():
    """The test in which it ends too, as far as it goes."""
    text = report("junit_fail.xml")
    assert titles(text[: text.index("_ _ _ _")]) == ["AssertionError: assert 3 == 4", "KeyError: 'sku'"]
    assert titles(text[: text.index('<failure message="KeyError')]) == ["AssertionError: assert 3 == 4"]


@pytest.mark.parametrize("cut", range(60, 1180, 40))
def test_sarif_that_is_cut_anywhere_costs_only_what_is_missing(cut: int):
    """Results that are whole are read, and nothing else is made a case of."""
    whole = titles(report("codeql.sarif"))
    found = titles(report("codeql.sarif")[:cut])
    assert [title for title in found if title in whole] == whole[: len([title for title in found if title in whole])]
    assert not any("level" in title for title in found)


def test_last_result_of_a_cut_report_is_mended():
    """What is there of it is enough to say what it is."""
    text = report("eslint_two.json")
    cut = text[: text.index(',"nodeType"')]
    assert titles(cut) == ["no-undef: 'total' is not defined."]


def test_reports_one_after_another_are_all_read():
    """JUnit files that were put together with `cat`, and a report of another tool below them."""
    text = report("junit_fail.xml") + "\n" + report("junit_pass.xml") + report("junit_vitest.xml") + "\n"
    assert len(titles(text + report("eslint_two.json"))) == 2 + 1 + 3


def test_mark_of_the_byte_order_is_no_hindrance():
    """Windows writes it before XML and JSON."""
    assert titles("\ufeff" + report("junit_fail.xml")) == titles(report("junit_fail.xml"))
    assert titles("\ufeff" + report("codeql.sarif")) == titles(report("codeql.sarif"))
    utf16 = report("junit_fail.xml").replace('encoding="utf-8"', 'encoding="utf-16"')
    assert titles(utf16) == titles(report("junit_fail.xml"))


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        ("<failure>a & b</failure>", ["a"]),
        ("<failure>if x < 3</failure>", ["if x"]),
        ("<failure>\x1b[31mred\x1b[0m</failure>", ["\ufffd[31mred\ufffd[0m"]),
        ("<failure>&nbsp;</failure>", ["two"]),
        ("<failure message='no end", []),
    ],
)
def test_broken_xml_costs_one_test(broken: str, expected: list[str]):
    """What writers of XML forget to escape: the tests around it are read."""
    tests = "<testcase name='{}' classname='c'><failure>{} failed</failure></testcase>"
    text = (
        f"<testsuite>{tests.format('one', 'first')}<testcase name='two'>{broken}</testcase>{tests.format('x', 'last')}"
    )
    found = titles(text + "</testsuite>")
    assert found[0] == "first failed"
    assert [title.split(" &")[0].split(" <")[0] for title in found[1 : 1 + len(expected)]] == expected
    assert not expected or found[-1] == "last failed"


def test_entities_are_never_expanded():
    """A billion laughs are refused at their declaration; the tests below are read."""
    declared = "".join(f'<!ENTITY a{i} "&a{i - 1};&a{i - 1};">' for i in range(1, 60))
    text = (
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">{declared}<!ENTITY f SYSTEM "file:///etc/hostname">]>'
        '<testsuite><testcase name="a"><failure>&a59;&f;</failure></testcase>'
        '<testcase name="b"><failure>no more</failure></testcase></testsuite>'
    )
    assert titles(text)[-1] == "no more"
    assert not any("haha" in title for title in titles(text))


def test_retried_test_that_passed_in_the_end_is_no_case():
    """Surefire's flaky failures."""
    text = '<testsuite><testcase name="a"><flakyFailure message="once">x</flakyFailure></testcase></testsuite>'
    assert titles(text) == []


def test_results_that_are_no_failures_are_no_cases():
    """What passed, was accepted, is gone since, or is a note by its rule. Without a level it is a warning."""
    results = [
        {"ruleId": "a", "kind": "pass", "message": {"text": "passed"}},
        {"ruleId": "a", "level": "error", "suppressions": [{"kind": "inSource"}], "message": {"text": "accepted"}},
        {"ruleId": "a", "level": "error", "baselineState": "absent", "message": {"text": "gone"}},
        {"ruleId": "n", "message": {"text": "a note"}},
        {"ruleId": "e/1", "message": {"id": "m", "arguments": ["x", "y"]}},
        {"ruleIndex": 1, "message": {"text": "by number"}},
        {"ruleId": "unknown", "message": {"text": "a warning"}},
    ]
    rules = [
        {"id": "n", "defaultConfiguration": {"level": "note"}},
        {"id": "e", "defaultConfiguration": {"level": "error"}, "messageStrings": {"m": {"text": "{0} before {1}"}}},
    ]
    runs = [{"results": results, "tool": {"driver": {"name": "Lint", "rules": rules}}}]
    found = find_cases([source(1, json.dumps({"version": "2.1.0", "runs": runs}))])
    assert [f"{case.kind}: {case.title}" for case in found] == [
        "Lint error: e/1: x before y",
        "Lint error: e: by number",
        "Lint warning: unknown: a warning",
    ]


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///srv/a%20b/c.py", "/srv/a b/c.py"),
        ("file:///C:/a/b.py", "C:/a/b.py"),
        ("src/%C3%A4.py", "src/ä.py"),
        ("file://host/share/a.py", "/share/a.py"),
    ],
)
def test_uris_of_sarif_are_paths(uri: str, path: str):
    """Percent-encoded, with a scheme, or both."""
    place = {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": 3}}}
    result = {"ruleId": "a", "message": {"text": "m"}, "locations": [place]}
    text = json.dumps({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": [result]}]})
    (case,) = find_cases([source(1, text)])
    assert (case.samples[0].frames[0].path, case.samples[0].frames[0].line) == (path, 3)


def test_json_of_no_known_tool_is_read_by_its_lines():
    """A log of records, and documents of others, are what they were."""
    assert titles('{"level":"error","msg":"no disk"}\n{"level":"info","msg":"fine"}\n') == ["ERROR: no disk"]
    assert titles('[\n  {"name": "a"},\n  {"name": "b"}\n]\n') == []


@pytest.mark.parametrize("name", NAMES)
def test_every_error_is_on_its_characters(name: str):
    """Spans are within the text, and within the lines that are named."""
    for lines, found in scan(report(name)):
        start, end = found.span or (lines.start(found.first), lines.end(found.last))
        assert 0 <= start < end <= len(lines.text)
        assert (lines.at(start), lines.at(end - 1)) == (found.first, found.last)


PIECES = st.sampled_from(
    [piece for name in NAMES for piece in report(name).split("\n")[:40]]
    + ['{"', "[{", "<testsuite>", "<testcase name='a'>", "<failure>", "]]>", "<![CDATA[", '\\"', "╷", "│ Error: x", "`"]
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PIECES, max_size=30), st.sampled_from(["\n", ""]))
def test_no_mixture_is_too_odd(pieces: list[str], between: str):
    """Whatever is read, nothing is raised, and every error stands in the text."""
    for lines, found in scan(between.join(pieces)):
        assert 0 <= found.first <= found.last < len(lines)
        start, end = found.span or (0, 0)
        assert 0 <= start <= end <= len(lines.text)


@settings(deadline=None, max_examples=60)
@given(st.sampled_from([name for name in NAMES if name.endswith(("xml", "json", "sarif", "trx"))]), st.data())
def test_no_cut_is_too_odd(name: str, data: st.DataObject):
    """A report that ends anywhere, or begins anywhere."""
    text = report(name)
    cut = data.draw(st.integers(0, len(text)))
    shown(text[:cut])
    shown(text[cut:])


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
)


@given(VALUES)
def test_places_in_json_are_those_of_its_values(value: object):
    """The objects of an array are found where they stand."""
    text = json.dumps({"a": [value, {"b": value}]}, ensure_ascii=False)
    found = list(elements(text, 0, frozenset({"a[]"})))
    assert (found[-1].path, found[-1].start, found[-1].end) == ("", 0, len(text))
    assert decoded(text, found[-2]) == {"b": value}
