"""A provider that gives recorded answers: it speaks OpenAI's protocol on a free port of this machine.

It lives in the demo's own process, so it sees what a killed service asks again, and keeps a book of it.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from service.commands.server import serving
from service.commands.serving import listening_on
from service.config import Config

Json = dict[str, Any]

MODEL = "recorded"
"""The name of the one model."""

PRICED_LIKE = "openai/gpt-5-mini"
"""The shipped model whose list prices the recorded answers are given."""

_WORD_SECONDS = 0.02
_FIRST_SECONDS = 0.3
_LETTER = re.compile(r"letter-\d\d\.txt")
_CASE = re.compile(r"Case (\d+) of \d+")


class RecordedProvider:
    """`asked` counts how often each answer was asked for, `given` how often it was given to its end."""

    def __init__(self) -> None:
        recordings = Path(__file__).with_name("recordings.json").read_text(encoding="utf-8")
        self._answers: dict[str, str] = json.loads(recordings)["answers"]
        self.asked: Counter[str] = Counter()
        self.given: Counter[str] = Counter()

    def forget(self) -> None:
        """Begin the book anew."""
        self.asked.clear()
        self.given.clear()

    @asynccontextmanager
    async def listening(self, config: Config) -> AsyncGenerator[str]:
        """Listen while the body runs; the address."""
        app = Starlette(routes=[Route("/v1/chat/completions", self._answer, methods=["POST"])])
        async with serving(app, listening_on(config, "127.0.0.1", 0)) as url:
            yield f"{url}/v1"

    async def _answer(self, request: Request) -> Response:
        body = await request.json()
        key = key_of(str(body["messages"][-1]["content"]))
        if key not in self._answers:
            return JSONResponse({"error": {"message": "No answer is recorded for this prompt."}}, 404)
        self.asked[key] += 1
        return StreamingResponse(self._stream(key, body), media_type="text/event-stream")

    async def _stream(self, key: str, body: Json) -> AsyncGenerator[str]:
        await asyncio.sleep(_FIRST_SECONDS)
        words = re.findall(r"\s*\S+", self._answers[key])
        for word in words:
            yield _event({"choices": [{"index": 0, "delta": {"content": word}}]})
            await asyncio.sleep(_WORD_SECONDS)
        yield _event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        self.given[key] += 1
        yield "data: [DONE]\n\n"


def key_of(prompt: str) -> str:
    """Which recording answers a prompt of the demo: `report`, `summary`, `case-2` or `letter-07.txt`."""
    if "Rank the root causes" in prompt:
        return "report"
    if case := _CASE.search(prompt):
        return f"case-{case[1]}"
    letters = set(_LETTER.findall(prompt))
    return letters.pop() if len(letters) == 1 else "summary"


def _event(chunk: Json) -> str:
    return f"data: {json.dumps({'id': 'recorded', 'object': 'chat.completion.chunk', 'model': MODEL} | chunk)}\n\n"
