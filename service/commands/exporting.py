"""`antiphon export`: a conversation, a branch of one, or all conversations, as a file for people or other tools."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.commands.completing import one_of
from service.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from service.commands.client import Client

app = typer.Typer()
Json = dict[str, Any]

GRAPHS = ("graph", "graphml", "cypher", "parquet")
FORMATS = ("markdown", "html", "openai", "sharegpt", "chatgpt", "librechat", "openwebui", *GRAPHS)
_STANDARD = "-"


@app.command()
def export(
    conversation: Annotated[str, typer.Argument(help="The conversation: id, title or last.", show_default=False)] = "",
    everything: Annotated[bool, typer.Option("--all", help="All conversations.")] = False,
    form: Annotated[
        str, typer.Option("--format", "-f", help=f"{', '.join(FORMATS)}.", autocompletion=one_of(FORMATS))
    ] = "markdown",
    branch: Annotated[str | None, typer.Option("--branch", help="Only this branch.")] = None,
    upto: Annotated[str | None, typer.Option("--to", help="Only what leads to this message: number or id.")] = None,
    output: Annotated[str | None, typer.Option("--output", "-o", help="The file; - is standard output.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Export a conversation as a file. Nothing is changed."""
    from service.commands.loops import run

    if bool(conversation) == everything:
        raise InvalidInput("Name a conversation, or say --all.", remedy="`antiphon export last` takes the newest.")
    if branch is not None and upto is not None:
        raise InvalidInput("--branch and --to are two paths.", remedy="Say one of them.")
    if everything and (branch is not None or upto is not None):
        raise InvalidInput("--branch and --to are for one conversation.", remedy="Name it in place of --all.")
    kind = form.lower().replace("-", "")
    if kind not in FORMATS:
        raise InvalidInput(f"--format has no {form!r}.", remedy=f"It is one of: {', '.join(FORMATS)}.")
    run(_export(conversation, kind, (branch, upto), _Place(output, force)))


class _Place:
    """Where the file goes."""

    def __init__(self, output: str | None, force: bool) -> None:
        self._output, self._force = output, force

    def require_free(self) -> None:
        """Raises `InvalidInput`, before anything is read, where the file that was named cannot be written."""
        from service.commands.saving import require_free

        if self._output not in (None, _STANDARD):
            require_free(Path(str(self._output)), force=self._force)

    async def put(self, made: Json, pieces: AsyncIterator[bytes]) -> None:
        """Write the file there."""
        from service.commands.saving import save
        from service.commands.terminal import Transfer, say

        if self._output == _STANDARD:
            return await _print(made, pieces)
        target = Path(self._output or _safe_name(made["fileName"]))
        with Transfer() as transfer:
            size = await save(
                pieces, target, force=self._force, tell=lambda done: transfer.show(target.name, done, None)
            )
        say(f"{target}: {size:,} bytes")


async def _export(said: str, kind: str, path: tuple[str | None, str | None], place: _Place) -> None:
    from contextlib import aclosing

    from service.commands.reaching import reach
    from service.commands.terminal import say

    place.require_free()
    async with reach() as client:
        made = await _wish(client, said, kind, path)
        for notice in made["notices"]:
            say(notice)
        async with aclosing(client.download(made["url"])) as pieces:
            await place.put(made, pieces)


async def _wish(client: Client, said: str, kind: str, path: tuple[str | None, str | None]) -> Json:
    """What the service says of the file."""
    from service.commands.naming import branch_named, conversation_id, message_id

    if not said:
        return (await client.execute("ExportConversations", input={"format": kind.upper()}))["export"]
    id = await conversation_id(client, said)
    branch, upto = path
    wish: Json = {"conversationId": id, "format": kind.upper()}
    if branch is not None:
        wish["path"] = {"branchId": (await branch_named(client, id, branch))["id"]}
    elif upto is not None:
        wish["path"] = {"messageId": await message_id(client, id, upto)}
    return (await client.execute("ExportConversation", input=wish))["export"]


async def _print(made: Json, pieces: AsyncIterator[bytes]) -> None:
    """Write the file to standard output: byte for byte, and on a terminal without what commands it."""
    import codecs

    from service.commands.terminal import write

    if not sys.stdout.isatty():
        async for piece in pieces:
            sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
        return
    if made["mediaType"] == "application/zip":
        raise InvalidInput("A zip is nothing for a terminal.", remedy="Name a file with --output.")
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    async for piece in pieces:
        write(decoder.decode(piece))
    write("\n")


def _safe_name(name: str) -> str:
    """The last part of a name: a service says what a file is called, never where it is."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1].lstrip(".-")
    return "".join(character for character in last if character.isprintable()) or "conversation"
