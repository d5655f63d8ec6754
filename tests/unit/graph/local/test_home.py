"""The data folder: the password's file and the record of the running server."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from service.errors import SetupError
from service.graph.local.conf import Ports
from service.graph.local.home import (
    Home,
    ServerState,
    make_password,
    prepare,
    read_password,
    read_state,
    write_state,
)
from service.graph.local.readiness import address_of

STATE = ServerState(pid=7, created=1.5, bolt_port=1, http_port=2, version="1", fingerprint="f", detached=True)

posix_only = pytest.mark.skipif(os.name == "nt", reason="Windows has no file modes")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty data folder."""
    home = Home(tmp_path / "neo4j")
    prepare(home)
    return home


def test_state_reads_back(home: Home) -> None:
    """What was written is what is read."""
    write_state(home, STATE)
    assert read_state(home) == STATE


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}', '{"unknown": 1}'])
def test_state_that_cannot_be_read_is_none(home: Home, text: str) -> None:
    """A damaged record, or another release's, is the same as none."""
    home.state.write_text(text, encoding="utf-8")
    assert read_state(home) is None


@posix_only
def test_password_is_for_the_user_alone(home: Home) -> None:
    """The folder, the password and the record are closed to others."""
    password = make_password(home)
    assert read_password(home) == password
    assert stat.S_IMODE(home.password.stat().st_mode) == 0o600
    assert stat.S_IMODE(home.folder.stat().st_mode) == 0o700


def test_password_is_long_and_its_own(home: Home) -> None:
    """Two passwords differ, and neither begins with a dash, which a command would take for an option."""
    assert len(make_password(home)) >= 32
    assert make_password(home).isalnum()
    assert make_password(home) != make_password(home)


def test_lost_password_of_existing_data_is_said(home: Home) -> None:
    """A new password would not open the old data, so none is made."""
    (home.folder / "data" / "databases" / "system").mkdir(parents=True)
    with pytest.raises(SetupError, match="password"):
        make_password(home)


def test_address_hides_the_password() -> None:
    """An address in a log does not give the password away."""
    assert "s3cret" not in repr(address_of(Ports(1, 2), "s3cret"))


def test_folder_that_is_a_file_is_said(tmp_path: Path) -> None:
    """A data folder that cannot be made is one sentence with a remedy."""
    (tmp_path / "file").write_text("")
    with pytest.raises(SetupError, match="ANTIPHON_DATA_DIR"):
        prepare(Home(tmp_path / "file" / "neo4j"))
