"""Where cache and data are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from service import cli
from service.config import load_config, user_file
from service.errors import ConfigurationError
from service.folders import cache_folder, data_folder

VARIABLES = ("ANTIPHON_CACHE_DIR", "ANTIPHON_DATA_DIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A user without a home, as in a bare container, in a folder of its own."""

    def unknown(_: int) -> None:
        raise KeyError

    for name in ("HOME", *VARIABLES):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", unknown)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_folders_follow_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each variable moves its folder."""
    monkeypatch.setenv("ANTIPHON_CACHE_DIR", str(tmp_path / "c"))
    monkeypatch.setenv("ANTIPHON_DATA_DIR", str(tmp_path / "d"))
    assert (cache_folder(), data_folder()) == (tmp_path / "c", tmp_path / "d")


def test_folders_are_the_users_own_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the variables they are absolute, named after the service, and two."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert "antiphon" in str(cache_folder())
    assert cache_folder().is_absolute()
    assert cache_folder() != data_folder()


posix_only = pytest.mark.skipif(os.name != "posix", reason="the home of a Windows user is found in other ways")


@posix_only
@pytest.mark.parametrize("home", [None, ""])
def test_a_user_without_a_home_names_the_folders(
    nobody: Path, home: str | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The error says with what; an empty HOME is none."""
    if home is not None:
        monkeypatch.setenv("HOME", home)
    assert cli.main(["config", "show"]) == cli.WRONG_USE
    (line,) = capsys.readouterr().err.splitlines()
    assert "ANTIPHON_DATA_DIR" in line
    assert "ANTIPHON_CACHE_DIR" in line


@posix_only
def test_named_folders_need_no_home(nobody: Path) -> None:
    """All that is kept has a place; the user's own file is simply not there."""
    folders = {"ANTIPHON_DATA_DIR": str(nobody / "d"), "ANTIPHON_CACHE_DIR": str(nobody / "c")}
    storage = load_config(environ=folders).storage
    assert (storage.data_folder, storage.cache_folder) == (nobody / "d", nobody / "c")
    assert user_file(environ=folders) is None


@posix_only
def test_a_folder_in_a_home_that_is_not_known_is_named(nobody: Path) -> None:
    """It does not become a folder called `~`."""
    with pytest.raises(ConfigurationError, match=r"storage\.data_folder: begins with ~"):
        load_config(environ={"ANTIPHON_DATA_DIR": "~/data", "ANTIPHON_CACHE_DIR": str(nobody / "c")})


@posix_only
def test_a_home_whose_name_is_not_utf_8_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As in an old home, or where Python was told to read names in ASCII: one line, with what to set."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/home/J\udcfcrgen")
    assert cli.main(["config", "show"]) == cli.WRONG_USE
    (line,) = capsys.readouterr().err.splitlines()
    assert "not UTF-8" in line
    assert "ANTIPHON_DATA_DIR" in line
