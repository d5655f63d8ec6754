"""Lines of graph files that are made to cost much."""

from __future__ import annotations

import json
import tracemalloc

import pytest

from service.conversations.transfer.graphfile.refusing import MOST_VALUES, Refused, check_header, parsed


@pytest.mark.parametrize("part", [b"[],", b'{"a":{}},', b'"",', b"[[],{}],"])
def test_a_line_of_many_small_values_is_refused_before_it_is_read(part: bytes) -> None:
    """Read, it would take up to forty times its own size."""
    line = b'{"node":[' + part * 700_000 + b"1]}"
    tracemalloc.start()
    with pytest.raises(Refused, match="more values than"):
        parsed(line)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 4 * len(line)


@pytest.mark.parametrize("text", ["word, [x] {y}" * 200_000, "\\" * 900_000, '"' * 900_000, "\n\u2028" * 300_000])
def test_a_long_text_is_one_value(text: str) -> None:
    """Whatever it holds."""
    assert parsed(json.dumps({"node": {"content": text}}).encode()) == {"node": {"content": text}}


@pytest.mark.parametrize("rest", [b'"' + b'\\"' * 400_000, b'"' + b"\\\\" * 400_000 + b"\\", b'"a'])
def test_a_text_that_does_not_end_is_no_json(rest: bytes) -> None:
    """Whatever it ends with."""
    with pytest.raises(Refused, match="no JSON"):
        parsed(b'{"node":"' + b"x" * MOST_VALUES + b'",' + rest)


@pytest.mark.parametrize("version", [1, 2])
def test_both_versions_are_read(version: int) -> None:
    """Files of older services are of the first."""
    check_header({"format": "antiphon-graph", "version": version, "holds": "OWNER"})


@pytest.mark.parametrize("version", [0, 3, "2", None])
def test_a_version_that_is_not_known_is_refused(version: object) -> None:
    """At the first line, with what to do."""
    with pytest.raises(Refused, match="this service reads versions 1 and 2") as caught:
        check_header({"format": "antiphon-graph", "version": version})
    assert caught.value.remedy == "Upgrade the service."
