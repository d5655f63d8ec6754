"""The parser of server-sent events: one law, and the format's corners."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.providers import sse
from service.providers.sse import SseEvent, SseParser

LINES = st.sampled_from(
    ["data: hello", "data:wörld 🎵", "data", ": comment", "event: ping", "id: 7", "", "", "data: [DONE]", "x: y"]
)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


def parse(chunks: list[bytes]) -> list[SseEvent]:
    """All events of a stream that was cut into `chunks`."""
    parser = SseParser()
    return [event for chunk in chunks for event in parser.feed(chunk)] + parser.close()


@st.composite
def cut_streams(draw: st.DrawFn) -> tuple[bytes, list[bytes]]:
    """A stream, and the same stream in pieces, cut anywhere."""
    lines = draw(st.lists(st.tuples(LINES, ENDS)))
    stream = "".join(line + end for line, end in lines).encode() + draw(st.sampled_from([b"", b"data: torn"]))
    places = sorted(draw(st.lists(st.integers(0, len(stream)))))
    return stream, [stream[a:b] for a, b in zip([0, *places], [*places, len(stream)], strict=True)]


@given(cut_streams())
def test_any_cut_gives_the_same_events(case: tuple[bytes, list[bytes]]) -> None:
    """Wherever the bytes are cut, in a line end or in a character too."""
    stream, chunks = case
    assert parse(chunks) == parse([stream])


@given(cut_streams())
def test_events_are_those_of_a_plain_reading(case: tuple[bytes, list[bytes]]) -> None:
    """The law above holds against a reader that sees the whole text at once."""
    text = case[0].decode().replace("\r\n", "\n").replace("\r", "\n")
    expected: list[bytes] = []
    for block in text.split("\n\n"):
        data = [line[5:].removeprefix(" ") for line in block.split("\n") if line.startswith("data:")]
        data += [""] * block.split("\n").count("data")
        if data:
            expected.append("\n".join(sorted(data)).encode())
    assert [b"\n".join(sorted(event.data.split(b"\n"))) for event in parse(case[1])] == expected


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        (b"data: a\ndata: b\n\n", [SseEvent("", b"a\nb")]),
        (b"event: ping\ndata: {}\n\n", [SseEvent("ping", b"{}")]),
        (b"\xef\xbb\xbfdata: a\n\n", [SseEvent("", b"a")]),
        (b"data:  two spaces\n\n", [SseEvent("", b" two spaces")]),
        (b": only a comment\n\nevent: bare\n\n", []),
        (b"data: no blank line", [SseEvent("", b"no blank line")]),
        (b"data: a\r\rdata: b\r\r", [SseEvent("", b"a"), SseEvent("", b"b")]),
    ],
)
def test_corner_is_read_as_the_format_says(stream: bytes, events: list[SseEvent]) -> None:
    """One by one."""
    assert parse([stream]) == events


def test_endless_event_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream that never ends its event does not fill the memory."""
    monkeypatch.setattr(sse, "MAX_PENDING_BYTES", 100)
    parser = SseParser()
    parser.feed(b"data: abc\n" * 9)
    with pytest.raises(ValueError, match="more than 100 bytes"):
        parser.feed(b"x" * 90)
