"""`antiphon import`: conversations of other tools, from a file or a folder, with what did not go in as it was."""

from __future__ import annotations

import asyncio
import tempfile
import zipfile
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.commands.streams import print_json
from service.errors import AntiphonError, InvalidInput

if TYPE_CHECKING:
    from service.commands.client import Client

app = typer.Typer()
Json = dict[str, Any]

PIECE = 4 * 1_048_576
LOOK_SECONDS = 0.3
SHOWN_NOTICES = 20


@app.command("import")
def import_(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="What another tool exported: a file or a folder.")],
    format: Annotated[
        str | None,
        typer.Option("--format", "-f", help="The format, such as chatgpt, where it is not recognized."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> int:
    """Bring in conversations of another tool. Twice is once. Exit code 3: not all came in; 1: nothing did."""
    from service.commands.loops import run

    with _one_file(path) as file:
        done = run(_import(file, path.name or "folder", format, quiet=as_json))
    if as_json:
        print_json(done)
    else:
        _show(done)
    return {"SUCCEEDED": 0, "PARTIAL": 3}.get(done["importStatus"], 1)


@contextmanager
def _one_file(path: Path) -> Generator[Path]:
    """The file; of a folder, all that is in it, in one."""
    if not path.exists():
        raise InvalidInput(f"There is no file {path}.", remedy="Correct its name.")
    if not path.is_dir():
        if not path.stat().st_size:
            raise InvalidInput(f"{path} is empty.")
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="antiphon-import-") as folder:
        whole = Path(folder) / "folder.zip"
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for file in sorted(path.rglob("*")):
                if file.is_file() and not file.is_symlink():
                    archive.write(file, file.relative_to(path))
            if not archive.namelist():
                raise InvalidInput(f"There are no files in {path}.")
        yield whole


async def _import(file: Path, name: str, format: str | None, *, quiet: bool) -> Json:
    from service.commands.reaching import reach
    from service.commands.terminal import Transfer

    async with reach() as client:
        size = (await asyncio.to_thread(file.stat)).st_size
        wish: Json = {"name": name, "bytes": size}
        upload = (await client.execute("CreateUpload", input=wish))["upload"]
        with Transfer(quiet=quiet) as shown:
            await client.put(upload["url"], _pieces(file, partial(shown.show, "sending"), size))
            wish = {"file": {"uploadId": upload["uploadId"]}} | ({"format": format} if format else {})
            id = (await client.execute("ImportConversations", input=wish))["import"]["id"]
            try:
                return await _until_over(client, id, shown)
            except (asyncio.CancelledError, KeyboardInterrupt):
                await asyncio.shield(_cancel(client, id))
                raise


async def _until_over(client: Client, id: str, shown: Any) -> Json:
    while True:
        done = await client.execute("Import", id=id)
        if done["importStatus"] != "RUNNING":
            return done
        shown.show(
            f"importing, {done['messageCount']} messages", done["readBytes"], max(done["bytes"], done["readBytes"])
        )
        await asyncio.sleep(LOOK_SECONDS)


async def _cancel(client: Client, id: str) -> None:
    with suppress(AntiphonError, TimeoutError):
        async with asyncio.timeout(2):
            await client.execute("CancelImport", input={"importId": id})


async def _pieces(file: Path, told: Callable[[int, int], None], size: int) -> AsyncGenerator[bytes]:
    sent = 0
    with file.open("rb") as stream:
        while piece := await asyncio.to_thread(stream.read, PIECE):
            sent += len(piece)
            yield piece
            told(sent, size)


def _show(done: Json) -> None:
    from service.commands.terminal import clean, say, shorten

    if done["format"]:
        typer.echo(f"Format         {done['format']}")
    known = f"{done['extendedCount']} with new messages, {done['knownCount']} known"
    typer.echo(f"Conversations  {done['conversationCount']} new, {known}")
    typer.echo(f"Messages       {done['messageCount']} new")
    if done["strategyCount"]:
        typer.echo(f"Kept plans     {done['strategyCount']} new")
    if done["skippedCount"]:
        typer.echo(f"Not imported   {done['skippedCount']}")
    for notice in done["notices"][:SHOWN_NOTICES]:
        what = {"SKIPPED": "not imported", "CHANGED": "changed", "ASIDE": "kept as metadata"}[notice["noticeKind"]]
        typer.echo(f"  {what}: {clean(notice['place'])}: {shorten(notice['text'], 300)}")
    if done["noticeCount"] > SHOWN_NOTICES:
        typer.echo(f"  … {done['noticeCount'] - SHOWN_NOTICES} more. --json prints up to a thousand.")
    if done["error"]:
        say(f"error: {done['error']}")
