"""The `antiphon` command: its options, its families of commands, and how errors end it.

Imports nothing heavy: what a command needs is imported when it runs.
"""

from __future__ import annotations

import logging
import os
import shutil
import sys
import traceback
from typing import Annotated, Any

import typer

from service import __version__
from service.commands import (
    analytics,
    annotating,
    bisecting,
    branching,
    check,
    config,
    deleting,
    exporting,
    finding,
    histories,
    importing,
    look,
    merging,
    neo4j,
    notes,
    replaying,
    run,
    serve,
    setup,
    show,
    summarizing,
    turns,
    usage,
    watching,
)
from service.commands.arguments import settle_arguments
from service.commands.options import in_options
from service.commands.streams import settle_streams
from service.errors import AntiphonError, ConfigurationError, InvalidInput

OK, FAILED, WRONG_USE, CANCELLED = 0, 1, 2, 130
_WIDEST, _NARROWEST = 120, 24


def help_width() -> int:
    """The columns that help has: those of the terminal, as far as lines of them can be read."""
    return max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size().columns) - 2)


app = typer.Typer(
    name="antiphon",
    help="A conversation service whose memory is a Neo4j graph.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"], "terminal_width": help_width()},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
TURNS = (turns, replaying, bisecting, branching, merging, histories, notes, annotating)
TRANSFER = (importing, exporting)
READING = (look, show, finding, summarizing, usage, analytics)
for family in (serve, run, watching, *TURNS, *READING, *TRANSFER, check, setup):
    app.add_typer(family.app)
app.add_typer(deleting.app, name="delete")
app.add_typer(neo4j.app, name="neo4j")
app.add_typer(config.app, name="config")

_verbose = False


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"antiphon {__version__}")
        raise typer.Exit


@app.callback()
def options(
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show tracebacks and the debug log.")] = False,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_show_version, help="Show the version and exit.")
    ] = False,
) -> None:
    """Options before the command."""
    global _verbose
    _verbose = verbose
    if verbose:
        logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
        # They log every frame and every byte, and with them what is secret.
        for noisy in ("neo4j", "httpcore", "httpx", "hpack", "websockets"):
            logging.getLogger(noisy).setLevel(logging.INFO)


# Typer brings a click of its own, and shows of its errors this one alone.
_UsageError: type[Exception] = typer.BadParameter.mro()[1]
_Context: Any = typer.Context.mro()[1]


class Help(_Context.formatter_class):
    """Help of a command; where a terminal is narrow, what explains an option keeps two thirds of it."""

    def write_dl(self, rows: Any, col_max: int = 30, col_spacing: int = 2) -> None:
        """Write a list of options or commands."""
        super().write_dl(rows, min(col_max, max(8, self.width // 3)), col_spacing)


_Context.formatter_class = Help


def main(arguments: list[str] | None = None) -> int:
    """Run one command; its exit code: 0, 1 (failed), 2 (wrong use or configuration), 3 (a part failed) or 130
    (cancelled)."""
    settle_streams()
    try:
        return _run(sys.argv[1:] if arguments is None else arguments)
    except AntiphonError as error:
        return _end(error)
    except _UsageError as error:
        return _end_usage(error)
    except KeyboardInterrupt:
        print("cancelled", file=sys.stderr)
        return CANCELLED
    except BrokenPipeError:
        # Whoever read our output has seen enough (`| head`); the interpreter must not flush into it again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        return _end(AntiphonError(f"Unexpected {type(error).__name__}: {error}.", remedy=_report_remedy()), error)


def _run(arguments: list[str]) -> int:
    code = app(settle_arguments(arguments), standalone_mode=False, prog_name="antiphon")
    return code if isinstance(code, int) else OK


def _report_remedy() -> str | None:
    return None if _verbose else "Repeat with `antiphon -v …` to see where."


def _end_usage(error: Any) -> int:
    if type(error).__name__ == "NoArgsIsHelpError":
        error.show()
        return WRONG_USE
    command = error.ctx.command_path if error.ctx else "antiphon"
    return _end(InvalidInput(error.format_message().rstrip(".") + ".", remedy=f"See: {command} --help"))


def _end(error: AntiphonError, cause: BaseException | None = None) -> int:
    if _verbose:
        traceback.print_exception(cause or error)
    print(f"error: {in_options(str(error), error.field)}", file=sys.stderr)
    return WRONG_USE if isinstance(error, InvalidInput | ConfigurationError) else FAILED


if __name__ == "__main__":
    sys.exit(main())
