"""The pages about Python tell the truth: each page's snippets, in order, are a program that works."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest

from tests.support.front import Service
from tests.support.locked_packages import locked_packages

ROOT = Path(__file__).parents[2]
CLIENT = ROOT / "clients" / "python"
CHECKS = """
assert [message.content for message in messages[::2]] == [message.content for message in messages[1::2]]
assert len(messages) == 4

async def check():
    pieces = [piece async for piece in chain.astream({"thing": "a hymn"}, config)]
    assert "".join(pieces) == "Say in one sentence what a hymn is."
    assert await chain.ainvoke({"thing": "x"}) == "Say in one sentence what x is."

import asyncio
asyncio.run(check())
assert chain.batch([{"thing": "a"}, {"thing": "b"}]) == [f"Say in one sentence what {it} is." for it in "ab"]
print("#done")
"""


def program(page: Path) -> str:
    """A page's snippets as one program."""
    found = re.findall(r"^```python\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)
    assert found
    return "\n".join(found)


async def run(text: str, folder: Path, service: Service, *path: Path) -> str:
    """Run a program beside two text files; what it printed."""
    (folder / "river.txt").write_text("The river is long.")
    (folder / "program.py").write_text(text)
    environ = os.environ | {"ANTIPHON_URL": service.url, "PYTHONPATH": os.pathsep.join(map(str, [CLIENT, *path]))}
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, "-W", "error::ResourceWarning", "program.py")
    process = await asyncio.create_subprocess_exec(*command, cwd=folder, env=environ, stdout=pipe, stderr=pipe)
    out, err = await asyncio.wait_for(process.communicate(), 120)
    assert process.returncode == 0, err.decode()
    return out.decode()


@pytest.mark.parametrize(
    ("page", "asked"),
    [
        ("README.md", "And of Italy?"),
        ("docs/python.md", "What is an antiphon?"),
        ("clients/python/README.md", "What is an antiphon?"),
    ],
)
async def test_page_of_python_works(page: str, asked: str, service: Service, tmp_path: Path) -> None:
    """The whole page, against a service whose model is echo."""
    said = await run(program(ROOT / page).replace("http://127.0.0.1:8000", service.url), tmp_path, service)
    assert asked in said


async def test_page_of_langchain_works(service: Service, tmp_path: Path) -> None:
    """A chain invokes, streams and goes on with a conversation, with and without asyncio."""
    said = await run(program(ROOT / "docs" / "langchain.md") + CHECKS, tmp_path, service, locked_packages("langchain"))
    assert "['HumanMessage', 'AIMessage', 'HumanMessage', 'AIMessage']" in said
    assert said.endswith("#done\n")
