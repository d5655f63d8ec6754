"""`antiphon replay`: what a model was sent is sent again, the same or with one thing changed, and compared."""

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

Conversation = Annotated[
    str, typer.Option("--conversation", "-c", help="The conversation that numbers are of: id, title or last.")
]


@app.command()
def replay(
    id: Annotated[
        str | None,
        typer.Argument(
            metavar="ATTEMPT_OR_RESPONSE",
            help="By its id; a response also by its number in history. The newest response if left out.",
        ),
    ] = None,
    conversation: Conversation = "last",
    model: Annotated[
        str | None, typer.Option("--model", "-m", help="Send it to this model.", autocompletion=models)
    ] = None,
    setting: Annotated[
        list[str] | None, typer.Option("--setting", metavar="NAME=VALUE", help="temperature=0, for instance.")
    ] = None,
    without: Annotated[
        list[str] | None, typer.Option("--without", metavar="MESSAGE", help="A message that is left out.")
    ] = None,
    instead: Annotated[
        list[str] | None,
        typer.Option("--instead", metavar="MESSAGE=TEXT", help="Another text for a message; @FILE reads it."),
    ] = None,
    compare: Annotated[bool, typer.Option("--compare", help="Show what is different, by words.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object at the end.")] = False,
) -> int:
    """Send a model again what it was sent: the same, byte for byte, or with something changed.

    The conversation stays as it is, and no branch moves.
    """
    from service.commands.loops import run
    from service.commands.replay_options import parse_settings, parse_texts

    config = parse_settings(setting or []) | ({"model": model} if model else {})
    wish = {"config": config, "without": without or [], "instead": parse_texts(instead or [])}
    return run(_replay((conversation, id), wish, compare, as_json))


async def _replay(said: tuple[str, str | None], wish: Json, compare: bool, as_json: bool) -> int:
    from service.commands.asked import say_answered, say_asked
    from service.commands.ending import say_end
    from service.commands.following import exit_code, follow_or_cancel, interruptions
    from service.commands.reaching import reach, reach_model
    from service.commands.terminal import LiveTask, write

    model = wish["config"].get("model")
    async with reach_model(model) if model else reach() as client:
        sent = await _sent(client, *said)
        if compare and sent["responseId"] is None:
            raise InvalidInput("This attempt gave no answer to compare with.", remedy="Leave out --compare.")
        wish, names = await _named(client, sent, wish)
        await say_asked(client, {"config": {"model": sent["model"]} | wish["config"]})
        with interruptions() as interrupted:
            task = (await client.execute("Replay", input={"of": sent["of"]} | wish))["task"]
            with LiveTask(task["title"]) as view:
                task = await follow_or_cancel(client, task, view, interrupted)
        found = None
        if compare and task["answer"]:
            found = await client.execute("CompareResponses", a=sent["responseId"], b=task["answer"]["id"])
        if as_json:
            print_json(task | {"comparison": found} if compare else task)
        elif found:
            _show(found, names)
        elif task["answer"]:
            write(task["answer"]["content"].rstrip("\n") + "\n")
        say_end(task)
        say_answered(task)
        return exit_code(task)


async def _sent(client: Client, conversation: str, said: str | None) -> Json:
    """The call that is meant: what the mutation names it by, its conversation, its model, its response."""
    from service.commands.naming import conversation_id, message_id, newest_response, numbered

    if said is None:
        id = said = await newest_response(client, await conversation_id(client, conversation))
    else:
        id = await message_id(client, await conversation_id(client, conversation), said) if numbered(said) else said
    found = await client.execute("Sent", id=id)
    kind = found["__typename"] if found else None
    if kind not in ("Response", "Attempt"):
        what = f"is a {kind.lower()}" if kind else "is not there"
        remedy = "Name a response or an attempt: `antiphon history ID --ids` has the responses, `antiphon task` calls."
        raise (InvalidInput if kind else NotFound)(f"{said} {what}.", remedy=remedy)
    call = found["attempt"] if kind == "Response" else found
    answer = found if kind == "Response" else found["response"]
    return {
        "of": {"responseId" if kind == "Response" else "attemptId": found["id"]},
        "conversation": (found if kind == "Response" else found["subtask"]["task"])["conversation"]["id"],
        "model": call and call["model"] and call["model"]["id"],
        "responseId": answer and answer["id"],
    }


async def _named(client: Client, sent: Json, wish: Json) -> tuple[Json, dict[str, str]]:
    """The wish with the ids of the messages that it names by numbers, and what the person calls each."""
    from service.commands.naming import message_id

    said = [*wish["without"], *(message for message, _ in wish["instead"])]
    ids = {it: await message_id(client, sent["conversation"], it) for it in dict.fromkeys(said)}
    texts = [{"messageId": ids[message], "content": text} for message, text in wish["instead"]]
    named = wish | {"without": [ids[it] for it in wish["without"]], "instead": texts}
    return named, {id: said for said, id in ids.items()}


def _show(found: Json, names: dict[str, str]) -> None:
    from service.commands.comparisons import changed_pieces, comparison_lines
    from service.commands.terminal import print_pieces

    print_pieces(changed_pieces(found["changes"]))
    for line in comparison_lines(found, names):
        typer.echo(line)
