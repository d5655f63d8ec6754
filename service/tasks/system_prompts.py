"""The system prompt of a conversation: a text, or that of a task type. It is revised like a message, never changed.

Owns what one may be. It is read as `(Conversation)-[:HAS_SYSTEM_PROMPT]->(Prompt)`; knows nothing of how it is sent.
"""

from __future__ import annotations

from dataclasses import dataclass

from service.config import Config
from service.conversations.catalog import FirstSystemPrompt
from service.conversations.changes import Changing, change
from service.conversations.titles import title_of
from service.errors import InvalidInput
from service.graph.store import Store
from service.records import new_id
from service.strategies.templates import render_part
from service.tasks.sources import check_text

MOST_CHARACTERS = 200_000


@dataclass(frozen=True, slots=True)
class NewSystemPrompt:
    """A text, or the task type whose instruction it is; neither of them takes away the one that is there."""

    content: str | None = None
    task_type: str | None = None


async def set_system_prompt(store: Store, config: Config, what: Changing, new: NewSystemPrompt) -> None:
    """Give a conversation another system prompt.

    Raises `InvalidInput` with the field, `NotFound`, `Conflict` for a key of another request.
    """
    content = _text(config, new)
    await change(store, "set_system_prompt", what, {"content": content}, {"id": new_id(), "title": title_of(content)})


def first_system_prompt(config: Config, new: NewSystemPrompt) -> FirstSystemPrompt | None:
    """The system prompt that a new conversation begins with, if any. Raises `InvalidInput` with the field."""
    content = _text(config, new)
    return FirstSystemPrompt([new.content, new.task_type], content, title_of(content)) if content else None


def _text(config: Config, new: NewSystemPrompt) -> str:
    if new.task_type is not None:
        template = config.task_types.get(new.task_type)
        if template is None:
            raise InvalidInput(
                f"There is no task type {new.task_type!r}.",
                field="input.systemPrompt.taskType",
                remedy=f"Known types: {', '.join(sorted(config.task_types))}.",
            )
        return render_part(template.instruction, instruction="", input="", source_name="").strip()
    if new.content is None:
        return ""
    content = check_text(new.content, "input.systemPrompt.content")
    if not content.strip() or len(content) > MOST_CHARACTERS:
        raise InvalidInput(
            f"A system prompt has 1 to {MOST_CHARACTERS} characters.",
            field="input.systemPrompt.content",
            remedy="Write one, or send none: true to have none.",
        )
    return content
