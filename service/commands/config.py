"""`antiphon config …`: is it right, what does it come to, what may be set, and a file to begin with."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.commands.completing import settings
from service.errors import ConfigurationError

if TYPE_CHECKING:
    from service.settings.described import Entry

app = typer.Typer(help="Check, show, explain or begin the configuration.", no_args_is_help=True)

File = Annotated[Path | None, typer.Option("--file", "-f", help="This file in place of the usual ones.")]


@app.command()
def check(file: File = None) -> None:
    """Say whether the configuration is right: what is wrong is named with file, line and path."""
    from service.api.graphql.trusted import read_trusted
    from service.config import check as check_config
    from service.config import load_config
    from service.tasks.checks import check_parts

    config = load_config(file)
    asyncio.run(check_parts(config))
    read_trusted(config)
    typer.echo(check_config(config, file))


@app.command()
def show(file: File = None) -> None:
    """Show every setting and where it comes from; secrets are hidden."""
    from service.config import load_config
    from service.config import show as show_config

    typer.echo(show_config(load_config(file)))


@app.command()
def explain(
    key: Annotated[
        str | None,
        typer.Argument(help="Such as server.port; without one, all are listed.", autocompletion=settings),
    ] = None,
    file: File = None,
) -> None:
    """Explain a setting: what it takes, its default, what it is now, and where that was said."""
    from service.commands.terminal import say, write
    from service.config import load_config
    from service.settings.described import Entry
    from service.settings.explained import explain as explained
    from service.settings.explained import find_setting, plain_text
    from service.settings.layers import dotted

    if key is None:
        return _print_keys(Entry((), ""))
    try:
        config = load_config(file)
    except ConfigurationError:
        config = None
    entry, path = find_setting(key, config.layer.values if config else {})
    write(f"{dotted(path)}: {plain_text(entry.what)}\n\n")
    name = ""
    for row, text in explained(entry, path, config):
        write(f"{'' if row == name else row:<10}{text}\n")
        name = row
    if entry.is_section:
        write("\n")
        _print_keys(entry)
    if config is None:
        say("The configuration is wrong, so nothing is said of what it is now. See: antiphon config check")


def _print_keys(section: Entry) -> None:
    """The keys and sections in a section, a line each."""
    from service.commands.terminal import print_table
    from service.settings.explained import below, plain_text

    rows = [(one.key, plain_text(one.default), plain_text(one.what)) for one in below(section)]
    print_table(("key", "default", "what"), rows)


@app.command()
def schema(
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file.")] = None,
) -> None:
    """Print the JSON Schema of config.yaml, for editors and other programs."""
    from service.commands.terminal import say
    from service.config import SCHEMA_FILE
    from service.errors import InvalidInput
    from service.resources import read_resource

    text = read_resource(*SCHEMA_FILE)
    if output is None:
        return typer.echo(text, nl=False)
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InvalidInput(f"{output} cannot be written: {error.strerror}.", remedy="Name another file.") from None
    say(f"{output} is written.")


@app.command()
def init(path: Annotated[Path, typer.Argument(help="Where to write it.")] = Path("config.yaml")) -> None:
    """Write an example to begin with, readable by you alone."""
    from service.config import write_example

    typer.echo(f"{write_example(path)} is written. Check it after your changes with: antiphon config check")
