"""The notebooks of `docs/notebooks`: how one is run in a Jupyter of its own, and what must hold of what is kept in it.

`python -m tests.support.notebooks` (a part of `scripts/check`) says what is wrong with what is kept, without Jupyter.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from tests.support.pages import ROOT, Problem

Cell = dict[str, Any]
Notebook = dict[str, Any]

FOLDER = ROOT / "docs" / "notebooks"
EXAMPLE = FOLDER / "example.graph.jsonl"
MOST_BYTES = 400_000
"""Of one notebook, pictures and all: it is read on the web."""
_UNWANTED = {
    "a path of somebody's machine": re.compile(
        r"(?<![\w.])/(?:home|root|tmp|work|usr|opt|var|private|Users)/\w|\b[A-Z]:\\\\?\w"
    ),
    "the address of somebody's machine": re.compile(r"\b(?:localhost|\d{1,3}(?:\.\d{1,3}){3}):\d+"),
    "what was typed for a password": re.compile("\u00b7{3,}"),
    "a password or a key": re.compile(
        r"(?i)\b(?:password|token|api.?key|secret|bearer)\b['\"]?\s*[=:]\s*['\"]?[\w-]{4,}"
    ),
    "an error": re.compile(r"Traceback|\w+Error:|Warning:"),
}
_TEXTS = ("text/plain", "text/html", "text/markdown", "image/svg+xml")


def notebooks() -> list[Path]:
    """The files."""
    return sorted(FOLDER.glob("*.ipynb"))


def read(path: Path) -> Notebook:
    """What is in a file."""
    return json.loads(path.read_text(encoding="utf-8"))


def write(path: Path, notebook: Notebook) -> None:
    """Write a file, as Jupyter spells it."""
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def source(cell: Cell) -> str:
    """The text of a cell."""
    return "".join(cell["source"])


def code_cells(notebook: Notebook) -> list[Cell]:
    """Those that are run."""
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def texts_of(output: Cell) -> Iterator[str]:
    """All that is text in an output."""
    if output["output_type"] == "stream":
        yield "".join(output["text"])
    data = cast("dict[str, Any]", output.get("data", {}))
    yield from ("".join(data[kind]) for kind in _TEXTS if kind in data)


def told(notebook: Notebook) -> list[list[str]]:
    """What each cell has said in words. A picture depends on the libraries that draw it."""
    return [
        [text for output in cell["outputs"] for text in texts_of(output) if not text.startswith("<Figure")]
        for cell in code_cells(notebook)
    ]


async def run(path: Path, folder: Path, environ: Mapping[str, str], then: Sequence[str] = ()) -> tuple[Notebook, str]:
    """The notebook as it is when all of it was run in `folder`, and what cells that come after it have printed."""
    nbformat: Any = import_module("nbformat")
    notebook = nbformat.reads(json.dumps(read(path)), as_version=4)
    kept = len(notebook.cells)
    notebook.cells += [nbformat.v4.new_code_cell(text) for text in then]
    client: Any = import_module("nbclient").NotebookClient(
        notebook, timeout=120, kernel_name="python3", record_timing=False, resources={"metadata": {"path": str(folder)}}
    )
    await client.async_execute(env=dict(environ))
    done = json.loads(nbformat.writes(notebook))
    later = [output for cell in done["cells"][kept:] for output in cell["outputs"]]
    done["cells"] = done["cells"][:kept]
    return done, "".join("".join(it["text"]) for it in later if it.get("name") == "stdout")


async def run_beside(
    path: Path, folder: Path, environ: Mapping[str, str], then: Sequence[str] = ()
) -> tuple[Notebook, str]:
    """The same in a process of its own: Jupyter's libraries warn of what is none of a test's."""
    wish = json.dumps([str(path), str(folder), list(then)])
    command = [sys.executable, "-W", "ignore", "-m", "tests.support.notebooks", "--run"]
    pipe = asyncio.subprocess.PIPE
    own = dict(environ) | {"PYTHONPATH": f"{ROOT}:{environ.get('PYTHONPATH', '')}"}
    (folder / EXAMPLE.name).write_bytes(EXAMPLE.read_bytes())
    process = await asyncio.create_subprocess_exec(*command, cwd=folder, env=own, stdin=pipe, stdout=pipe, stderr=pipe)
    out, err = await process.communicate(wish.encode())
    assert process.returncode == 0, err.decode()[-4000:]
    done, said = json.loads(out)
    return done, said


def without_machine(notebook: Notebook) -> Notebook:
    """What is kept of it: not which Python ran it."""
    own = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    cells = [cell | {"metadata": {}} for cell in notebook["cells"]]
    return notebook | {"cells": cells, "metadata": own | {"language_info": {"name": "python"}}}


def problems_of(path: Path) -> Iterator[str]:
    """What is wrong with what is kept in a file."""
    if path.stat().st_size > MOST_BYTES:
        yield f"has {path.stat().st_size:,} bytes, and {MOST_BYTES:,} at most"
    notebook = read(path)
    if (found := sorted(notebook["metadata"])) != ["kernelspec", "language_info"]:
        yield f"has metadata {', '.join(found)}: run scripts/notebooks"
    cells = code_cells(notebook)
    if [cell["execution_count"] for cell in cells] != list(range(1, len(cells) + 1)):
        yield "was not run from its first cell to its last: run scripts/notebooks"
    first = source(notebook["cells"][0])
    if not first.startswith("# ") or "pip install" not in first:
        yield "does not begin with its title and what it needs (`pip install`)"
    for number, cell in enumerate(cells, start=1):
        for output in cell["outputs"]:
            yield from (f"cell {number} {what}" for what in _wrong_in(output))


def _wrong_in(output: Cell) -> Iterator[str]:
    if output["output_type"] == "error" or output.get("name") == "stderr":
        yield "has an error or a warning for output"
    for text in texts_of(output):
        yield from (f"holds {what}: {match[0]}" for what, sign in _UNWANTED.items() if (match := sign.search(text)))


def main() -> int:
    """Say what is wrong; 1 where anything is."""
    if "--run" in sys.argv[1:]:
        path, folder, then = json.load(sys.stdin)
        json.dump(asyncio.run(run(Path(path), Path(folder), os.environ, then)), sys.stdout)
        return 0
    problems = [Problem(path, 1, what) for path in notebooks() for what in problems_of(path)]
    print(*problems, sep="\n" if problems else "", end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
