"""Claude Code's sessions."""

from __future__ import annotations

from typing import Any

from service.conversations.transfer.bundles import Bundle
from service.conversations.transfer.transcripts import Speaker, Wholeness
from tests.support.agent_files import FILES, as_lines, bundle, by_key, member, read, tree


def line(uuid: str, parent: str | None, role: str, content: Any, session: str = "S", **more: Any) -> dict[str, Any]:
    """A line of a session."""
    message = {"role": role, "content": content}
    return {"type": role, "uuid": uuid, "parentUuid": parent, "sessionId": session, "message": message, **more}


def test_claude_code_parts_of_an_answer_are_one_and_its_results_follow_one_another() -> None:
    """Two calls that are answered side by side are no fork; a prompt that was taken back is one."""
    (session, side), _ = read("claude_code")
    assert [(key, parent) for key, parent, _, _ in tree(session)] == [
        *(("u1", None), ("a0", "u1"), ("r1", "a0"), ("r2", "r1"), ("a2", "r2")),
        *(("u2", "u1"), ("c2", "u2"), ("u3", "c2")),
    ]
    answer = by_key(session)["a0"]
    assert [call.id for call in answer.tool_calls] == ["t1", "t2"]
    assert (answer.reasoning, answer.input_tokens, answer.output_tokens) == ("hm", 15, 30)
    assert side.extras["parentSession"] == session.key == "S1"


def test_claude_code_interruption_and_summary_are_no_words_of_the_user() -> None:
    """An interrupted answer is partial; a compaction's summary is a system message below what it summarizes."""
    (session, _), _ = read("claude_code")
    messages = by_key(session)
    assert messages["a2"].wholeness is Wholeness.PARTIAL
    assert (messages["c2"].speaker, messages["c2"].extras) == (Speaker.SYSTEM, {"compactSummary": True})
    assert session.title == "A title"


def test_claude_code_a_resumed_session_is_one_conversation_with_the_one_before_it() -> None:
    """Lines that are repeated are read once, whichever file comes first; what is new is a fork."""
    old = [line("u", None, "user", "one", timestamp="2026-01-01T00:00:00Z"), line("a", "u", "assistant", "first")]
    new = [{**old[0], "sessionId": "S2"}, {**old[1], "sessionId": "S2"}, line("b", "a", "user", "on", "S2")]
    old.append(line("c", "a", "user", "else"))
    files = [member("p/2.jsonl", as_lines(new)), member("p/1.jsonl", as_lines(old))]
    (session,), _ = read("claude_code", Bundle("p.zip", files))
    assert sorted((key, parent) for key, parent, _, _ in tree(session)) == [
        *(("a", "u"), ("b", "a"), ("c", "a"), ("u", None)),
    ]


def test_claude_code_a_parent_that_was_never_written_is_the_line_before() -> None:
    """The tool names such parents after it resumed; what came before would be lost."""
    records = [line("u", None, "user", "one"), line("b", "phantom", "user", "two")]
    (session,), notices = read("claude_code", bundle("claude_code", records))
    assert tree(session)[1][:2] == ("b", "u")
    assert any("in no file" in notice.text for notice in notices)


def test_claude_code_what_is_wrong_is_named_by_its_line() -> None:
    """A line that is no JSON costs that line alone."""
    data = as_lines(FILES["claude_code"][1]) + b'{"type":"user",\n[1]\n'
    (session, _), notices = read("claude_code", Bundle("s", [member("s.jsonl", data)]))
    count = len(FILES["claude_code"][1])
    assert len(session.messages) == 8
    assert any(f"line {count + 1} of s.jsonl" in notice.text for notice in notices)


def test_claude_code_other_files_of_a_folder_are_named() -> None:
    """A file that is no session is not passed over in silence."""
    files = [member("p/s.jsonl", as_lines(FILES["claude_code"][1])), member("p/settings.json", b"{}")]
    _, notices = read("claude_code", Bundle("p.zip", files))
    assert any("p/settings.json" in notice.text for notice in notices)
