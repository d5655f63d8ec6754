"""How many files may be open."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no such limit")

PROGRAM = """
import resource, sys
from service.errors import SetupError
from service.open_files import allow_all, require
resource.setrlimit(resource.RLIMIT_NOFILE, (int(sys.argv[1]), int(sys.argv[2])))
try:
    require(1024, "Neo4j")
    print(allow_all(), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
except SetupError as error:
    print(error)
"""


def said(soft: int, hard: int) -> str:
    """What a process says that began with these limits."""
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(soft), str(hard)], capture_output=True, text=True, check=True
    )
    return ran.stdout


def test_soft_limit_is_raised_to_the_hard_one() -> None:
    """Shells give 1,024 and macOS 256, and more is allowed."""
    assert said(64, 1500) == "1500 1500\n"


def test_a_hard_limit_that_is_too_low_is_named() -> None:
    """With what is needed, and where it is raised."""
    text = said(64, 256)
    assert "Neo4j needs 1,024 open files, and 256 are allowed here" in text
    assert "LimitNOFILE" in text
    assert text.count("\n") == 1
