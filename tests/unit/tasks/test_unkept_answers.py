"""An answer that the graph has no room for: what it cost is kept, and it is not waited for."""

from __future__ import annotations

from typing import Any

import pytest

from service.errors import GraphFull
from service.tasks.call_rows import unkept_row

FULL = GraphFull("Too much.", remedy="Send less.")


def row(status: str | None) -> dict[str, Any]:
    """A row of `finish_attempt`."""
    measures = {"status": "SUCCEEDED", "error": None, "errorCode": None, "outputTokens": 7, "costUsd": 0.5}
    said = {"attemptId": "a", "leaseOwner": "one", "measures": measures, "response": {"content": "long"}}
    return said | {"subtaskStatus": status, "subtaskError": None, "subtaskCode": None, "tokens": 7}


@pytest.mark.parametrize(("status", "ended"), [("SUCCEEDED", "FAILED"), (None, None)])
def test_its_attempt_fails_with_its_usage(status: str | None, ended: str | None) -> None:
    """And its subtask, where the attempt was its last; the reason says what to do."""
    kept = unkept_row(row(status), FULL)
    assert kept["response"] is None
    assert (kept["measures"]["status"], kept["measures"]["errorCode"]) == ("FAILED", "LIMIT_EXCEEDED")
    assert (kept["measures"]["outputTokens"], kept["measures"]["costUsd"]) == (7, 0.5)
    assert (kept["subtaskStatus"], kept["subtaskError"]) == (ended, "Too much. Send less." if ended else None)
