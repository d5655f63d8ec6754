"""What pip is told of the person's own settings."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from service.commands.packages import PIP, install_command, kept_settings, pip_environment, python_environment

ELSEWHERE = {
    "PIP_USER": "1",
    "PIP_TARGET": "/no/such/target",
    "PIP_PREFIX": "/no/such/prefix",
    "PIP_DRY_RUN": "1",
    "PIP_CONSTRAINT": "/no/such/constraints.txt",
    "PIP_REQUIRE_VIRTUALENV": "1",
    "PIP_PYTHON": "/no/such/python",
    "PYTHONHOME": "/no/such/home",
    "PYTHONPATH": "/no/such/path",
    "VIRTUAL_ENV": "/no/such/venv",
}


def said_by_pip(environ: dict[str, str]) -> str:
    """What pip, run with these variables, knows of settings."""
    command = [sys.executable, *PIP, "config", "list"]
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=True).stdout


def test_settings_for_other_environments_do_not_reach_pip(tmp_path: Path) -> None:
    """Neither from variables nor from a file; where packages come from is kept from both."""
    file = tmp_path / "pip.conf"
    file.write_text("[global]\nindex-url = https://mirror.test/simple\nuser = true\n[install]\ntarget = /elsewhere\n")
    environ = {**ELSEWHERE, "PIP_CONFIG_FILE": str(file), "PIP_PROXY": "http://proxy.test:3128"}
    said = said_by_pip(pip_environment(Path(sys.executable), environ))
    assert "mirror.test" in said
    assert "proxy.test" in said
    assert not any(word in said for word in (".user", "target", "prefix", "dry-run", "constraint", "elsewhere"))


def test_settings_that_pip_cannot_read_are_said(tmp_path: Path) -> None:
    """They would fail every command of pip, with a page of its own."""
    file = tmp_path / "pip.conf"
    file.write_text("no section\n")
    with pytest.raises(ValueError, match=r"pip\.conf"):
        pip_environment(Path(sys.executable), {"PIP_CONFIG_FILE": str(file)})


def test_what_the_environment_says_is_right() -> None:
    """After that what is for `install`, then what is for all commands; several addresses are one value."""
    listed = "\n".join(
        [
            ":env:.index-url='https://c.test'",
            "global.index-url='https://a.test'",
            "global.find-links='/one\\n/two'",
            "install.index-url='https://b.test'",
            "install.no-index='true'",
            "install.root='/elsewhere'",
        ]
    )
    kept = {"PIP_INDEX_URL": "https://c.test", "PIP_FIND_LINKS": "/one /two", "PIP_NO_INDEX": "true"}
    assert kept_settings(listed) == kept


def test_a_python_is_not_made_another_one() -> None:
    """What is no setting of Python or pip stays."""
    assert python_environment({**ELSEWHERE, "PATH": "/bin"})["PATH"] == "/bin"
    assert not {"PYTHONHOME", "PYTHONPATH", "PIP_PYTHON"} & set(python_environment(ELSEWHERE))


def test_by_hand_a_package_goes_into_our_own_environment() -> None:
    """Whatever is called `pip` in the person's shell is another one's; the tests' environment has a pip of its own."""
    assert install_command("some==1") == f"{sys.executable} -m pip install --no-deps some==1"
