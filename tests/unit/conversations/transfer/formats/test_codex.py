"""Codex's rollouts."""

from __future__ import annotations

from typing import Any

from service.conversations.transfer.transcripts import Speaker, Wholeness
from tests.support.agent_files import FILES, bundle, by_key, read, tree


def event(kind: str, **more: Any) -> dict[str, Any]:
    """A line with an event."""
    return {"timestamp": "2026-01-01T00:00:00Z", "type": "event_msg", "payload": {"type": kind, **more}}


def test_codex_a_message_that_stands_twice_counts_once() -> None:
    """As an item and as an event; with what the tool wrote around it, too."""
    (session,), _ = read("codex")
    said = [(speaker, text) for _, _, speaker, text in tree(session) if text]
    assert said.count(("ASSISTANT", "hi there")) == 1
    assert sum("hello" in text for _, text in said) == 1
    assert sum(message.reasoning == "**Plan**" for message in session.messages) == 1


def test_codex_turns_that_were_taken_back_are_a_fork() -> None:
    """What follows stands where the prompt stood."""
    (session,), _ = read("codex")
    messages = by_key(session)
    assert messages["line-15"].parent == messages["line-5"].parent == "line-3"
    assert messages["line-16"].wholeness is Wholeness.PARTIAL


def test_codex_context_is_no_word_of_the_user() -> None:
    """Neither rules nor the environment."""
    (session,), _ = read("codex")
    assert {message.speaker for message in session.messages[:2]} == {Speaker.SYSTEM}
    assert session.messages[1].extras == {"hidden": True}


def test_codex_tokens_and_models_are_those_of_the_answer() -> None:
    """Counted behind it, named before it."""
    (session,), _ = read("codex")
    answer = by_key(session)["line-12"]
    assert (answer.model, answer.input_tokens, answer.output_tokens) == ("gpt-5", 10, 4)


def test_codex_events_alone_are_read() -> None:
    """A version wrote no items of messages; what a person says twice, they said twice."""
    records = [
        FILES["codex"][1][0],
        event("user_message", message="go"),
        event("agent_message", message="done"),
        event("user_message", message="go"),
        event("item_completed", item={"type": "AgentMessage", "content": [{"type": "Text", "text": "again"}]}),
    ]
    (session,), _ = read("codex", bundle("codex", records))
    assert [text for _, _, _, text in tree(session)] == ["go", "done", "go", "again"]


def test_codex_older_lines_without_a_wrapper_are_read() -> None:
    """The first version wrote items as lines, and named the session in the first."""
    records: list[Any] = [
        {"id": "old", "timestamp": "2025-05-01T00:00:00Z", "instructions": None, "git": {}},
        {"record_type": "state"},
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hi"}]},
        {"type": "local_shell_call", "call_id": "c", "action": {"type": "exec", "command": ["ls"]}},
        {"type": "function_call_output", "call_id": "c", "output": {"content": "no", "success": False}},
    ]
    (session,), _ = read("codex", bundle("codex", records))
    assert session.key == "old"
    assert session.messages[1].tool_calls[0].name == "local_shell"
    assert (session.messages[2].content, session.messages[2].is_error) == ("no", True)
