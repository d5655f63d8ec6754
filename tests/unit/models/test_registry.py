"""The models at hand: how long a call to each of a task's models may take."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from service.chat import Timeouts
from service.models.registry import Models
from tests.support.services import configuration

QUICK = {"family": "f", "context_window": 100, "max_output_tokens": 10}
DEEP = QUICK | {"features": ["reasoning"]}
SAID = {"providers": {"p": {"protocol": "echo", "models": {"quick": QUICK, "deep": DEEP}}}}


def test_each_model_of_a_task_has_its_own_time_unless_the_task_says_so(tmp_path: Path) -> None:
    """A fallback that reasons is not cut after the time of a model that does not."""
    models = Models(configuration(tmp_path, SAID))
    deep, quick = models.find("p/deep"), models.find("p/quick")
    assert models.timeouts(deep, "p/quick", Timeouts()) == deep.timeouts
    assert models.timeouts(quick, "p/quick", Timeouts()) == Timeouts()
    said = Timeouts(first_token=7.0)
    assert models.timeouts(deep, "p/quick", said) == Timeouts(first_token=7.0, total=deep.timeouts.total)
    assert models.timeouts(deep, "p/gone", said) == said


def test_calls_of_a_former_process_count_against_the_limits_once(tmp_path: Path) -> None:
    """Against the model's own and its provider's; those of a model that is gone against nobody's."""
    said: dict[str, Any] = {"providers": {"p": SAID["providers"]["p"] | {"rate_limits": {"requests_per_minute": 24}}}}
    models = Models(configuration(tmp_path, said))
    calls = [
        {"model": "p/deep", "at": 1000, "calls": 20, "tokens": 900},
        {"model": "p/gone", "at": 2000, "calls": 9, "tokens": 9},
        {"model": "p/quick", "at": 41_000, "calls": 3, "tokens": 70},
    ]
    assert models.are_limited
    models.recall(calls, 61_000)
    models.recall(calls, 61_000)
    quick, all_ = models.gate(models.find("p/quick")).use()
    assert ((quick.requests, quick.tokens), (all_.requests, all_.tokens)) == ((3, 70), (23, 970))
    assert all_.in_flight == 0


async def test_what_is_booked_has_no_margin(tmp_path: Path) -> None:
    """What must fit into a window is counted on the high side, what was spent as it is likely to be."""
    models = Models(configuration(tmp_path, SAID))
    quick = models.find("p/quick")
    text = "Then I consider step 7. " * 40
    count, likely = await models.count(text, quick), await models.measure(text, quick)
    assert likely == models.estimate(text, quick) == round(count / 1.35)
