"""The pi coding agent's sessions."""

from __future__ import annotations

from typing import Any

from service.conversations.transfer.transcripts import Wholeness
from tests.support.agent_files import bundle, by_key, read, tree


def test_pi_tree_labels_and_name_are_kept() -> None:
    """Entries that say nothing leave no gap: what stood below them stands below their parents."""
    (session,), _ = read("pi")
    assert [(key, parent) for key, parent, _, _ in tree(session)] == [
        *(("a1", None), ("b2", "a1"), ("c3", "b2"), ("d4", "c3"), ("g7", "a1"), ("h1", "g7")),
    ]
    assert (session.title, session.branches, session.head) == ("Refactor", {"checkpoint-1": "a1"}, "h1")


def test_pi_answers_keep_cost_tokens_calls_and_how_they_ended() -> None:
    """An aborted answer is partial; a tool's result names its call."""
    messages = by_key(read("pi")[0][0])
    assert (messages["b2"].cost_usd, messages["b2"].input_tokens, messages["b2"].reasoning) == (0.01, 12, "t")
    assert (messages["c3"].tool_call_id, messages["c3"].tool_name, messages["c3"].is_error) == ("c", "bash", True)
    assert messages["d4"].wholeness is Wholeness.PARTIAL


def test_pi_first_version_is_a_sequence() -> None:
    """Without ids, each entry stands below the one before it."""
    head = {"type": "session", "id": "s", "timestamp": "2024-12-03T14:00:00Z", "cwd": "/p"}
    said = [{"type": "message", "message": {"role": role, "content": role}} for role in ("user", "assistant", "user")]
    (session,), _ = read("pi", bundle("pi", [head, *said]))
    assert [parent for _, parent, _, _ in tree(session)] == [None, "line-2", "line-3"]


def test_pi_chats_of_llama_cpp_are_several_in_a_file_with_the_tree_in_the_messages() -> None:
    """The root says nothing; the page's current message is the head."""

    def message(id: str, parent: str | None, role: str, **more: str) -> dict[str, Any]:
        return {"type": "message", "message": {"id": id, "parent": parent, "role": role, "content": id, **more}}

    records = [
        {"type": "session", "harness": "llama.app", "id": "s1", "name": "One", "currNode": "b"},
        message("r", None, "system", type="root"),
        *(message("a", "r", "user"), message("b", "a", "assistant"), message("c", "a", "assistant")),
        {"type": "session", "harness": "llama.app", "id": "s2", "name": "Two"},
        message("d", None, "user"),
    ]
    first, second = read("pi", bundle("pi", records))[0]
    assert [(key, parent) for key, parent, _, _ in tree(first)] == [("a", None), ("b", "a"), ("c", "a")]
    assert (first.title, first.head, second.title, second.key) == ("One", "b", "Two", "s2")
