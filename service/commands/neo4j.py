"""`antiphon neo4j …`: the embedded Neo4j by itself, its Browser, and a shell."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.commands.completing import one_of
from service.errors import Conflict, InvalidInput

if TYPE_CHECKING:
    from service.config import Config
    from service.graph.local import Neo4jAddress

app = typer.Typer(help="The Neo4j that Antiphon runs itself.", no_args_is_help=True)


@app.command()
def start() -> None:
    """Start Neo4j and leave it running, for later services and for Neo4j Browser."""
    from service.commands.terminal import say

    address = asyncio.run(_start(_own_config()))
    say("Neo4j runs until: antiphon neo4j stop")
    show_login(address)


@app.command()
def stop() -> None:
    """Stop a Neo4j that no service uses."""
    from service.commands.terminal import say
    from service.graph.local import stop as stop_neo4j

    stopped = asyncio.run(stop_neo4j(_own_config().storage.data_folder / "neo4j"))
    say("Neo4j is stopped." if stopped else "Neo4j was not running.")


@app.command()
def status() -> None:
    """Say whether Neo4j runs, where, and for whom."""
    from service.config import load_config

    config = load_config()
    typer.echo(asyncio.run(_remote_status(config) if config.neo4j.uri else _own_status(config)))


@app.command()
def compact() -> None:
    """Write the graph into new files. What was deleted is in no file after that. Nothing may use Neo4j meanwhile.

    The old files stay until the new ones are whole. It needs one and a half times their size on the disk.
    """
    from service.commands.terminal import say
    from service.graph.local import progress_on
    from service.graph.local.compacting import compact as compact_neo4j
    from service.own_neo4j import local_settings

    config = _own_config()
    folders = config.storage
    done = asyncio.run(
        compact_neo4j(
            folders.data_folder / "neo4j",
            folders.cache_folder,
            settings=local_settings(config),
            progress=progress_on(),
        )
    )
    copied = f"{done.copied.nodes} nodes and {done.copied.relationships} relationships"
    say(f"Written: {copied}. {done.before / 1e6:.0f} MB became {done.after / 1e6:.0f} MB.")


@app.command()
def browser(
    save: Annotated[
        Path | None,
        typer.Option(
            help="Write the style, the saved queries and a page of links into this folder, for your own Neo4j."
        ),
    ] = None,
) -> None:
    """Show the address of Neo4j Browser and the login; open it where there is a desktop."""
    from service.config import load_config

    if save is not None:
        return _save(load_config(), save)
    from service.commands.serving import neo4j_address

    config = load_config()
    if config.neo4j.uri:
        raise Conflict(
            f"The graph is at {config.neo4j.uri}, which Antiphon does not run.",
            remedy="Its Browser can have our style and queries: antiphon neo4j browser --save FOLDER",
        )
    address = asyncio.run(neo4j_address(config))
    show_login(address)
    if sys.stdout.isatty() and _has_desktop():
        import webbrowser

        webbrowser.open(address.browser_link)


def _save(config: Config, folder: Path) -> None:
    from service.commands.browser_files import browser_of, save_files
    from service.commands.terminal import say
    from service.graph.local.home import home_at, read_state
    from service.graph.local.readiness import address_of

    if config.neo4j.uri:
        browser = browser_of(config.neo4j.uri)
    else:
        state = read_state(home_at(config.storage.data_folder / "neo4j"))
        browser = address_of(state.ports, "").browser if state else browser_of("")
    try:
        written = save_files(folder, browser)
    except OSError as error:
        why = f"{folder} cannot be written: {error.strerror or error}."
        raise InvalidInput(why, remedy="Name another folder with --save.") from error
    for file in written:
        typer.echo(file)
    say("Drop style.grass and queries.zip on the page of Neo4j Browser, or open queries.html.")


SHELL_FORMATS = ("table", "csv", "json")


@app.command()
def shell(
    form: Annotated[
        str, typer.Option("--format", help=f"{', '.join(SHELL_FORMATS)}.", autocompletion=one_of(SHELL_FORMATS))
    ] = "table",
) -> None:
    """Type Cypher; a statement ends with a semicolon."""
    from service.commands.shell import run_shell
    from service.config import load_config

    if form.lower() not in SHELL_FORMATS:
        raise InvalidInput(f"--format {form}: it is {', '.join(SHELL_FORMATS[:-1])} or {SHELL_FORMATS[-1]}.")
    run_shell(load_config(), form.lower())


def show_login(address: Neo4jAddress) -> None:
    """Print where Neo4j Browser is and how to sign in: it is the person's own, on their own machine."""
    typer.echo(f"Neo4j Browser  {address.browser_link}")
    typer.echo(f"  connect to   {address.bolt}")
    typer.echo(f"  username     {address.username}")
    typer.echo(f"  password     {address.password}")


def _own_config() -> Config:
    from service.config import load_config

    config = load_config()
    if config.neo4j.uri:
        raise Conflict(
            f"The configured Neo4j is {config.neo4j.uri}, which Antiphon does not run.",
            remedy="Unset NEO4J_URI to use the embedded one.",
        )
    return config


async def _start(config: Config) -> Neo4jAddress:
    from service.graph.local import progress_on
    from service.graph.local import start as start_neo4j
    from service.own_neo4j import local_settings

    folders = config.storage
    home = folders.data_folder / "neo4j"
    # The same as a service would start, so that it is adopted as it is.
    settings = local_settings(config)
    server = await start_neo4j(home, folders.cache_folder, settings=settings, progress=progress_on(), detached=True)
    await server.release()
    return server.address


async def _own_status(config: Config) -> str:
    from service.graph.local import status as neo4j_status

    found = await neo4j_status(config.storage.data_folder / "neo4j")
    if not found.running or found.address is None:
        return "Neo4j is not running. Start it with: antiphon neo4j start"
    state = "answers" if found.answers else "does not answer (yet)"
    user = f"used by process {found.owner}" if found.owner is not None else "used by no service"
    lines = (
        f"Neo4j {found.version} runs (process {found.pid}), {state}, {user}.",
        f"Bolt     {found.address.bolt}",
        f"Browser  {found.address.browser}",
        f"Data     {found.home}",
    )
    return "\n".join(lines)


async def _remote_status(config: Config) -> str:
    from service.app import remote
    from service.commands.shell import version_of
    from service.graph.database import Database

    connection = remote(config)
    assert connection is not None
    database = Database(connection)
    try:
        return f"Neo4j {await version_of(database)} answers at {connection.uri} (database {connection.database})."
    finally:
        await database.close()


def _has_desktop() -> bool:
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
