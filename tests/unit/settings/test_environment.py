"""The environment as its users meet it: variables in, settings or named problems out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.config import Config, load_config, show
from service.errors import ConfigurationError


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file of the person who runs the tests is found."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("platformdirs.user_config_path", lambda _: tmp_path / "none")


def load(folder: Path, text: str, **environ: str) -> Config:
    """The configuration of a user's file with this text."""
    file = folder / "config.yaml"
    file.write_text(text, encoding="utf-8")
    return load_config(file, environ)


@pytest.mark.parametrize(
    ("name", "text", "path"),
    [
        ("ANTIPHON_SERVER__PORT", "99", "server.port"),
        ("ANTIPHON_DEFAULTS__MODEL", "echo", "defaults.model"),
        ("ANTIPHON_DEFAULTS__TIMEOUTS__TOTAL", "1.5", "defaults.timeouts.total"),
        ("ANTIPHON_SERVER__CORS_ORIGINS", "[a, b]", "server.cors_origins"),
        ("ANTIPHON_PROVIDERS__OPENAI__MODELS__GPT_4O__FAMILY", "x", "providers.openai.models.gpt-4o.family"),
        ("ANTIPHON_LOGGING__FORMAT", "json", "logging.format"),
        ("NEO4J_PASSWORD", "123456", "storage.neo4j.password"),
        ("ANTIPHON_DATA_DIR", "/data", "storage.data_folder"),
        ("OPENAI_BASE_URL", "http://127.0.0.1:1/v1", "providers.openai.base_url"),
    ],
)
def test_variable_sets_its_key(tmp_path: Path, name: str, text: str, path: str) -> None:
    """A variable's words are the key's path; texts are taken as they stand, digits too."""
    shown = show(load(tmp_path, "server: {port: 5}\nlogging: {format: text}", **{name: text}))
    line = next(line for line in shown.splitlines() if line.startswith(f"{path}: "))
    assert line.endswith(f"# {name}")


def test_variable_of_antiphon_wins_over_the_well_known_name() -> None:
    """Who names this service means it."""
    environ = {"NEO4J_URI": "bolt://a:1", "ANTIPHON_STORAGE__NEO4J__URI": "bolt://b:1"}
    assert load_config(None, environ).neo4j.uri == "bolt://b:1"


def test_variable_set_to_nothing_is_not_set() -> None:
    """Compose files pass empty variables for what is not configured."""
    environ = {"OPENAI_API_KEY": "", "NEO4J_URI": "", "ANTIPHON_SERVER__PORT": ""}
    config = load_config(None, environ)
    assert (config.providers["openai"].api_key, config.neo4j.uri, config.server.port) == (None, None, 8000)


@pytest.mark.parametrize(
    "name", ["ANTIPHON_URL", "ANTIPHON_TOKEN", "ANTIPHON_PYTHON", "NEO4J_HOME", "OPENAI_ORG_ID", "PATH"]
)
def test_variables_of_the_commands_and_of_others_are_left_alone(name: str) -> None:
    """Which service to call, as whom and with which Python is no setting, and neither is what is not ours."""
    assert load_config(None, {name: "x"}).settings == load_config(None, {}).settings


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("ANTIPHON_SERVER_PORT", "ANTIPHON_SERVER__PORT"),
        ("ANTIPHON_DEFAULT__MODEL", "ANTIPHON_DEFAULTS__MODEL"),
        ("ANTIPHON_CONFG", "ANTIPHON_CONFIG"),
        ("ANTIPHON_AGENTS__FAST__MODLE", "ANTIPHON_AGENTS__FAST__MODEL"),
    ],
)
def test_unknown_variable_is_named_with_the_nearest_known(name: str, near: str) -> None:
    """A misspelt variable is an error, not a setting that has no effect."""
    with pytest.raises(ConfigurationError, match=f"^{name}: is no setting. Did you mean {near}\\?$"):
        load_config(None, {name: "1"})


def outcome(file: Path | None, environ: dict[str, str]) -> list[str]:
    """The port and the parallelism, or else what is said of them, without the place."""
    try:
        config = load_config(file, environ)
    except ConfigurationError as error:
        return sorted(line.split(": ", 1)[1] for line in str(error).splitlines())
    return [str(config.server.port), str(config.defaults.max_parallel)]


@settings(deadline=None, max_examples=15)
@given(port=st.integers(-10, 70_000), parallel=st.integers(-2, 2000))
def test_environment_and_file_mean_the_same(tmp_path_factory: Any, port: int, parallel: int) -> None:
    """A value is taken, or refused with the same words, from a variable as from a file."""
    environ = {"ANTIPHON_SERVER__PORT": str(port), "ANTIPHON_DEFAULTS__MAX_PARALLEL": str(parallel)}
    text = f"server: {{port: {port}}}\ndefaults: {{max_parallel: {parallel}}}"
    file = tmp_path_factory.mktemp("law") / "config.yaml"
    file.write_text(text)
    assert outcome(None, environ) == outcome(file, {})
    taken = 0 <= port <= 65535 and 1 <= parallel <= 1024
    assert (outcome(None, environ) == [str(port), str(parallel)]) == taken
