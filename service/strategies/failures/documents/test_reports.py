"""Failed tests in XML: JUnit's (and of all that write as it does), TRX of .NET, NUnit's, xUnit's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from service.strategies.failures.documents.places import put
from service.strategies.failures.documents.xml_text import Node
from service.strategies.failures.findings import Finding, Frame
from service.strategies.failures.nested import failure_in

ELEMENTS = frozenset({"testcase", "UnitTestResult", "test-case", "test", "failure", "error", "RunInfo"})
_FAILED = ("failed", "failure", "fail", "error", "timeout", "aborted")


def read(text: str, node: Node) -> Iterator[Finding]:
    """The failures of a test; of a suite, where it failed as a whole. A test that passed, or was left out, has none."""
    if node.name == "testcase":
        yield from _junit(text, node)
    elif node.name in ("failure", "error"):
        if node.outer and node.outer[0][0] in ("testsuite", "testsuites"):
            yield _failure(text, node, node, node.around("testsuite", "name"))
    elif node.name == "UnitTestResult":
        yield from _trx(text, node)
    elif node.name == "RunInfo":
        if node.attributes.get("outcome") in ("Error", "Failed"):
            said = _said(node, "Text")
            yield put(failure_in(said, said.partition("\n")[0], ""), node.start, node.end, said, text)
    else:
        yield from _nunit(text, node)


def _junit(text: str, node: Node) -> Iterator[Finding]:
    suite = node.around("testsuite", "name")
    test = _name(node.attributes.get("classname") or suite, node.attributes.get("name", ""))
    start, failed = node, False
    for inner in node.inner:
        if inner.name in ("failure", "error"):
            yield _failure(text, start, inner, test)
            start, failed = inner, True
    state = node.attributes.get("status") or node.attributes.get("result") or ""
    cut = not node.whole and node.inner and node.inner[-1].name in ("failure", "error")
    if not failed and not cut and state.lower() in _FAILED:
        yield put(failure_in("", state, test), node.start, node.end, f"{test}: {state}", text)


def _failure(text: str, outer: Node, node: Node, test: str) -> Finding:
    """What a `failure` or an `error` says, from the beginning of its test to its own end."""
    message, body = node.attributes.get("message", ""), node.text or _said(node)
    raised = node.attributes.get("type", "")
    found = failure_in(body or message, message or body, test)
    if not found.name and "." in raised:
        found = failure_in(body or message, f"{raised}: {message}", test)
    told = body if message.partition("\n")[0] in body else f"{message}\n{body}"
    return _placed(put(found, outer.start, node.end, f"{test}\n{told}", text), outer)


def _placed(found: Finding, node: Node) -> Finding:
    """With the place that the test has in its attributes, where the failure names none."""
    line = node.attributes.get("line", "")
    suite = node.around("testsuite", "file") or node.around("testsuite", "name")
    path = node.attributes.get("file") or (suite if line and "." in suite else "")
    if any(frame.line for frame in found.frames) or not path:
        return found
    function = found.frames[0].function if found.frames else ""
    return replace(found, frames=(Frame(path, int(line) if line.isdigit() else 0, function),))


def _name(suite: str, name: str) -> str:
    if not suite or name.startswith(suite):
        return name or suite
    return f"{suite}.{name}" if name else suite


def _trx(text: str, node: Node) -> Iterator[Finding]:
    if node.attributes.get("outcome", "").lower() in _FAILED and not node.first("InnerResults"):
        yield _of_net(text, node, node.attributes.get("testName", ""), "Message", "StackTrace")
    for inner in node.all("UnitTestResult"):
        if inner.attributes.get("outcome", "").lower() in _FAILED:
            yield _of_net(text, inner, inner.attributes.get("testName", ""), "Message", "StackTrace")


def _nunit(text: str, node: Node) -> Iterator[Finding]:
    """NUnit's `test-case`, and xUnit's `test`."""
    if node.attributes.get("result", "").lower() in _FAILED:
        name = node.attributes.get("fullname") or node.attributes.get("name", "")
        yield _of_net(text, node, name, "message", "stack-trace")


def _of_net(text: str, node: Node, test: str, message: str, stack: str) -> Finding:
    said, trace = _said(node, message), _said(node, stack)
    body = f"{said}\n   {trace}"
    found = failure_in(body, said.partition("\n")[0], test)
    return put(found, node.start, node.end, f"{test}\n{body}", text)


def _said(node: Node, *names: str) -> str:
    nodes = node.all(*names) if names else iter(node.inner)
    return "\n".join(one.text for one in nodes if one.text)
