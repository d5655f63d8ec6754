"""The built wheel, installed in a fresh environment and used from another folder: it carries all that it needs."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from service.graph.database import Connection

ROOT = Path(__file__).parents[2]


def call(*command: str | Path, folder: Path, **variables: str) -> str:
    """Run a command in a folder; what it printed. Fails with what it said where it failed."""
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    ran = subprocess.run(
        [str(word) for word in command], cwd=folder, env=environment | variables, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr + ran.stdout
    return ran.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    call(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, folder=folder)
    return next(folder.glob("*.whl"))


def test_wheel_carries_cypher_schema_and_graphiql(wheel: Path) -> None:
    """Every file that the code reads at run time is inside, and nothing of the tests is."""
    names = zipfile.ZipFile(wheel).namelist()
    for folder in ("cypher/queries", "cypher/migrations", "schema/operations"):
        for file in (it for it in (ROOT / folder).rglob("*") if it.is_file()):
            assert f"service/_files/{file.relative_to(ROOT)}" in names
    page = (ROOT / "service" / "api" / "graphiql").rglob("*")
    assert {str(it.relative_to(ROOT)) for it in page if it.is_file() and it.suffix != ".pyc"} <= set(names)
    assert not [name for name in names if name.startswith("tests")]


@pytest.mark.timeout(600)
def test_wheel_works_in_a_fresh_environment(wheel: Path, connection: Connection, tmp_path: Path) -> None:
    """Installed with the locked dependencies alone, the command answers a prompt from a folder of its own."""
    call(sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv", folder=tmp_path)
    # Our own pip does for it, and compiles nothing: Python does so with what it reads.
    pip = (sys.executable, "-m", "pip", "--python", tmp_path / "venv" / "bin" / "python")
    install = (*pip, "install", "-q", "--no-deps", "--no-compile")
    call(*install, "--require-hashes", "-r", ROOT / "requirements" / "runtime.txt", folder=tmp_path)
    call(*install, wheel, folder=tmp_path)
    said = call(
        tmp_path / "venv" / "bin" / "antiphon",
        *("ask", "--model", "echo/echo", "Is anybody there?"),
        folder=tmp_path,
        ANTIPHON_DATA_DIR=str(tmp_path / "data"),
        NEO4J_URI=connection.uri,
        NEO4J_USERNAME=connection.username,
        NEO4J_PASSWORD=connection.password,
    )
    assert "Is anybody there?" in said
