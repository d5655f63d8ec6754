"""Events of Kubernetes as JSON: a list of them, or one; and the containers of pods that do not run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.strategies.failures import events
from service.strategies.failures.documents import json_text as j
from service.strategies.failures.documents.places import put
from service.strategies.failures.findings import Finding

PATHS = frozenset({"items[]"})


def read(text: str, parts: Sequence[j.Element]) -> Iterator[Finding] | None:
    """The events that are warnings; None where the items are none of Kubernetes'."""
    items = [part for part in parts if part.path in PATHS]
    if not any(_is_kubernetes(j.decoded(text, part)) for part in items[:3]):
        return None
    return (found for part in items for found in _of_item(text, part))


def is_event(said: j.Object) -> bool:
    """Whether the object is an event."""
    return "reason" in said and bool(said.keys() & {"involvedObject", "regarding"})


def event(said: j.Object) -> Finding | None:
    """The event as a finding; None where it is a normal one."""
    about = j.objects(said.get("involvedObject")) or j.objects(said.get("regarding"))
    kind, name = j.words(about.get("kind")).lower(), j.words(about.get("name"))
    message = j.words(said.get("message")) or j.words(said.get("note"))
    times = j.number(said.get("count")) or j.number(j.field(said, "series.count"))
    said_of = events.Event(j.words(said.get("type")), j.words(said.get("reason")), f"{kind}/{name}", message)
    time = j.words(said.get("lastTimestamp")) or j.words(said.get("eventTime"))
    return events.finding(said_of, 0, times=max(1, times), time=time)


def _is_kubernetes(said: j.Object) -> bool:
    return is_event(said) or ("apiVersion" in said and "metadata" in said)


def _of_item(text: str, part: j.Element) -> Iterator[Finding]:
    said = j.decoded(text, part)
    if is_event(said):
        if found := event(said):
            yield put(found, part.start, part.end, found.message, text)
        return
    name = j.words(j.field(said, "metadata.name"))
    for status in ("initContainerStatuses", "containerStatuses"):
        for container in map(j.objects, j.array(j.field(said, f"status.{status}"))):
            for found in _of_container(name, container):
                yield put(found, part.start, part.end, found.message, text)


def _of_container(pod: str, said: j.Object) -> Iterator[Finding]:
    for path in ("state.waiting", "state.terminated", "lastState.terminated"):
        state = j.objects(j.field(said, path))
        reason, message = j.words(state.get("reason")), j.words(state.get("message"))
        container = f"pod/{pod} {j.words(said.get('name'))}"
        if found := events.container_state(reason, message, j.words(state.get("exitCode")), container):
            yield found
