"""What we export is what we import: trees written for other tools are read back by the readers of those tools."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings

from service.conversations.transfer.bundles import open_bundle
from service.conversations.transfer.formats import recognize
from service.conversations.transfer.outgoing import Outgoing
from service.conversations.transfer.transcripts import Notice, Speaker, Transcript
from tests.support.outgoing import Said, id_of, one_path, outgoing, trees, written

CALL = {"calls": [["call-1", "look", '{"a": 1}']], "model": "m/x"}
RESULT = {"tool_call_id": "call-1", "tool_name": "look"}


async def read_back(kind: str, going: Outgoing) -> list[Transcript]:
    """What the reader of a format makes of our file; it recognizes it by itself."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / ("x.jsonl" if kind == "openai" else "x.json")
        file.write_bytes(await written(kind, going))
        bundle = open_bundle(file)
        known = recognize(bundle)
        assert known.name == kind
        found = list(known.read(bundle))
    assert not [one for one in found if isinstance(one, Notice)]
    return [one for one in found if isinstance(one, Transcript)]


@pytest.mark.parametrize("kind", ["chatgpt", "librechat", "openwebui"])
@settings(max_examples=25)
@given(messages=trees(8))
async def test_trees_come_back(kind: str, messages: list[Said]) -> None:
    """Every message with its text, who says it and what it goes on from; nothing else but what has no text."""
    plain = [Said(it.speaker, f"{place} {it.speaker.value} ünd <b>", it.after) for place, it in enumerate(messages)]
    (found,) = await read_back(kind, outgoing(plain))
    said = {it.key: it for it in found.messages}
    for place, it in enumerate(plain):
        one = said[id_of(place)]
        assert (one.content, one.speaker) == (it.text, it.speaker)
        assert (one.parent if one.parent in {id_of(i) for i in range(len(plain))} else None) == (
            id_of(it.after[0]) if it.after else None
        )
    assert all(not it.content for key, it in said.items() if key not in {id_of(i) for i in range(len(plain))})


@pytest.mark.parametrize("kind", ["chatgpt", "openwebui", "openai", "sharegpt"])
async def test_calls_and_results_come_back(kind: str) -> None:
    """The call with its tool, and the result below it."""
    path = one_path(
        [
            *(Said(Speaker.USER, "Look."), Said(Speaker.ASSISTANT, "", (), CALL)),
            *(Said(Speaker.TOOL, "1", (), RESULT), Said(Speaker.ASSISTANT, "So.")),
        ]
    )
    (found,) = await read_back(kind, outgoing(path))
    said = [it for it in found.messages if it.content or it.tool_calls]
    assert [it.speaker for it in said] == [Speaker.USER, Speaker.ASSISTANT, Speaker.TOOL, Speaker.ASSISTANT]
    assert [(call.name, call.arguments.replace(" ", "")) for call in said[1].tool_calls] == [("look", '{"a":1}')]


async def test_the_result_of_a_tool_that_failed_keeps_its_text() -> None:
    """Also where a format has no such messages."""
    failed = {**RESULT, "is_error": True}
    answer, result = Said(Speaker.ASSISTANT, "b", (), CALL), Said(Speaker.TOOL, "x", (), failed)
    path = one_path([Said(Speaker.USER, "a"), answer, result])
    for kind in ("librechat", "openwebui", "chatgpt"):
        (found,) = await read_back(kind, outgoing(path))
        assert found.messages[-1].content == "x"
