"""`antiphon analytics`: questions about all that you have, with tables for answers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from service.commands.completing import analyses, one_of
from service.commands.streams import print_json
from service.errors import InvalidInput

app = typer.Typer()
Json = dict[str, Any]

FORMATS = ("table", "csv", "json", "parquet", "arrow")
BINARY = ("parquet", "arrow")
_PARAMETER = "A parameter, as days=7; may be given several times."


@app.command()
def analytics(
    name: Annotated[
        str | None, typer.Argument(help="The analysis; without one, all are listed.", autocompletion=analyses)
    ] = None,
    param: Annotated[list[str] | None, typer.Option("--param", "-p", help=_PARAMETER)] = None,
    form: Annotated[
        str, typer.Option("--format", help=f"{', '.join(FORMATS)}.", autocompletion=one_of(FORMATS))
    ] = "table",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file.")] = None,
    describe: Annotated[bool, typer.Option("--describe", help="Show its parameters and columns.")] = False,
    as_cypher: Annotated[bool, typer.Option("--cypher", help="Print it for Neo4j Browser.")] = False,
) -> None:
    """Ask an analysis about all that you have: money, time, branches, sources, communities."""
    from service.commands.loops import run

    if form.lower() not in FORMATS:
        raise InvalidInput(f"--format {form}: it is {', '.join(FORMATS[:-1])} or {FORMATS[-1]}.")
    if name is None:
        _refuse_without_name(param, output, describe=describe, as_cypher=as_cypher)
        return _print_list(run(_ask("Analyses")), as_json=form.lower() == "json")
    if as_cypher:
        return _print_cypher(name)
    if describe:
        return _print_description(_described(name, run(_ask("Analyses"))), as_json=form.lower() == "json")
    _refuse_terminal(form.lower(), output)
    wanted = [_parameter(one) for one in param or []]
    found = run(_ask("Analytics", name=name, parameters=wanted))
    _show(found, form.lower(), output)


async def _ask(operation: str, **variables: Any) -> Any:
    from service.commands.reaching import reach

    async with reach() as client:
        return await client.execute(operation, **variables)


def _refuse_without_name(param: list[str] | None, output: Path | None, *, describe: bool, as_cypher: bool) -> None:
    if param or output or describe or as_cypher:
        raise InvalidInput("No analysis is named.", remedy="`antiphon analytics` lists them.")


def _refuse_terminal(form: str, output: Path | None) -> None:
    import sys

    if form in BINARY and output is None and sys.stdout.isatty():
        raise InvalidInput(f"--format {form} is not for a terminal.", remedy=f"Name a file: --output rows.{form}.")


def _parameter(said: str) -> Json:
    name, equals, value = said.partition("=")
    if not equals or not name.strip():
        raise InvalidInput(f"--param {said}: it is NAME=VALUE, such as days=7.")
    return {"name": name.strip(), "value": value}


def _described(name: str, known: list[Json]) -> Json:
    from service.conversations.analytics.running import find

    found = next((one for one in known if one["name"] == name), None)
    if found is None:
        # It lists the names that are like it.
        find(name)
        raise InvalidInput(f"The service does not know {name}.", remedy="It may be older than this command.")
    return found


def _print_list(known: list[Json], *, as_json: bool) -> None:
    if as_json:
        return print_json(known)
    from service.commands.terminal import print_table

    print_table(("analysis", "what it answers"), [(one["name"], one["purpose"]) for one in known])


def _print_description(one: Json, *, as_json: bool) -> None:
    if as_json:
        return print_json(one)
    from service.commands.terminal import print_table, write

    write(f"{one['purpose']}\n\n")
    given = [(it["name"], it["type"].lower(), _default(it), it["what"]) for it in one["parameters"]]
    print_table(("--param", "type", "default", "what"), given)
    write("\n")
    columns = [(it["name"], it["type"].lower(), it["unit"] or "", it["what"]) for it in one["columns"]]
    print_table(("column", "type", "unit", "what"), columns)


def _default(parameter: Json) -> str:
    shown = "(needed)" if parameter["default"] is None else parameter["default"]
    return shown if parameter["low"] is None else f"{shown} ({parameter['low']:.15g}–{parameter['high']:.15g})"


def _print_cypher(name: str) -> None:
    """The statement with the parameters that Neo4j Browser wants before it."""
    from service.commands.terminal import write
    from service.conversations.analytics.described import pasted
    from service.conversations.analytics.running import find

    text = find(name).text
    write(f"{pasted(text)}\n\n{text}")


def _show(found: Json, form: str, output: Path | None) -> None:
    from service.commands.tables import Table, written
    from service.commands.terminal import print_table, say

    table = Table([one["name"] for one in found["columns"]], [one["type"] for one in found["columns"]], found["rows"])
    if form == "table" and output is None:
        print_table(table.names, table.cells())
    else:
        _write(written(table, form), output)
    if not table.rows:
        say("There are no rows.")
    for note in found["notes"]:
        say(note)
    if output is not None:
        say(f"{len(table.rows)} row{'s' * (len(table.rows) != 1)} in {output}.")


def _write(content: bytes, output: Path | None) -> None:
    import sys

    if output is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        return sys.stdout.buffer.flush()
    try:
        output.write_bytes(content)
    except OSError as error:
        raise InvalidInput(f"{output} cannot be written: {error.strerror}.", remedy="Name another file.") from error
