"""Open WebUI's answers from before `output`: thoughts and tools in HTML, taken out of the text.

Such a block is `<details type="reasoning" …><summary>…</summary>…</details>`. A block without one of these types is
what somebody wrote, and stays where it is.
"""

from __future__ import annotations

import html
import re

import orjson

from service.conversations.transfer.parsing import json_text
from service.conversations.transfer.pieces import Pieces
from service.conversations.transfer.transcripts import ToolCall

_TAG = re.compile(
    r"""<details\b((?:\s++[\w-]++(?:=(?:"[^"]*+"|'[^']*+'))?)*)\s*+>|(</details>)""",
)
_ATTRIBUTE = re.compile(r"""([\w-]++)=(?:"([^"]*+)"|'([^']*+)')""")
_SUMMARY = re.compile(r"\A\s*+<summary>.*?</summary>", re.DOTALL)
_QUOTE = re.compile(r"^> ?", re.MULTILINE)
_MOST = 2_000
_KINDS = ("reasoning", "tool_calls", "code_interpreter")


def take_apart(content: str) -> Pieces:
    """The parts of an answer: its text, its thoughts, its calls of tools with their results."""
    pieces = Pieces()
    if content.count("<details") > _MOST:
        pieces.say(content)
        return pieces
    opened: list[tuple[dict[str, str], int]] = []
    said = 0
    for tag in _TAG.finditer(content):
        if not tag[2]:
            about = {name: html.unescape(double or single) for name, double, single in _ATTRIBUTE.findall(tag[1])}
            if not opened and about.get("type") not in _KINDS:
                continue
            if not opened:
                pieces.say(content[said : tag.start()].strip("\n"))
                said = tag.start()
            opened.append((about, tag.end()))
        elif opened:
            about, start = opened.pop()
            if not opened:
                _add(about, content[start : tag.start()], pieces)
                said = tag.end()
    pieces.say(content[said:].strip("\n") if said else content)
    return pieces


def _add(about: dict[str, str], inner: str, pieces: Pieces) -> None:
    inner = _SUMMARY.sub("", inner, count=1).strip()
    if about["type"] == "reasoning":
        pieces.think(_QUOTE.sub("", html.unescape(inner)))
        return
    call = about.get("id") or None
    if about["type"] == "code_interpreter":
        pieces.call(ToolCall(call, "code_interpreter", json_text({"code": inner})))
        result = about.get("output")
    else:
        pieces.call(ToolCall(call, about.get("name") or "tool", _plain(about.get("arguments") or "{}")))
        result = about.get("result") or html.unescape(inner) or None
    if result is not None:
        pieces.result(_plain(result), call, about.get("name") or about["type"])


def _plain(value: str) -> str:
    """A text that was written as JSON, perhaps as JSON in JSON."""
    try:
        inner = orjson.loads(value)
    except orjson.JSONDecodeError:
        return value
    return inner if isinstance(inner, str) else value
