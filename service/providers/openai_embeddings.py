"""The embeddings protocol of OpenAI, and of all that speak it: Ollama, vLLM, llama.cpp, TEI, Gemini, Voyage, gateways.

One request and its answer; what is refused is raised. Which texts go together, and what is tried again, is for
`models/embedding.py`. Protocol: https://platform.openai.com/docs/api-reference/embeddings
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import math
import re
import sys
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import orjson

from service.chat import ChatRequest, ModelConfig, ProviderConfig, Timeouts
from service.errors import InvalidAnswer, ProviderRejected
from service.providers.embeddings import Vector
from service.providers.openai_request import key_header
from service.providers.wire import Call, Wire

_ON_THE_LOOP = 16 * 1024
"""Bytes of an answer up to which reading it is cheaper than handing it to a thread."""
_NO_NUMBER = re.compile(rb"(?<=[\s,\[])-?(?:NaN|Infinity)(?=[\s,\]])")
_TAKES_BASE64 = ("api.openai.com", ".openai.azure.com")


@dataclass(frozen=True, slots=True)
class Asked:
    """How a model is asked. `dimensions` is asked for where it is said, and checked.

    `query` and `text` go into the request's body for what is searched for and for what is found; the prefixes stand
    before each text. `encoding`: how numbers are asked for (None: nothing is said, as some servers refuse the word).
    """

    model: ModelConfig
    timeouts: Timeouts
    dimensions: int | None = None
    encoding: str | None = None
    query_prefix: str = ""
    text_prefix: str = ""
    query: dict[str, Any] = field(default_factory=dict[str, Any])
    text: dict[str, Any] = field(default_factory=dict[str, Any])


class EmbeddingsEndpoint:
    """Asks one model for vectors."""

    def __init__(self, config: ProviderConfig, asked: Asked) -> None:
        self._asked = asked
        self._name = asked.model.key
        self._wire = Wire(config, {"content-type": "application/json", **key_header(config)})
        self.dimensions = asked.dimensions

    async def ask(self, texts: Sequence[str], *, query: bool) -> list[Vector | None]:
        """The vector of each text, at length one; None for one whose numbers are no numbers, or all 0.

        No text may be empty. Raises `ProviderError`: `InvalidAnswer` where the answer does not fit the request.
        """
        model, timeouts = self._asked.model, self._asked.timeouts
        # Nothing is streamed: until the whole answer is there, nothing comes.
        patience = Timeouts(timeouts.connect, timeouts.total, timeouts.total)
        request = ChatRequest(model, (), timeouts=patience)
        async with self._wire.post("/embeddings", self._body(texts, query=query), request) as call:
            body = await call.body()
            vectors = await self._read_beside(call, body, len(texts))
        self._check(vectors)
        return vectors

    async def _read_beside(self, call: Call, body: bytes, count: int) -> list[Vector | None]:
        if len(body) <= _ON_THE_LOOP:
            return self._read(call, body, count)
        return await asyncio.to_thread(self._read, call, body, count)

    async def close(self) -> None:
        """Closes the connections."""
        await self._wire.aclose()

    def _body(self, texts: Sequence[str], *, query: bool) -> dict[str, Any]:
        asked = self._asked
        prefix = asked.query_prefix if query else asked.text_prefix
        body: dict[str, Any] = {"model": asked.model.name, "input": [prefix + text for text in texts]}
        if asked.dimensions is not None:
            body["dimensions"] = asked.dimensions
        host = self._wire.host
        encoding = asked.encoding or ("base64" if host.endswith(_TAKES_BASE64) else None)
        if encoding is not None:
            body["encoding_format"] = encoding
        return body | (asked.query if query else asked.text)

    def _read(self, call: Call, body: bytes, count: int) -> list[Vector | None]:
        answer = self._parsed(body)
        said = cast("dict[str, Any]", answer) if isinstance(answer, dict) else {}
        if said.get("error"):
            raise call.refused(body)
        rows = said.get("data")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in cast("list[object]", rows)):
            raise self._wrong("holds no list of vectors (`data`)")
        ordered = self._ordered(cast("list[dict[str, Any]]", rows), count)
        return [self._vector(row.get("embedding")) for row in ordered]

    def _parsed(self, body: bytes) -> object:
        try:
            # Some write NaN and Infinity, which are no JSON.
            return orjson.loads(_NO_NUMBER.sub(b"null", body) if b"N" in body or b"Inf" in body else body)
        except orjson.JSONDecodeError:
            raise self._wrong("is no JSON") from None

    def _ordered(self, rows: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
        if len(rows) != count:
            raise self._wrong(f"holds {len(rows)} vectors for {count} texts")
        places = [row.get("index") for row in rows]
        if sorted(place for place in places if isinstance(place, int)) == list(range(count)):
            return sorted(rows, key=lambda row: row["index"])
        if len({str(place) for place in places}) == 1:
            return rows  # no numbers, or 0 for all: in the order of the texts
        raise self._wrong("does not say which vector is of which text (`index`)")

    def _vector(self, said: object) -> Vector | None:
        numbers = self._numbers(said)
        if not numbers or not all(map(math.isfinite, numbers)):
            return None
        length = math.sqrt(math.fsum(number * number for number in numbers))
        return [number / length for number in numbers] if 0 < length < math.inf else None

    def _numbers(self, said: object) -> list[float]:
        if isinstance(said, str):
            return self._decoded(said)
        if not isinstance(said, list):
            return []
        numbers = cast("list[Any]", said)
        if len(numbers) == 1 and isinstance(numbers[0], list):
            numbers = cast("list[Any]", numbers[0])
        if numbers and isinstance(numbers[0], list):
            raise ProviderRejected(
                f"{self._name} answered with a vector for each token. Start its server with a pooling, such as "
                "`--pooling mean`, or name a model that is made for embeddings."
            )
        return [float(number) if isinstance(number, int | float) else math.nan for number in numbers]

    def _decoded(self, said: str) -> list[float]:
        try:
            numbers = array("f", base64.b64decode(said, validate=True))
        except (binascii.Error, ValueError):
            raise self._wrong("holds a vector that is no base64 of floats") from None
        if sys.byteorder == "big":
            numbers.byteswap()
        return numbers.tolist()

    def _check(self, vectors: list[Vector | None]) -> None:
        for vector in vectors:
            if vector is None:
                continue
            if self.dimensions is None:
                self.dimensions = len(vector)
            if len(vector) != self.dimensions:
                raise ProviderRejected(
                    f"{self._name} answered with {len(vector)} numbers, not {self.dimensions}. "
                    "Set search.embeddings.dimensions to what the model gives, or leave it out."
                )

    def _wrong(self, why: str) -> InvalidAnswer:
        return InvalidAnswer(f"The answer of {self._name} {why}.")
