"""A file of many conversations that is imported over HTTP: messages a second, memory and processor time by process.

Run as `python -m benchmarks.imports --messages 1000000`; `--of` is the length of a conversation, `--words` that of a
message. The file is ChatGPT's `conversations.json`. Beside it somebody makes a conversation every half second: what
that takes is compared with what it takes alone. `--graph` exports all of it as a file of our own, and imports that
into another Neo4j.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import os
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from benchmarks.bench import figure, load, run
from benchmarks.bench import neo4j as embedded_neo4j
from benchmarks.export import address_of
from benchmarks.page import served_apart

PIECE = 1 << 20
PAUSE = 0.5
JSON = {"content-type": "application/json"}
CREATE_UPLOAD = "mutation($input: CreateUploadInput!) { createUpload(input: $input) { upload { uploadId url } } }"
IMPORT = "mutation($input: ImportConversationsInput!) { importConversations(input: $input) { import { id } } }"
STATE = "query($id: ID!) { import(id: $id) { importStatus messageCount conversationCount error } }"
CREATE = "mutation { createConversation(input: {}) { conversation { id } } }"
WORDS = Path(__file__).with_name("words.txt").read_text(encoding="utf-8").split()


async def main(messages: int, of: int, words: int, graph: bool) -> None:
    """Import the one file, and the other one into a Neo4j of its own."""
    folder = Path(os.environ["ANTIPHON_DATA_DIR"])
    file, own = folder / "conversations.json", folder / "all.graph.jsonl"
    write_chats(file, messages, of, words)
    async with embedded_neo4j() as connection:
        await asyncio.to_thread(_measure, "chatgpt", connection, file, own if graph else None)
    if graph:
        async with embedded_neo4j() as connection:
            await asyncio.to_thread(_measure, "graph", connection, own, None)


def write_chats(path: Path, messages: int, of: int, words: int) -> None:
    """A `conversations.json` as ChatGPT exports it, drawn by a seed."""
    draw = random.Random(12)
    texts = [" ".join(draw.choices(WORDS, k=words)) for _ in range(1_000)]
    with path.open("w", encoding="utf-8") as file:
        file.write("[")
        for number in range(0, messages, of):
            file.write(",\n" if number else "")
            json.dump(_chat(number, min(of, messages - number), draw, texts), file)
        file.write("]")


def _chat(first: int, count: int, draw: random.Random, texts: list[str]) -> dict[str, Any]:
    mapping: dict[str, Any] = {"root": {"id": "root", "message": None, "parent": None, "children": ["0"]}}
    for place in range(count):
        role = "assistant" if place % 2 else "user"
        said = {"content_type": "text", "parts": [f"{first + place}: {draw.choice(texts)}"]}
        mapping[str(place)] = {
            "id": str(place),
            "parent": str(place - 1) if place else "root",
            "children": [str(place + 1)] if place + 1 < count else [],
            "message": {
                "id": f"m{first + place}",
                "author": {"role": role},
                "create_time": 1.7e9 + first + place,
                "content": said,
                "status": "finished_successfully",
                "metadata": {"model_slug": "gpt-4o"} if place % 2 else {},
            },
        }
    return {"id": f"c{first}", "title": f"Chat {first}", "create_time": 1.7e9 + first, "mapping": mapping} | {
        "current_node": str(count - 1)
    }


def _measure(kind: str, connection: Any, file: Path, own: Path | None) -> None:
    with served_apart(connection) as client:
        alone = _beside(client, lambda: time.sleep(10))
        processes = _Processes()
        began = time.perf_counter()
        id = _begin(client, file)
        sent = time.perf_counter() - began
        said: list[dict[str, Any]] = []
        with processes.watched():
            beside = _beside(client, lambda: said.append(_over(client, id)))
        took = time.perf_counter() - began - sent
        (state,) = said
        if state["importStatus"] != "SUCCEEDED":
            raise SystemExit(f"unexpected: {state}")
        figure(
            f"import_{kind}_of_{state['messageCount']}",
            state["messageCount"] / took,
            "messages/s",
            megabytes=round(file.stat().st_size / 1e6),
            uploaded_s=round(sent, 1),
            conversations=state["conversationCount"],
            **processes.told(took),
            load=load(),
        )
        slowest = {"beside_worst": round(max(beside)), "alone_worst": round(max(alone))}
        figure(
            f"conversation_created_beside_import_{kind}",
            statistics.median(beside),
            "ms",
            alone=round(statistics.median(alone), 1),
            **slowest,
        )
        if own is not None:
            _fetch(client, own)


def _ask(client: http.client.HTTPConnection, query: str, **variables: Any) -> dict[str, Any]:
    client.request("POST", "/graphql", json.dumps({"query": query, "variables": variables}), JSON)
    said: Any = json.loads(client.getresponse().read())
    if said.get("errors"):
        raise SystemExit(f"unexpected: {said}")
    return said["data"]


def _begin(client: http.client.HTTPConnection, file: Path) -> str:
    wish = {"name": file.name, "bytes": file.stat().st_size}
    upload = _ask(client, CREATE_UPLOAD, input=wish)["createUpload"]["upload"]
    with file.open("rb") as content:
        client.request("PUT", upload["url"], content, {"content-length": str(wish["bytes"])})
        answer = client.getresponse()
        said = answer.read()
    if answer.status >= 300:
        raise SystemExit(f"unexpected: {answer.status} {said!r}")
    return _ask(client, IMPORT, input={"file": {"uploadId": upload["uploadId"]}})["importConversations"]["import"]["id"]


def _over(client: http.client.HTTPConnection, id: str) -> dict[str, Any]:
    while (state := _ask(client, STATE, id=id)["import"])["importStatus"] == "RUNNING":
        time.sleep(PAUSE)
    return state


def _beside(client: http.client.HTTPConnection, what: Callable[[], None]) -> list[float]:
    """What it takes in ms to make a conversation while something is done."""
    taken, over = list[float](), threading.Event()
    thread = threading.Thread(target=lambda: (what(), over.set()))
    thread.start()
    other = http.client.HTTPConnection(client.host, client.port)
    while not over.is_set():
        begun = time.perf_counter()
        _ask(other, CREATE)
        taken.append((time.perf_counter() - begun) * 1000)
        over.wait(PAUSE)
    thread.join()
    return taken


def _fetch(client: http.client.HTTPConnection, path: Path) -> None:
    """All of it as a file of our own."""
    client.request("GET", address_of(client, None, "graph"))
    answer = client.getresponse()
    with path.open("wb") as file:
        while piece := answer.read(PIECE):
            file.write(piece)


class _Processes:
    """The service, its readers, and Neo4j: the most memory and the processor time of each while it is watched."""

    def __init__(self) -> None:
        self._most: dict[str, int] = {}
        self._first: dict[int, tuple[str, float]] = {}
        self._last: dict[int, tuple[str, float]] = {}

    @contextmanager
    def watched(self) -> Generator[None]:
        over = threading.Event()
        thread = threading.Thread(target=self._watch, args=(over,))
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def told(self, took: float) -> dict[str, float]:
        """Megabytes, and processors that were busy, by process."""
        busy = dict[str, float]()
        for number, (name, seconds) in self._last.items():
            busy[name] = busy.get(name, 0.0) + seconds - self._first[number][1]
        told = {f"{name}_most_mb": round(size / 1e6) for name, size in self._most.items()}
        return told | {f"{name}_cores": round(seconds / took, 2) for name, seconds in busy.items()}

    def _watch(self, over: threading.Event) -> None:
        while not over.wait(PAUSE):
            for process in psutil.Process().children(recursive=True):
                try:
                    name, size = _name_of(process), process.memory_info().rss
                    seconds = sum(process.cpu_times()[:2])
                except psutil.NoSuchProcess:
                    continue
                self._most[name] = max(self._most.get(name, 0), size)
                self._first.setdefault(process.pid, (name, seconds if name != "reader" else 0.0))
                self._last[process.pid] = (name, seconds)


def _name_of(process: psutil.Process) -> str:
    said = " ".join(process.cmdline())
    return "neo4j" if "java" in said else "reader" if "transfer.reading" in said else "service"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--of", type=int, default=100)
    parser.add_argument("--words", type=int, default=60)
    parser.add_argument("--graph", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="antiphon-benchmark-") as folder:
        os.environ["ANTIPHON_DATA_DIR"] = folder
        (Path(folder) / "config.yaml").write_text("defaults: {model: echo/echo}\nsearch: {embeddings: none}\n")
        run(main(arguments.messages, arguments.of, arguments.words, arguments.graph))
