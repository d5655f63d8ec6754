"""The client's wheel, alone and beside the service's: either may be removed, and the other still works."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest

from tests.support.front import Service

ROOT = Path(__file__).parents[2]
CLIENT = ROOT / "clients" / "python"
NEEDED = ("httpx", "httpcore", "h11", "anyio", "sniffio", "idna", "certifi", "pydantic", "pydantic_core")
NEEDED += ("annotated_types", "typing_extensions", "typing_inspection")
WHERE = "import antiphon; print(antiphon.__file__)"
ASK = """
import asyncio, sys, antiphon
with antiphon.Antiphon() as client:
    print(client.ask("Is anybody there?"))
unwanted = {"neo4j", "service", "strawberry", "yaml", "websockets", "uvicorn"}
assert not unwanted & {name.partition(".")[0] for name in sys.modules}
"""
START = """
import antiphon
try:
    antiphon.Antiphon.start()
except antiphon.errors.ServiceNotInstalled as error:
    print(error)
"""


def call(*command: str | Path, folder: Path, **variables: str) -> str:
    """Run a command in a folder; what it printed. Fails with what it said where it failed."""
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    words = [str(word) for word in command]
    ran = subprocess.run(words, cwd=folder, env=environment | variables, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr + ran.stdout
    return ran.stdout.strip()


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The wheels of the client and of the service."""
    folder = tmp_path_factory.mktemp("wheels")
    build = (sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir")
    for name, source in (("client", CLIENT), ("service", ROOT)):
        call(*build, folder / name, source, folder=folder)
    return {name: next((folder / name).glob("*.whl")) for name in ("client", "service")}


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """The Python of an empty environment, with what the client needs and nothing else."""
    call(sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv", folder=tmp_path)
    (packages,) = (tmp_path / "venv").glob("lib/python3*/site-packages")
    ours = Path(str(distribution("httpx").locate_file("")))
    for name in NEEDED:
        for found in (*ours.glob(name), *ours.glob(f"{name}.py")):
            (packages / found.name).symlink_to(found)
    return tmp_path / "venv" / "bin" / "python"


def pip(python: Path, *arguments: str | Path) -> None:
    """Run our pip for another environment."""
    call(sys.executable, "-m", "pip", "-q", "--python", python, *arguments, folder=python.parent)


async def test_client_alone_asks_a_service(wheels: dict[str, Path], python: Path, service: Service) -> None:
    """With httpx and pydantic, and nothing of the service."""
    pip(python, "install", "--no-deps", "--no-index", "--no-compile", wheels["client"])
    said = await asyncio.to_thread(call, python, "-P", "-c", ASK, folder=python.parent, ANTIPHON_URL=service.url)
    assert said == "Is anybody there?"


def test_client_alone_says_that_it_cannot_start(wheels: dict[str, Path], python: Path) -> None:
    """And what to do; not by a package's name, which on an index may be a stranger's."""
    pip(python, "install", "--no-deps", "--no-index", "--no-compile", wheels["client"])
    said = call(python, "-c", START, folder=python.parent)
    assert "ANTIPHON_URL" in said
    assert "pip install" not in said


@pytest.mark.parametrize("removed", ["antiphon-client", "antiphon"])
def test_either_may_be_removed(wheels: dict[str, Path], python: Path, removed: str) -> None:
    """Of both, the client's own files come first; without it those that the service carries are found."""
    pip(python, "install", "--no-deps", "--no-index", "--no-compile", wheels["service"], wheels["client"])
    assert "_files" not in call(python, "-c", WHERE, folder=python.parent)
    pip(python, "uninstall", "-y", removed)
    found = call(python, "-c", WHERE, folder=python.parent)
    assert ("_files" in found) == (removed == "antiphon-client")


def test_both_wheels_have_the_same_client(wheels: dict[str, Path]) -> None:
    """Byte for byte, typed, and without what writes it."""
    client, service = (zipfile.ZipFile(wheels[name]) for name in ("client", "service"))
    own = {name: client.read(name) for name in client.namelist() if name.startswith("antiphon/")}
    carried = {f"service/_files/python/{name}": data for name, data in own.items()}
    assert "antiphon/py.typed" in own
    assert {name: service.read(name) for name in carried} == carried
    assert not [name for name in client.namelist() if "codegen" in name]


def test_both_have_one_version() -> None:
    """They are released together."""
    files = [(folder / "pyproject.toml").read_text() for folder in (ROOT, CLIENT)]
    versions = {line for text in files for line in text.splitlines() if line.startswith("version = ")}
    assert len(versions) == 1
