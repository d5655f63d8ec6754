"""One path as training data has it: prompts and answers in turn, each call with its result, and an answer at the end.

Owns what is left out or put together for that, and counts it. Knows no format. At most one turn and what stands
before it are held.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace

from service.conversations.transfer.outgoing import Outgoing
from service.conversations.transfer.transcripts import Speaker, TranscriptMessage, Wholeness
from service.conversations.transfer.writers.pieces import loaded

NO_ANSWER = "a prompt at the end that has no answer is left out"
FAILED = "an answer that failed and says nothing is left out"
JOINED = "a message is put together with the one before it, which has the same role"
UNPAIRED = "a tool call or a result without its other half is left out"
NO_PROMPT = "an answer at the beginning that answers nothing is left out"
EMPTY = "a message without text is left out"
NO_JSON = "a tool call whose arguments are no JSON object is left out"


@dataclass(slots=True)
class _Held:
    """What is not told yet: what was asked since the last answer; or an answer, what it answers, and its results.
    `has_begun`: whether something was answered before."""

    has_begun: bool = False
    asked: list[TranscriptMessage] = field(default_factory=list[TranscriptMessage])
    answer: TranscriptMessage | None = None
    answered: list[TranscriptMessage] = field(default_factory=list[TranscriptMessage])
    results: dict[str, TranscriptMessage] = field(default_factory=dict[str, TranscriptMessage])


async def alternating(going: Outgoing, path: Sequence[int]) -> AsyncIterator[TranscriptMessage]:
    """The messages of a path as training data has them; nothing where it has no answer."""
    held = _Held()
    async for _, message in going.messages(path):
        for told in _take(going, held, message):
            yield told
    # Nor of what one gave at the end.
    held.results.clear()
    for told in _settle(going, held):
        yield told
    if held.asked:
        going.note(NO_ANSWER, len(held.asked))


def _take(going: Outgoing, held: _Held, message: TranscriptMessage) -> list[TranscriptMessage]:
    """What can be told now that another message has come."""
    if message.speaker is Speaker.TOOL:
        _take_result(going, held, message)
        return []
    if message.speaker is Speaker.ASSISTANT:
        return _take_answer(going, held, message)
    if not message.content.strip():
        going.note(EMPTY)
        return []
    # Whatever a call gave before a prompt, no answer came of it.
    held.results.clear()
    told = _settle(going, held)
    if held.asked and held.asked[-1].speaker is message.speaker:
        going.note(JOINED)
        held.asked[-1] = _together(held.asked[-1], message)
    else:
        held.asked.append(message)
    return told


def _take_answer(going: Outgoing, held: _Held, message: TranscriptMessage) -> list[TranscriptMessage]:
    message = _with_sound_calls(going, message)
    if not message.content.strip() and not message.tool_calls:
        going.note(FAILED if message.wholeness is Wholeness.FAILED else EMPTY)
        return []
    _unpair(going, held)
    if held.answer is not None and not held.answer.tool_calls:
        going.note(JOINED)
        held.answer = _together(held.answer, message)
        return []
    told = _settle(going, held)
    if not held.asked and not held.has_begun:
        going.note(NO_PROMPT)
        return told
    held.has_begun = True
    held.answered, held.asked, held.answer = held.asked, [], message
    return told


def _with_sound_calls(going: Outgoing, message: TranscriptMessage) -> TranscriptMessage:
    """The message without calls that no server takes back: one of them would spoil the whole line."""
    sound = tuple(call for call in message.tool_calls if call.id and isinstance(loaded(call.arguments), dict))
    if len(sound) == len(message.tool_calls):
        return message
    going.note(NO_JSON, len(message.tool_calls) - len(sound))
    return replace(message, tool_calls=sound)


def _take_result(going: Outgoing, held: _Held, message: TranscriptMessage) -> None:
    called = {call.id for call in held.answer.tool_calls} if held.answer else set[str | None]()
    if message.tool_call_id is not None and message.tool_call_id in called - held.results.keys():
        held.results[message.tool_call_id] = message
    else:
        going.note(UNPAIRED)


def _unpair(going: Outgoing, held: _Held) -> None:
    """Take the calls off the answer that is held, where results of them are missing."""
    answer = held.answer
    if answer is None or all(call.id in held.results for call in answer.tool_calls):
        return
    going.note(UNPAIRED, len(answer.tool_calls) + len(held.results))
    held.results = {}
    if answer.content.strip():
        held.answer = replace(answer, tool_calls=())
    else:
        held.asked, held.answered, held.answer = held.answered, [], None


def _settle(going: Outgoing, held: _Held) -> list[TranscriptMessage]:
    """The answer that is held, after what it answers and before its results."""
    _unpair(going, held)
    answer, results = held.answer, held.results
    if answer is None:
        return []
    told = [*held.answered, answer, *(results[call.id] for call in answer.tool_calls if call.id)]
    held.answered, held.answer, held.results = [], None, {}
    return told


def _together(first: TranscriptMessage, second: TranscriptMessage) -> TranscriptMessage:
    """Two messages of one role as one. Whatever of it is not whole, the whole is not."""
    is_whole = first.wholeness is Wholeness.COMPLETE and second.wholeness is Wholeness.COMPLETE
    return replace(
        second,
        key=first.key,
        content="\n\n".join(text for text in (first.content, second.content) if text.strip()),
        wholeness=Wholeness.COMPLETE if is_whole else Wholeness.PARTIAL,
    )
