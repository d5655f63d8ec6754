"""What conversations can be exported as: a plain dict of formats by name. Each says what it has no place for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from service.conversations.transfer.writers.chatgpt import write_chatgpt
from service.conversations.transfer.writers.html_pages import write_html
from service.conversations.transfer.writers.librechat import write_librechat
from service.conversations.transfer.writers.markdown import write_markdown
from service.conversations.transfer.writers.openai import write_openai
from service.conversations.transfer.writers.openwebui import write_openwebui
from service.conversations.transfer.writers.pieces import Many, Pieces
from service.conversations.transfer.writers.sharegpt import write_sharegpt

_TREE = (
    "Tasks, subtasks, sources, summaries and what models saw are not exported.",
    "A message that joins branches goes on from the first of them; the others are named beside it.",
    "The names of branches are left out: the default branch is the current one.",
)
_PATHS = (
    "Tasks, subtasks, sources, summaries and what models saw are not exported.",
    "Each branch is a line of its own: what branches share stands in each. Messages on no branch are left out.",
    "Ids, times, models, tokens, costs, thoughts, pins, links and annotations are left out.",
    "Roles take turns: messages of one role that follow each other are put together.",
    "Calls that no answer came of, broken calls, empty messages, and prompts without an answer are left out.",
)


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """A format. `write` gives the bytes of conversations, piece by piece; where it `is_for_several`, they make one
    file, else each conversation is one, and several are a zip of those. `losses`: what it has no place for."""

    name: str
    title: str
    media_type: str
    extension: str
    is_for_several: bool
    write: Callable[[Many], Pieces]
    losses: tuple[str, ...] = ()


_JSON = "application/json"
EXPORTS: dict[str, ExportFormat] = {
    known.name: known
    for known in (
        ExportFormat(
            *("markdown", "Markdown", "text/markdown; charset=utf-8", "md", False, write_markdown),
            losses=(_TREE[0],),
        ),
        ExportFormat(
            *("html", "A page of HTML", "text/html; charset=utf-8", "html", False, write_html),
            losses=(_TREE[0], "Images in answers are not loaded: their Markdown is shown."),
        ),
        ExportFormat(
            *("openai", "OpenAI's chat JSON Lines", "application/jsonl", "jsonl", True, write_openai),
            losses=(*_PATHS, "An answer that is not whole has weight 0."),
        ),
        ExportFormat("sharegpt", "ShareGPT's JSON", _JSON, "json", True, write_sharegpt, _PATHS),
        ExportFormat(
            *("chatgpt", "ChatGPT's conversations.json", _JSON, "json", True, write_chatgpt),
            losses=(*_TREE, "A thought stands in the metadata of its answer."),
        ),
        ExportFormat(
            *("librechat", "LibreChat's JSON", _JSON, "json", False, write_librechat),
            losses=(*_TREE, "The result of a tool is a message of its own there."),
        ),
        ExportFormat(
            *("openwebui", "Open WebUI's JSON", _JSON, "json", True, write_openwebui),
            losses=(*_TREE, "The result of a tool is a message of the assistant's there.", "Times are whole seconds."),
        ),
    )
}
"""By name."""
