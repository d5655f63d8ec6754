"""An embeddings endpoint that answers as a test says: over real sockets, one answer a request."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from service.config import load_config
from service.models.embedding import EndpointEmbedder, open_embedder
from service.models.registry import Models

Json = dict[str, Any]
Answer = tuple[int, object] | tuple[int, object, dict[str, str]]
Behave = Callable[[Json], Answer]


def vector_of(text: str) -> list[float]:
    """The vector that a text has here: its length and its first sign say which."""
    return [float(len(text)), float(ord(text[0])), 1.0]


def good(request: Json, **more: object) -> Answer:
    """What a server answers that does all right."""
    rows = [{"index": i, "embedding": vector_of(text)} for i, text in enumerate(request["input"])]
    return 200, {"data": rows, **more}


def refusal(status: int, message: str) -> Answer:
    """A refusal in OpenAI's shape."""
    return status, {"error": {"message": message, "type": "invalid_request_error"}}


def unit(numbers: Sequence[float]) -> list[float]:
    """At length one."""
    length = sum(number * number for number in numbers) ** 0.5
    return [number / length for number in numbers]


@dataclass
class Endpoint:
    """The embedder under test, and the requests that its server has had."""

    embedder: EndpointEmbedder
    requests: list[Json] = field(default_factory=list[Json])


@asynccontextmanager
async def endpoint(behave: Behave, folder: Path, **settings: object) -> AsyncIterator[Endpoint]:
    """An embedder configured in `folder` as `settings` say, whose server behaves so."""
    requests: list[Json] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().lower().split("\r\n")
                size = next(int(line.split(":")[1]) for line in lines if line.startswith("content-length"))
                request = json.loads(await reader.readexactly(size))
                requests.append({**request, "path": head.decode().split(" ")[1]})
                status, answer, *headers = behave(request)
                body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                said = "".join(f"{name}: {value}\r\n" for name, value in (headers[0] if headers else {}).items())
                start = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n"
                writer.write(f"{start}Content-Length: {len(body)}\r\n{said}\r\n".encode() + body)
                await writer.drain()
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    config = folder / "config.yaml"
    provider = {"protocol": "openai", "base_url": f"http://127.0.0.1:{port}/v1"}
    said = {"provider": "mine", "model": "m", **settings}
    config.write_text(json.dumps({"providers": {"mine": provider}, "search": {"embeddings": said}}), encoding="utf-8")
    config.chmod(0o600)
    embedder = open_embedder(Models(load_config(config, environ={})), _no_jar)
    assert isinstance(embedder, EndpointEmbedder)
    try:
        yield Endpoint(embedder, requests)
    finally:
        await embedder.close()
        server.close()


def _no_jar() -> Path:
    raise AssertionError("An endpoint needs no file.")
