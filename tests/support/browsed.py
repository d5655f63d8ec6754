"""A conversation that has some of everything that people look at in Neo4j Browser, made over GraphQL.

Branches and a merge, an answer again, a correction, a summary, a task over files of which calls fail, and a document
that has a newer version.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from service.app import create_app
from service.commands.server import serving
from service.config import load_config
from service.graph.database import Connection
from tests.support.front import Service, nodes
from tests.support.scripted_provider import Said, ScriptedProvider, openai_stream

Json = dict[str, Any]
ENDED = ("SUCCEEDED", "PARTIAL", "FAILED", "CANCELLED")
ALWAYS_FAILS, FAILS_ONCE = "blocked", "slow today"

_CONFIG = """
api_keys: {{here: none}}
defaults: {{model: here/m, retries: {{max_attempts: 2, total_seconds: 30}}}}
server: {{warm_up_seconds: 0}}
providers:
  here:
    protocol: openai
    base_url: {url}
    models:
      m:
        {{family: test, context_window: 8192, max_output_tokens: 1024, tokenizer: bytes, prices: {{input: 1,
          output: 2}}}}
"""


@dataclass(slots=True)
class Told:
    """The ids of what was made."""

    conversation: str = ""
    task: str = ""
    last: str = ""
    summary: str = ""
    answers: list[str] = field(default_factory=list[str])


_KNOWN = {
    "Where do antiphons come from?": "From Syria, where two choirs sang psalms in turn.",
    "Who sang them?": "Monks, and Hilary brought them to the west.",
    "How many choirs does it take?": "Two: one calls, the other responds.",
    "Is that certain?": "No. Theodoret names Antioch, others name Edessa.",
    "It was Ambrose.": "Then it was Ambrose of Milan, in 386.",
}


class _Model:
    """Answers what it is asked about; a prompt that says so fails once, or always."""

    def __init__(self) -> None:
        self._failed: set[str] = set()

    def __call__(self, request: Json) -> Said:
        asked = str(request["messages"][-1]["content"])
        if ALWAYS_FAILS in asked and "Combine" not in asked:
            return 400, {"error": {"message": "This file cannot be read."}}
        if FAILS_ONCE in asked and asked not in self._failed:
            self._failed.add(asked)
            return 503, {"error": {"message": "Overloaded."}}
        return openai_stream(_answer(asked))


def _answer(asked: str) -> str:
    if known := next((answer for question, answer in _KNOWN.items() if asked.endswith(question)), None):
        return known
    choirs = list(dict.fromkeys(re.findall(r"hoir (\d+)", asked)))
    if len(choirs) == 1:
        return f"Choir {choirs[0]} sang well."
    return (
        f"{len(choirs)} choirs sang well, and one report is missing."
        if choirs
        else "Both sides agree that it began in the east."
    )


@asynccontextmanager
async def telling(connection: Connection, folder: Path) -> AsyncGenerator[Service]:
    """A service whose model is made for this; its data are in that folder."""
    async with ScriptedProvider(_Model()) as scripted:
        file = folder / "config.yaml"
        file.write_text(_CONFIG.format(url=scripted.url))
        file.chmod(0o600)
        own = {"ANTIPHON_DATA_DIR": str(folder), "ANTIPHON_SEARCH__EMBEDDINGS": "none"}
        config = load_config(file, own)
        app = create_app(config, connection=connection)
        async with serving(app, config, port=0) as url, httpx.AsyncClient(base_url=url, timeout=60) as http:
            yield Service(url, app, http)


async def tell(service: Service, *, files: int = 6, conversation: str | None = None) -> Told:
    """Make it; with a conversation's id, in that one."""
    told = Told(conversation or "")
    for question in ("Where do antiphons come from?", "Who sang them?", "How many choirs does it take?"):
        told.answers.append(await _say(service, told, question))
    await _branch(service, told)
    await _files(service, told, files)
    link = {"from": await _say(service, told, "It was Ambrose."), "to": told.answers[1], "kind": "corrects"}
    await service.ask("LinkMessages", input=link)
    await _summarize(service, told)
    return told


async def _say(service: Service, told: Told, content: str, **more: Any) -> str:
    where = {"conversationId": told.conversation} if told.conversation else {}
    task = (await service.ask("SendPrompt", input={"content": content, **where, **more}))["sendPrompt"]["task"]
    told.conversation, told.last = task["conversation"]["id"], task["id"]
    return (await _ended(service, task["id"]))["answer"]["id"]


async def _branch(service: Service, told: Told) -> None:
    """Two sides that meet again, and one answer twice."""
    made = {"conversationId": told.conversation, "name": "doubts", "messageId": told.answers[1]}
    branch = (await service.ask("CreateBranch", input=made))["createBranch"]["branch"]["id"]
    await _say(service, told, "Is that certain?", branch=branch)
    again = await service.ask("Regenerate", input={"responseId": told.answers[2]})
    await _ended(service, again["regenerate"]["tasks"][0]["id"])
    found = nodes((await service.ask("Branches", conversationId=told.conversation))["conversation"]["branches"])
    (into,) = (one["id"] for one in found if one["isDefault"])
    merge = await service.ask("MergeBranches", input={"into": into, "from": [branch]})
    await _ended(service, merge["mergeBranches"]["task"]["id"])


async def _files(service: Service, told: Told, count: int) -> None:
    """A prompt a file, of which the first is never answered and the second at the second call, and one answer."""
    says = [f"The report of choir {i}: they sang well." for i in range(count)]
    says[0] += f" It is {ALWAYS_FAILS}."
    for slow in range(1, count, 9):
        says[slow] += f" The line is {FAILS_ONCE}."
    wish = {
        "conversationId": told.conversation,
        "instruction": "What does this report say?",
        "strategy": {"builtIn": "FILE"},
        "config": {"aggregation": "REDUCE", "onFailure": "CONTINUE"},
        "input": {"files": [_file(f"choir-{i}.txt", text) for i, text in enumerate(says)]},
    }
    task = (await service.ask("CreateTask", input=wish))["createTask"]["task"]
    told.task = task["id"]
    await _ended(service, told.task)
    newer = {"conversationId": told.conversation, "file": _file("choir-2.txt", "They sang better than ever.")}
    await service.ask("AddDocumentVersion", input=newer)


async def _summarize(service: Service, told: Told) -> None:
    wish = {"conversationId": told.conversation, "form": "TEXT"}
    task = (await service.ask("SummarizeConversation", input=wish))["summarizeConversation"]["task"]
    await _ended(service, task["id"])


def _file(name: str, text: str) -> Json:
    return {"name": name, "content": {"text": text}}


async def _ended(service: Service, task: str) -> Json:
    while True:
        found = (await service.ask("Task", id=task))["task"]
        if found["taskStatus"] in ENDED:
            return found
        await asyncio.sleep(0.05)
