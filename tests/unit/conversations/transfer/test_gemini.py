"""Gemini's activity log, as JSON and as a page, and AI Studio's prompts."""

from __future__ import annotations

from service.conversations.transfer.html_text import html_text
from service.conversations.transfer.transcripts import Attachment, Speaker, ToolCall, Wholeness
from tests.support.exports import activity, aistudio, read, texts

NAME = "Takeout/My Activity/Gemini Apps/MyActivity.json"
CELL = (
    '<div class="outer-cell mdl-cell mdl-shadow--2dp"><div class="mdl-grid">'
    '<div class="header-cell"><p class="mdl-typography--title">Gemini Apps<br></p></div>'
    '<div class="content-cell mdl-typography--body-1">{body}</div>'
    '<div class="content-cell mdl-typography--body-1 mdl-typography--text-right"></div>'
    '<div class="content-cell mdl-typography--caption"><b>Products:</b><br>&emsp;Gemini Apps<br></div></div></div>'
)


def page(*bodies: str) -> bytes:
    """A page of cells."""
    cells = "".join(CELL.format(body=body) for body in bodies)
    return f"<html><head><style>.mdl-grid{{}}</style></head><body><div>{cells}</div></body></html>".encode()


def test_prompts_within_half_an_hour_are_a_conversation() -> None:
    """Oldest first; the notices say so."""
    log = [
        activity("Prompted three", "2026-03-02T11:00:00Z", "<p>3</p>"),
        activity("Prompted two", "2026-03-02T09:20:00Z", "<p>2</p>"),
        activity("Prompted one", "2026-03-02T09:00:00Z", "<p>1</p>"),
    ]
    name, transcripts, notices = read({NAME: log})
    assert name == "gemini"
    assert [[message.content for message in one.messages] for one in transcripts] == [
        ["three", "3"],
        ["one", "1", "two", "2"],
    ]
    assert "2 prompts that follow one another within half an hour were taken for a conversation" in texts(notices)
    keys = [message.key for message in transcripts[1].messages]
    assert [message.parent for message in transcripts[1].messages] == [None, *keys[:-1]]


def test_a_link_to_a_conversation_counts_more_than_time() -> None:
    """Where the log has one."""
    link = {"titleUrl": "https://gemini.google.com/app/abcdef0123"}
    log = [
        activity("Prompted b", "2026-03-02T09:00:00Z", "B", **link),
        activity("Prompted a", "2026-01-02T09:00:00Z", "A", **link),
    ]
    _, (transcript,), notices = read({NAME: log})
    assert (transcript.key, len(transcript.messages), notices) == ("abcdef0123", 4, [])


def test_other_answers_to_a_prompt_are_siblings() -> None:
    """It goes on below the last."""
    log = [
        activity("Prompted b", "2026-03-02T09:01:00Z", "B"),
        activity("Prompted a", "2026-03-02T09:00:00Z", "A1", "A2"),
    ]
    _, (transcript,), _ = read({NAME: log})
    ask, one, two, more, _ = transcript.messages
    assert (one.parent, two.parent, more.parent) == (ask.key, ask.key, two.key)


def test_what_is_no_prompt_of_geminis_stays_out_and_is_counted() -> None:
    """Feedback, and the other products of the same log."""
    log = [
        activity("Prompted a", "2026-03-02T09:00:00Z", "A"),
        activity("Gave feedback: Good response", "2026-03-02T09:00:00Z"),
        activity("Searched for x", "2026-03-02T09:00:00Z", header="Search", products=["Search"]),
    ]
    _, (_,), notices = read({NAME: log})
    assert "SKIPPED Takeout/My Activity/Gemini Apps/MyActivity.json: 1 activity is no prompt, and stays out." in texts(
        notices
    )
    assert "1 activity of another product stays out." in texts(notices)


def test_prompts_in_other_languages_are_kept_whole() -> None:
    """The words before them are not known."""
    _, (transcript,), notices = read({NAME: [activity("Eingegebener Prompt: Hallo", "2026-03-02T09:00:00Z", "Ja")]})
    assert transcript.messages[0].content == "Eingegebener Prompt: Hallo"
    assert "1 prompt may begin with words of the log: its language is not known." in texts(notices)


def test_a_page_is_read_as_the_log_is() -> None:
    """Prompts of several lines, files, times with zones, answers with divisions in them."""
    body = (
        'Prompted Hello<br>there<br>Attached 1 file.<br>-&nbsp; <a href="x">a.png</a><br>'
        "Mar 2, 2026, 9:15:00\u202fAM GMT+01:00<br><p>Yes <b>it</b> <div>is</div></p><ul><li>one</li></ul>"
    )
    name, (transcript,), _ = read({"MyActivity.html": page(body)})
    ask, answer = transcript.messages
    assert (name, ask.content, ask.created_ms) == ("gemini", "Hello\nthere", 1772439300000)
    assert ask.attachments == [Attachment("a.png")]
    assert answer.content == "Yes **it**\n\nis\n\n- one"


def test_a_page_in_another_language_has_no_times() -> None:
    """Its prompts are there all the same."""
    _, transcripts, _ = read({"Gemini/x.html": page("Frage<br>02.03.2026, 09:15:00 MEZ<br><p>Ja</p>")})
    assert [(one.messages[0].content, one.created_ms) for one in transcripts] == [("Frage", None)]


def test_a_page_whose_comment_does_not_end_is_given_up() -> None:
    """Before all of it is read again and again."""
    whole = page("Prompted a<br>Mar 2, 2026, 9:15:00 AM UTC<br>A") * 2 + b"<!--" * 2**21
    _, transcripts, notices = read({"MyActivity.html": whole})
    assert len(transcripts) == 1
    assert "a tag or comment of HTML that does not end" in texts(notices)


def test_html_becomes_markdown() -> None:
    """Nothing of it is kept that a page would execute."""
    source = (
        "<h2>Head</h2><p>A <strong>b</strong> <a href='https://u'>link</a><script>alert(1)</script></p>"
        "<ol><li>one<ul><li>in</li></ul></li><li>two</li></ol><pre><code>x &lt; y\n  z</code></pre>"
        "<table><tr><th>h</th><td>d</td></tr></table>"
    )
    assert html_text(source) == (
        "## Head\n\nA **b** [link](https://u)\n\n1. one\n  - in\n2. two\n\n```\nx < y\n  z\n```\n\n| h | d |"
    )


def test_aistudio_thoughts_code_and_ends() -> None:
    """The name of the file is the title; the system's instruction stands above all."""
    prompt = aistudio(
        {"role": "user", "text": "Q", "driveDocument": {"id": "d1"}},
        {"role": "model", "text": "Hm", "isThought": True, "tokenCount": 2},
        {"role": "model", "executableCode": {"language": "PYTHON", "code": "1"}},
        {"role": "model", "codeExecutionResult": {"outcome": "OUTCOME_FAILED", "output": "no"}},
        {"role": "model", "text": "A", "finishReason": "MAX_TOKENS", "tokenCount": 5},
        systemInstruction={"parts": [{"text": "Be brief"}]},
    )
    name, (transcript,), _ = read({"My prompt": prompt})
    told, ask, thought, code, result, answer = transcript.messages
    assert (name, transcript.title, told.content, ask.parent) == ("aistudio", "My prompt", "Be brief", told.key)
    assert (ask.attachments, thought.reasoning, thought.content) == ([Attachment("d1")], "Hm", "")
    assert code.tool_calls == [ToolCall(None, "code_execution", '{"language":"PYTHON","code":"1"}')]
    assert (result.speaker, result.content, result.is_error) == (Speaker.TOOL, "no", True)
    assert (answer.wholeness, answer.output_tokens, answer.model) == (Wholeness.PARTIAL, 5, "m-1")


def test_aistudio_a_longer_prompt_keeps_the_keys_of_the_shorter_one() -> None:
    """So that importing it again adds only what is new; what was changed is a fork."""
    chunks = [{"role": "user", "text": "Q"}, {"role": "model", "text": "A"}]
    first, longer, changed = (
        [message.key for message in read({"p": aistudio(*held)})[1][0].messages]
        for held in (chunks, [*chunks, {"role": "user", "text": "R"}], [chunks[0], {"role": "model", "text": "B"}])
    )
    assert longer[:2] == first
    assert (changed[0], changed[1] != first[1]) == (first[0], True)
