"""The models at hand: how long a call to each of a task's models may take."""

from __future__ import annotations

from pathlib import Path

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
