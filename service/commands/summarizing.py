"""`antiphon summarize`: a conversation in fewer words, or as claims with the messages that say them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.commands.completing import models
from service.commands.streams import print_json
from service.errors import InvalidInput

if TYPE_CHECKING:
    from service.commands.client import Client

app = typer.Typer()
Json = dict[str, Any]

LENGTHS = ("short", "medium", "long")
_HEADINGS = {"DECISION": "Decisions", "OPEN_QUESTION": "Open questions", "FACT": "Facts"}


@app.command()
def summarize(
    conversation: Annotated[str, typer.Argument(help="The conversation: id, title or last.")] = "last",
    branch: Annotated[str | None, typer.Option("--branch", help="A branch; the default one if left out.")] = None,
    begin: Annotated[
        str | None, typer.Option("--from", help="The first message: its number in history, or its id.")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", help="The last message.")] = None,
    length: Annotated[str, typer.Option("--length", "-l", help=f"{', '.join(LENGTHS)}, or a number of tokens.")] = "",
    instruction: Annotated[str | None, typer.Option("--instruction", "-i", help="What matters to you.")] = None,
    model: Annotated[str | None, typer.Option("--model", "-m", help="Who does it.", autocompletion=models)] = None,
    structured: Annotated[
        bool, typer.Option("--structured", "-s", help="Decisions, open questions and facts, with their messages.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object at the end.")] = False,
) -> int:
    """Have a conversation summarized. What is summarized stays as it is."""
    from service.commands.loops import run

    wish: Json = {"form": "STRUCTURED"} if structured else {}
    config: Json = {"model": model} if model else {}
    wish |= _length(length) | {"instruction": instruction, "config": config}
    return run(_summarize(conversation, (branch, begin, end), wish, as_json))


def claim_lines(claims: list[Json]) -> Iterator[str]:
    """Claims under their headings, each with the numbers of the messages that say it."""
    for kind, heading in _HEADINGS.items():
        of_kind = [claim for claim in claims if claim["kind"] == kind]
        if of_kind:
            yield heading
            yield from (f"  - {claim['text']} ({_sources(claim)})" for claim in of_kind)


def _sources(claim: Json) -> str:
    numbers = [f"#{message['seq']}" for message in claim["messages"]]
    return ", ".join([*numbers, *(f"a summary of {it['messageCount']} messages" for it in claim["summaries"])])


def _length(said: str) -> Json:
    if not said:
        return {}
    if said.isascii() and said.isdigit() and len(said) < 10:
        return {"maxTokens": int(said)}
    if said.lower() not in LENGTHS:
        raise InvalidInput(f"--length has no {said!r}.", remedy=f"It is {', '.join(LENGTHS)}, or a number of tokens.")
    return {"length": said.upper()}


async def _summarize(said: str, place: tuple[str | None, str | None, str | None], wish: Json, as_json: bool) -> int:
    from service.commands.asked import say_asked
    from service.commands.reaching import reach, reach_model

    model: str | None = wish["config"].get("model")
    async with reach_model(model) if model else reach() as client:
        wish = await _placed(client, said, place) | wish
        await say_asked(client, {"config": wish["config"]})
        return await follow_summary(client, "SummarizeConversation", wish, as_json)


async def follow_summary(client: Client, operation: str, wish: Json, as_json: bool = False) -> int:
    """Ask for a summary by an operation whose payload has its task, if there is one; show it, and how it ended."""
    from service.commands.asked import say_answered
    from service.commands.ending import say_end
    from service.commands.following import exit_code, follow_or_cancel, interruptions
    from service.commands.terminal import LiveTask

    with interruptions() as interrupted:
        made = (await client.execute(operation, input=wish))["task"]
        if made is None:
            return 0
        task = await client.execute("Task", id=made["id"])
        with LiveTask(task["title"]) as view:
            task = await follow_or_cancel(client, task, view, interrupted)
    found = (await client.execute("TaskSummary", id=task["id"]))["madeSummary"]
    if as_json:
        print_json(task | {"summary": found})
    elif found:
        _show(found)
    say_end(task)
    say_answered(task)
    return exit_code(task)


async def _placed(client: Client, said: str, place: tuple[str | None, str | None, str | None]) -> Json:
    """The conversation and what of it, by their ids."""
    from service.commands.naming import branch_named, conversation_id, message_id

    branch, begin, end = place
    id = await conversation_id(client, said)
    return {
        "conversationId": id,
        "branch": (await branch_named(client, id, branch))["id"] if branch else None,
        "fromMessageId": await message_id(client, id, begin) if begin else None,
        "toMessageId": await message_id(client, id, end) if end else None,
    }


def _show(found: Json) -> None:
    from service.commands.terminal import say, write

    text = "\n".join(claim_lines(found["claims"])) or found["text"].rstrip("\n")
    write(text + "\n")
    say(f"summarized: {found['messageCount']} messages, #{found['from']['seq']} to #{found['upTo']['seq']}")
