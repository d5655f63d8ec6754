"""`antiphon merge`: branches brought together by a prompt that continues all of them, and where they disagree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.commands.branching import Conversation
from service.commands.completing import models
from service.commands.streams import print_json
from service.errors import AntiphonError

if TYPE_CHECKING:
    from service.commands.client import Client

app = typer.Typer()
Json = dict[str, Any]


@app.command()
def merge(
    conversation: Conversation,
    sides: Annotated[list[str], typer.Argument(metavar="FROM...", help="The branches to merge: names, or ids.")],
    into: Annotated[str, typer.Option("--into", help="The branch that goes on with it: its name, or its id.")],
    instruction: Annotated[
        str | None,
        typer.Option("--instruction", "-i", help="What is asked; left out: to bring together what was said."),
    ] = None,
    reconcile: Annotated[
        bool, typer.Option("--reconcile", help="Find first where they disagree, and have that settled.")
    ] = False,
    model: Annotated[str | None, typer.Option("--model", "-m", help="The model to ask.", autocompletion=models)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Merge branches into another by a prompt that continues all of them. Prints its answer.

    With --reconcile it prints first where they disagree, with the messages that say so.
    """
    from service.commands.loops import run
    from service.commands.terminal import clean

    wish: Json = {"instruction": instruction, "reconcile": reconcile, "config": {"model": model} if model else None}
    found = run(_merge(conversation, [into, *sides], wish, model))
    if as_json:
        return print_json(found)
    for text in (*_conflict_lines(found["conflicts"]), found["answer"]):
        typer.echo(clean(text))


async def _merge(said: str, names: list[str], wish: Json, model: str | None) -> Json:
    from service.commands.asked import say_answered, say_asked
    from service.commands.naming import branch_named, conversation_id
    from service.commands.reaching import reach_model

    async with reach_model(model) as client:
        conversation = await conversation_id(client, said)
        target, *others = [(await branch_named(client, conversation, name))["id"] for name in names]
        await say_asked(client, wish)
        made = await client.execute("MergeBranches", input=wish | {"into": target, "from": others})
        task = await _ended(client, made["task"]["id"])
        say_answered(task)
        conflicts = (await client.execute("MergeConflicts", taskId=task["id"]))["mergeConflicts"]
    if task["answer"] is None:
        raise AntiphonError(f"The merge is {task['taskStatus']}. {task['error'] or ''}".strip())
    return {"taskId": task["id"], "conflicts": conflicts, "answer": task["answer"]["content"]}


async def _ended(client: Client, task_id: str) -> Json:
    import asyncio

    while (task := await client.execute("Task", id=task_id))["finishedAt"] is None:  # noqa: ASYNC110
        await asyncio.sleep(0.2)
    return task


def _conflict_lines(conflicts: list[Json]) -> list[str]:
    """A block of each conflict: what is at issue, and what each side says, with the numbers of the messages."""
    lines: list[str] = []
    for number, conflict in enumerate(conflicts, 1):
        lines.append(f"{number}. {conflict['claim']}")
        for side in conflict["sides"]:
            places = ", ".join(str(message["seq"]) for message in side["messages"])
            lines.append(f"   {side['branchName']}: {side['says']} ({places})")
    return [*lines, ""] if lines else []
