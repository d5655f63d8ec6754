"""`antiphon edit` and `regenerate`: a message in your own words, and further answers to a prompt."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from service.commands.completing import models

app = typer.Typer()
Json = dict[str, Any]


@app.command()
def edit(
    conversation: Annotated[str, typer.Argument(help="The conversation: id, title or last.")],
    message: Annotated[str, typer.Argument(help="The message: its number in history, or its id.")],
    text: Annotated[str, typer.Argument(help="What it is to say.")],
    ask: Annotated[bool, typer.Option("--ask", help="Have the prompt answered.")] = False,
    branch: Annotated[str | None, typer.Option("--branch", help="The branch that goes on from it.")] = None,
    new_branch: Annotated[str | None, typer.Option("--new-branch", help="A branch to be made at it.")] = None,
) -> None:
    """Say a message in another way, beside the old one. Prints its answer, or else its id.

    Without --branch and --new-branch no branch goes on from it.
    """
    from service.commands.loops import run as run_loop

    wish = {"messageId": message, "content": text, "ask": ask, "newBranch": new_branch}
    typer.echo(run_loop(_edit(conversation, wish, branch)))


@app.command()
def regenerate(
    conversation: Annotated[str, typer.Argument(help="The conversation: id, title or last.")],
    message: Annotated[
        str | None, typer.Argument(help="The response: its number in history, or its id. The newest if left out.")
    ] = None,
    model: Annotated[
        list[str] | None, typer.Option("--model", "-m", help="A model to ask; again for more.", autocompletion=models)
    ] = None,
    count: Annotated[int | None, typer.Option("-n", min=1, max=10, help="How many answers.")] = None,
) -> None:
    """Ask the prompt of a response again. Prints each new answer under the model that was asked."""
    from service.commands.loops import run as run_loop

    typer.echo(run_loop(_regenerate(conversation, message, {"models": model, "n": count})))


async def _edit(conversation: str, wish: Json, branch: str | None) -> str:
    from service.commands.naming import branch_named, conversation_id, message_id
    from service.commands.reaching import reach

    async with reach() as client:
        id = await conversation_id(client, conversation)
        wish = wish | {"messageId": await message_id(client, id, wish["messageId"])}
        if branch:
            wish = wish | {"branch": (await branch_named(client, id, branch))["id"]}
        made = await client.execute("ReviseMessage", input=wish)
        return await _answer(client, made["task"]["id"]) if made["task"] else made["messageEdge"]["node"]["id"]


async def _regenerate(conversation: str, message: str | None, wish: Json) -> str:
    from service.commands.naming import conversation_id, message_id, newest_response
    from service.commands.reaching import reach

    async with reach() as client:
        id = await conversation_id(client, conversation)
        if message is None:
            message = await newest_response(client, id)
        else:
            message = await message_id(client, id, message)
        made = await client.execute("Regenerate", input=wish | {"responseId": message})
        said = [f"{task['config']['model']}\n{await _answer(client, task['id'])}" for task in made["tasks"]]
        return "\n\n".join(said)


async def _answer(client: Any, task_id: str) -> str:
    """A task's answer, once it is over, or why there is none."""
    import asyncio

    while (task := await client.execute("Task", id=task_id))["finishedAt"] is None:  # noqa: ASYNC110
        await asyncio.sleep(0.2)
    return task["answer"]["content"] if task["answer"] else f"{task['taskStatus']}: {task['error']}"
