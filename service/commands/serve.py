"""`antiphon serve`, `demo`, `migrate`, `export-schema` and `export-documents`."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.errors import Conflict, InvalidInput

if TYPE_CHECKING:
    from service.config import Config

app = typer.Typer()

Port = Annotated[int | None, typer.Option("--port", min=0, max=65535, help="0 takes a free one.")]
Host = Annotated[str | None, typer.Option("--host", help="Beyond this machine only with API keys configured.")]
Out = Annotated[Path | None, typer.Option("--output", "-o", help="Write it to this file.")]


@app.command()
def serve(host: Host = None, port: Port = None) -> int:
    """Run the service until Ctrl-C; tasks that run go on at the next start."""
    from service.commands.loops import run
    from service.commands.serving import listening_on
    from service.config import load_config

    config = listening_on(load_config(), host, port)
    configure_logging(config)
    return run(serve_until_stopped(config))


@app.command()
def demo(
    keep: Annotated[
        bool | None,
        typer.Option("--keep/--no-keep", help="Stay up until Enter or Ctrl-C; in a terminal by default."),
    ] = None,
) -> int:
    """See it work, in five short scenes; no key is needed."""
    from service.commands.demo.show import run_demo
    from service.commands.loops import run

    in_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    return run(run_demo(in_terminal if keep is None else keep))


@app.command()
def migrate() -> None:
    """Bring the graph's constraints and indexes up to date (a start does this too)."""
    from service.commands.loops import run
    from service.config import load_config

    applied = run(_migrate(load_config()))
    typer.echo("\n".join(f"applied {name}" for name in applied) or "The graph is up to date.")


@app.command("export-schema")
def export_schema(
    check: Annotated[bool, typer.Option("--check", help="Only say whether the shipped file is up to date.")] = False,
    out: Out = None,
) -> None:
    """Print the GraphQL schema."""
    from service.api.graphql.schema import export
    from service.resources import resource

    text = export()
    shipped = resource("schema", "schema.graphql")
    if check and (not shipped.is_file() or shipped.read_text(encoding="utf-8") != text):
        raise Conflict(f"{shipped} is not what the code says.", remedy=f"Run: antiphon export-schema -o {shipped}")
    if out or not check:
        _write(text, out)


@app.command("export-documents")
def export_documents(out: Out = None) -> None:
    """Print the operations that the commands send, as a file of trusted documents (`server.documents.file`)."""
    from service.api.graphql.trusted import export_documents

    _write(export_documents(), out)


def _write(text: str, out: Path | None) -> None:
    if out is None:
        return typer.echo(text, nl=False)
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InvalidInput(f"{out} cannot be written: {error.strerror}.", remedy="Name another file.") from None


def configure_logging(config: Config) -> None:
    """Log to standard error as `config.logging` says; `-v` has the last word on the level."""
    handler = logging.StreamHandler(sys.stderr)
    text = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    handler.setFormatter(JsonFormatter() if config.logging.format == "json" else text)
    root = logging.getLogger()
    verbose = root.level == logging.DEBUG
    root.handlers[:] = [handler]
    root.setLevel(logging.DEBUG if verbose else config.logging.level)
    # What the driver warns of in an outage, a dozen lines a second, we say ourselves, once.
    logging.getLogger("neo4j").setLevel(logging.ERROR)
    for chatty in ("httpx", "httpcore", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(chatty).setLevel(max(root.level, logging.WARNING))


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        said: dict[str, Any] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            said["exception"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False)


async def serve_until_stopped(config: Config, *, brief: bool = False) -> int:
    """Be the one service of the data folder until Ctrl-C or SIGTERM; `brief` as for `start_service`."""
    from service.commands.following import interruptions
    from service.commands.server import check_address
    from service.commands.serving import start_service, take_place
    from service.commands.setup import prepare_model
    from service.commands.terminal import say
    from service.graph.local import progress_on

    place = await take_place(config.storage.data_folder)
    try:
        check_address(config)
        prepare_model(config)
        async with start_service(config, progress_on(), brief=brief) as started:
            place.announce(started.url)
            say(f"GraphQL        {started.url}/graphql" + "  (in a browser: GraphiQL)" * config.server.has_graphiql)
            if started.neo4j:
                say(f"Neo4j Browser  {started.neo4j.address.browser}  (login: antiphon neo4j browser)")
            say("Ctrl-C stops it; tasks that run go on at the next start.")
            with interruptions() as interrupted:
                await interrupted.wait()
            say("Stopping …")
    finally:
        place.leave()
    return 0


async def _migrate(config: Config) -> list[str]:
    from service.commands.shell import open_graph
    from service.graph.migrations import migrate as migrate_graph

    async with open_graph(config) as database:
        return await migrate_graph(database)
