"""`antiphon config …`: is it right, what does it come to, and a file to begin with."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Check, show or begin the configuration.", no_args_is_help=True)

File = Annotated[Path | None, typer.Option("--file", "-f", help="This file in place of the usual ones.")]


@app.command()
def check(file: File = None) -> None:
    """Say whether the configuration is right: what is wrong is named with file, line and path."""
    from service.api.graphql.trusted import read_trusted
    from service.config import check as check_config
    from service.config import load_config
    from service.tasks.checks import check_parts

    found = check_config(file)
    config = load_config(file)
    asyncio.run(check_parts(config))
    read_trusted(config)
    typer.echo(found)


@app.command()
def show(file: File = None) -> None:
    """Show every setting and where it comes from; secrets are hidden."""
    from service.config import load_config
    from service.config import show as show_config

    typer.echo(show_config(load_config(file)))


@app.command()
def init(path: Annotated[Path, typer.Argument(help="Where to write it.")] = Path("config.yaml")) -> None:
    """Write an example to begin with, readable by you alone."""
    from service.config import write_example

    typer.echo(f"{write_example(path)} is written. Check it after your changes with: antiphon config check")
