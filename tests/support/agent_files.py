"""Small files as developers' tools write them: for each format a name, and records; a test writes them as lines."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any

from service.conversations.transfer.bundles import Bundle, Member
from service.conversations.transfer.formats import FORMATS
from service.conversations.transfer.transcripts import Notice, Transcript, TranscriptMessage

_NAMES = {
    "claude_code": "session.jsonl",
    "codex": "rollout-1.jsonl",
    "pi": "session.jsonl",
    "openai": "chats.jsonl",
    "sharegpt": "shared.jsonl",
    "langchain": "messages.jsonl",
    "langgraph": "history.jsonl",
    "lmstudio": "1736789912980.conversation.json",
    "jan": "messages.jsonl",
    "llamacpp": "llama-conversation.json",
    "agent_memory": "graph.jsonl",
}
_FOLDER = Path(__file__).parent / "agent_files"


def _records(format: str) -> list[Any]:
    return [json.loads(line) for line in (_FOLDER / f"{format}.jsonl").read_text().splitlines()]


FILES: dict[str, tuple[str, list[Any]]] = {format: (name, _records(format)) for format, name in _NAMES.items()}


def member(name: str, data: bytes) -> Member:
    """A file of a bundle."""
    return Member(name, len(data), lambda: BytesIO(data))


def as_lines(records: list[Any]) -> bytes:
    """Records as JSON Lines."""
    return b"\n".join(json.dumps(record).encode("utf-8", "surrogatepass") for record in records) + b"\n"


def bundle(format: str, records: list[Any] | None = None) -> Bundle:
    """A file of a format, with records of one's own in it."""
    name, sample = FILES[format]
    return Bundle(name, [member(name, as_lines(sample if records is None else records))])


def read(format: str, given: Bundle | None = None) -> tuple[list[Transcript], list[Notice]]:
    """What a reader makes of a bundle: transcripts, and all notices."""
    found = list(FORMATS[format].read(given or bundle(format)))
    transcripts = [one for one in found if isinstance(one, Transcript)]
    alone = [one for one in found if isinstance(one, Notice)]
    return transcripts, [*alone, *(notice for one in transcripts for notice in one.notices)]


def by_key(transcript: Transcript) -> dict[str, TranscriptMessage]:
    """The messages of a transcript by their keys."""
    return {message.key: message for message in transcript.messages}


def tree(transcript: Transcript) -> list[tuple[str, str | None, str, str]]:
    """Key, parent, speaker and text of each message."""
    return [(one.key, one.parent, one.speaker.value, one.content) for one in transcript.messages]
