"""The five scenes of the demo: each is a few operations over GraphQL, as any front end sends them."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from service.chat import Usage
from service.commands.asked import answered_line, say_asked
from service.commands.client import Client, Upload, nodes_of
from service.commands.demo.incident import LINES, NAME, make_log
from service.commands.demo.recorded import PRICED_LIKE, RecordedProvider
from service.commands.demo.stage import RECORDED, Stage
from service.commands.following import follow
from service.commands.terminal import LiveTask, PlainText, print_table, say, shorten, write
from service.config import Config
from service.errors import ServiceError
from service.graph.saved import about, saved
from service.providers.prices import cost_usd
from service.records import TaskStatus

Json = dict[str, Any]

ANSWER_TOKENS = 200
AT_ONCE = 8
LETTERS = 55
HALF_WAY = 28
COMPARED = (PRICED_LIKE, "openai/gpt-5.2", "anthropic/claude-sonnet-5-5", "anthropic/claude-opus-5-5")
QUESTIONS = ("What is the capital of France? One sentence.", "And of Italy?")
_LOOK_SECONDS = 0.1
_TIMES = re.compile(r"^It occurs (once|[\d,]+ times)(.*)$", re.MULTILINE)
_LINE = re.compile(r"line (\d+)")


@dataclass(slots=True)
class Scene:
    """What the scenes share: the service, the recorded provider, and the tasks so far by name."""

    config: Config
    stage: Stage
    recorded: RecordedProvider
    tasks: dict[str, Json] = field(default_factory=dict[str, Json])

    async def create(self, client: Client, name: str, wish: Json) -> None:
        """Create a task for the recorded model; it is kept under `name`."""
        config = {"model": RECORDED, "maxParallel": AT_ONCE, "aggregation": "REDUCE"}
        self.tasks[name] = (await client.execute("CreateTask", input=wish | {"config": config}))["task"]
        self.recorded.forget()

    async def watch(self, client: Client, name: str) -> Json:
        """Watch a task to its end. Raises `ServiceError` where it has no answer."""
        with LiveTask(name) as view:
            task = await follow(client, self.tasks[name]["id"], view)
        if not task["answer"]:
            raise _unanswered(task)
        self.tasks[name] = task
        return task


def _unanswered(task: Json) -> ServiceError:
    return ServiceError(f"The demo's task ended {task['taskStatus']}: {task['error'] or task['note']}")


def log_wish() -> Json:
    """The task of the first scene: the errors in a log that is made on the spot."""
    file = {"name": NAME, "content": {"upload": Upload(NAME, make_log().encode())}}
    return {
        "title": "A night in the shop",
        "type": "explain_errors",
        "strategy": {"builtIn": "ERROR"},
        "input": {"files": [file]},
    }


def letters_wish() -> Json:
    """The task of the second scene: one prompt for each letter."""
    texts = Path(__file__).with_name("letters.txt").read_text(encoding="utf-8").splitlines()
    files = [{"name": f"letter-{number:02}.txt", "content": {"text": text}} for number, text in enumerate(texts, 1)]
    return {
        "title": "What customers want",
        "instruction": "Say in one short sentence what this customer wants.",
        "strategy": {"builtIn": "FILE"},
        "input": {"files": files},
    }


async def show_log(scene: Scene) -> None:
    """A long log becomes a few cases, ranked, each asked about once."""
    began = time.monotonic()
    async with scene.stage.client() as client:
        await scene.create(client, "log", log_wish())
        cases = await _cases(client, scene.tasks["log"]["id"])
        write(f"It was read in {time.monotonic() - began:.1f} s. These are the errors in it, the heaviest first:\n\n")
        print_table(("#", "times", "lines", "error"), [_row(*case) for case in cases])
        write("\nThe model is asked once for each of them, and once for the report:\n\n")
        task = await scene.watch(client, "log")
    write(task["answer"]["content"].strip() + "\n")


async def _cases(client: Client, task_id: str) -> list[tuple[str, str]]:
    """The cases of a task as soon as they are asked about: each one's title and prompt."""
    while True:
        task = await client.execute("Task", id=task_id)
        cases = [it for it in nodes_of(task["subtasks"]) if it["title"].startswith("Case ")]
        if cases and all(it["prompt"] for it in cases):
            return [(it["title"], (await client.execute("Node", id=it["prompt"]["id"]))["content"]) for it in cases]
        if TaskStatus(task["taskStatus"]).is_final:
            raise _unanswered(task)
        await asyncio.sleep(_LOOK_SECONDS)


def _row(title: str, prompt: str) -> tuple[str, str, str, str]:
    number, _, title = title.removeprefix("Case ").partition(": ")
    said = _TIMES.search(prompt)
    if said is None:
        return number, "?", "?", title
    lines = [f"{int(line):,}" for line in _LINE.findall(said[2])]
    times = "1" if said[1] == "once" else said[1].removesuffix(" times")
    return number, times, " to ".join(lines), shorten(title, 60)


async def show_kill(scene: Scene) -> None:
    """A task of 55 letters; half-way the service is killed, and goes on where it was."""
    async with scene.stage.client() as client:
        await scene.create(client, "letters", letters_wish())
        with LiveTask("letters") as view:
            await _until(client, scene.tasks["letters"]["id"], view, HALF_WAY)
        killed = scene.stage.pid
        scene.stage.kill()
    given = sum(scene.recorded.given.values())
    write(f"$ kill -9 {killed}     # the service dies with {given} of the {LETTERS} letters answered\n")
    began = time.monotonic()
    await scene.stage.start()
    write(f"$ antiphon serve     # it is back after {time.monotonic() - began:.1f} s, and goes on where it was\n")
    async with scene.stage.client() as client:
        task = await scene.watch(client, "letters")
    repeated = sum(scene.recorded.asked.values()) - len(scene.recorded.asked)
    done = task["progress"]["succeeded"]
    write(f"\n{done} done, {repeated} repeated, {task['progress']['total'] - done} lost.\n")
    write("Repeated is what was being asked when it died; what was answered is not asked again. The summary:\n\n")
    write(task["answer"]["content"].strip() + "\n")


async def _until(client: Client, task_id: str, view: LiveTask, done: int) -> None:
    async with aclosing(client.subscribe("TaskEvents", taskId=task_id)) as events:
        async for event in events:
            progress = event["task"]["progress"] if event["task"] else None
            if progress:
                view.show_progress(progress["done"], progress["total"])
            if progress and progress["done"] >= done:
                return


async def show_sources(scene: Scene) -> None:
    """One Cypher statement leads from the report to the lines of the log that it rests on."""
    statement = about(saved("answer_to_lines"), scene.tasks["log"]["id"])
    write(f"{statement}\n")
    rows = await scene.stage.query(statement)
    print_table(
        ("source", "line", "text"), [(row["source"], f"{row['line']:,}", shorten(row["text"], 60)) for row in rows]
    )


async def show_cost(scene: Scene) -> None:
    """What the calls would have cost, at list prices."""
    async with scene.stage.client() as client:
        rows = [
            row
            for task in scene.tasks.values()
            for row in await client.execute("Usage", groupBy="MODEL", conversationId=task["conversation"]["id"])
        ]
    calls, read, written = (sum(row[key] for row in rows) for key in ("attempts", "inputTokens", "outputTokens"))
    write(f"{calls} calls, {read:,} tokens read, {written:,} written. Here it was free: the answers were recorded.\n")
    write("At list prices it would have cost:\n")
    usage = Usage(input_tokens=read, output_tokens=written)
    models = [model for model in scene.config.models() if model.key in COMPARED]
    print_table(("model", "USD"), [(model.key, f"{cost_usd(model, usage) or 0:.4f}") for model in models])


async def show_conversation(scene: Scene) -> None:
    """A question, and a second one that needs the first."""
    conversation: str | None = None
    async with scene.stage.client() as client:
        for question in QUESTIONS:
            wish: Json = {"content": question, "config": {"maxOutputTokens": ANSWER_TOKENS}}
            if conversation is None:
                await say_asked(client, wish)
            else:
                wish["conversationId"] = conversation
            write(f"> {question}\n")
            task = (await client.execute("SendPrompt", input=wish))["task"]
            conversation = task["conversation"]["id"]
            with PlainText() as view:
                task = await follow(client, task["id"], view)
            write("\n")
            if task["answer"] is None:
                raise _unanswered(task)
            say(answered_line(task) + "\n")


SCENES: tuple[tuple[str, Callable[[Scene], Awaitable[None]]], ...] = (
    (f"A log of {LINES:,} lines becomes a few cases", show_log),
    ("55 letters, one prompt each; half-way the service is killed", show_kill),
    ("From the report to the lines of the log: one Cypher statement", show_sources),
    ("What it cost, at list prices", show_cost),
    ("A question, and a second one in the same conversation", show_conversation),
)
