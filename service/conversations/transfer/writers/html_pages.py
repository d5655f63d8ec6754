"""One HTML file that needs no network and runs no script, whatever its messages hold.

A tree is told in the order in which it was written; choosing a branch above shows that branch alone, by CSS. Prompts
and results are text. Answers are Markdown, rendered with HTML switched off, without images, and with links of `http`,
`https` and `mailto` alone.
"""

from __future__ import annotations

import base64
import hashlib
from array import array
from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from itertools import islice
from typing import Any

from markdown_it import MarkdownIt

from service.conversations.transfer.export_trees import NONE
from service.conversations.transfer.outgoing import Head, Outgoing, Told
from service.conversations.transfer.transcripts import Speaker, TranscriptMessage
from service.conversations.transfer.writers.markdown import NAMES, describe, remarks
from service.conversations.transfer.writers.pieces import Many, Pieces, encoded, joined, shown_time

MOST_BRANCHES = 64
"""Branches that can be chosen: which of them a message is on is one number."""
LONGEST_RENDERED = 50_000
"""Characters of an answer that is rendered; a longer one is shown as its text, which takes no time."""
_MOST_BESIDE = 20
_LINKS = ("http:", "https:", "mailto:")
_STYLE = """
:root{color-scheme:light dark;--line:#8884;--user:#2b6cb022;--aside:#8881}
body{font:16px/1.55 system-ui,sans-serif;max-width:54rem;margin:2rem auto;padding:0 1rem}
h1,h2{line-height:1.2;overflow-wrap:anywhere}
header.page,footer{color:#777;border-bottom:1px solid var(--line);padding-bottom:1rem}
article{border:1px solid var(--line);border-radius:.5rem;margin:1rem 0;padding:.5rem 1rem;unicode-bidi:isolate}
article.user{background:var(--user)}article.tool,article.system{background:var(--aside)}
article:target{display:block!important;outline:2px solid #2b6cb0}
.about{color:#777;font-size:.85rem;overflow-wrap:anywhere}.about b{color:CanvasText}
.text{white-space:pre-wrap;overflow-wrap:anywhere}
.answer{overflow-wrap:anywhere}pre{overflow:auto;background:var(--aside);padding:.5rem;border-radius:.3rem}
table{border-collapse:collapse}td,th{border:1px solid var(--line);padding:.2rem .5rem}
input[name=shown]{margin-left:1rem}
"""


def write_html(many: Many) -> Pieces:
    """An HTML page of each conversation."""
    return joined(many, _conversation)


async def _conversation(going: Outgoing) -> Pieces:
    heads = _choices(going)
    on = _membership(going, heads)
    yield encoded("".join(_beginning(going, heads)))
    before = NONE
    async for told in going.messages():
        yield encoded("".join(_message(going, told, before, on)))
        before = told[0]
    notices = "".join(f"<li>{shown(notice)}</li>\n" for notice in going.notices)
    yield encoded(f"</main>\n<footer><ul>\n{notices}</ul></footer>\n</body>\n</html>\n")


def shown(text: str) -> str:
    """A text as HTML that is that text. A parser would change a carriage return, and take a NUL away."""
    return escape(text).replace("\r", "&#13;").replace("\0", "\ufffd")


def rendered(text: str) -> str:
    """Markdown as HTML without anything that loads, runs or leads elsewhere than to a page or a mailbox."""
    return _markdown().render(text.replace("\0", "\ufffd"))


@cache
def _markdown() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False, "linkify": False, "typographer": False})
    made.enable(["table", "strikethrough"]).disable(["image", "html_block", "html_inline"])
    made.validateLink = _is_safe  # pyright: ignore[reportAttributeAccessIssue]
    made.add_render_rule("link_open", _link_open)
    return made


def _is_safe(url: str) -> bool:
    return url.strip().lower().startswith(_LINKS)


def _link_open(self: Any, tokens: Any, index: int, options: Any, environment: Any) -> str:
    tokens[index].attrSet("rel", "noopener noreferrer nofollow")
    return self.renderToken(tokens, index, options, environment)


def _choices(going: Outgoing) -> list[Head]:
    """The branches that can be chosen: several of a tree."""
    if going.is_path or len(going.heads) < 2:
        return []
    if len(going.heads) > MOST_BRANCHES:
        going.note("a branch cannot be chosen by its name: a page has 64 names", len(going.heads) - MOST_BRANCHES)
    return list(going.heads[:MOST_BRANCHES])


def _membership(going: Outgoing, heads: Sequence[Head]) -> array[int]:
    """On which of the branches each message is, as bits."""
    on = array("Q", bytes(8 * len(going.tree))) if heads else array("Q")
    for number, head in enumerate(heads):
        for index in going.tree.path(head.index):
            on[index] |= 1 << number
    return on


def _beginning(going: Outgoing, heads: Sequence[Head]) -> Iterator[str]:
    style = _STYLE + "".join(
        f"#b{number}:checked~main>article:not(.b{number}){{display:none}}\n" for number in range(len(heads))
    )
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    title = shown(" ".join(going.title.split())) or "Conversation"
    yield "<!DOCTYPE html>\n<html>\n<head>\n<meta charset=utf-8>\n"
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
    yield '<meta name="referrer" content="no-referrer">\n<meta name="viewport" content="width=device-width">\n'
    yield f"<title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n"
    yield f"<header class=page><h1 dir=auto>{title}</h1>\n<p class=about>{shown(going.id)} · "
    yield f"{shown_time(going.created_ms)} · {len(going.order)} messages"
    yield f" · one path: <bdi>{shown(going.path_name)}</bdi>" if going.path_name is not None else ""
    yield "</p></header>\n"
    if heads:
        yield "Show <input type=radio name=shown id=all><label for=all>everything</label>\n"
    for number, head in enumerate(heads):
        checked = " checked" if head.is_default else ""
        yield f"<input type=radio name=shown id=b{number}{checked}><label for=b{number}>"
        yield f"<bdi>{shown(head.name)}</bdi></label> <a href=#m{going.tree.seq(head.index)}>its end</a>\n"
    yield "<main>\n"
    if going.system is not None:
        every = " ".join(f"b{number}" for number in range(len(heads)))
        yield f'<article class="system {every}"><p class=about><b>System prompt</b></p>'
        yield f"<div class=text dir=auto>{shown(going.system.content)}</div></article>\n"


def _message(going: Outgoing, told: Told, before: int, on: array[int]) -> Iterator[str]:
    index, message = told
    branches = "".join(f" b{number}" for number in range(MOST_BRANCHES) if on and on[index] >> number & 1)
    number = going.tree.seq(index)
    yield f'<article id=m{number} class="{message.speaker.lower()}{branches}">'
    about = " · ".join(shown(part) for part in describe(message))
    yield f"<p class=about><a href=#m{number}>{number}</a> <b>{NAMES[message.speaker]}</b> <bdi>{about}</bdi>"
    yield f"{_after(going, index, before)}{_beside(going, index)}</p>\n"
    if message.reasoning:
        yield "<details><summary>Thought before it answered</summary>"
        yield f"<div class=text dir=auto>{shown(message.reasoning)}</div></details>\n"
    yield _content(message)
    for call in message.tool_calls:
        yield f"<p class=about>Calls <bdi>{shown(call.name)}</bdi> (<bdi>{shown(call.id or '')}</bdi>)</p>"
        yield f"<div class=text dir=auto>{shown(call.arguments)}</div>\n"
    for remark in remarks(message):
        yield f"<p class=about><bdi>{shown(remark)}</bdi></p>\n"
    yield "</article>\n"


def _content(message: TranscriptMessage) -> str:
    if message.speaker is Speaker.ASSISTANT and len(message.content) <= LONGEST_RENDERED:
        return f"<div class=answer dir=auto>{rendered(message.content)}</div>\n"
    return f"<div class=text dir=auto>{shown(message.content)}</div>\n"


def _after(going: Outgoing, index: int, before: int) -> str:
    """What a message goes on from, where that is not what stands above it."""
    above = going.tree.parents(index)
    if len(above) < 2:
        parent = going.tree.parent(index)
        if parent == NONE != before:
            return " · at the beginning"
        above = () if parent == before else (parent,)
    return "".join(f" · after <a href=#m{going.tree.seq(one)}>{going.tree.seq(one)}</a>" for one in above)


def _beside(going: Outgoing, index: int) -> str:
    """What else goes on from the same message, where all of it is in the page."""
    parent = going.tree.parent(index)
    if going.is_path or parent == NONE:
        return ""
    beside = [one for one in islice(going.tree.children(parent), _MOST_BESIDE) if one != index]
    return "".join(f" · or <a href=#m{going.tree.seq(one)}>{going.tree.seq(one)}</a>" for one in beside)
