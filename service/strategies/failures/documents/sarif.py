"""SARIF 2.1 (OASIS): the results of analysers, their levels by themselves or by their rules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from service.strategies.failures.documents import json_text as j
from service.strategies.failures.documents.places import kinds, path_of, put, severity_of
from service.strategies.failures.findings import Finding, Frame, Severity

RESULT, TOOL, ARTIFACTS, RUN = "runs[].results[]", "runs[].tool", "runs[].artifacts", "runs[]"
_OLD_RULES = "runs[].rules"
"""Where the first edition of the format has the rules, by their ids."""

_TROUBLES = "runs[].invocations[]"
PATHS = frozenset({RESULT, TOOL, ARTIFACTS, _TROUBLES, _OLD_RULES})
_MOST_RELATED = 3
_ARGUMENT = re.compile(r"\{(\d)\}")


@dataclass(slots=True)
class _Run:
    """What a run says of its tool, beside its results."""

    tool: str = "SARIF"
    rules: dict[str, j.Object] = field(default_factory=dict[str, j.Object])
    components: list[tuple[str, list[j.Object]]] = field(default_factory=list[tuple[str, list[j.Object]]])
    artifacts: list[object] = field(default_factory=list[object])

    def read(self, text: str, element: j.Element) -> None:
        """The tool, and the rules of what it is made of: its driver first, then its extensions."""
        said = j.decoded(text, element)
        driver = j.objects(said.get("driver"))
        self.tool = j.words(driver.get("name")) or j.words(said.get("name")) or self.tool
        for component in (driver, *map(j.objects, j.array(said.get("extensions")))):
            rules = [j.objects(rule) for rule in j.array(component.get("rules"))]
            self.components.append((j.words(component.get("name")), rules))
            for rule in rules:
                self.rules.setdefault(j.words(rule.get("id")), rule)

    def numbered(self, said: j.Object) -> j.Object:
        """The rule that the result names by its number, in the driver or in an extension."""
        index = said.get("ruleIndex", j.field(said, "rule.index"))
        rules = self._rules_of(j.objects(j.field(said, "rule.toolComponent")))
        return rules[index] if isinstance(index, int) and 0 <= index < len(rules) else {}

    def _rules_of(self, component: j.Object) -> list[j.Object]:
        if not component:
            return self.components[0][1] if self.components else []
        place, name = component.get("index"), j.words(component.get("name"))
        # The extensions are counted without the driver.
        if isinstance(place, int) and 0 <= place < len(self.components) - 1:
            return self.components[place + 1][1]
        for known, rules in self.components:
            if known == name:
                return rules
        return []


def read(text: str, parts: Sequence[j.Element]) -> Iterator[Finding] | None:
    """The results that are errors or warnings; None where the document has no run."""
    if not any(part.path in (RESULT, TOOL) for part in parts):
        return None
    return _of_runs(text, parts)


def _of_runs(text: str, parts: Sequence[j.Element]) -> Iterator[Finding]:
    results: list[j.Element] = []
    run = _Run()
    for part in parts:
        if part.path == TOOL:
            run.read(text, part)
        elif part.path == _OLD_RULES:
            run.rules.update((name, j.objects(rule)) for name, rule in j.decoded(text, part).items())
        elif part.path == ARTIFACTS:
            run.artifacts = j.array(j.value(text, part))
        elif part.path in (RESULT, _TROUBLES):
            results.append(part)
        else:
            yield from _of_run(text, run, results)
            results, run = [], _Run()
    yield from _of_run(text, run, results)


def _of_run(text: str, run: _Run, results: Sequence[j.Element]) -> Iterator[Finding]:
    for part in results:
        said = j.decoded(text, part)
        if part.path == _TROUBLES:
            for key in ("toolExecutionNotifications", "toolConfigurationNotifications"):
                for notice in map(j.objects, j.array(said.get(key))):
                    if j.words(notice.get("level")) == "error":
                        yield put(_finding(run, notice, Severity.FAILURE), part.start, part.end, _message(notice, {}))
        elif severity := _severity(run, said):
            found = _finding(run, said, severity)
            yield put(found, part.start, part.end, found.message, text)


def _severity(run: _Run, said: j.Object) -> Severity | None:
    """By its own level, else its rule's, else a warning. What passed, was accepted, or is gone, is no error."""
    if j.words(said.get("kind")) not in ("", "fail") or j.words(said.get("baselineState")) == "absent":
        return None
    for accepted in map(j.objects, j.array(said.get("suppressions"))):
        if j.words(accepted.get("status")) in ("", "accepted"):
            return None
    rule = _rule(run, said)
    default = j.words(j.field(rule, "defaultConfiguration.level")) or j.words(rule.get("defaultLevel"))
    return severity_of(j.words(said.get("level")) or default or "warning")


def _rule(run: _Run, said: j.Object) -> j.Object:
    """The rule of a result, by its id (`CA1000/1` is a kind of `CA1000`) or by its number."""
    name = _rule_id(said)
    if rule := run.rules.get(name) or run.rules.get(name.rpartition("/")[0]):
        return rule
    return run.numbered(said)


def _rule_id(said: j.Object) -> str:
    return j.words(said.get("ruleId")) or j.words(j.field(said, "rule.id")) or j.words(j.field(said, "descriptor.id"))


def _finding(run: _Run, said: j.Object, severity: Severity) -> Finding:
    rule = _rule(run, said)
    name = _rule_id(said) or j.words(rule.get("id"))
    frames = _frames(run, said)
    return Finding(kinds(run.tool, severity), name, _message(said, rule), severity, 0, 0, frames)


def _message(said: j.Object, rule: Mapping[str, object]) -> str:
    message = j.objects(said.get("message"))
    text = j.words(said.get("message")) or j.words(message.get("text")) or j.words(message.get("markdown"))
    if not text and (key := j.words(message.get("id"))):
        text = j.words(j.field(j.objects(rule.get("messageStrings")).get(key), "text")) or key
    if not text:
        return j.words(j.field(rule, "shortDescription.text")) or j.words(j.field(rule, "fullDescription.text"))
    given = [j.words(one) for one in j.array(message.get("arguments"))]
    return _ARGUMENT.sub(lambda match: given[int(match[1])] if int(match[1]) < len(given) else match[0], text)


def _frames(run: _Run, said: j.Object) -> tuple[Frame, ...]:
    places = [*j.array(said.get("locations")), *j.array(said.get("relatedLocations"))[:_MOST_RELATED]]
    physical = (j.objects(j.field(place, "physicalLocation") or j.field(place, "resultFile")) for place in places)
    frames = (_frame(run, place) for place in physical)
    return tuple(frame for frame in dict.fromkeys(frames) if frame.path)


def _frame(run: _Run, place: j.Object) -> Frame:
    artifact = j.objects(place.get("artifactLocation"))
    uri, index = j.words(artifact.get("uri")) or j.words(place.get("uri")), artifact.get("index")
    if not uri and isinstance(index, int) and 0 <= index < len(run.artifacts):
        uri = j.words(j.field(run.artifacts[index], "location.uri"))
    return Frame(path_of(uri), j.number(j.field(place, "region.startLine")))
