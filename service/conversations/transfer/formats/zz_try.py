from service.conversations.transfer.transcripts import *
from service.conversations.transfer.parsing import json_items, each, numbered
from service.conversations.transfer.formats import FORMATS, Format


def _one(place, c):
    yield Transcript(
        place=place,
        key=str(c["id"]),
        title=c.get("title"),
        created_ms=c.get("at"),
        head=c.get("head"),
        messages=[
            TranscriptMessage(
                key=m["id"],
                parent=m.get("parent"),
                speaker=Speaker(m["role"]),
                content=m["content"],
                created_ms=m.get("at"),
                tool_calls=[ToolCall(t.get("id"), t["name"]) for t in m.get("calls", [])],
                tool_call_id=m.get("call"),
                tool_name=m.get("tool"),
            )
            for m in c["messages"]
        ],
    )


def read(bundle):
    for m in bundle.members:
        yield from each(numbered(m, json_items(m, "item")), _one)


FORMATS["try"] = Format("try", "Try", lambda b: True, read)
