"""`antiphon delete`: what is deleted for good; it says first what goes with it."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from service.commands.streams import print_json
from service.errors import InvalidInput

app = typer.Typer(help="Delete something for good. What its calls cost stays in `usage`.", no_args_is_help=True)
Json = dict[str, Any]

DryRun = Annotated[bool, typer.Option("--dry-run", help="Change nothing, and say what would go.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask first.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command()
def conversation(
    said: Annotated[str, typer.Argument(metavar="CONVERSATION", help="The conversation: id, title or last.")],
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Delete a conversation, with all that is in it."""
    _run("Conversation", said, {}, _How(dry_run, yes, as_json))


@app.command()
def message(
    said: Annotated[str, typer.Argument(metavar="MESSAGE", help="The message: its id, or its number in history.")],
    of: Annotated[str, typer.Option("--conversation", "-c", help="Of a number: the conversation.")] = "last",
    join: Annotated[
        bool, typer.Option("--join", help="Let what is below go on from what is above; else it goes, too.")
    ] = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Delete a message, with its answers, what is below it, and what was made of it."""
    _run("Message", said, {"children": "JOIN" if join else "DELETE"}, _How(dry_run, yes, as_json, of))


@app.command()
def source(
    said: Annotated[str, typer.Argument(metavar="SOURCE", help="The source's id.")],
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Delete a text wherever it was read, with what was made of it."""
    _run("Source", said, {}, _How(dry_run, yes, as_json))


@app.command()
def document(
    conversation: Annotated[str, typer.Argument(metavar="CONVERSATION", help="The conversation: id, title or last.")],
    said: Annotated[str, typer.Argument(metavar="NAME", help="The document: its name there, or its id.")],
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Delete a document of a conversation, all versions of it, with what was made of them there."""
    _run("Document", said, {}, _How(dry_run, yes, as_json, conversation))


@app.command()
def owner(
    said: Annotated[str, typer.Argument(metavar="OWNER", help="Who you are; `local` without keys.")],
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Delete all that you have."""
    _run("Owner", said, {}, _How(dry_run, yes, as_json))


class _How:
    """How it is to be done."""

    def __init__(self, dry_run: bool, yes: bool, as_json: bool, of: str = "last") -> None:
        self.dry_run, self.yes, self.as_json, self.of = dry_run, yes, as_json, of


def _run(kind: str, said: str, wish: Json, how: _How) -> None:
    from service.commands.loops import run

    if not (how.dry_run or how.yes or sys.stdin.isatty()):
        raise InvalidInput("Nobody is there to be asked.", remedy="Say --yes, or --dry-run to see what would go.")
    run(_delete(kind, said, wish, how))


async def _delete(kind: str, said: str, wish: Json, how: _How) -> None:
    from service.commands.reaching import reach

    async with reach() as client:
        wish = {f"{kind.lower()}Id": await _named(client, kind, said, how.of)} | wish
        found = (await client.execute(f"Delete{kind}", input=wish | {"dryRun": True}))["erasable"]
        if not how.as_json:
            _show(found, "Would go" if how.dry_run else "Goes")
        if how.dry_run:
            return print_json(found) if how.as_json else None
        if not how.yes and not typer.confirm("Delete it for good?", err=True):
            raise typer.Abort
        receipt = (await client.execute(f"Delete{kind}", input=wish))["erasure"]
        if how.as_json:
            return print_json(receipt)
        typer.echo(f"Deleted. Nobody finds it any more. The receipt is {receipt['id']}.")


async def _named(client: Any, kind: str, said: str, of: str) -> str:
    from service.commands.naming import conversation_id, document_id, message_id, numbered

    if kind == "Conversation":
        return await conversation_id(client, said)
    if kind == "Message" and numbered(said):
        return await message_id(client, await conversation_id(client, of), said)
    if kind == "Document":
        return await document_id(client, await conversation_id(client, of), said)
    return said


def _show(found: Json, word: str) -> None:
    counts = ", ".join(f"{it['count']} {it['label']}" for it in found["counts"])
    typer.echo(f"{word}: {counts or 'nothing'}.")
    if found["cancels"]:
        typer.echo(f"Tasks at work that are cancelled: {', '.join(found['cancels'])}.")
    if found["sharedSources"]:
        typer.echo(f"{found['sharedSources']} sources stay: others read them, too.")
    if not found["isComplete"]:
        typer.echo("There is more: not all was counted.")
