"""What a configuration names and reading it cannot know: told before anything starts, not by the first task."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.config import load_config
from service.errors import ConfigurationError
from service.tasks.checks import check_parts

MODELS = "models: {m: {family: f, context_window: 100, max_output_tokens: 10}}"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "task_types:\n  a: {instruction: '{{ oops'}",
            "2: task_types.a.instruction: The template instruction, line 1: ",
        ),
        (
            "task_types: {a: {instruction: '{{ oops }}'}}",
            "1: task_types.a.instruction: The template instruction uses oops",
        ),
        (
            "task_types: {a: {instruction: x, reduce: '{{ input }}'}}",
            "1: task_types.a.reduce: The template reduce uses input",
        ),
        (
            "task_types: {a: {instruction: x, strategy: CHONK}}",
            "1: task_types.a.strategy: there is no strategy 'CHONK'. Did",
        ),
        (
            "task_types: {a: {instruction: x, response_format: {type: thing}}}",
            "1: task_types.a.response_format: This is no",
        ),
        ("providers: {a: {protocol: grpc, " + MODELS + "}}", "1: providers.a.protocol: there is no protocol 'grpc'"),
        (
            "providers: {a: {protocol: openai, " + MODELS + "}}",
            "1: providers.a.base_url must be an http or https address",
        ),
        ("providers: {openai: {options: {includ_usage: true}}}", "1: providers.openai.options.includ_usage: "),
    ],
)
async def test_what_leads_nowhere_is_named_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    """File, line and path, as for what is wrong by itself."""
    file = tmp_path / "config.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        await check_parts(load_config(file, {}))
    assert str(caught.value).startswith(f"{file}:{told}")


async def test_all_is_told_at_once(tmp_path: Path) -> None:
    """A line for each."""
    file = tmp_path / "config.yaml"
    file.write_text("task_types: {a: {instruction: '{{ x }}', strategy: A, reduce: '{{ y }}'}}", encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        await check_parts(load_config(file, {}))
    assert len(str(caught.value).splitlines()) == 3


async def test_what_is_shipped_can_be_used() -> None:
    """Every shipped provider and task type."""
    await check_parts(load_config(None, {}))
