"""The configuration as its users meet it: files and variables in, settings or named problems out."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from service.chat import RateLimits, Timeouts
from service.config import Config, check, load_config, write_example
from service.errors import ConfigurationError, Conflict, InvalidInput
from service.models.states import ModelState, standing
from service.providers.local import LocalOptions
from service.providers.options import read_options
from service.records import Aggregation
from service.resources import resource
from service.settings.resolved import REASONING_TIMEOUTS
from tests.support.pages import blocks

SECRET = "hunter2-hunter2"
MODEL = "{family: f, context_window: 100, max_output_tokens: 10}"


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


# --- what is there without a file ---------------------------------------------------------------


def test_defaults_need_no_file_and_no_key() -> None:
    """With nothing configured the small local model is used, on loopback."""
    config = load_config(None, {})
    assert config.defaults.model == "local/smollm2"
    assert config.server.host == "127.0.0.1"


def test_a_key_makes_its_provider_the_default_and_says_so() -> None:
    """The first provider that has one, in the order of the files; why it is the one names the place of the key."""
    both = load_config(None, {"OPENAI_API_KEY": SECRET, "ANTHROPIC_API_KEY": SECRET})
    one = load_config(None, {"ANTHROPIC_API_KEY": SECRET})
    assert both.defaults.model == "openai/gpt-6-luna"
    assert (one.defaults.model, one.agents["fast"].model) == ("anthropic/claude-haiku-5-5",) * 2
    assert one.defaults.why == "anthropic has a key (ANTHROPIC_API_KEY)."
    assert SECRET not in one.defaults.why


def test_auto_is_the_default_for_a_role_too(tmp_path: Path) -> None:
    """The word means the same wherever a model may be named."""
    config = load(tmp_path, "agents: {fast: {model: auto}}", ANTHROPIC_API_KEY=SECRET)
    assert config.agents["fast"].model == config.defaults.model == "anthropic/claude-haiku-5-5"


def test_a_model_that_is_named_stays_the_default(tmp_path: Path) -> None:
    """Keys change nothing then."""
    config = load(tmp_path, "defaults: {model: smollm2}", OPENAI_API_KEY=SECRET)
    assert config.defaults.model == "local/smollm2"
    assert config.defaults.why == f"defaults.model names it ({tmp_path / 'config.yaml'}:1)."


OWN = f"providers: {{mine: {{protocol: PROTOCOL, base_url: 'URL', models: {{a: {MODEL}, b: {MODEL}}}}}}}"


@pytest.mark.parametrize(
    ("protocol", "url", "chosen"),
    [
        ("openai", "http://gpu-box:8000/v1", "mine/a"),
        ("openai", "https://gateway.example/v1", "mine/a"),
        ("openai", "https://openrouter.ai/api/v1", "local/smollm2"),
        ("echo", "http://gpu-box:8000/v1", "local/smollm2"),
        ("morse", "http://gpu-box:8000/v1", "local/smollm2"),
    ],
)
def test_a_provider_of_ones_own_that_needs_no_key_is_at_hand(
    tmp_path: Path, protocol: str, url: str, chosen: str
) -> None:
    """One at a vendor's own host needs a key; one that only echoes is never meant."""
    assert load(tmp_path, OWN.replace("PROTOCOL", protocol).replace("URL", url)).defaults.model == chosen


def test_a_provider_that_is_not_automatic_is_asked_only_by_name(tmp_path: Path) -> None:
    """Whether it has a key or not."""
    text = "providers: {openai: {automatic: false}}"
    assert load(tmp_path, text, OPENAI_API_KEY=SECRET).defaults.model == "local/smollm2"
    assert load(tmp_path, text, OPENAI_API_KEY=SECRET, ANTHROPIC_API_KEY=SECRET).defaults.model.startswith("anthropic/")


def test_what_is_asked_of_a_provider_can_be_said(tmp_path: Path) -> None:
    """Its `default_model`, else the first of its models."""
    text = OWN.replace("PROTOCOL", "openai").replace("URL", "http://gpu-box:8000/v1")
    assert load(tmp_path, text.replace("models:", "default_model: b, models:")).defaults.model == "mine/b"
    with pytest.raises(ConfigurationError, match="mine has no model 'c'"):
        load(tmp_path, text.replace("models:", "default_model: c, models:"))


@pytest.mark.parametrize(
    ("text", "environ"),
    [
        ("api_keys: {openai: ''}", {}),
        ("api_keys: {openai: '  '}", {}),
        ("{}", {"OPENAI_API_KEY": ""}),
        ("{}", {"OPENAI_API_KEY": " \n"}),
    ],
)
def test_a_key_of_nothing_is_no_key(tmp_path: Path, text: str, environ: dict[str, str]) -> None:
    """As many a script sets one."""
    config = load(tmp_path, text, **environ)
    assert config.defaults.model == "local/smollm2"
    assert standing(config, config.find_model("gpt-5-nano")).state is ModelState.NO_KEY


def test_a_name_without_a_tag_means_the_latest(tmp_path: Path) -> None:
    """As with Ollama, unless there is one of just that name."""
    models = f"{{'m:latest': {MODEL}, 'm:8b': {MODEL}, 'n': {MODEL}, 'n:latest': {MODEL}}}"
    config = load(tmp_path, f"providers: {{own: {{protocol: openai, base_url: 'http://h/v1', models: {models}}}}}")
    assert [config.find_model(name).key for name in ("own/m", "m", "n")] == ["own/m:latest", "own/m:latest", "own/n"]


def test_a_known_address_of_another_server_is_no_model_of_ones_own() -> None:
    """OPENAI_BASE_URL alone says nothing of the models there."""
    assert load_config(None, {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}).defaults.model == "local/smollm2"


def test_shipped_models_are_whole() -> None:
    """Every shipped model's output fits its window, and the free ones cost nothing."""
    models = load_config(None, {}).models()
    assert all(0 < model.max_output_tokens <= model.context_window for model in models)
    assert {model.input_price for model in models if model.provider in ("local", "echo")} == {0}


def test_shipped_options_are_those_that_the_local_provider_reads() -> None:
    """The free `options` of a provider mean the same to the file and to the plug-in."""
    local = load_config(None, {}).providers["local"]
    assert read_options(local, LocalOptions).n_parallel == local.limits.concurrent


@pytest.mark.parametrize(
    ("name", "aggregation"),
    [
        ("prompt", "CONCAT"),
        ("summarize", "REDUCE"),
        ("code_review", "CONCAT"),
        ("extract", "MERGE"),
        ("question_answer", "REDUCE"),
        ("explain_errors", "REDUCE"),
    ],
)
def test_shipped_task_types_have_both_templates(name: str, aggregation: str) -> None:
    """Each shipped task type says how a part is asked and how the answers are combined."""
    template = load_config(None, {}).task_types[name]
    assert template.aggregation is Aggregation(aggregation)
    assert "input" in template.instruction
    assert template.reduce is not None
    assert "answers" in template.reduce


# --- the user's file over the shipped one --------------------------------------------------------


def test_user_file_changes_one_key_and_keeps_the_others(tmp_path: Path) -> None:
    """Files are merged key by key."""
    provider = load(tmp_path, "providers: {openai: {rate_limits: {concurrent: 2}}}").providers["openai"]
    assert provider.limits == RateLimits(2, 5000, 2_000_000)
    assert provider.base_url == "https://api.openai.com/v1"


def test_a_model_has_limits_of_its_own_beside_its_providers(tmp_path: Path) -> None:
    """What is said of one model stands at it alone."""
    said = "providers: {openai: {models: {gpt-6.1-sol: {rate_limits: {requests_per_minute: 50}}}}}"
    config = load(tmp_path, said + "\nexecutor: {breaker: {failures: 3}}")
    first, second, *_ = config.providers["openai"].models
    assert (first.name, first.limits, second.limits) == ("gpt-6.1-sol", RateLimits(None, 50, None), RateLimits())
    assert (config.executor.breaker.failures, config.executor.breaker.cool_down_seconds) == (3, 30.0)


def test_user_file_adds_a_provider_with_a_protocol_of_its_own(tmp_path: Path) -> None:
    """A protocol is whatever a plug-in registers."""
    text = f"providers: {{mine: {{protocol: morse, models: {{m1: {MODEL}}}}}}}\ndefaults: {{model: mine/m1}}"
    config = load(tmp_path, text)
    assert config.providers["mine"].protocol == "morse"
    assert config.find_model("m1").key == config.defaults.model


def test_timeouts_of_a_provider_stand_over_the_defaults(tmp_path: Path) -> None:
    """A provider inherits the timeouts that it does not set."""
    text = "defaults: {timeouts: {connect: 1, total: 9}}\nproviders: {openai: {timeouts: {total: 20}}}"
    config = load(tmp_path, text)
    assert config.providers["openai"].timeouts == Timeouts(connect=1, first_token=60, total=20)
    assert config.defaults.timeouts == Timeouts(connect=1, first_token=60, total=9)


def test_models_that_reason_have_more_time_unless_it_is_set(tmp_path: Path) -> None:
    """They may be silent for minutes; what is set by hand, wherever, wins."""
    thinker = MODEL.replace("}", ", features: [reasoning]}")
    own = thinker.replace("}", ", timeouts: {total: 7}}")
    text = (
        f"providers: {{a: {{protocol: morse, models: {{m: {MODEL}, t: {thinker}, own: {own}}}}},"
        f" b: {{protocol: morse, timeouts: {{first_token: 9}}, models: {{t: {thinker}}}}}}}\n"
        "agents: {deep: {model: a/t, timeouts: {connect: 2}}}"
    )
    config = load(tmp_path, text)
    models = {key: config.find_model(key).timeouts for key in ("a/m", "a/t", "a/own", "b/t", "gpt-5.2")}
    assert models["a/m"] == Timeouts()
    assert models["a/t"] == models["gpt-5.2"] == REASONING_TIMEOUTS
    assert models["a/own"] == replace(REASONING_TIMEOUTS, total=7)
    assert models["b/t"] == replace(REASONING_TIMEOUTS, first_token=9)
    assert config.agents["deep"].timeouts == replace(REASONING_TIMEOUTS, connect=2)
    by_hand = load(tmp_path, f"defaults: {{timeouts: {{first_token: 50}}}}\n{text}")
    assert by_hand.find_model("a/t").timeouts.first_token == 50


def test_agent_inherits_what_it_does_not_say(tmp_path: Path) -> None:
    """A role without a model uses the default one, with its settings."""
    text = "defaults: {model: echo, temperature: 0.5}\nagents: {fast: {max_output_tokens: 7}}"
    role = load(tmp_path, text).agents["fast"]
    assert (role.model, role.temperature, role.max_output_tokens) == ("echo/echo", 0.5, 7)
    assert role.timeouts is None


def test_task_type_of_the_user_stands_beside_the_shipped_ones(tmp_path: Path) -> None:
    """Users add their own types; what they leave out has a default."""
    types = load(tmp_path, "task_types: {shout: {instruction: 'Shout {{ input }}'}}").task_types
    assert types["shout"].strategy == "NONE"
    assert "summarize" in types


def test_section_with_nothing_in_it_is_no_error(tmp_path: Path) -> None:
    """`agents:` with everything below commented out keeps the shipped agents."""
    assert "fast" in load(tmp_path, "agents:\nserver:\n  # port: 1\n").agents


def test_anchors_and_merge_keys_work(tmp_path: Path) -> None:
    """YAML's own means against repetition may be used."""
    text = "agents:\n  a: &a {model: echo, temperature: 1}\n  b: {<<: *a, temperature: 0}"
    agents = load(tmp_path, text).agents
    assert (agents["b"].model, agents["b"].temperature) == ("echo/echo", 0)


# --- which file ---------------------------------------------------------------------------------


def test_file_named_by_the_environment_is_read(tmp_path: Path) -> None:
    """`ANTIPHON_CONFIG` names the file."""
    file = tmp_path / "other.yaml"
    file.write_text("server: {port: 1234}")
    assert load_config(None, {"ANTIPHON_CONFIG": str(file)}).server.port == 1234


def test_file_in_the_current_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`config.yaml` where the service is started is read without being named."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text("server: {port: 1234}")
    assert load_config(None, {}).server.port == 1234


@pytest.mark.parametrize("by_variable", [True, False])
def test_named_file_that_is_missing_is_an_error(tmp_path: Path, by_variable: bool) -> None:
    """A file that was asked for is never silently left out."""
    file = tmp_path / "none.yaml"
    arguments = (None, {"ANTIPHON_CONFIG": str(file)}) if by_variable else (file, {})
    with pytest.raises(ConfigurationError, match="no such file"):
        load_config(*arguments)


# --- looking things up --------------------------------------------------------------------------


def test_model_is_found_by_provider_and_name_or_by_name_alone() -> None:
    """Both ways lead to the same record."""
    config = load_config(None, {})
    assert config.find_model("gpt-4o") is config.get_model_config("openai", "gpt-4o")
    assert config.find_model("openai/gpt-4o").context_window == 128_000


@pytest.mark.parametrize(("name", "hint"), [("gpt-4oo", "gpt-4o"), ("opneai/gpt-4o", "openai/gpt-4o")])
def test_model_that_is_not_there_is_the_callers_error(name: str, hint: str) -> None:
    """The error names the field and the nearest model."""
    with pytest.raises(InvalidInput, match=hint) as caught:
        load_config(None, {}).find_model(name)
    assert caught.value.field == "config.model"


def test_model_name_of_two_providers_must_be_told_apart(tmp_path: Path) -> None:
    """A bare name that two providers have is refused with the whole names."""
    config = load(tmp_path, f"providers: {{echo: {{models: {{gpt-4o: {MODEL}}}}}}}")
    with pytest.raises(InvalidInput, match="echo/gpt-4o, openai/gpt-4o"):
        config.find_model("gpt-4o")


def test_provider_that_is_not_there_is_named() -> None:
    """As for models, the nearest one is offered."""
    with pytest.raises(InvalidInput, match="Did you mean anthropic"):
        load_config(None, {}).get_model_config("antropic", "x")


# --- antiphon config ----------------------------------------------------------------------------


def test_check_says_what_was_read(tmp_path: Path) -> None:
    """One line names the file and the default model."""
    file = tmp_path / "config.yaml"
    file.write_text("defaults: {model: echo}")
    found = check(load_config(file, {}), file, {})
    assert found.startswith(f"{file}: 4 providers, ")
    assert "echo/echo" in found


def test_example_is_written_once_for_its_owner_alone_and_is_valid(tmp_path: Path) -> None:
    """`config init` gives a file that works, and overwrites none."""
    file = write_example(tmp_path / "new" / "config.yaml")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert load_config(file, {}).defaults.model == "local/smollm2"
    with pytest.raises(Conflict, match="is there already"):
        write_example(file)


@pytest.mark.parametrize(
    "section",
    [text for page in sorted(resource("docs").glob("*.md")) for text in blocks("yaml", page.read_text())],
)
def test_documented_yaml_is_valid(tmp_path: Path, section: str) -> None:
    """Every block of the manual's pages can be used as it is."""
    assert load(tmp_path, section)
