"""What search needs of a model that makes vectors of texts. Models are in `providers/`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol


class Embedder(Protocol):
    """Makes a vector of each text: texts that mean the same are near to each other."""

    @property
    def name(self) -> str:
        """Which model: vectors of two models cannot be compared."""
        ...

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> list[list[float]]:
        """Unit vectors in the order of the texts; a `query` does not wait for others' texts. Raises `ProviderError`."""
        ...

    async def close(self) -> None:
        """Let go of the model."""
        ...


MakeEmbedder = Callable[[str], Embedder | None]
"""The embedder of that name, where there is one: of the model with which the graph was embedded before."""
