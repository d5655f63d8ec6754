"""What makes vectors of texts: the protocol of all that do, and the model that runs on this machine with no key.

A vector has length one. A text without a word has none: its place holds an empty list, and nobody is asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from service.providers.embedding_process import EmbeddingProcess, ModelFiles

Vector = list[float]

LOCAL_NAME = "local/all-minilm-l6-v2-q"
LOCAL_DIMENSIONS = 384
_WINDOW = 256
"""Tokens; the model was made for no more."""
_MOST_CHARACTERS = 8192
"""More of a text is not sent to the process: its window is full long before."""
_AT_ONCE = 4
"""Texts of one batch that the process has at a time: what nobody waits for any more is not computed."""


class Embedder(Protocol):
    """Makes vectors of texts. Safe to call from many tasks of one event loop at once.

    `name` is the same for vectors that can be compared, `dimensions` None until the first answer of an endpoint.
    """

    @property
    def name(self) -> str:
        """The provider, the model, and what else the vectors depend on."""
        ...

    @property
    def dimensions(self) -> int | None:
        """How many numbers a vector has, where that is known."""
        ...

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> list[Vector]:
        """A vector of length one for each text, in their order; an empty list for one that has no vector.

        `query`: the texts are searched for; else they are what is found. Long ones are cut off at the model's window.
        Raises `ProviderError` or `SetupError`.
        """
        ...

    async def close(self) -> None:
        """Closes connections and ends processes. Safe to call twice."""
        ...


class LocalEmbedder:
    """all-MiniLM-L6-v2 with weights of 8 bits, in a process of its own that is started at the first text.

    It takes about 150 MB of memory, 2 ms for a short text and 30 ms for a full window, on one core. What is searched
    for waits for no other text; the thread of all others yields to whatever else runs.
    """

    name = LOCAL_NAME
    dimensions = LOCAL_DIMENSIONS

    def __init__(self, jar: Callable[[], Path]) -> None:
        """`jar` gives the file of the model, and may fetch it first: it is called in a thread."""
        stem = "all-minilm-l6-v2-q"
        self.process = EmbeddingProcess(LOCAL_NAME, ModelFiles(jar, f"{stem}.onnx", f"{stem}-tokenizer.json", _WINDOW))

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> list[Vector]:
        """See `Embedder`."""
        vectors: list[Vector] = [[] for _ in texts]
        left = iter([(index, text[:_MOST_CHARACTERS]) for index, text in enumerate(texts) if text.strip()])

        async def work() -> None:
            for index, text in left:
                vectors[index] = await self.process.embed(text, query=query)

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(_AT_ONCE, len(texts))):
                    group.create_task(work())
        except BaseExceptionGroup as failed:
            raise failed.exceptions[0] from None
        return vectors

    async def close(self) -> None:
        """See `Embedder`."""
        await self.process.close()
