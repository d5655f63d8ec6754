"""`antiphon watch`: a task over files that is done again whenever they change, and what changed in its answer.

Owns when files are taken to be written to their end. What a changed file is asked is up to the service.
"""

from __future__ import annotations

import asyncio
import difflib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.commands.completing import one_of
from service.commands.run import Model
from service.errors import AntiphonError, InvalidInput
from service.records import Aggregation

if TYPE_CHECKING:
    from service.commands.client import Client

app = typer.Typer()
Json = dict[str, Any]
Stamps = dict[str, tuple[int, int, int]]
"""Of each file when it was written, how large it is, and which file it is."""

LOOK_SECONDS = 0.25
QUIET_SECONDS = 0.5
"""Files that did not change for so long are taken to be written to their end."""
GONE_SECONDS = 2.0
"""A file that is not there, or is empty, for so long is gone: an editor may be about to put another in its place."""


@app.command()
def watch(
    files: Annotated[list[str], typer.Argument(metavar="FILES", help="Files, folders, patterns.")],
    instruction: Annotated[str | None, typer.Option("--instruction", "-i", help="What to do.")] = None,
    kind: Annotated[str | None, typer.Option("--type", "-t", help="The task type; prompt by default.")] = None,
    strategy: Annotated[
        str,
        typer.Option("--strategy", "-s", help="file, chunk, error.", autocompletion=one_of(["FILE", "CHUNK", "ERROR"])),
    ] = "file",
    aggregation: Annotated[
        str | None, typer.Option("--aggregation", "-a", help="concat, list, merge or reduce.")
    ] = None,
    model: Model = None,
    times: Annotated[int | None, typer.Option("--times", min=1, help="End after so many answers.")] = None,
) -> int:
    """Run a task over files, and again whenever they change: only what changed is asked.

    The first answer is printed as it is, each that follows as what changed in it. Ctrl-C ends it.
    """
    from service.commands.loops import run as run_loop
    from service.commands.run import one_choice, some

    config = some(model=model, aggregation=one_choice(aggregation, [it.value for it in Aggregation], "--aggregation"))
    built_in = one_choice(strategy, ["FILE", "CHUNK", "ERROR"], "--strategy")
    wish = some(type=kind, instruction=instruction, strategy={"builtIn": built_in}, config=config)
    return run_loop(_watch(Watched(files), wish, model, times))


@dataclass(slots=True)
class Watched:
    """The files that are watched, and what they held when they were read last."""

    names: list[str]
    read: Json | None = None
    known: Stamps | None = None

    def stamps(self) -> Stamps:
        """How the files are now; those that are not there are left out."""
        found: Stamps = {}
        for path in self._paths():
            try:
                said = os.stat(path)
            except OSError:
                continue
            found[path] = (said.st_mtime_ns, said.st_size, said.st_ino)
        return found

    def _paths(self) -> Iterator[str]:
        from service.commands.inputs import paths_of

        for name in self.names:
            try:
                yield from paths_of(name)
            except InvalidInput:
                # Nothing fits just now.
                continue

    def lacks(self, now: Stamps) -> bool:
        """Whether a file that was there is not, or is empty."""
        before = self.known or {}
        return any(size and not now.get(path, (0, 0, 0))[1] for path, (_, size, _) in before.items())

    def take(self, now: Stamps) -> Json | None:
        """What the files hold, where that is something else than before; what is empty is left out."""
        from service.commands.inputs import read_input

        self.known = now
        there = [path for path, (_, size, _) in sorted(now.items()) if size]
        if not there:
            return None
        given = read_input(there)
        said = [(one["name"], one["content"]["upload"].content) for one in given["files"]]
        if self.read == {"said": said}:
            return None
        self.read = {"said": said}
        return given


async def settled(watched: Watched, interrupted: asyncio.Event) -> Stamps | None:
    """Wait until files have changed and are written to their end; None where the person interrupts."""
    loop = asyncio.get_running_loop()
    last, since = watched.stamps(), loop.time()
    while not interrupted.is_set():
        await _pause(interrupted, LOOK_SECONDS)
        now = watched.stamps()
        if now != last:
            last, since = now, loop.time()
        quiet = GONE_SECONDS if watched.lacks(now) else QUIET_SECONDS
        if now != watched.known and loop.time() - since >= quiet:
            return now
    return None


async def _pause(interrupted: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await interrupted.wait()
    except TimeoutError:
        return


async def _watch(watched: Watched, wish: Json, model: str | None, times: int | None) -> int:
    from service.commands.following import CANCELLED, interruptions
    from service.commands.reaching import reach_model
    from service.commands.terminal import say

    async with reach_model(model) as client:
        with interruptions() as interrupted:
            former, told = None, 0
            now: Stamps | None = watched.stamps()
            while now is not None and told != times:
                try:
                    if (given := watched.take(now)) is not None:
                        former = await _answered(client, wish, given, former, interrupted)
                        told += 1
                    elif former is None:
                        say("There is nothing to read yet.")
                except AntiphonError as error:
                    say(str(error))
                if not interrupted.is_set() and told != times:
                    now = await settled(watched, interrupted)
                elif interrupted.is_set():
                    now = None
            return CANCELLED if interrupted.is_set() else 0


async def _answered(client: Client, wish: Json, given: Json, former: Json | None, interrupted: asyncio.Event) -> Json:
    """Begin the task, or do the former one again, and show what came of it; the task."""
    from service.commands.ending import say_end
    from service.commands.following import follow_or_cancel
    from service.commands.terminal import LiveTask, say, write

    if former is None:
        begun = await client.execute("CreateTask", input=wish | {"input": given})
    else:
        begun = await client.execute("RefreshTask", input={"taskId": former["id"], "input": given, "whole": True})
    task = begun["task"]
    with LiveTask(task["title"]) as view:
        task = await follow_or_cancel(client, task, view, interrupted)
    was, is_ = _text(former), _text(task)
    if former is None:
        write(is_)
    elif was == is_:
        say("The answer is the same.")
    else:
        write("".join(changes(was, is_)))
    say_end(task)
    saved = task["saved"]["calls"]
    say(f"task {task['id']}: {task['metrics']['attempts']} calls" + (f", {saved} answers taken over" if saved else ""))
    return task if task["answer"] or former is None else former | {"id": task["id"]}


def changes(was: str, is_: str) -> Iterator[str]:
    """What changed in an answer, as a unified diff."""
    lines = difflib.unified_diff(was.splitlines(), is_.splitlines(), "before", "now", lineterm="")
    return (f"{line}\n" for line in lines)


def _text(task: Json | None) -> str:
    answer = task and task["answer"]
    return answer["content"].rstrip("\n") + "\n" if answer else ""
