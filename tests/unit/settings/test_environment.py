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


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("ANTIPHON_PORT", "ANTIPHON_SERVER__PORT"),
        ("ANTIPHON_MAX_PAGE", "ANTIPHON_SERVER__LIMITS__MAX_PAGE"),
        ("ANTIPHON_MAX_PARALLEL", "ANTIPHON_DEFAULTS__MAX_PARALLEL or ANTIPHON_EXECUTOR__MAX_PARALLEL"),
        ("ANTIPHON_SERVER__CORS_ORIGINS__0", "ANTIPHON_SERVER__CORS_ORIGINS"),
    ],
)
def test_unknown_variable_is_named_with_where_its_last_word_belongs(name: str, near: str) -> None:
    """As people write it who know the key and not its section."""
    with pytest.raises(ConfigurationError, match=f"^{name}: is no setting. Did you mean {near}\\?$"):
        load_config(None, {name: "1"})


def test_variable_in_small_letters_is_an_error() -> None:
    """Only where it would be a setting in capitals: other programs may have such names."""
    with pytest.raises(ConfigurationError, match=r"^antiphon_server__port: .* Write ANTIPHON_SERVER__PORT\.$"):
        load_config(None, {"antiphon_server__port": "1"})
    assert load_config(None, {"antiphon_home": "/x"}).server.port == 8000


KUBERNETES = {
    "ANTIPHON_PORT": "tcp://10.0.48.109:8000",
    "ANTIPHON_SERVICE_HOST": "10.0.48.109",
    "ANTIPHON_SERVICE_PORT": "8000",
    "ANTIPHON_SERVICE_PORT_HTTP": "8000",
    "ANTIPHON_PORT_8000_TCP": "tcp://10.0.48.109:8000",
    "ANTIPHON_PORT_8000_TCP_PROTO": "tcp",
    "ANTIPHON_PORT_8000_TCP_ADDR": "10.0.48.109",
    "ANTIPHON_SERVER_PORT": "udp://10.0.48.109:8000",
    "ANTIPHON_SERVER_SERVICE_HOST": "10.0.48.109",
}


def test_variables_of_kubernetes_are_left_alone() -> None:
    """It sets them in every container beside a service of our name, or of one that begins with it."""
    assert load_config(None, KUBERNETES).settings == load_config(None, {}).settings


@pytest.mark.parametrize(
    ("name", "text", "path", "value"),
    [
        ("OPENAI_API_KEY_FILE", "k-1\n", "api_keys.openai", '"***"'),
        ("NEO4J_PASSWORD_FILE", "123456\r\n", "storage.neo4j.password", '"***"'),
        ("ANTIPHON_API_KEYS__ANTHROPIC_FILE", "k", "api_keys.anthropic", '"***"'),
        ("NEO4J_USERNAME_FILE", "\ufeffme\n", "storage.neo4j.username", '"me"'),
        ("ANTIPHON_SERVER__PORT_FILE", "81\n", "server.port", "81"),
        ("ANTIPHON_STORAGE__KEEP_DAYS_OF__BOB_FILE", "3\n", "storage.keep_days_of.bob", "3.0"),
        ("ANTIPHON_SERVER__API_KEYS_FILE", "{t: alice}\n", "server.api_keys.***", '"alice"'),
    ],
)
def test_variable_may_name_a_file_with_the_value(tmp_path: Path, name: str, text: str, path: str, value: str) -> None:
    """As secrets of containers come; the end of the last line is no part of it."""
    secret = tmp_path / "secret"
    secret.write_bytes(text.encode())
    assert f"{path}: {value}  # {name}" in show(load_config(None, {name: str(secret)})).splitlines()


def test_key_from_a_file_is_the_key(tmp_path: Path) -> None:
    """Byte for byte, without the end of its line; with it a provider would refuse it."""
    (tmp_path / "key").write_text("k-1 \n")
    config = load_config(None, {"OPENAI_API_KEY_FILE": str(tmp_path / "key")})
    assert config.providers["openai"].api_key == "k-1 "


@pytest.mark.parametrize(
    ("text", "other", "told"),
    [
        (None, {}, "cannot be read"),
        ("", {}, "is empty"),
        ("\n", {}, "is empty"),
        ("x" * 1_100_000, {}, "is too large"),
        ("k", {"OPENAI_API_KEY": "k"}, "is set, and so is OPENAI_API_KEY. Remove one."),
    ],
)
def test_file_of_a_variable_that_holds_nothing_is_an_error(
    tmp_path: Path, text: str | None, other: dict[str, str], told: str
) -> None:
    """A service without its key would find that out much later."""
    file = tmp_path / "secret"
    if text is not None:
        file.write_text(text)
    with pytest.raises(ConfigurationError, match=f"^OPENAI_API_KEY_FILE: api_keys.openai: .*{told}"):
        load_config(None, {"OPENAI_API_KEY_FILE": str(file), **other})


def test_key_whose_own_name_ends_like_that_is_no_file(tmp_path: Path) -> None:
    """A name that is there is the name."""
    text = "storage: {keep_days_of: {bob_file: 1}}"
    config = load(tmp_path, text, ANTIPHON_STORAGE__KEEP_DAYS_OF__BOB_FILE="9")
    assert config.storage.keep_days_of == {"bob_file": 9}


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_line_break_at_the_end_of_a_variable_is_no_part_of_it(end: str) -> None:
    """A `.env` file of Windows leaves one behind, and a secret of Kubernetes that was encoded with it."""
    said = {"OPENAI_API_KEY": "k-1", "ANTIPHON_DEFAULTS__MODEL": "echo/echo", "ANTIPHON_SERVER__PORT": "81"}
    config = load_config(None, {name: text + end for name, text in said.items()} | {"NEO4J_URI": end})
    assert (config.providers["openai"].api_key, config.defaults.model) == ("k-1", "echo/echo")
    assert (config.server.port, config.neo4j.uri) == (81, None)


def test_quotes_around_a_value_are_a_warning() -> None:
    """`docker run --env-file` keeps them; a provider would refuse the key, and say nothing of quotes."""
    (warning,) = load_config(None, {"OPENAI_API_KEY": '"k-1"', "ANTHROPIC_API_KEY": "'k"}).warnings
    assert warning.startswith("OPENAI_API_KEY has quotes")
    assert "k-1" not in warning


def test_names_that_other_programs_read_are_a_warning(tmp_path: Path) -> None:
    """Where the right one is not set."""
    assert "call it NEO4J_USERNAME" in load_config(None, {"NEO4J_USER": "x"}).warnings[0]
    assert load_config(None, {"NEO4J_USER": "x", "NEO4J_USERNAME": "x"}).warnings == ()
    (tmp_path / "config.yml").touch()
    assert load_config(None, {}).warnings[0].startswith("config.yml is not read.")


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
