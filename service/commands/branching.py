"""`antiphon branches` and `branch`: which branches a conversation has; make one, rename, move, choose or delete one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.commands.streams import print_json
from service.errors import InvalidInput

if TYPE_CHECKING:
    from service.commands.client import Client

app = typer.Typer()
Json = dict[str, Any]

Conversation = Annotated[str, typer.Argument(help="The conversation: id, title or last.")]


@app.command()
def branches(
    conversation: Conversation,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False,
) -> None:
    """List the branches of a conversation. A star marks the default one."""
    from service.commands.loops import run

    found = run(_list(conversation))
    if as_json:
        return print_json(found)
    from service.commands.terminal import print_table, shorten

    columns = ("branch", "at", "depth", "own", "parts at", "USD", "last activity", "newest message")
    print_table(columns, [(*_row(it), shorten(_head(it, "title"), 60)) for it in found])


@app.command()
def branch(
    conversation: Conversation,
    name: Annotated[str, typer.Argument(help="The branch: its name, or its id.")],
    at: Annotated[
        str | None, typer.Option("--from", help="Make it at this message: its number in history, or its id.")
    ] = None,
    rename: Annotated[str | None, typer.Option("--rename", help="Give it this name.")] = None,
    move_to: Annotated[str | None, typer.Option("--move-to", help="Point it at this message.")] = None,
    default: Annotated[bool, typer.Option("--default", help="Make it the default branch.")] = False,
    delete: Annotated[bool, typer.Option("--delete", help="Delete it. Its messages stay.")] = False,
    summarize: Annotated[
        bool, typer.Option("--summarize", help="With --delete: leave a summary of it behind.")
    ] = False,
    prune: Annotated[
        bool, typer.Option("--prune", help="With --delete: also the messages that no other branch reaches.")
    ] = False,
) -> int:
    """Make a branch, where the default branch is or at a message. With an option: change one that is there."""
    from service.commands.loops import run

    wishes = {"--from": at, "--rename": rename, "--move-to": move_to, "--delete": delete}
    said = [option for option, value in wishes.items() if value] + ["--default"] * (default and not at)
    if len(said) > 1:
        raise InvalidInput(f"{' and '.join(said)} are two wishes.", remedy="Say one after the other.")
    if (summarize or prune) and not delete:
        option = "--summarize" if summarize else "--prune"
        raise InvalidInput(f"{option} is for --delete.", remedy=f"Say --delete {option}.")
    if delete:
        return run(_delete(conversation, name, summarize, prune))
    typer.echo(run(_change(conversation, name, (said or [""])[0], _Wish(at, rename, move_to, default))))
    return 0


class _Wish:
    """What is to become of a branch."""

    def __init__(self, at: str | None, rename: str | None, move_to: str | None, default: bool) -> None:
        self.at, self.rename, self.move_to, self.default = at, rename, move_to, default


async def _list(said: str) -> list[Json]:
    from service.commands.naming import all_branches, conversation_id
    from service.commands.reaching import reach

    async with reach() as client:
        return await all_branches(client, await conversation_id(client, said), shares=True)


async def _change(said: str, name: str, option: str, wish: _Wish) -> str:
    from service.commands.naming import branch_named, conversation_id
    from service.commands.reaching import reach

    async with reach() as client:
        conversation = await conversation_id(client, said)
        if option in ("", "--from"):
            return await _make(client, conversation, name, wish)
        found = await branch_named(client, conversation, name)
        if option == "--move-to":
            return await _move(client, conversation, found, wish.move_to or "")
        if option == "--rename":
            made = await client.execute("RenameBranch", input={"branchId": found["id"], "name": wish.rename})
            return f"{found['name']} is {made['branch']['name']} now."
        await client.execute("SetDefaultBranch", input={"branchId": found["id"]})
        return f"{found['name']} is the default branch now."


async def _delete(said: str, name: str, summarize: bool, prune: bool) -> int:
    """Delete a branch; with `summarize` when its summary is written, which is shown. The exit code."""
    from service.commands.naming import branch_named, conversation_id
    from service.commands.reaching import reach
    from service.commands.summarizing import follow_summary

    async with reach() as client:
        found = await branch_named(client, await conversation_id(client, said), name)
        wish: Json = {"branchId": found["id"], "messages": "PRUNE" if prune else "KEEP", "summarize": summarize}
        gone = (await client.execute("DeleteBranch", input=wish | {"dryRun": True}))["prunable"] if prune else None
        code = await follow_summary(client, "DeleteBranch", wish)
        if code:
            typer.echo(f"{found['name']} is not deleted.", err=True)
        else:
            typer.echo(_deleted(said, found) if gone is None else _pruned(found, gone))
        return code


async def _make(client: Client, conversation: str, name: str, wish: _Wish) -> str:
    from service.commands.naming import message_id

    new: Json = {"conversationId": conversation, "name": name, "makeDefault": wish.default}
    if wish.at:
        new["messageId"] = await message_id(client, conversation, wish.at)
    made = (await client.execute("CreateBranch", input=new))["branch"]
    at = await client.execute("Branch", conversationId=conversation, name=made["name"])
    return f"{made['name']} is at message {_head(at, 'seq')}: {_head(at, 'title')}"


async def _move(client: Client, conversation: str, found: Json, said: str) -> str:
    from service.commands.naming import message_id

    to = await message_id(client, conversation, said)
    was = _head(found, "seq")
    await client.execute("MoveBranch", input={"branchId": found["id"], "messageId": to})
    at = await client.execute("Branch", conversationId=conversation, name=found["name"])
    return f"{found['name']} is at message {_head(at, 'seq')}: {_head(at, 'title')}. It was at {was}."


def _deleted(said: str, found: Json) -> str:
    """What is gone, and how it comes back."""
    where = _head(found, "seq")
    again = f' antiphon branch "{said}" "{found["name"]}" --from {where} makes it again.' if where else ""
    return f"{found['name']} is deleted, its messages are kept.{again}"


def _pruned(found: Json, gone: Json) -> str:
    more = "" if gone["isComplete"] else " or more"
    return f"{found['name']} is deleted. {gone['messages']}{more} messages that no other branch had go with it."


def _row(branch: Json) -> tuple[object, ...]:
    mark, parts = "* " if branch["isDefault"] else "  ", branch["forkedAt"]
    cost = "?" if branch["costUsd"] is None else f"{branch['costUsd']:.4f}"
    own = "?" if branch["ownMessages"] is None else branch["ownMessages"]
    when = branch["lastActivityAt"][:16].replace("T", " ")
    return mark + branch["name"], _head(branch, "seq"), branch["depth"], own, parts and parts["seq"], cost, when


def _head(branch: Json, key: str) -> Any:
    return branch["head"][key] if branch["head"] else ""
