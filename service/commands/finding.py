"""`antiphon search`: what you wrote or were answered, found by words and by meaning."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.commands.completing import models, one_of
from service.commands.streams import print_json
from service.errors import InvalidInput

if TYPE_CHECKING:
    from service.commands.client import Client

app = typer.Typer()
Json = dict[str, Any]

MODES = ("hybrid", "full_text", "vector")
KINDS = ("prompt", "response", "summary", "source")
_TITLE, _DAY = 70, 10


@app.command()
def search(
    query: Annotated[str, typer.Argument(help='Words; "several words" that follow each other; begin* of a word.')],
    conversation: Annotated[
        str | None, typer.Option("--conversation", "-c", help="Only in this one: id, title or last.")
    ] = None,
    branch: Annotated[str | None, typer.Option("--branch", help="With -c: only what this branch reaches.")] = None,
    kind: Annotated[
        list[str] | None, typer.Option("--kind", "-k", help=f"{', '.join(KINDS)}.", autocompletion=one_of(KINDS))
    ] = None,
    mode: Annotated[str, typer.Option("--mode", help=f"{', '.join(MODES)}.", autocompletion=one_of(MODES))] = "hybrid",
    model: Annotated[
        str | None, typer.Option("--model", "-m", help="Only what it answered.", autocompletion=models)
    ] = None,
    since: Annotated[str | None, typer.Option("--since", help="Written then or later, such as 2026-01-31.")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Written before then.")] = None,
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=100, help="How many.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> int:
    """Search what you wrote and what was answered. Exit code 1: nothing was found."""
    from service.commands.loops import run

    if branch and conversation is None:
        raise InvalidInput("--branch is of a conversation.", remedy="Say which one: -c last --branch NAME.")
    wish: Json = {"query": query, "mode": _one(mode, MODES, "--mode"), "first": count}
    wanted: Json = {"model": model, "createdFrom": _moment(since), "createdBefore": _moment(until)}
    wanted["kinds"] = [_one(it, KINDS, "--kind") for it in kind] if kind else None
    found = run(_search(wish, wanted, conversation, branch))
    if as_json:
        print_json(found)
    else:
        _print(found)
    return 0 if found["edges"] else 1


async def _search(wish: Json, wanted: Json, conversation: str | None, branch: str | None) -> Json:
    from service.commands.reaching import reach

    async with reach() as client:
        if conversation is not None:
            wanted |= await _place(client, conversation, branch)
        return await client.execute("Search", **wish, filter={key: it for key, it in wanted.items() if it is not None})


async def _place(client: Client, conversation: str, branch: str | None) -> Json:
    from service.commands.naming import branch_named, conversation_id

    id_ = await conversation_id(client, conversation)
    if branch is None:
        return {"conversationId": id_}
    return {"conversationId": id_, "branchId": (await branch_named(client, id_, branch))["id"]}


def _one(said: str, of: tuple[str, ...], option: str) -> str:
    if said.lower() not in of:
        raise InvalidInput(f"{option} {said}: it is {', '.join(of[:-1])} or {of[-1]}.")
    return said.upper()


def _moment(said: str | None) -> str | None:
    return f"{said}T00:00:00Z" if said and len(said) == _DAY else said


def _print(found: Json) -> None:
    from service.commands.terminal import print_pieces, say

    for number, edge in enumerate(found["edges"], 1):
        print_pieces(_pieces(number, edge["node"]))
    if not found["edges"]:
        say("Nothing was found.")
    if found["waitingCount"]:
        say(f"{found['waitingCount']} passages wait for their vectors; their words are searched.")


def _pieces(number: int, hit: Json) -> Iterator[tuple[str, str]]:
    """A hit in two lines: what it is, and the text that was found with what is marked in it."""
    from service.commands.terminal import shorten

    at = hit["prompt"] or hit["response"] or hit["summary"] or hit["source"]
    title = at.get("title") or at.get("name") or "a summary"
    repeats = f", asked {hit['repeatCount'] + 1} times" if hit["repeatCount"] else ""
    yield f"{number}. {shorten(title, _TITLE)}", "bold"
    yield f"  {hit['kind'].lower()}{repeats}, {at['id']}\n   ", "dim"
    text, end = hit["snippet"]["text"], 0
    for mark in hit["snippet"]["marks"]:
        yield text[end : mark["start"]].replace("\n", " "), ""
        yield text[mark["start"] : mark["end"]].replace("\n", " "), "bold yellow"
        end = mark["end"]
    yield text[end:].replace("\n", " "), ""
