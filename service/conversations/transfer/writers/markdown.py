"""Markdown for people: each message is a quotation, so that nothing in it can pass for what is around it.

The text of a message is every line of its quotation without `> `, word for word. Headings, fences and rules in it stay
inside. A tree is told branch by branch, each message once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from service.conversations.transfer.export_trees import NONE
from service.conversations.transfer.outgoing import Head, Outgoing, Told
from service.conversations.transfer.transcripts import Speaker, TranscriptMessage, Wholeness
from service.conversations.transfer.writers.pieces import Many, Pieces, encoded, joined, shown_time

_LINE = re.compile(r"\r\n|\r|\n")
_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~!&$])")
_BLANK = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
NAMES = {Speaker.USER: "User", Speaker.ASSISTANT: "Assistant", Speaker.SYSTEM: "System", Speaker.TOOL: "Tool"}


def write_markdown(many: Many) -> Pieces:
    """A Markdown text of each conversation."""
    return joined(many, _conversation)


async def _conversation(going: Outgoing) -> Pieces:
    yield encoded("".join(_beginning(going)))
    for name, section, is_first in _sections(going):
        if not section:
            continue
        if name:
            yield encoded(f"\n## {name}\n")
        before = NONE if is_first else None
        async for told in going.messages(section):
            yield encoded("".join(_message(going, told, before)))
            before = told[0]
    if going.notices:
        yield encoded("\n---\n\n" + "".join(f"- {line(notice)}\n" for notice in going.notices))


def quoted(text: str) -> str:
    """A text as a quotation, word for word; its lines end as they did."""
    return "> " + _LINE.sub(r"\g<0>> ", text) + "\n"


def fenced(text: str, language: str = "") -> str:
    """A text in a fence that is longer than any in it."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}\n"


def line(text: str) -> str:
    """A text on one line that is no Markdown."""
    return _MARKS.sub(r"\\\1", _BLANK.sub(" ", text).strip())


_short_line = lru_cache(maxsize=1_000)(line)
"""Of what is said of many messages: names, times, models."""


def describe(message: TranscriptMessage) -> Iterator[str]:
    """What is to be said of a message beside who says it: model, time, tokens, cost, and how it ended."""
    if message.tool_name:
        yield message.tool_name + (" (failed)" if message.is_error else "")
    if message.model:
        yield message.model
    if message.created_ms is not None:
        yield shown_time(message.created_ms)
    if message.input_tokens is not None or message.output_tokens is not None:
        yield f"{message.input_tokens or 0:,} + {message.output_tokens or 0:,} tokens"
    if message.cost_usd:
        yield f"${message.cost_usd:.6f}".rstrip("0").rstrip(".")
    if message.wholeness is not Wholeness.COMPLETE:
        yield message.wholeness + (f": {message.extras['note']}" if message.extras.get("note") else "")
    if message.extras.get("pinned"):
        yield "pinned"


def remarks(message: TranscriptMessage) -> Iterator[str]:
    """What people said of a message: annotations and links."""
    for said in message.extras.get("annotations", ()):
        parts = [said.get("annotator"), _rating(said.get("rating")), said.get("label"), said.get("comment")]
        yield "Annotated: " + ", ".join(str(part) for part in parts if part)
    for link in message.extras.get("links", ()):
        yield f"Link: {link['kind']} {link['to']}" + (f" ({link['note']})" if link["note"] else "")


def _rating(rating: float | None) -> str | None:
    return None if rating is None else f"{rating:+g}"


def _beginning(going: Outgoing) -> Iterator[str]:
    yield f"# {line(going.title) or 'Conversation'}\n\n"
    yield f"Conversation {line(going.id)}, {shown_time(going.created_ms)}."
    yield f" Messages: {len(going.order)}.\n"
    if going.path_name is not None:
        yield f"\nThis is one path of it: {line(going.path_name)}.\n"
    elif len(going.heads) > 1:
        names = ", ".join(line(head.name) + (" (default)" if head.is_default else "") for head in going.heads)
        yield f"\nBranches: {names}. Each message is told once, in the first branch that it is on.\n"
    if going.system is not None:
        yield f"\n### System prompt\n\n{quoted(going.system.content)}"


def _sections(going: Outgoing) -> Iterator[tuple[str, Sequence[int], bool]]:
    """The name of each section, what is in it, and whether it begins at the beginning."""
    if going.is_path:
        yield "", going.order, True
        return
    heads: list[Head] = list(going.heads)
    parts = list(going.tree.sections(head.index for head in heads))
    several = sum(1 for part in parts if part) > 1
    for head, part in zip(heads, parts, strict=False):
        yield f"Branch {line(head.name)}" if several else "", part, head is heads[0]
    yield "On no branch" if several else "", parts[-1], not heads


def _message(going: Outgoing, told: Told, before: int | None) -> Iterator[str]:
    index, message = told
    tree = going.tree
    about = " · ".join(_short_line(part) for part in (NAMES[message.speaker], *describe(message)))
    yield f"\n### {tree.seq(index)} · {about}\n\n"
    above = tree.parents(index)
    if len(above) > 1:
        yield f"Joins {' and '.join(str(tree.seq(one)) for one in above)}.\n\n"
    elif (parent := going.tree.parent(index)) != before:
        yield f"After {tree.seq(parent)}.\n\n" if parent != NONE else "At the beginning.\n\n"
    if message.reasoning:
        yield f"Thought before it answered:\n\n{quoted(message.reasoning)}\nAnswered:\n\n"
    if message.content or not message.tool_calls:
        yield quoted(message.content)
    for call in message.tool_calls:
        yield f"\nCalls {line(call.name)} ({line(call.id or 'no id')}):\n\n{fenced(call.arguments, 'json')}"
    for remark in remarks(message):
        yield f"\n- {line(remark)}\n"
