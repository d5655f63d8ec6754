"""Appending messages while what was written is made findable: by its words, and by its vectors of the local model.

Three ways in turn, in one process as in the service: with nothing in the background; with words; with words and
vectors, of which there are always more to make than can be made. The rate of 256 callers, each waiting for its commit.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from benchmarks.append import many, open_conversations
from benchmarks.bench import figure, load, neo4j, run
from service.config import load_config
from service.services import Services, wire

ROUNDS = 4
NOTHING, WORDS, VECTORS = "nothing in the background", "words", "words and vectors"


@asynccontextmanager
async def beside(services: Services, what: str) -> AsyncGenerator[None]:
    """What the service does in the background, as long as the body runs."""
    works = {NOTHING: [], WORDS: [services.indexing.run()], VECTORS: [services.indexing.run(), services.vectors.run()]}
    for unused in (work for name, some in works.items() if name != what for work in some):
        unused.close()
    under_way = [asyncio.create_task(work) for work in works[what]]
    yield
    for task in under_way:
        task.cancel()
    await asyncio.gather(*under_way, return_exceptions=True)


async def main() -> None:
    """Measure the three ways in turn."""
    async with neo4j() as connection:
        with tempfile.TemporaryDirectory() as data:
            services = wire(load_config(None, {"ANTIPHON_DATA_DIR": data}), connection)
            await services.open(brief=True)
            conversations = await open_conversations(services.store)
            await many(services.store, conversations)
            await services.indexing.catch_up()
            # The model is asked for before, so that its start is not measured.
            assert services.vectors.embedder is not None
            await services.vectors.embedder.embed(["Begin."])
            rates: dict[str, list[float]] = {NOTHING: [], WORDS: [], VECTORS: []}
            for _ in range(ROUNDS):
                for what, found in rates.items():
                    async with beside(services, what):
                        found.append((await many(services.store, conversations))[0])
            against = statistics.median(rates[NOTHING])
            for what, found in rates.items():
                rate = statistics.median(found)
                figure(f"append_256: {what}", rate, "messages/s", ratio=round(rate / against, 2), load=load())
            await services.close()


if __name__ == "__main__":
    run(main())
