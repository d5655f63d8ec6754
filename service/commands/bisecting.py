"""`antiphon bisect`: the first message after which a prompt is answered wrongly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.commands.completing import models
from service.commands.streams import print_json
from service.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from service.commands.client import Client

app = typer.Typer()
Json = dict[str, Any]

_PAGE = 200


@app.command()
def bisect(
    conversation: Annotated[str, typer.Argument(help="The conversation: id, title or last.")],
    good: Annotated[
        str, typer.Option("--good", metavar="MESSAGE", help="A response after which it is answered rightly.")
    ],
    bad: Annotated[
        str, typer.Option("--bad", metavar="MESSAGE", help="One below it, after which it is answered wrongly.")
    ],
    probe: Annotated[str, typer.Option("--probe", help="What is asked after each of them.")],
    check: Annotated[str, typer.Option("--check", metavar="PATTERN", help="What a right answer holds: an expression.")],
    model: Annotated[str | None, typer.Option("--model", "-m", help="Ask this model.", autocompletion=models)] = None,
    setting: Annotated[
        list[str] | None, typer.Option("--setting", metavar="NAME=VALUE", help="temperature=0, for instance.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object at the end.")] = False,
) -> int:
    """Find the first message after which a prompt is answered wrongly, by asking it at a few places between two.

    Nothing of it stays in the conversation. Exit code: 0 found, 1 the ends are not as you say, 3 a few are left.
    """
    from service.answers.patterns import compiled
    from service.commands.loops import run
    from service.commands.replay_options import parse_settings

    try:
        compiled(check)
    except ValueError as error:
        raise InvalidInput(f"--check is no regular expression: {error}.", remedy="See RE2's syntax.") from None
    if not probe.strip():
        raise InvalidInput("--probe is empty.", remedy="Write what is asked.")
    wish = {"content": probe, "config": parse_settings(setting or []) | ({"model": model} if model else {})}
    return run(_bisect(conversation, (good, bad), wish, (check, as_json)))


async def _bisect(said: str, ends: tuple[str, str], wish: Json, how: tuple[str, bool]) -> int:
    from service.commands.asked import say_asked
    from service.commands.bisection import most_looks
    from service.commands.following import interruptions
    from service.commands.naming import conversation_id, message_id
    from service.commands.probing import Probes
    from service.commands.reaching import reach_model
    from service.commands.searching import Search, exit_code, found_lines
    from service.commands.terminal import say

    pattern, as_json = how
    async with reach_model(wish["config"].get("model")) as client:
        id = await conversation_id(client, said)
        good, bad = [await message_id(client, id, end) for end in ends]
        path = await _path(client, (good, bad), ends)
        places = [i for i, it in enumerate(path) if it["__typename"] == "Response" and not it["toolCalls"]]
        _check_ends(path, places, ends)
        await say_asked(client, wish)
        say(f"{len(places)} places, at most {most_looks(len(places))} probes")
        with interruptions() as interrupted:
            probes = Probes(client, id, wish)
            await probes.clear()
            async with probes.holding(bad):
                search = Search(probes, [path[i] for i in places], pattern)
                await search.run(interrupted)
    found = search.as_json() | {"conversationId": id, "between": search.between(path)}
    if as_json:
        print_json(found)
    else:
        for line in found_lines(found):
            typer.echo(line)
    return exit_code(found)


async def _path(client: Client, ends: tuple[str, str], said: tuple[str, str]) -> list[Json]:
    """The messages from one to the other. Raises `InvalidInput` where the second is not below the first."""
    from service.commands.client import nodes_of

    path: list[Json] = []
    after: str | None = None
    while True:
        read = await client.execute("PathPlaces", fromId=ends[0], toId=ends[1], first=_PAGE, after=after)
        if read is None:
            raise _not_above(said)
        path += nodes_of(read)
        if path[0]["depth"] > path[-1]["depth"] or (len(path) > 1 and path[1]["depth"] <= path[0]["depth"]):
            raise _not_above(said)
        if not read["pageInfo"]["hasNextPage"]:
            return path
        after = read["pageInfo"]["endCursor"]


def _not_above(said: tuple[str, str]) -> InvalidInput:
    good, bad = said
    remedy = "Name two on one branch, the good one first: `antiphon history CONVERSATION` draws them."
    return InvalidInput(f"The good message {good} is not above the bad message {bad}.", remedy=remedy)


def _check_ends(path: list[Json], places: list[int], said: tuple[str, str]) -> None:
    """Raises `InvalidInput`, `NotFound` where an end is no place to ask at, or both are one."""
    if len(path) == 1:
        raise InvalidInput("The good and the bad message are the same.", remedy="Name two.")
    for place, name in ((0, said[0]), (len(path) - 1, said[1])):
        if place in places:
            continue
        if path[place]["__typename"] == "Response":
            raise InvalidInput(f"Message {name} calls tools.", remedy="Name the response after their results.")
        nearest = min(places, key=lambda other: abs(other - place), default=None)
        if nearest is None:
            raise NotFound("There is no response between these messages.", remedy="Name two responses.")
        raise InvalidInput(
            f"Message {name} is a prompt: a chat goes on after a response.",
            remedy=f"The nearest one on the way is {path[nearest]['seq']}.",
        )
