"""Commands that only look: `task`, `conversations`, `models`, `strategies`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.commands.streams import print_json
from service.errors import NotFound

if TYPE_CHECKING:
    from service.commands.client import Client

app = typer.Typer()
Json = dict[str, Any]

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command()
def task(id: Annotated[str, typer.Argument(help="The task's id.")], as_json: AsJson = False) -> None:
    """Show a task: its state, its subtasks, and why it failed where it did."""
    found = _ask("Task", id=id)
    if found is None:
        raise NotFound(f"There is no task {id}.", remedy="`antiphon history CONVERSATION` names the tasks.")
    if as_json:
        return print_json(found)
    from service.commands.client import nodes_of
    from service.commands.terminal import print_table, shorten
    from service.commands.usage import say_metrics

    progress = found["progress"]
    typer.echo(f"{found['taskStatus']}  {found['strategy']}  {progress['done']}/{progress['total']}  {found['title']}")
    for name in ("error", "note"):
        if found[name]:
            typer.echo(f"{name}: {found[name]}")
    for line in say_metrics(found["metrics"]):
        typer.echo(line)
    rows = [
        (
            it["index"],
            it["subtaskStatus"],
            it["title"],
            len(it["attempts"]["edges"]),
            shorten(it["error"] or _answer(it), 60),
        )
        for it in nodes_of(found["subtasks"])
    ]
    print_table(("#", "state", "subtask", "calls", "answer or error"), rows)
    if found["subtasks"]["pageInfo"]["hasNextPage"]:
        typer.echo(f"… and {progress['total'] - len(rows)} more")


@app.command()
def conversations(
    first: Annotated[int, typer.Option("--first", "-n", min=1, max=200, help="How many.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List the conversations, newest first."""
    from service.commands.client import nodes_of

    found = nodes_of(_ask("Conversations", first=first))
    if as_json:
        return print_json(found)
    from service.commands.terminal import print_table

    print_table(("id", "created", "title"), [(it["id"], it["createdAt"][:16], it["title"]) for it in found])


@app.command()
def models(as_json: AsJson = False) -> None:
    """List the models: which can be asked, which have no key or are down, and which is the default and why."""

    async def read(client: Client) -> tuple[list[Json], Json]:
        return await client.execute("Models"), await client.execute("ModelChoice")

    found, choice = _with_client(read)
    if as_json:
        return print_json(found)
    from service.commands.terminal import print_table, say

    print_table(("model", "window", "output", "USD in", "USD out", "state", ""), [_model_row(it) for it in found])
    for note in dict.fromkeys(it["modelStateNote"] for it in found if it["modelState"] == "DOWN"):
        say(note)
    say(f"The default is {choice['model']['id']}. {choice['why']}")


@app.command()
def strategies(
    first: Annotated[int, typer.Option("--first", "-n", min=1, max=200, help="How many.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List the strategies, and the plans that are kept under a name."""
    from service.commands.client import nodes_of

    found = nodes_of(_ask("Strategies", first=first))
    if as_json:
        return print_json(found)
    from service.commands.terminal import print_table, shorten

    rows = [
        (it["name"], _steps(it), it["useCount"], _percent(it["successRate"]), shorten(it["description"], 60))
        for it in found
    ]
    print_table(("strategy", "steps", "used", "succeeded", "what it does"), rows)


def _ask(operation: str, **variables: Any) -> Any:
    async def execute(client: Client) -> Any:
        return await client.execute(operation, **variables)

    return _with_client(execute)


def _with_client(use: Any) -> Any:
    from service.commands.loops import run
    from service.commands.reaching import reach

    async def reached() -> Any:
        async with reach() as client:
            return await use(client)

    return run(reached())


def _answer(subtask: Json) -> str:
    return subtask["response"]["content"] if subtask["response"] else ""


def _steps(strategy: Json) -> int | None:
    return len(strategy["plan"]["steps"]) if strategy["plan"] else None


def _percent(rate: float | None) -> str:
    return "" if rate is None else f"{rate:.0%}"


def _model_row(model: Json) -> tuple[object, ...]:
    prices = (model["inputPrice"], model["outputPrice"])
    shown = ("default" if model["isDefault"] else "",)
    return (model["id"], model["contextWindow"], model["maxOutputTokens"], *prices, _state(model), *shown)


def _state(model: Json) -> str:
    """Whether a model can be asked, in a few words."""
    if model["modelState"] == "NO_KEY":
        return "no key"
    if model["modelState"] == "DOWN":
        return "down"
    if model["breaker"] and model["breaker"]["state"] == "OPEN":
        return "keeps failing"
    if model["origin"] == "FOUND":
        return "found"
    return "has a key" if model["hasKey"] else "ready"
