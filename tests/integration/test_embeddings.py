"""The real local embedding model: what is alike is near, queries wait for nobody, and its process goes with us."""

from __future__ import annotations

import asyncio
import math
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from service.errors import ProviderUnavailable, SetupError
from service.folders import user_cache_folder
from service.graph.local.model_jar import fetch_model
from service.providers.embeddings import LocalEmbedder

ROOT = Path(__file__).parents[2]
LONG = "The harbour master counts ships, ropes and barrels until the tide turns. " * 20
KEPT = """
import asyncio, sys
from service.folders import user_cache_folder
from service.graph.local.model_jar import fetch_model
from service.providers.embeddings import LocalEmbedder

async def main():
    embedder = LocalEmbedder(lambda: fetch_model(user_cache_folder()))
    await embedder.embed(["a text"])
    print(embedder.process.pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


def jar() -> Path:
    """The model's file."""
    return fetch_model(user_cache_folder())


def nearness(one: list[float], other: list[float]) -> float:
    """The cosine of two vectors of length one."""
    return math.fsum(a * b for a, b in zip(one, other, strict=True))


def is_alive(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture(scope="module")
async def local() -> AsyncIterator[LocalEmbedder]:
    """The model, running once for this module."""
    embedder = LocalEmbedder(jar)
    yield embedder
    await embedder.close()


@pytest.mark.parametrize(
    ("query", "paraphrase", "decoy"),
    [
        ("How do I get my money back?", "Refunds are paid within two weeks.", "My back hurts, and money is no help."),
        ("The server keeps crashing at night", "Every evening the service goes down", "The waiter served us at night"),
        ("a small dog", "a tiny puppy", "a small hill"),
    ],
)
async def test_a_paraphrase_is_nearer_than_a_decoy(
    local: LocalEmbedder, query: str, paraphrase: str, decoy: str
) -> None:
    """What means the same is nearer than what has the same words."""
    (wanted,) = await local.embed([query], query=True)
    near, far = await local.embed([paraphrase, decoy])
    assert nearness(wanted, near) > nearness(wanted, far)
    assert (len(wanted), nearness(wanted, wanted)) == (local.dimensions, pytest.approx(1.0, abs=1e-6))


async def test_a_vector_is_the_same_alone_and_among_others(local: LocalEmbedder) -> None:
    """To the last bit, whatever is computed at the same time; and no text loses its place."""
    texts = [LONG[index : index * 37 + 60] for index in range(24)]
    together = await local.embed(texts)
    assert together == [(await local.embed([text], query=bool(i % 2)))[0] for i, text in enumerate(texts)]


async def test_any_text_has_a_vector_or_none(local: LocalEmbedder) -> None:
    """No word, no vector; a window that is full, a lone surrogate and what is no language all have one."""
    blank, *found = await local.embed([" \n", "x" * 1_000_000, "\ud800", "\x00", "🦜" * 3000, "中" * 9000])
    assert blank == []
    assert all(nearness(vector, vector) == pytest.approx(1.0, abs=1e-6) for vector in found)


async def test_a_query_waits_for_no_batch(local: LocalEmbedder) -> None:
    """It is answered while a hundred long texts wait."""
    batch = asyncio.create_task(local.embed([LONG[index:] for index in range(100)]))
    for _ in range(5):
        assert (await local.embed(["a small dog"], query=True))[0]
    assert not batch.done()
    batch.cancel()
    with suppress(asyncio.CancelledError):
        await batch
    assert (await local.embed(["a small dog"]))[0]


async def test_a_process_that_died_is_started_again(local: LocalEmbedder) -> None:
    """Who waits for it has an error at once; who comes next has a vector."""
    await local.embed(["a"])
    pid = local.process.pid
    assert pid is not None
    batch = asyncio.create_task(local.embed([LONG[index:] for index in range(100)]))
    await local.embed(["b"], query=True)
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(ProviderUnavailable, match="ended"):
        await batch
    assert (await local.embed(["a"]))[0]
    assert local.process.pid != pid


async def test_a_model_that_cannot_be_had_is_said_to_all(tmp_path: Path) -> None:
    """Each has the remedy, and the network is not asked again for each."""
    asked: list[int] = []

    def no_jar() -> Path:
        asked.append(1)
        raise SetupError("There is no network.", remedy="Plug it in.")

    embedder = LocalEmbedder(no_jar)
    for _ in range(2):
        with pytest.raises(SetupError, match="Plug it in"):
            await embedder.embed(["a", "b"])
    assert len(asked) == 1
    await embedder.close()


async def test_a_file_that_is_no_model_is_said(tmp_path: Path) -> None:
    """In the words of the process."""
    (tmp_path / "model.jar").write_bytes(b"no jar")
    embedder = LocalEmbedder(lambda: tmp_path / "model.jar")
    with pytest.raises(SetupError, match=r"did not start: .*BadZipFile"):
        await embedder.embed(["a"])
    await embedder.close()


async def test_closing_ends_the_process() -> None:
    """Twice is fine, and nothing is started after it."""
    embedder = LocalEmbedder(jar)
    await embedder.embed(["a"])
    pid = embedder.process.pid
    await embedder.close()
    await embedder.close()
    assert pid is not None
    assert not is_alive(pid)
    with pytest.raises(ProviderUnavailable, match="closed"):
        await embedder.embed(["a"])


@pytest.mark.skipif(not Path("/proc").exists(), reason="reads /proc")
async def test_the_process_goes_when_its_parent_is_killed() -> None:
    """`kill -9` leaves no orphan."""
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipe = subprocess.PIPE
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", KEPT, stdout=pipe, env=environ)
    assert parent.stdout is not None
    pid = int(await parent.stdout.readline())
    parent.kill()
    await parent.wait()
    async with asyncio.timeout(20):
        while is_alive(pid):
            await asyncio.sleep(0.02)
