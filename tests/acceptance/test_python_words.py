"""The words of the document that this project began with: its Python examples run as they stand but for the imports."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from service.graph.database import Connection
from tests.support.service_process import ServiceProcess

ROOT = Path(__file__).parents[2]
EXAMPLES = (ROOT / "tests" / "clients" / "seed.txt").read_text().split("\n# ----\n\n")
KEY = "sk-ant-a-secret"
SONNET = {"family": "claude-3", "context_window": 200000, "max_output_tokens": 4096, "features": ["vision"]}
SETTINGS: dict[str, Any] = {
    "api_keys": {"anthropic": KEY},
    "providers": {"anthropic": {"models": {"claude-3-sonnet-20240229": SONNET}}},
}

# A cell of a notebook may await at its top.
NOTEBOOK = """
import ast, asyncio, inspect

async def cell(text, names):
    code = compile(text, "cell", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    value = eval(code, names)
    if inspect.isawaitable(value):
        await value

async def main():
    names = {"review_prompt": "def add(a, b): return a - b"}
    for text in CELLS:
        await cell(text, names)

asyncio.run(main())
"""
NAMES = """
assert "return a - b" in str(result)
node_id = result.id
subtask_id = result.task.subtasks.edges[0].node.id
"""
HISTORY = """
assert [message.id for message in history][-1] == node_id
assert len(history) in (2, 4)
print(summary)
"""
SHOWN = """
assert storage_path
assert provider_config.name == "anthropic"
assert model_capabilities.context_window == model_config.capabilities.context_window == 200000
assert api_key.get_secret_value() == model_config.api_key.get_secret_value() == KEY
print(api_key, repr(api_key), config.user_config, model_config, config.system_config.providers["anthropic"])
"""
AWAITED = """
await process_task()
assert (await task_manager.wait_for_result(subtask_id)).status == "SUCCEEDED"
again = ConversationGraph(id="review-session")
print("messages", len(again._client.history(again)))
await task_manager.aclose()
"""


@pytest.fixture
async def process(connection: Connection, tmp_path: Path, owner: str) -> AsyncIterator[ServiceProcess]:
    """A service with a key of a provider, and a model that its user added."""
    async with ServiceProcess(connection, tmp_path, SETTINGS, owner) as running:
        yield running


def imported(example: str) -> str:
    """An example with our imports."""
    return re.sub(r"from llmaestro\.core\.\w+ import", "from antiphon import", example)


async def run(process: ServiceProcess, cells: list[str]) -> str:
    """Run cells as a notebook does, in a process of their own, as a user of this machine; what was printed."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("NEO4J_", "ANTIPHON_"))}
    environ |= {"ANTIPHON_URL": process.client().url, "ANTIPHON_TOKEN": process.owner}
    environ |= {"ANTIPHON_CONFIG": str(process.folder / "config.yaml"), "PYTHONPATH": str(ROOT / "clients" / "python")}
    program = f"KEY = {KEY!r}\nCELLS = {cells!r}\n{NOTEBOOK}"
    pipe = asyncio.subprocess.PIPE
    script = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program), env=environ, cwd=process.folder, stdout=pipe, stderr=asyncio.subprocess.STDOUT
    )
    said = (await script.communicate())[0].decode()
    assert script.returncode == 0, said
    return said


async def test_examples_run_as_they_stand(process: ServiceProcess) -> None:
    """A task with its conversation, the history and summary of that, the configuration, and what is awaited.

    Where the document leaves out arguments (`...`), some are filled in after it was read as it stands.
    """
    task, history, config, awaited = map(imported, EXAMPLES)
    filled = awaited.replace("create_task(...)", 'create_task("code_review", review_prompt)')
    filled = filled.replace("ConversationGraph(...)", 'ConversationGraph(id="review-session")')
    cells = [task, NAMES, history, HISTORY, config, f"KEY = {KEY!r}", SHOWN, awaited, filled, AWAITED]
    said = await run(process, cells)
    assert "review-session: 4 messages (2 prompts, 2 responses)" in said
    assert "messages 4" in said
    assert KEY not in said


async def test_named_conversation_is_there_in_another_program(process: ServiceProcess) -> None:
    """The same name, of the same owner; not of another."""
    task, history, _, _ = map(imported, EXAMPLES)
    said = [await run(process, [task, NAMES, history, HISTORY]) for _ in range(2)]
    assert "4 messages" in said[0]
    assert "8 messages" in said[1]
