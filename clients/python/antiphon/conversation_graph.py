"""`ConversationGraph`: a conversation under a name of one's own, its history and what it came to."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass

from antiphon._sync.client import Antiphon
from antiphon.errors import NotFound
from antiphon.operations import ConversationSummaryConversation, HistoryMessage
from antiphon.wishes import HasId

_KEY_CHARACTERS = 100


@dataclass(frozen=True)
class ConversationOverview:
    """What a conversation holds and what it cost: `print` it for a line; `summary` has the numbers."""

    conversation: ConversationSummaryConversation

    @property
    def text(self) -> str | None:
        """A summary in words, where the service made one; else None."""
        return self.conversation.summary.text

    def __str__(self) -> str:
        """The summary in words, or what can be counted."""
        if self.text:
            return self.text
        it = self.conversation.summary.statistics
        said = f"{_count(it.prompts, 'prompt')}, {_count(it.responses, 'response')}"
        parts = [f"{_count(it.messages, 'message')} ({said})"]
        parts.append(f"{_count(it.attempts, 'call')}, {_count(it.input_tokens + it.output_tokens, 'token')}")
        parts += [] if it.cost_usd is None else [f"{it.cost_usd:.6f} USD"]
        parts += [", ".join(model.id for model in it.models)] if it.models else []
        parts += [f"tasks: {', '.join(f'{row.count} {row.status}' for row in it.tasks)}"] if it.tasks else []
        return f"{self.conversation.title}: {'; '.join(parts)}."


class ConversationGraph:
    """One conversation. `id` is the id of one that is there, or any name: the same name finds the same one again.

    A name becomes a conversation at the service when it is first used: its title is the name, and the name is kept with
    it as the key that finds it again, for this owner (the idempotency key of `createConversation`). Without an `id` it
    is a new conversation.
    """

    def __init__(self, id: str | None = None, client: Antiphon | None = None) -> None:
        self.id = id or str(uuid.uuid4())
        self._client = client or Antiphon()
        self._found: str | None = id if id is not None and _is_uuid(id) else None

    def __repr__(self) -> str:
        """Its name."""
        return f"ConversationGraph({self.id!r})"

    @property
    def conversation_id(self) -> str:
        """The service's id of the conversation; it is found, or made, where that was not done yet."""
        if self._found is None:
            made = self._client.operations.create_conversation(
                {"title": self.id[:200], "idempotencyKey": _key(self.id)}
            )
            if made.conversation is None:
                raise NotFound(f"The conversation {self.id!r} was not made.", field="id")
            self._found = made.conversation.id
        return self._found

    def get_node_history(self, node_id: str | HasId) -> list[HistoryMessage]:
        """All messages that a message came from and itself, oldest first. Raises `NotFound`."""
        return self._client.ancestors(node_id)

    def get_conversation_summary(self) -> ConversationOverview:
        """What the conversation holds and cost: messages, calls, tokens, USD, models, tasks by status.

        These are counts of the graph, no model is asked. `text` is the newest summary that somebody asked for; where
        there is none, it is None, and printing it gives the counts.
        """
        found = self._client.operations.conversation_summary(self.conversation_id)
        if found is None:
            raise NotFound(f"There is no conversation {self.id}.", field="id")
        return ConversationOverview(found)


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


def _key(name: str) -> str:
    """The idempotency key of a name; of a long one, its hash."""
    key = f"ConversationGraph {name}"
    return key if len(key) <= _KEY_CHARACTERS else f"ConversationGraph {hashlib.sha256(name.encode()).hexdigest()}"
