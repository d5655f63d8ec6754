"""A few rounds of the soak; `scripts/soak` plays as many as are wanted."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.soak import NEO4J, SERVICE, draw, play


@pytest.mark.timeout(480)
async def test_nothing_is_lost_or_done_twice_whoever_is_killed(tmp_path: Path) -> None:
    """The service, its Neo4j and both, each killed while a task runs: afterwards the books balance."""
    told = await play(tmp_path, [draw(11, SERVICE), draw(19, NEO4J), draw(20, "both")])
    assert {one.round.seed: one.faults for one in told} == {11: [], 19: [], 20: []}
    assert all(sum(one.kills.values()) for one in told)
