"""`antiphon context`, `pin`, `unpin` and `link`: what a prompt would be sent with, and what is noted at messages."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from service.commands.branching import Conversation
from service.commands.completing import one_of
from service.commands.streams import print_json

app = typer.Typer()
Json = dict[str, Any]

POLICIES = ("FULL", "RECENT", "SUMMARIZED", "NONE")
KINDS = ("corrects", "supports", "contradicts", "see")
_SHOWN = 200

Message = Annotated[str, typer.Argument(help="The message: its number in history, or its id.")]


@app.command()
def context(
    conversation: Conversation,
    branch: Annotated[str | None, typer.Option("--branch", help="The branch; else the default one.")] = None,
    text: Annotated[str, typer.Option("--text", help="The prompt that would be sent.")] = "",
    policy: Annotated[
        str | None, typer.Option("--policy", help="full, recent, summarized or none.", autocompletion=one_of(POLICIES))
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show what a prompt would be sent with, and what each policy would do. Nothing is sent."""
    from service.commands.loops import run

    found = run(_preview(conversation, branch, {"content": text, "policy": policy}))
    if as_json:
        return print_json(found)
    _print(found)


@app.command()
def pin(conversation: Conversation, message: Message) -> None:
    """Pin a message: it always goes into the context, however far back it is."""
    typer.echo(_pinned(conversation, message, pinned=True))


@app.command()
def unpin(conversation: Conversation, message: Message) -> None:
    """Let a pinned message go."""
    typer.echo(_pinned(conversation, message, pinned=False))


@app.command()
def link(
    conversation: Conversation,
    source: Annotated[str, typer.Argument(metavar="FROM", help="The message that says something of the other.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="The other message; by its id, of any conversation.")],
    kind: Annotated[
        str, typer.Argument(help="corrects, supports, contradicts, see, or your words.", autocompletion=one_of(KINDS))
    ],
    note: Annotated[str | None, typer.Option("--note", help="More about it.")] = None,
) -> None:
    """Note what one message is to another."""
    from service.commands.loops import run

    typer.echo(run(_link(conversation, (source, target), {"kind": kind, "note": note})))


async def _preview(said: str, branch: str | None, wish: Json) -> Json:
    from service.commands.naming import branch_named, conversation_id
    from service.commands.reaching import reach

    async with reach() as client:
        id = await conversation_id(client, said)
        asked: Json = {"conversationId": id, "content": wish["content"]}
        if branch:
            asked["branch"] = (await branch_named(client, id, branch))["id"]
        if wish["policy"]:
            asked["config"] = {"context": _policy(wish["policy"])}
        return await client.execute("PreviewContext", input=asked, last=_SHOWN)


def _policy(said: str) -> str:
    from service.errors import InvalidInput

    if said.upper() in POLICIES:
        return said.upper()
    raise InvalidInput(f"--policy {said!r} is not known.", remedy=f"Known: {', '.join(POLICIES).lower()}.")


def _print(found: Json) -> None:
    from service.commands.terminal import print_table, shorten

    chosen = found["chosen"]
    rows = [_message_row(it, shorten(it["content"], 60)) for it in chosen["messages"]["nodes"]]
    hidden = chosen["messageCount"] - len(rows)
    if hidden > 0:
        typer.echo(f"… and {hidden} messages before these")
    print_table(("kind", "role", "tokens", "number", "text"), rows)
    window = f"a window of {found['window']:,} tokens, {found['answerTokens']:,} kept for the answer"
    typer.echo(f"\n{found['model']['id']}: {window}")
    typer.echo(f"{_total(chosen)} of context, {found['promptTokens']:,} of the prompt\n")
    print_table(("policy", "tokens", "messages", ""), [_policy_row(it, chosen["policy"]) for it in found["policies"]])


def _message_row(message: Json, text: str) -> tuple[object, ...]:
    number = message["message"]["seq"] if message["message"] else ""
    tokens = "?" if message["tokens"] is None else message["tokens"]
    return message["kind"].lower(), message["role"].lower(), tokens, number, text


def _total(chosen: Json) -> str:
    return "? tokens" if chosen["tokens"] is None else f"{chosen['tokens']:,} tokens"


def _policy_row(policy: Json, chosen: str) -> tuple[object, ...]:
    mark = "* " if policy["policy"] == chosen else "  "
    said = policy["error"] or ("all that is above it" if policy["isWhole"] else "a part of what is above it")
    return mark + policy["policy"].lower(), policy["tokens"], policy["messageCount"], said


def _pinned(said: str, message: str, *, pinned: bool) -> str:
    from service.commands.loops import run

    async def pin_it() -> str:
        from service.commands.naming import conversation_id, message_id
        from service.commands.reaching import reach

        async with reach() as client:
            id = await message_id(client, await conversation_id(client, said), message)
            await client.execute("PinMessage", input={"messageId": id, "pinned": pinned})
            return f"{message} is {'pinned' if pinned else 'not pinned any more'}."

    return run(pin_it())


async def _link(said: str, ends: tuple[str, str], wish: Json) -> str:
    from service.commands.naming import conversation_id, message_id
    from service.commands.reaching import reach

    async with reach() as client:
        id = await conversation_id(client, said)
        source, target = [await message_id(client, id, end) for end in ends]
        made = await client.execute("LinkMessages", input={"from": source, "to": target} | wish)
        return f"{ends[0]} {made['linkEdge']['node']['kind']} {ends[1]}"
