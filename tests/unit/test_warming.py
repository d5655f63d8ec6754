"""What a rehearsal is configured with."""

from __future__ import annotations

from pathlib import Path

from service.records import template_id
from service.warming import rehearsal_config
from tests.support.services import configuration


def test_a_rehearsal_shares_no_node_with_callers(tmp_path: Path) -> None:
    """Neither a model nor the template of a prompt: who holds them keeps others waiting."""
    config = configuration(tmp_path)
    played = rehearsal_config(config)
    assert not {model.key for model in played.models()} & {model.key for model in config.models()}
    ours, theirs = played.task_types["prompt"], config.task_types["prompt"]
    assert template_id(ours.instruction, ours.reduce) != template_id(theirs.instruction, theirs.reduce)
    assert played.find_model(played.defaults.model)
