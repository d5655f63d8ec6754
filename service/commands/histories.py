"""`antiphon history`: a conversation drawn with its branches and merges, and what its answers were made of."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.commands.streams import print_json
from service.errors import InvalidInput

if TYPE_CHECKING:
    from rich.text import Text

    from service.commands.graphs import Line
    from service.commands.trees import Held

app = typer.Typer()
Json = dict[str, Any]

_SHORT = 40
"""So many messages are drawn whole."""


@app.command()
def history(
    id: Annotated[str, typer.Argument(help="A conversation (id, title or last), or anything in it.")],
    first: Annotated[int, typer.Option("--messages", "-n", min=1, max=2000, help="How many of the newest.")] = 200,
    before: Annotated[int | None, typer.Option("--before", min=0, help="Those before the message N.")] = None,
    branch: Annotated[str | None, typer.Option("--branch", help="Only this branch.")] = None,
    whole: Annotated[bool, typer.Option("--all", help="Leave out nothing in long lines.")] = False,
    ids: Annotated[bool, typer.Option("--ids", help="With the id of each message.")] = False,
    in_ascii: Annotated[bool, typer.Option("--ascii", help="Draw with ASCII.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Draw a conversation, oldest message first: its branches, their forks and merges, tasks and why they failed."""
    from service.commands.loops import run
    from service.commands.terminal import print_lines, say
    from service.commands.trees import Wish

    if branch is not None and before is not None:
        raise InvalidInput("--before is for all branches.", remedy="Leave out --branch, or say a larger -n.")
    held = run(_read(Wish(id, first, before, branch, as_json)))
    if as_json:
        return print_json(held.as_json())
    in_ascii = in_ascii or not (sys.stdout.encoding or "").lower().startswith("utf")
    print_lines(lines_of(held, whole=whole, ids=ids, in_ascii=in_ascii))
    if held.older and held.messages:
        more = f"--before {held.messages[0]['seq']}" if branch is None else "a larger -n"
        say(f'… there are older messages: antiphon history "{id}" {more}')


def lines_of(held: Held, *, whole: bool = False, ids: bool = False, in_ascii: bool = False) -> list[Text]:
    """The drawing of a conversation, line by line."""
    from service.commands.graphs import draw, shorten_runs
    from service.commands.terminal import label

    found = draw(held.parents, held.default_head)
    if not whole and len(held.messages) > _SHORT:
        found = shorten_runs(found, _plain(held))
    drawing = _Drawing(held, ids=ids, in_ascii=in_ascii)
    shown = [label("conversation", held.conversation["title"], held.conversation["id"])]
    for line in found:
        shown += drawing.show(line.ascii() if in_ascii else line)
    return shown if held.messages else [*shown, label("", "no messages yet")]


async def _read(wish: Any) -> Held:
    from service.commands.reaching import reach
    from service.commands.trees import read_history

    async with reach() as client:
        return await read_history(client, wish)


def _plain(held: Held) -> list[str]:
    """The messages of which nothing is to be said but what they are."""
    heads = {branch["head"]["id"] for branch in held.branches if branch["head"]}
    followed = Counter(id for ids in held.parents.values() for id in ids)
    said = heads | {id for id, times in followed.items() if times > 1} | held.tasks.keys() | {held.marked}
    return [it["id"] for it in held.messages if it["id"] not in said and _is_plain(it)]


def _is_plain(message: Json) -> bool:
    is_usual = message.get("responseStatus") in (None, "COMPLETE") and not message.get("toolName")
    return is_usual and message["siblingCount"] == 1 and len(message["parents"]) == 1 and not message.get("toolCalls")


class _Drawing:
    """What is written beside and below the lines and dots."""

    def __init__(self, held: Held, *, ids: bool, in_ascii: bool) -> None:
        self._held, self._ids = held, ids
        self._mark = "<" if in_ascii else "◀"
        self._messages = {message["id"]: message for message in held.messages}
        self._names: dict[str, list[str]] = {}
        for branch in sorted(held.branches, key=lambda it: not it["isDefault"]):
            if branch["head"]:
                name = branch["name"] + "*" * branch["isDefault"]
                self._names.setdefault(branch["head"]["id"], []).append(name)

    def show(self, line: Line) -> list[Text]:
        """The lines for one of the drawing: a message, and what its task was."""
        from rich.text import Text

        from service.commands.terminal import label

        if line.hidden:
            return [Text(line.drawn) + Text(f" {line.hidden} messages (--all shows them)", style="dim")]
        if line.id is None:
            return [Text(line.drawn)]
        message, task = self._messages[line.id], self._held.tasks.get(line.id)
        said = label(_kind(message), message["title"], "  ".join(self._notes(message, task)))
        shown = [Text(f"{line.drawn} {message['seq']} ") + said]
        return shown + [Text(f"{line.below or ' '}   ") + it for it in _task_lines(task, ids=self._ids)]

    def _notes(self, message: Json, task: Json | None) -> list[str]:
        from service.commands.terminal import shorten

        notes = [f"{message['siblingIndex'] + 1}/{message['siblingCount']}"] if message["siblingCount"] > 1 else []
        notes += [f"{task['strategy']} {task['taskStatus']}  task {task['id']}"] if task else []
        if message.get("responseStatus") not in (None, "COMPLETE"):
            notes.append(message["responseStatus"])
        notes += [f"calls {call['name']} {shorten(call['arguments'])}" for call in message.get("toolCalls") or ()]
        notes += ["the tool failed"] * bool(message.get("isError")) + ["pinned"] * message["pinned"]
        notes += [f"({', '.join(self._names[message['id']])})"] if message["id"] in self._names else []
        notes += [self._mark] * (self._held.marked in (message["id"], task["id"] if task else None))
        return notes + [message["id"]] * self._ids


def _kind(message: Json) -> str:
    from service.commands.terminal import clean

    if message["__typename"] == "Response":
        return "response"
    return f"result of {clean(message['toolName'])}" if message.get("toolName") else "prompt  "


def _task_lines(task: Json | None, *, ids: bool) -> list[Text]:
    """Why a task failed, and the subtasks that its answer was made of."""
    from service.commands.client import nodes_of
    from service.commands.terminal import clean, label

    if task is None:
        return []
    shown = [label("error", task["error"])] if task["error"] else []
    subtasks = nodes_of(task["subtasks"]) if task["strategy"] != "NONE" else []
    for it in subtasks:
        said: str = it["response"]["content"] if it["response"] else it["error"] or ""
        state = "" if it["subtaskStatus"] == "SUCCEEDED" else it["subtaskStatus"]
        shown.append(label(clean(it["title"]), said, " ".join(filter(None, [state, it["id"] if ids else ""]))))
    hidden = task["progress"]["total"] - len(subtasks)
    return shown + [label("", f"… and {hidden} more subtasks")] * (hidden > 0 and task["strategy"] != "NONE")
