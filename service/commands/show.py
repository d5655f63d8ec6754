"""`antiphon show` and `rename`: one thing of the graph as a whole, by whatever id it has; a conversation's title."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.commands.streams import print_json
from service.errors import NotFound

if TYPE_CHECKING:
    from service.commands.client import Client

app = typer.Typer()
Json = dict[str, Any]

_TURNS = 200


@app.command()
def show(
    id: Annotated[str, typer.Argument(help="A message, answer, task, subtask, source, conversation …, or `last`.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Print a whole prompt, answer, source or conversation; of a task or subtask, its answer.

    The text goes to standard output, what it is to standard error.
    """
    from service.commands.loops import run
    from service.commands.terminal import say, write

    found = run(_find(id))
    if as_json:
        return print_json(found)
    say(heading(found))
    for line in opinions(found):
        say(line)
    text = text_of(found)
    write(text if text.endswith("\n") else text + "\n")


@app.command()
def rename(
    id: Annotated[str, typer.Argument(help="The conversation's id, or `last`.")],
    title: Annotated[str, typer.Argument(help="Its new title.")],
) -> None:
    """Give a conversation another title."""
    from service.commands.loops import run

    renamed = run(_rename(id, title))
    typer.echo(f"{renamed['id']}  {renamed['title']}")


def heading(found: Json) -> str:
    """What a thing is, on one line."""
    state = next((found[key] for key in _STATES if found.get(key)), None)
    name = found.get("name") or found.get("title") or ""
    parts = [found["__typename"].lower(), found["id"], state if state not in _USUAL else None, name]
    return "  ".join(str(part) for part in parts if part)


def opinions(found: Json) -> list[str]:
    """What people think of a message, a line each; the oldest twenty."""
    from service.commands.annotating import annotation_line
    from service.commands.client import nodes_of

    page = found.get("annotations")
    if page is None:
        return []
    more = ["… and more: the operation `Annotations` has all"] if page["pageInfo"]["hasNextPage"] else []
    return [f"  {annotation_line(node)}" for node in nodes_of(page)] + more


def text_of(found: Json) -> str:
    """The text of a thing; where there is none, why."""
    return _TEXTS.get(found["__typename"], _description)(found)


async def _find(said: str) -> Json:
    from service.commands.arguments import LAST
    from service.commands.naming import conversation_id, whole_id
    from service.commands.reaching import reach

    async with reach() as client:
        id = await conversation_id(client, said) if said == LAST else await whole_id(client, said)
        found: Json | None = await client.execute("Show", id=id)
        if found is None:
            raise NotFound(f"There is nothing with the id {said}.", remedy="`antiphon history CONVERSATION` has ids.")
        return await _with_messages(client, found)


async def _with_messages(client: Client, found: Json) -> Json:
    """A conversation with the newest turns of its main branch; all else as it is."""
    from service.commands.client import nodes_of

    if found["__typename"] != "Conversation":
        return found
    conversation = await client.execute("Messages", conversationId=found["id"], last=_TURNS)
    return found | {"messages": nodes_of(conversation["messages"])}


async def _rename(said: str, title: str) -> Json:
    from service.commands.naming import conversation_id
    from service.commands.reaching import reach

    async with reach() as client:
        wish = {"conversationId": await conversation_id(client, said), "title": title}
        return (await client.execute("RenameConversation", input=wish))["conversation"]


def _content(found: Json) -> str:
    calls = "\n".join(f"{call['name']} {call['arguments']}" for call in found.get("toolCalls") or ())
    return "\n".join(part for part in (found["content"], calls) if part)


def _transcript(found: Json) -> str:
    turns = [f"{_speaker(message)}:\n\n{_content(message)}" for message in found["messages"]]
    return "\n\n".join(turns) or "(no messages yet)"


def _speaker(message: Json) -> str:
    return "Answer" if message["__typename"] == "Response" else "Prompt"


def _answer(key: str) -> Callable[[Json], str]:
    def read(found: Json) -> str:
        if found[key]:
            return found[key]["content"]
        return f"({found.get('error') or 'no answer'})"

    return read


def _description(found: Json) -> str:
    return found.get("description") or found.get("name") or ""


_TEXTS: dict[str, Callable[[Json], str]] = {
    "Conversation": _transcript,
    "Prompt": _content,
    "Response": _content,
    "Branch": lambda found: found["head"]["content"] if found["head"] else "(no messages yet)",
    "Task": _answer("answer"),
    "Subtask": _answer("response"),
    "Attempt": _answer("response"),
    "Source": lambda found: found["text"],
    "Annotation": lambda found: found["comment"] or found["label"] or f"{found['rating']:+g}",
}
_STATES = ("taskStatus", "subtaskStatus", "attemptStatus", "responseStatus")
_USUAL = ("SUCCEEDED", "COMPLETE")
