"""`antiphon check`: whether the graph keeps its promises. It reads the graph itself, and needs no service."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from service.commands.look import AsJson
from service.commands.streams import print_json
from service.errors import AntiphonError, ConfigurationError

if TYPE_CHECKING:
    from service.config import Config
    from service.graph.checks import Finding

app = typer.Typer()

KEPT, BROKEN, NOT_RUN = 0, 1, 2


@app.command()
def check(as_json: AsJson = False) -> int:
    """Check the graph against its promises: 0 they are kept, 1 one is broken, 2 they could not be checked."""
    from service.commands.loops import run
    from service.config import load_config

    try:
        findings = run(_check(load_config()))
    except AntiphonError as error:
        raise ConfigurationError(f"The graph was not checked. {error.message}", remedy=error.remedy) from error
    if as_json:
        print_json({"checks": [asdict(finding) for finding in findings]})
    else:
        typer.echo("\n".join([*(_line(it) for it in findings if it.is_broken or it.error), _summary(findings)]))
    return _code(findings)


async def _check(config: Config) -> list[Finding]:
    from service.commands.shell import version_of
    from service.graph.checks import run_checks
    from service.graph.database import Database
    from service.graph.migrations import not_applied

    database = Database(await _connection(config))
    try:
        await version_of(database)
        if missing := await not_applied(database):
            raise ConfigurationError(f"The graph has no {missing[0]} yet.", remedy="Run: antiphon migrate")
        return [finding async for finding in run_checks(database)]
    finally:
        await database.close()


async def _connection(config: Config):
    from service.app import remote
    from service.commands.serving import neo4j_address
    from service.graph.database import Connection

    if given := remote(config):
        return given
    address = await neo4j_address(config)
    return Connection(address.bolt, address.username, address.password)


def _line(finding: Finding) -> str:
    if finding.error:
        return f"{finding.name}: {finding.sentence} Not checked: {finding.error}"
    named = ", ".join(finding.ids) + ", …" * (finding.count > len(finding.ids))
    what = f": {named}" if finding.ids else " and have no id: they are not Antiphon's."
    return f"{finding.name}: {finding.sentence} {finding.count} break it{what}"


def _summary(findings: list[Finding]) -> str:
    broken, failed = (sum(map(bool, said)) for said in zip(*((it.is_broken, it.error) for it in findings), strict=True))
    return f"{len(findings)} promises: {broken or 'none'} broken" + f", {failed} not checked" * bool(failed)


def _code(findings: list[Finding]) -> int:
    if any(finding.is_broken for finding in findings):
        return BROKEN
    return NOT_RUN if any(finding.error for finding in findings) else KEPT
