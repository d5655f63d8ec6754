"""Errors name what was typed, not the fields of the service."""

from __future__ import annotations

import pytest

from service.commands.options import in_options


@pytest.mark.parametrize(
    ("message", "field", "said"),
    [
        ("maxParallel must be from 1.", "input.config.maxParallel", "-p/--max-parallel must be from 1."),
        ("tokens must be a number.", "input.config.budget.tokens", "--budget-tokens must be a number."),
        ("There is no instruction.", "input.instruction", "-i/--instruction: There is no instruction."),
        ("there is no model 'x'.", "config.fallbackModels[0]", "-f/--fallback: there is no model 'x'."),
        ("A step has no id.", "input.strategy.plan.steps[2].id", "--plan: A step has no id."),
        ("Say input.config.deadlineSeconds.", "input.config.deadlineSeconds", "Say --deadline."),
        ("Something else.", "input.metadata", "Something else."),
        ("Something else.", None, "Something else."),
        ("Too long. Use the strategy CHUNK.", "input.content", 'Too long. Use `antiphon run -s chunk -i "…"`.'),
    ],
)
def test_an_error_names_the_option(message: str, field: str | None, said: str) -> None:
    """In place of the field's name, or before a sentence without it."""
    assert in_options(message, field) == said
