"""What a call has cost, as far as it is known, for providers that are plug-ins and say nothing while they run."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from service.chat import ChatMessage, Completion, ModelConfig, Usage, UsageSoFar
from service.errors import ProviderError, ProviderRejected, ProviderTimeout, RateLimited, SetupError
from service.records import Role
from service.tasks.costs import is_free, is_silent, received_text, sent_text, settle
from service.tasks.jobs import Call

MODEL = ModelConfig("p", "m", "f", 100, 10, input_price=1e6, output_price=10e6)


class _Job:
    tools = ()


class _Call:
    """What is looked at of a call."""

    job = _Job()
    model = MODEL
    messages = (ChatMessage(Role.USER, "Hello."),)

    def __init__(self, **more: Any) -> None:
        self.completion: Completion | None = None
        self.error: BaseException | None = None
        self.so_far = UsageSoFar()
        self.pieces: list[str] = []
        self.thoughts: list[str] = []
        self.usage, self.usage_estimated, self.cost_usd = Usage(), False, None
        vars(self).update(more)

    @property
    def has_received(self) -> bool:
        """Whether anything came."""
        return bool(self.pieces or self.thoughts)


def made(**more: Any) -> Call:
    """A call with these members."""
    return cast("Call", _Call(**more))


@pytest.mark.parametrize(
    ("error", "may_cost", "free"),
    [
        (ProviderRejected("no", status=400), True, True),
        (RateLimited("slow down", status=429), True, True),
        (SetupError("no model"), True, True),
        (ProviderTimeout("silent"), True, False),
        (ProviderTimeout("not connected"), False, True),
        (ProviderError("odd"), True, False),
        (asyncio.CancelledError(), True, False),
        (asyncio.CancelledError(), False, True),
    ],
)
def test_what_was_not_sent_or_was_refused_is_free(error: BaseException, may_cost: bool, free: bool) -> None:
    """All else may be on the bill."""
    assert is_free(made(error=error, so_far=UsageSoFar(may_cost))) is free


def test_a_refusal_after_a_piece_is_not_free() -> None:
    """The piece is paid for."""
    call = made(error=RateLimited("slow down"), pieces=["Hel"])
    assert (is_free(call), is_silent(call), received_text(call)) == (False, False, "Hel")


def test_what_a_silent_call_cost_is_unknown() -> None:
    """What it read is estimated."""
    call = made(error=ProviderTimeout("silent"))
    settle(call, 2, 0)
    assert (call.usage, call.usage_estimated, call.cost_usd) == (Usage(2), True, None)


def test_what_a_silent_call_read_is_paid_for_where_the_provider_said_it() -> None:
    """What it generated stays unknown."""
    call = made(error=ProviderTimeout("silent"))
    call.so_far.said(Usage(7), counted=False)
    assert (sent_text(call), received_text(call)) == (None, "")
    settle(call, None, 0)
    assert (call.usage, call.usage_estimated, call.cost_usd) == (Usage(7), True, 7.0)


def test_what_came_after_the_last_count_is_added_to_it() -> None:
    """The provider's number, and our estimate of the rest."""
    call = made(error=ProviderError("broken"))
    call.so_far.generated("counted")
    call.so_far.said(Usage(7, 2), counted=True)
    call.so_far.generated("more")
    assert received_text(call) == "more"
    settle(call, None, 1)
    assert (call.usage, call.usage_estimated, call.cost_usd) == (Usage(7, 3), True, 37.0)


def test_a_completion_that_counts_all_is_no_estimate() -> None:
    """Nothing is to be counted here."""
    call = made(completion=Completion("stop"), pieces=["Hello"])
    call.so_far.said(Usage(7, 2, 1, 3, 3), counted=True)
    assert (sent_text(call), received_text(call)) == (None, None)
    settle(call, None, None)
    assert (call.usage, call.usage_estimated) == (Usage(7, 2, 1, 3, 3), False)
