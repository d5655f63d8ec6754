"""Whether a model can be asked, as far as the configuration says: told with the variable and the field."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from service.config import load_config
from service.errors import InvalidInput
from service.models.states import ModelState, check_reachable, standing
from service.settings.choosing import key_variable
from service.tasks.choices import choose_models
from service.tasks.settings import NewTaskConfig, resolve_settings
from tests.support.services import configuration

NAMED = {"defaults": {"model": "echo/echo"}}


def keyed(folder: Path, *providers: str, **more: Any) -> Any:
    """A configuration in which these providers have keys."""
    return configuration(folder, NAMED | {"api_keys": dict.fromkeys(providers, "secret")} | more)


def test_a_model_without_a_key_says_how_it_gets_one(tmp_path: Path) -> None:
    """The variable, and the place in the file."""
    config = keyed(tmp_path, "anthropic")
    with pytest.raises(InvalidInput) as caught:
        check_reachable(config, config.find_model("openai/gpt-5-nano"), "input.config.model")
    assert caught.value.field == "input.config.model"
    assert str(caught.value) == (
        "openai/gpt-5-nano needs a key, and none is set. "
        "Set OPENAI_API_KEY, or api_keys.openai in config.yaml, and start the service again."
    )
    assert standing(config, config.find_model("claude-haiku-5-5")).state is ModelState.READY


@pytest.mark.parametrize(
    ("provider", "variable"),
    [("anthropic", "ANTHROPIC_API_KEY"), ("my-router", "ANTIPHON_API_KEYS__MY_ROUTER")],
)
def test_each_provider_has_a_variable_for_its_key(tmp_path: Path, provider: str, variable: str) -> None:
    """The well-known name where there is one; and the variable that is named is one that is read."""
    model = "{family: f, context_window: 9, max_output_tokens: 1}"
    (tmp_path / "config.yaml").write_text(f"providers: {{{provider}: {{protocol: openai, models: {{m: {model}}}}}}}")
    assert key_variable(provider) == variable
    assert load_config(tmp_path / "config.yaml", {variable: "secret"}).providers[provider].api_key == "secret"


@pytest.mark.parametrize(
    "more",
    [
        {"base_url": "http://127.0.0.1:4000/v1"},
        {"base_url": "https://gateway.example/v1"},
        {"headers": {"Authorization": "Bearer mine"}},
    ],
)
def test_a_gateway_and_a_header_do_without_a_key(tmp_path: Path, more: dict[str, Any]) -> None:
    """Who may go on without one is not refused."""
    config = keyed(tmp_path, providers={"openai": more})
    assert standing(config, config.find_model("openai/gpt-5-nano")).state is ModelState.READY


def test_tasks_that_would_ask_a_model_without_a_key_are_refused(tmp_path: Path) -> None:
    """Also where it is asked only when the first fails; nothing is refused where it is only looked."""
    config = keyed(tmp_path)
    template = config.task_types["prompt"]
    for new, field in (
        (NewTaskConfig(model="gpt-5-nano"), "input.config.model"),
        (NewTaskConfig(fallback_models=("echo/echo", "claude-haiku-5-5")), "input.config.fallbackModels[1]"),
    ):
        with pytest.raises(InvalidInput, match="needs a key") as caught:
            resolve_settings(config, template, new)
        assert caught.value.field == field
        assert choose_models(config, template.role, new).model.name in ("gpt-5-nano", "echo")


def test_a_choice_says_who_names_the_model(tmp_path: Path) -> None:
    """The request, the role or the configuration; a plan's steps may ask the models of roles."""
    config = keyed(tmp_path, agents={"fast": {"model": "openai/gpt-5-nano", "fallback_models": ["gpt-4o"]}})
    named = choose_models(config, "general", NewTaskConfig(model="local/smollm2"))
    role = choose_models(config, "fast", NewTaskConfig())
    usual = choose_models(config, None, NewTaskConfig())
    assert (named.why, role.why) == ("The request names it.", "The role fast names it.")
    assert usual.why.startswith("defaults.model names it (")
    assert choose_models(config, None, NewTaskConfig(model="auto")) == usual
    assert [model.key for model in role.fallbacks] == ["openai/gpt-4o"]
    assert [model.key for model in usual.roles] == ["openai/gpt-5-nano"]
