"""`antiphon config explain`: a key is found however it is named, and a secret is not shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from service import cli
from service.commands.completing import settings as complete

SECRET = "hunter2-hunter2"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of our own is the one that is found."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("platformdirs.user_config_path", lambda _: tmp_path / "none")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


def explained(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What `config explain` prints."""
    assert cli.main(["config", "explain", *words]) == cli.OK
    return capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], word: str) -> str:
    """Why `config explain` does not know this."""
    assert cli.main(["config", "explain", word]) == cli.WRONG_USE
    return capsys.readouterr().err


def test_setting_is_explained_with_what_is_now(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What it takes, its default, its variable, an example, and the place that said it."""
    (tmp_path / "config.yaml").write_text("server:\n  port: 81\n")
    lines = explained(capsys, "server.port").splitlines()
    assert lines == [
        "server.port: The port to listen on; 0 is any free one.",
        "",
        "takes     a whole number, from 0 to 65535",
        "default   8000",
        "example   server: {port: 8000}",
        "variable  ANTIPHON_SERVER__PORT",
        "now       81 (config.yaml:2)",
    ]


@pytest.mark.parametrize(
    ("word", "begin"),
    [
        ("max_page", "server.limits.max_page: "),
        ("limits.max_page", "server.limits.max_page: "),
        ("NEO4J_URI", "storage.neo4j.uri: "),
        ("ANTIPHON_SERVER__PORT", "server.port: "),
        ("ANTIPHON_SERVER__API_KEYS", "server.api_keys: "),
        ("providers.openai.models.gpt-4.1.family", "providers.openai.models.gpt-4.1.family: "),
        ("providers.<provider>.automatic", "providers.<provider>.automatic: "),
        ("providers.local.options.n_parallel", "providers.local.options"),
        ("api_keys", "api_keys: "),
        ("providers.openai", "providers.openai: How to reach"),
        ("server.limits", "server.limits: What one request"),
    ],
)
def test_setting_is_found_however_it_is_named(capsys: pytest.CaptureFixture[str], word: str, begin: str) -> None:
    """By its path, its last words, a variable; with names that hold dots."""
    assert explained(capsys, word).startswith(begin)


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("server.prot", "Did you mean server.port"),
        ("max_pages", "server.limits.max_page"),
        ("providers.openai.modles", "There is no setting providers.openai.modles."),
        ("timeouts", "There are 4 settings timeouts. Name one of"),
        ("", "lists the sections"),
        ("ANTIPHON_SERVER_PORT", "There is no setting"),
    ],
)
def test_setting_that_is_not_there_names_the_nearest(capsys: pytest.CaptureFixture[str], word: str, near: str) -> None:
    """And what several keys end with names them all."""
    assert near in refused(capsys, word)


def test_variable_has_the_name_that_was_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    """It can be copied."""
    assert "variable  ANTIPHON_PROVIDERS__OPENAI__MODELS__GPT_4_1__FAMILY" in explained(
        capsys, "providers.openai.models.gpt-4.1.family"
    )
    assert "          NEO4J_URI" in explained(capsys, "neo4j.uri")


def test_section_lists_its_keys(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a key, all sections."""
    assert "storage.neo4j.embedded" in explained(capsys, "storage.neo4j")
    assert "server.api_keys.<token>" in explained(capsys, "server")
    assert {"server", "search", "providers", "api_keys.<provider>"} <= {
        line.split()[0] for line in explained(capsys).splitlines()
    }


def test_secrets_are_not_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither those that are values nor those that are keys."""
    text = f"api_keys: {{openai: {SECRET}}}\nserver: {{api_keys: {{{SECRET}: alice}}}}\n"
    (tmp_path / "config.yaml").write_text(f"{text}providers: {{openai: {{headers: {{X-A: {SECRET}}}}}}}\n")
    said = [explained(capsys, word) for word in ("api_keys.openai", "server.api_keys", "providers.openai.headers.X-A")]
    assert ["***" in it for it in said] == [True] * 3
    assert not any(SECRET in it for it in [*said, *complete("")])


def test_the_default_model_says_which_it_is_now(capsys: pytest.CaptureFixture[str]) -> None:
    """`auto` alone would explain nothing."""
    assert "now local/smollm2: No key is set" in explained(capsys, "defaults.model")


def test_broken_configuration_can_be_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """That is when it is needed; what is now is not known."""
    (tmp_path / "config.yaml").write_text("server: {port: x}")
    assert cli.main(["config", "explain", "server.port"]) == cli.OK
    said = capsys.readouterr()
    assert "from 0 to 65535" in said.out
    assert "now " not in said.out
    assert "antiphon config check" in said.err


def test_keys_are_completed_with_the_names_that_there_are() -> None:
    """And never a bearer token."""
    assert complete("server.po") == ["server.port"]
    assert "providers.openai.models.gpt-4.1.family" in complete("providers.openai.models.gpt-4.1")
    assert complete("server.api_keys") == ["server.api_keys"]


def test_schema_is_printed_or_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The one that is shipped."""
    assert cli.main(["config", "schema"]) == cli.OK
    printed = capsys.readouterr().out
    assert cli.main(["config", "schema", "-o", str(tmp_path / "s.json")]) == cli.OK
    assert (tmp_path / "s.json").read_text() == printed
    assert cli.main(["config", "schema", "-o", "/dev/null/s.json"]) == cli.WRONG_USE
