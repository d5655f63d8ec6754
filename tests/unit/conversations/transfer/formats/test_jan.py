"""Jan's threads."""

from __future__ import annotations

from service.conversations.transfer.bundles import Bundle
from service.conversations.transfer.transcripts import Wholeness
from tests.support.agent_files import FILES, as_lines, by_key, member, read, tree


def test_jan_a_thread_has_its_title_from_the_file_beside_it() -> None:
    """And the assistant's instructions, as a system message."""
    about = b'{"id":"t1","title":"Of things","assistants":[{"instructions":"help","model":{"id":"llama"}}]}'
    files = [member("t1/thread.json", about), member("t1/messages.jsonl", as_lines(FILES["jan"][1]))]
    (thread,), _ = read("jan", Bundle("jan.zip", files))
    assert (thread.key, thread.title, tree(thread)[0][3]) == ("t1", "Of things", "help")
    assert by_key(thread)["2"].model == "llama"


def test_jan_calls_of_tools_are_messages_before_the_answer() -> None:
    """An answer that was stopped is partial; a time may be in seconds or in milliseconds."""
    (thread,), _ = read("jan")
    assert [key for key, _, _, _ in tree(thread)] == ["1", "2#calls", "2#results", "2"]
    messages = by_key(thread)
    assert (messages["2"].wholeness, messages["2"].created_ms) == (Wholeness.PARTIAL, 1_700_000_002_000)
    assert (messages["2#results"].content, messages["2#results"].tool_call_id) == ("res", "c1")
