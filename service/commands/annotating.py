"""`antiphon annotate`: what you think of a message, and the lines in which annotations are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.commands.branching import Conversation
from service.commands.streams import print_json
from service.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from service.commands.client import Client

app = typer.Typer()
Json = dict[str, Any]


@app.command()
def annotate(
    conversation: Conversation,
    message: Annotated[
        str | None, typer.Argument(help="The message: its number in history, or its id; else the newest answer.")
    ] = None,
    rating: Annotated[float | None, typer.Option("--rating", "-r", help="From -1 (bad) to 1 (good).")] = None,
    good: Annotated[bool, typer.Option("--good", help="The same as --rating 1.")] = False,
    bad: Annotated[bool, typer.Option("--bad", help="The same as --rating -1.")] = False,
    label: Annotated[str | None, typer.Option("--label", "-l", help="What kind of opinion it is, in a word.")] = None,
    comment: Annotated[str | None, typer.Option("--comment", help="More about it.")] = None,
    annotator: Annotated[str | None, typer.Option("--as", help="Who thinks so; else you.")] = None,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take back what was said.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Say what you think of a message. It takes the place of what you said of it before."""
    from service.commands.loops import run

    wish: Json = {"rating": _rating(rating, good, bad), "label": label, "comment": comment, "annotator": annotator}
    said = [name for name in ("rating", "label", "comment") if wish[name] is not None]
    if withdraw and said:
        raise InvalidInput(f"--withdraw takes back what was said: leave out {said[0]}.")
    found = run(_withdraw(conversation, message, annotator) if withdraw else _annotate(conversation, message, wish))
    if as_json:
        return print_json(found)
    shown = message or "the newest answer"
    typer.echo(f"{shown} is not annotated any more." if withdraw else f"{shown}: {annotation_line(found)}")


def annotation_line(annotation: Json) -> str:
    """An annotation on one line."""
    rating = annotation["rating"]
    parts = [None if rating is None else f"{rating:+g}", annotation["label"], annotation["comment"]]
    return f"{annotation['annotator']}: {', '.join(part for part in parts if part)}"


def _rating(said: float | None, good: bool, bad: bool) -> float | None:
    wishes = [rating for rating, wanted in ((said, said is not None), (1.0, good), (-1.0, bad)) if wanted]
    if len(wishes) > 1:
        raise InvalidInput("--rating, --good and --bad say the same thing: give one of them.")
    return wishes[0] if wishes else None


async def _message(client: Client, said: str, message: str | None) -> str:
    from service.commands.naming import conversation_id, message_id, newest_response

    id = await conversation_id(client, said)
    return await message_id(client, id, message) if message else await newest_response(client, id)


async def _annotate(said: str, message: str | None, wish: Json) -> Json:
    from service.commands.reaching import reach

    async with reach() as client:
        id = await _message(client, said, message)
        return (await client.execute("Annotate", input={"messageId": id} | wish))["annotationEdge"]["node"]


async def _withdraw(said: str, message: str | None, annotator: str | None) -> Json:
    from service.commands.client import nodes_of
    from service.commands.reaching import reach

    async with reach() as client:
        id = await _message(client, said, message)
        who = annotator or (await client.execute("Viewer", first=1))["id"]
        after: str | None = None
        while True:
            page = (await client.execute("Annotations", messageId=id, first=200, after=after))["annotations"]
            mine = [node for node in nodes_of(page) if node["annotator"] == who]
            if mine:
                return await client.execute("WithdrawAnnotation", input={"annotationId": mine[0]["id"]})
            if not page["pageInfo"]["hasNextPage"]:
                remedy = "`antiphon show` has the annotations of a message; --as names another annotator."
                raise NotFound(f"{who} has not annotated that message.", remedy=remedy)
            after = page["pageInfo"]["endCursor"]
