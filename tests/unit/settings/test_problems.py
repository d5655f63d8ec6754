"""What is wrong with a configuration is told whole: file, line, path and remedy, and never a secret."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.config import Config, load_config, show
from service.errors import ConfigurationError
from service.settings.hints import plain_number

SECRET = "hunter2-hunter2"
SMOLLM_OUTPUT = "1: providers.local.models.smollm2.max_output_tokens: must not exceed the context window"


def load(folder: Path, text: str, **environ: str) -> Config:
    """The configuration of a user's file with this text."""
    file = folder / "config.yaml"
    file.write_text(text, encoding="utf-8")
    return load_config(file, environ)


def refusal(folder: Path, text: str, **environ: str) -> list[str]:
    """The lines of the error that such a file gives, without the folder's name."""
    with pytest.raises(ConfigurationError) as caught:
        load(folder, text, **environ)
    return str(caught.value).replace(f"{folder}/", "").splitlines()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("server:\n  prot: 1", "2: server.prot: unknown key. Did you mean port?"),
        ("sever: {}", "1: sever: unknown key. Did you mean server?"),
        ("server:\n\n  port: '8'", "3: server.port: must be a valid integer."),
        ("server: {port: true}", "1: server.port: must be a valid integer."),
        ("server: [a]", "1: server: must be a mapping of keys to values."),
        ("defaults:\n  max_parallel: 0", "2: defaults.max_parallel: must be greater than or equal to 1."),
        ("defaults: {temperature: .nan}", "1: defaults.temperature: must be a finite number."),
        ("server:\n  cors_origins:\n    - a\n    - 2", "4: server.cors_origins[1]: must be text."),
        ("task_types:\n  mine: {role: fast}", "2: task_types.mine.instruction: this key is required."),
        ("agents:\n  fast: {model: ehco}", "2: agents.fast.model: there is no model 'ehco'. Did you"),
        ("agents: {x: {fallback_models: [echo, nope]}}", "1: agents.x.fallback_models[1]: there is no model"),
        ("defaults: {model: opnai/gpt-4o}", "1: defaults.model: there is no model 'opnai/gpt-4o'. Did"),
        ("api_keys: {opnai: k}", "1: api_keys.opnai: there is no such provider. Did you mean openai?"),
        (
            "task_types: {prompt: {role: fsat}}",
            "1: task_types.prompt.role: there is no agent 'fsat'. Did you",
        ),
        ("server:\n  port: 1\n  port: 2", "3: server.port: this key is there twice (config.yaml:2)."),
        ("server:\n  1: 2", "2: server: keys must be text."),
        ("server: !!python/name:os.system x", "1: server: tags are not allowed."),
        ("server:\n  port: !mine 3", "2: server.port: tags are not allowed."),
        ("server:\n  host: '\n", "3: is not valid YAML"),
        ("server:\n\tport: 1", "2: is indented with a tab."),
        ("server: {api_keys: {'': alice}}", "1: server.api_keys.***: must not be empty."),
        ("a: 1\n---\nb: 2", "2: is not valid YAML"),
        ("- a", "1: must be a mapping"),
        ("", "1: the file is empty."),
        ("# nothing", "1: the file is empty."),
        ("a: &a\n  b: *a", " is nested too deeply, or holds itself."),
        ("a: 1\nb: \x07", "2: holds a character that YAML does not allow."),
        ("providers: {local: {models: {smollm2: {max_output_tokens: 8193}}}}", SMOLLM_OUTPUT),
        ("storage: {neo4j: {uri: localhost}}", "1: storage.neo4j.uri: must be an address such as bolt://"),
        ("storage: {neo4j: {uri: 'http://h:7474'}}", "1: storage.neo4j.uri: must be an address such as bolt://"),
    ],
)
def test_problem_names_file_line_path_and_remedy(tmp_path: Path, text: str, told: str) -> None:
    """Whatever is wrong is found by its file, line and path."""
    assert refusal(tmp_path, text)[0].startswith(f"config.yaml:{told}")


def test_problems_are_told_all_at_once(tmp_path: Path) -> None:
    """Types, unknown keys, relations and variables: one line each, in the order of the file."""
    text = "server:\n  prot: 1\n  port: x\ndefaults: {model: nope}\nlogging: {level: LOUD}"
    lines = refusal(tmp_path, text, ANTIPHON_SERVER__GRAPHIQL="maybe")
    assert [line.split(": ")[0] for line in lines] == [
        *(f"config.yaml:{number}" for number in (2, 3, 4, 5)),
        "ANTIPHON_SERVER__GRAPHIQL",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("server: {keep_alive: 30s}", "server.keep_alive: must be a valid number. Write 30 (seconds)."),
        ("server: {keep_alive: 2 minutes}", "server.keep_alive: must be a valid number. Write 120 (seconds)."),
        ("server: {keep_alive: 500ms}", "server.keep_alive: must be a valid number. Write 0.5 (seconds)."),
        ("storage: {keep_days: 2 weeks}", "storage.keep_days: must be a valid number. Write 14 (days)."),
        ("storage: {max_import_bytes: 2GB}", "storage.max_import_bytes: must be a valid integer. Write 2000000000 ("),
        ("storage: {max_import_bytes: 2 GiB}", "storage.max_import_bytes: must be a valid integer. Write 2147483648 ("),
        ("server: {port: '8'}", "server.port: must be a valid integer. Write 8."),
        (
            "server: {limits: {max_cost: 1e6}}",
            "server.limits.max_cost: must be a valid integer. Write 1000000 (",
        ),
        ("server: {limits: {max_cost: '500,000'}}", "server.limits.max_cost: must be a valid integer. Write 500000 ("),
        (
            "defaults: {max_output_tokens: 4k}",
            "defaults.max_output_tokens: must be a valid integer. Write 4000 (tokens).",
        ),
        ("server: {keep_alive: 30 parsecs}", "server.keep_alive: must be a valid number."),
        ("server: {keep_alive: soon}", "server.keep_alive: must be a valid number."),
        ("server: {port: }", "server.port: has no value. Give it one, or leave the key out."),
        ("server: {host: }", "server.host: has no value."),
        ("server: {cors_origins: 'https://a, https://b'}", "server.cors_origins: must be a list, as [a, b]."),
        ("model_list: [{api_key: os.environ/KEY}]", "model_list: unknown key."),
        ("port: 80", "port: unknown key. There is server.port."),
        ("server: {max_page: 5}", "server.max_page: unknown key. There is server.limits.max_page."),
        ("server: {max-page: 5}", "server.max-page: unknown key. There is server.limits.max_page."),
        ("server: {keepAlive: 5}", "server.keepAlive: unknown key. There is server.keep_alive."),
        ("server: {introspection: 'true'}", "server.introspection: must be true or false."),
        ("max_parallel: 5", "max_parallel: unknown key. There is defaults.max_parallel and executor.max_parallel."),
        (
            "server: {port: 22:22}",
            "server.port: is a number in base 60 or 8 to YAML. Write it in base 10, or in quotes.",
        ),
        ("storage: {neo4j: {password: 0777}}", "storage.neo4j.password: is a number in base 60 or 8 to YAML."),
        (
            "api_keys: {openai: '${OPENAI_API_KEY}'}",
            "api_keys.openai: is taken as it stands: variables",
        ),
        ("api_keys: {openai: os.environ/KEY}", "api_keys.openai: is taken as it stands"),
        ("defaults: {model: '${MODEL:-echo}'}", "defaults.model: is taken as it stands"),
    ],
)
def test_what_is_often_tried_is_told_with_what_to_write(tmp_path: Path, text: str, told: str) -> None:
    """Numbers with units, keys of other sections, variables as other programs replace them."""
    lines = [line.removeprefix("config.yaml:1: ") for line in refusal(tmp_path, text)]
    assert any(line.startswith(told) for line in lines), lines


def test_variable_in_the_file_is_told_with_the_one_to_set(tmp_path: Path) -> None:
    """The well-known one, where there is one."""
    assert refusal(tmp_path, "api_keys: {openai: '${KEY}'}")[0].endswith("Leave it out, and set OPENAI_API_KEY.")
    (line,) = refusal(tmp_path, "server: {host: '${HOST}'}", ANTIPHON_SERVER__API_KEYS="{t: a}")
    assert line.endswith("and set ANTIPHON_SERVER__HOST.")


def test_templates_may_hold_what_looks_like_a_variable(tmp_path: Path) -> None:
    """They are texts for a model."""
    text = "task_types: {a: {instruction: '${x}'}}\nsearch: {embeddings: {query_prefix: '${q}'}}"
    assert load(tmp_path, text).task_types["a"].instruction == "${x}"


@pytest.mark.parametrize(
    "raw",
    [
        b"server:\r\n  port: 81\r\n",
        b"\xef\xbb\xbfserver:\n  port: 81\n",
        b"%YAML 1.1\n---\nserver: {port: 81}\n...\n",
        b"server: &s {port: 81}\nstorage: {}\n",
        b'{"server": {"port": 81}}',
    ],
)
def test_files_of_other_systems_are_read(tmp_path: Path, raw: bytes) -> None:
    """Windows' ends of lines, a byte order mark, a directive, an anchor that nobody refers to, JSON."""
    (tmp_path / "config.yaml").write_bytes(raw)
    assert load_config(tmp_path / "config.yaml", {}).server.port == 81


def test_file_in_another_encoding_of_windows_is_an_error(tmp_path: Path) -> None:
    """As `>` of a PowerShell writes it."""
    (tmp_path / "config.yaml").write_bytes("server: {port: 81}".encode("utf-16"))
    with pytest.raises(ConfigurationError, match="is not UTF-8"):
        load_config(tmp_path / "config.yaml", {})


def test_file_of_references_to_references_ends(tmp_path: Path) -> None:
    """A few lines may stand for billions of values."""
    lines = [f"k{n + 1}: &k{n + 1} [{', '.join([f'*k{n}'] * 9)}]" for n in range(9)]
    (line,) = refusal(tmp_path, "\n".join(["k0: &k0 [x]", *lines]))
    assert line == "config.yaml: holds more than 100,000 values."


def test_file_that_leads_nowhere_is_not_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a broken link at the usual place nor a folder of that name, as Docker makes it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").symlink_to("gone.yaml")
    with pytest.raises(ConfigurationError, match="link that leads nowhere"):
        load_config(None, {})
    (tmp_path / "config.yaml").unlink()
    (tmp_path / "config.yaml").mkdir()
    with pytest.raises(ConfigurationError, match="Docker makes a folder"):
        load_config(None, {})


def test_file_that_is_not_utf8_is_an_error_with_its_line(tmp_path: Path) -> None:
    """Other encodings are named, not guessed."""
    file = tmp_path / "config.yaml"
    file.write_bytes(b"server:\n  host: \xff\n")
    with pytest.raises(ConfigurationError, match=r":2: is not UTF-8\. Save the file as UTF-8\."):
        load_config(file, {})


def test_folder_in_the_place_of_the_file_is_an_error(tmp_path: Path) -> None:
    """What cannot be read is named."""
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_config(tmp_path, {})


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])
def test_listening_beyond_loopback_needs_authentication(tmp_path: Path, host: str) -> None:
    """An open service without bearer tokens is refused, wherever the address comes from; with them it may."""
    assert "with no authentication" in refusal(tmp_path, "server: {}", ANTIPHON_SERVER__HOST=host)[0]
    assert load(tmp_path, f"server: {{host: '{host}', api_keys: {{token: alice}}}}").server.host == host


@pytest.mark.parametrize("host", ["localhost", "127.0.0.2", "::1"])
def test_listening_on_loopback_needs_none(tmp_path: Path, host: str) -> None:
    """On this machine alone the owner is known."""
    assert load(tmp_path, f"server: {{host: '{host}'}}").server.host == host


# --- secrets ------------------------------------------------------------------------------------

SECRETS = f"""
api_keys: {{openai: {SECRET}}}
storage: {{neo4j: {{password: {SECRET}}}}}
server: {{api_keys: {{{SECRET}: alice}}}}
providers: {{openai: {{headers: {{X-Team: {SECRET}}}}}}}
"""


def test_secrets_are_in_no_text_of_the_configuration(tmp_path: Path) -> None:
    """They can be used, and not be seen."""
    config = load(tmp_path, SECRETS)
    texts = [
        repr(config),
        str(config),
        show(config),
        repr(config.settings),
        repr(config.server),
        repr(config.layer),
    ]
    assert config.providers["openai"].headers == {"X-Team": SECRET}
    assert not any(SECRET in text for text in [*texts, repr(config.providers)])
    assert 'api_keys.openai: "***"  # ' in show(config)


@pytest.mark.parametrize(
    "text",
    [
        f"api_keys: {{openai: [{SECRET}]}}",
        f"api_keys: {{{SECRET}: openai}}",
        f"api_keys: {SECRET}",
        f"storage: {{neo4j: {{password: {{a: {SECRET}}}}}}}",
        f"server: {{api_keys: {{{SECRET}: 5}}}}",
        f"server: {{api_keys: {{{SECRET}: a, {SECRET}: b}}}}",
        f"storage: {{neo4j: {{uri: 'bolt://neo4j:{SECRET}@host'}}}}",
        f"storage: {{neo4j: {{password: *{SECRET}}}}}",
        f"storage: {{neo4j: {{password: !{SECRET} x}}}}",
        f"storage: {{neo4j: {{password: '{SECRET}}}}}",
        f"storage: {{neo4j: {{password: {SECRET}: {SECRET}}}}}",
    ],
)
def test_secrets_are_in_no_error(tmp_path: Path, text: str) -> None:
    """However a secret is written wrongly, the error does not repeat it."""
    assert SECRET not in "\n".join(refusal(tmp_path, text))


def test_secret_in_a_variables_name_or_value_is_in_no_error() -> None:
    """A bearer token is no part of a variable's name; the error says what to do and hides it."""
    environ = {
        f"ANTIPHON_SERVER__API_KEYS__{SECRET.upper()}": "alice",
        "ANTIPHON_SERVER__LIMITS": f"{{x: {SECRET}",
    }
    with pytest.raises(ConfigurationError) as caught:
        load_config(None, environ)
    assert SECRET.lower() not in str(caught.value).lower()


def test_bearer_token_is_found_by_its_text(tmp_path: Path) -> None:
    """A token has the owner that the file gives it; any other has none."""
    server = load(tmp_path, SECRETS).server
    assert (server.owner_of(SECRET), server.owner_of("other"), server.owner_of("")) == ("alice", None, None)


def test_file_with_secrets_that_others_can_read_is_a_warning(tmp_path: Path) -> None:
    """It works, and says how to fix it; a file of its owner's alone is no cause for one."""
    (tmp_path / "config.yaml").touch(mode=0o600)
    assert load(tmp_path, SECRETS).warnings == ()
    (tmp_path / "config.yaml").chmod(0o644)
    assert "chmod 600" in load(tmp_path, SECRETS).warnings[0]
    assert load(tmp_path, "server: {port: 1}").warnings == ()


SECONDS = {"": 1, "s": 1, " sec": 1, " Seconds": 1, "m": 60, "min": 60, " minutes": 60, "h": 3600, " hours": 3600}


@given(st.integers(1, 99_999), st.sampled_from(sorted(SECONDS)))
def test_hint_for_a_time_is_that_time(number: int, unit: str) -> None:
    """Who follows it gets what was meant."""
    assert plain_number(("server", "keep_alive"), f"{number}{unit}") == f" Write {number * SECONDS[unit]} (seconds)."
