"""Which form of an answer a client takes, by the `Accept` of real ones."""

from __future__ import annotations

import pytest

from service.api.graphql.context import Stream
from service.api.graphql.media import (
    GRAPHQL,
    JSON,
    Events,
    Parts,
    is_after_the_end,
    json_type,
    resumes_after,
    takes_json,
)

URQL = f"{GRAPHQL}, application/graphql+json, {JSON}, text/event-stream, multipart/mixed"


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", JSON),
        ("*/*", JSON),
        (JSON, JSON),
        (f"{JSON}; charset=utf-8", JSON),
        (GRAPHQL, GRAPHQL),
        (f"{GRAPHQL}; charset=utf-8, {JSON}; charset=utf-8", GRAPHQL),
        (f"{GRAPHQL},{JSON};q=0.9", GRAPHQL),
        (f"{JSON}, {GRAPHQL};q=0.5", JSON),
        (f"{GRAPHQL};q=0", JSON),
        (f"{GRAPHQL};q=much", JSON),
        (URQL, GRAPHQL),
    ],
)
def test_the_type_of_json_is_the_one_that_is_wanted_most(accept: str, kind: str) -> None:
    """GraphQL's own only for who names it."""
    assert json_type(accept) == kind


@pytest.mark.parametrize(
    ("accept", "takes"),
    [
        (URQL, True),
        (f"multipart/mixed;boundary=graphql;subscriptionSpec=1.0,{JSON}", True),
        ("text/event-stream", False),
        ("text/event-stream, */*", False),
        (f"text/event-stream, {JSON};q=0", False),
    ],
)
def test_who_names_json_beside_a_stream_takes_it(accept: str, takes: bool) -> None:
    """A stream is for what streams, unless nothing else is named."""
    assert takes_json(accept) is takes


def test_events_end_their_lines_with_lf() -> None:
    """Clients look for an empty line, and not all of them for both ways of writing one."""
    events = Events()
    assert events.encode_event("next", "{}") == "event: next\ndata: {}\n\n"
    assert events.encode_comment("ping") == ": ping\n\n"


def test_an_event_has_its_cursor_as_id() -> None:
    """And the first lines say when to come back; the end has an id of its own, which is told from all cursors."""
    stream = Stream()
    events = Events(stream)
    assert events.encode_comment("ping") == "retry: 2000\n: ping\n\n"
    stream.place = "WyJlIiwxXQ"
    assert events.encode_event("next", "{}") == "id: WyJlIiwxXQ\nevent: next\ndata: {}\n\n"
    assert events.encode_event("complete") == "id: complete\nevent: complete\ndata: \n\n"
    back = {"accept": "text/event-stream", "last-event-id": "complete"}
    assert is_after_the_end(back)
    assert resumes_after(back | {"last-event-id": "WyJlIiwxXQ"}) == "WyJlIiwxXQ"
    assert resumes_after(back | {"accept": "application/json"}) is None


@pytest.mark.parametrize(
    ("accept", "named"),
    [
        (f"multipart/mixed;boundary=graphql;subscriptionSpec=1.0,{GRAPHQL},{JSON};q=0.9", True),
        (f'{JSON}, multipart/mixed; boundary="graphql"; subscriptionSpec="1.0"', True),
        (f"multipart/mixed;deferSpec=20220824, {JSON}", False),
        (URQL, False),
    ],
)
def test_parts_are_known_wherever_they_are_named(accept: str, named: bool) -> None:
    """The order of `Accept` says nothing."""
    assert Parts().accepts(accept) is named


def test_proxies_are_told_to_pass_parts_on_as_they_come() -> None:
    """As they are of events: nginx holds an answer back, and a subscription's never ends."""
    for streams in (Parts(), Events()):
        assert streams.headers["X-Accel-Buffering"] == "no"
        assert "no-transform" in streams.headers["Cache-Control"]
    assert Parts().headers["Content-Type"].startswith("multipart/mixed")
